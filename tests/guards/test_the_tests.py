"""The rules of tests/conftest.py bite: the network is off, and in CI a missing tool is a failure."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import TOOLS, NetworkIsOff
from tests.guards.checkout import ROOT


def test_a_connect_beyond_loopback_is_refused(network_attempts: list[str]) -> None:
    """By address, by name and by datagram, and also where the code under test swallows the error."""
    with socket.socket() as sock, pytest.raises(NetworkIsOff):
        sock.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkIsOff):
        sock.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(NetworkIsOff):
        urllib.request.urlopen("http://example.vn/", timeout=1)
    assert len(network_attempts) == 3
    network_attempts.clear()


def test_loopback_is_open() -> None:
    """A server of the test's own is reached by address and by name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, port), timeout=5).close()


@pytest.mark.parametrize("marker", TOOLS)
@pytest.mark.parametrize("ci", [True, False])
def test_a_missing_tool_skips_at_home_and_fails_in_ci(tmp_path: Path, marker: str, ci: bool) -> None:
    """With one loud line that says what to install."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\nfrom tests import conftest\n" + _hooks())
    (tmp_path / "test_inner.py").write_text(
        f'import pytest\n@pytest.mark.{marker}\ndef test_inner():\n    """Runs only with the tool."""\n'
    )
    environment = {"PYTHONPATH": str(ROOT), "PATH": str(tmp_path)} | ({"CI": "true"} if ci else {})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", tmp_path, "-p", "no:cacheprovider", tmp_path],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("1 error" if ci else "1 skipped") in done.stdout, done.stdout + done.stderr
    assert bool(done.returncode) is ci
    assert "sudo apt-get install" in done.stdout
    assert next(iter(TOOLS[marker].values())) in done.stdout


def _hooks() -> str:
    names = ("pytest_configure", "pytest_runtest_setup", "pytest_runtest_makereport", "pytest_terminal_summary")
    return "".join(f"{name} = conftest.{name}\n" for name in names)
