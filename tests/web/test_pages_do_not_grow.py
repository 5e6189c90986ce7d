"""A page costs the same with few deeds and with many: no query a row, and every list comes out of an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine, event

from deeds.kinds import Role
from tests.web.desk_town import DeskTown
from tests.web.town import Town

DESK = (
    "/desk", "/desk?status=all", "/desk?status=published", "/desk?status=all&words=nhat+vi", "/desk?words=vi",
    "/desk/deeds/VT-2026-000002",
)  # fmt: skip
PUBLIC = ("/", "/feed.atom", "/deeds/VT-2026-000002")
GROWING = (
    "deed", "honoree", "submission", "consent", "attachment", "decision", "question", "outbox_message", "inbox_event",
)  # fmt: skip


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Note every statement that runs on any database."""
    seen: list[tuple[str, Any]] = []

    def look(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            seen.append((statement, values))

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def _asked(get: Callable[[str], httpx2.Response], path: str) -> list[tuple[str, Any]]:
    with statements() as seen:
        assert get(path).status_code == 200
    assert seen, f"{path} read nothing"
    return seen


def _read_whole(town: Town, statement: str, values: Any) -> list[str]:
    """Return which growing tables a statement would read from one end to the other."""
    with town.database.read() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    ends_early = "LIMIT" in statement and not any("TEMP B-TREE" in step for step in plan)
    return [] if ends_early else [step for step in plan for table in GROWING if step.startswith(f"SCAN {table}")]


def _check(town: Town, get: Callable[[str], httpx2.Response], paths: tuple[str, ...], more: Callable[[], None]) -> None:
    few = {path: _asked(get, path) for path in paths}
    more()
    for path, before in few.items():
        now = _asked(get, path)
        assert len(now) == len(before), f"{path}: more deeds, more queries"
        assert [found for asked in now for found in _read_whole(town, *asked)] == []


def test_the_desk_asks_no_more_of_thirty_deeds_than_of_three(tmp_path: Path) -> None:
    """Queue, filters, search and the page of a deed."""
    town = DeskTown(tmp_path)

    def tell(count: int, first: int) -> None:
        for number in range(first, first + count):
            town.hands_in(teller=f"t{number}")

    with town.open():
        tell(3, 0)
        thu = town.browser(of=town.hire("Thu", Role.MODERATOR))
        _check(town, thu.get, DESK, lambda: tell(27, 3))


def test_the_public_pages_ask_no_more_of_twenty_deeds_than_of_two(town: Town, visitor: httpx2.Client) -> None:
    """Front page, feed and the page of a deed."""

    def tell(count: int) -> None:
        for number in range(count):
            town.tell(name=f"Hoàng Văn {number}")

    tell(2)
    _check(town, visitor.get, PUBLIC, lambda: tell(18))
