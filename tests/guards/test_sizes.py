"""A file that grows past the stop is split by noun before it becomes one nobody reads."""

import pytest

from tests.guards.checkout import ROOT, files

STOP = 400
STOP_FOR_TESTS = 600
CODE = (".py", ".html", ".js", ".css")


def too_long(name: str, text: str) -> bool:
    """Tell whether a code file is past its stop. Migrations are history, vendored files belong to others."""
    if not name.endswith(CODE) or "/migrations/" in name or name.startswith("web/static/vendor/"):
        return False
    return len(text.splitlines()) > (STOP_FOR_TESTS if name.startswith("tests/") else STOP)


def test_no_file_is_past_its_stop() -> None:
    """400 lines for code, 600 for tests."""
    found = [name for name in files() if name.endswith(CODE) and too_long(name, (ROOT / name).read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("name", "lines", "long"),
    [
        ("web/desk/pages.py", 400, False),
        ("web/desk/pages.py", 401, True),
        ("web/templates/deed.html", 401, True),
        ("tests/rules/test_moves.py", 600, False),
        ("tests/rules/test_moves.py", 601, True),
        ("storage/migrations/versions/0001.py", 900, False),
        ("web/static/vendor/x.min.js", 900, False),
        ("requirements/dev.txt", 9_000, False),
    ],
)
def test_the_guard_bites(name: str, lines: int, long: bool) -> None:
    """One line over the stop is found; what is exempt is let through."""
    assert too_long(name, "x\n" * lines) is long
