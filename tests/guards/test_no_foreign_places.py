"""No file names a package registry's host or a path of somebody's machine: both differ from place to place."""

import re

import pytest

from tests.guards.checkout import ROOT, files

# Each pattern is written so that it does not find itself.
_REGISTRIES = re.compile(r"py[p]i\.org|python[h]osted\.org|npm[j]s\.(?:org|com)|(?:deb|security)\.debia[n]\.org")
_MACHINE_PATHS = re.compile(r"(?<![\w./}-])/(?:home|Users|work|farm|root)/[\w.]")


def foreign_places(text: str) -> list[int]:
    """Return the lines that name such a place."""
    lines = enumerate(text.splitlines(), start=1)
    return [number for number, line in lines if _REGISTRIES.search(line) or _MACHINE_PATHS.search(line)]


def test_no_file_names_a_foreign_place() -> None:
    """Whatever is text in git."""
    found = []
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content[:8_000]:
            found += [f"{name}:{line}" for line in foreign_places(content.decode("utf-8", "replace"))]
    assert found == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("--index-url https://py" + "pi.org/simple", [1]),
        ("x\nhttps://files.python" + "hosted.org/a.whl", [2]),
        ("from /" + "home/lan/viectot", [1]),
        ("`/" + "root/.cache`", [1]),
        ("/srv/viectot/data, web/home/page.html, https://example.vn/home/1", []),
    ],
)
def test_the_guard_bites(text: str, lines: list[int]) -> None:
    """Hosts and paths are found wherever they stand; our own folders and addresses are not."""
    assert foreign_places(text) == lines
