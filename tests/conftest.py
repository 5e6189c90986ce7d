"""What holds for every test: nothing leaves this machine, and a missing tool is said loudly, in CI as a failure."""

import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import database_url, postgres_port, postgres_url

__all__ = ["database_url", "network_attempts", "postgres_port", "postgres_url"]

# marker -> the command that must be there -> the Debian package that brings it
TOOLS = {
    "browser": {"chromium": "chromium"},
    "office": {"soffice": "libreoffice-writer libreoffice-calc", "pdftotext": "poppler-utils"},
    "strace": {"strace": "strace"},
    "openssl": {"openssl": "openssl"},
}
NEVER_SKIPPED_IN_CI = {*TOOLS, "postgres"}

_attempts: list[str] = []


class NetworkIsOff(RuntimeError):
    """A test tried to reach beyond loopback."""


def _is_near(host: object) -> bool:
    if host is None or host in ("", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_far_hosts(event: str, args: tuple[object, ...]) -> None:
    host: object
    if event in ("socket.connect", "socket.sendto"):
        sock, address = args[:2]
        if getattr(sock, "family", None) not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if not _is_near(host):
        _attempts.append(f"{event} {host!r}")
        raise NetworkIsOff(f"{event} {host!r}: tests stay on loopback")


def _missing(marker: str) -> list[str]:
    return [package for command, package in TOOLS[marker].items() if shutil.which(command) is None]


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_refuse_far_hosts)
    # No test may fail because a machine is slow, and CI must give the same answer twice.
    settings.register_profile(
        "house", deadline=None, derandomize=_in_ci(), suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("house")


@pytest.fixture(autouse=True)
def network_attempts() -> Iterator[list[str]]:
    """What this test tried to reach; anything left here at its end fails it, also where the refusal was swallowed."""
    _attempts.clear()
    yield _attempts
    assert not _attempts, f"tried to reach beyond loopback: {_attempts}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in TOOLS:
        if item.get_closest_marker(marker) and (packages := _missing(marker)):
            pytest.skip(f"missing Debian package: {' '.join(packages)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and _in_ci() and any(item.get_closest_marker(marker) for marker in NEVER_SKIPPED_IN_CI):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    packages = [package for marker in TOOLS for package in _missing(marker)]
    if packages:
        names = " ".join(packages)
        terminalreporter.write_line(
            f"TESTS WERE SKIPPED for want of Debian packages: sudo apt-get install {names}", red=True, bold=True
        )
