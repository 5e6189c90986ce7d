"""Rules never read the wall clock: a Clock is handed in, so that a test can stand at any instant."""

import ast

import pytest

from tests.guards.checkout import product_files

FOLDERS = ("handlers", "moderation", "digests", "publishing", "storage")
READS = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.strftime",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
}


def clock_reads(source: str) -> list[str]:
    """Return every name that reads the wall clock, with its line, whatever it was imported as."""
    tree = ast.parse(source)
    meaning: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meaning |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            meaning |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            head, _, rest = ast.unparse(node).partition(".")
            whole = f"{meaning.get(head, head)}.{rest}".rstrip(".")
            if whole in READS:
                found.append(f"{node.lineno} {whole}")
    return found


def test_the_core_never_reads_the_wall_clock() -> None:
    """Handlers, moderation, digests, publishing and storage."""
    found = [f"{name}:{read}" for name, text in product_files(".py", folders=FOLDERS) for read in clock_reads(text)]
    assert found == []


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("from datetime import datetime\nx = datetime.now(UTC)", ["2 datetime.datetime.now"]),
        ("import datetime as dt\nx = dt.date.today()", ["2 datetime.date.today"]),
        ("from time import time as t\nx = t()", ["2 time.time"]),
        ("from sqlalchemy import func\nColumn(default=func.now())", ["2 sqlalchemy.func.now"]),
        ("def f(clock):\n    return clock.now()", []),
        ("import time\nx = time.monotonic()", []),
        ("from datetime import datetime\nx: datetime", []),
    ],
)
def test_the_guard_bites(source: str, reads: list[str]) -> None:
    """Found under any name; a Clock and the monotonic time are let through."""
    assert clock_reads(source) == reads
