"""Migrations walk down and up again with data in every table, match the models, and bear two processes at once."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, event, func, insert, select

import storage.migrations
from storage import deed_words, history
from storage.database import Database, Tx
from storage.migrations import downgrade, is_current, upgrade
from storage.models import Base

ROOT = Path(__file__).parents[2]
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(Path(storage.migrations.__file__).parent)).walk_revisions()))
]
VALUES: dict[type, Any] = {
    bool: True,
    int: 1,
    str: "Đặng Thị Ấm",
    datetime: datetime(2026, 11, 22, 9, tzinfo=UTC),
    date: date(2026, 11, 22),
    bytes: b"\x00\xff",
    object: {"told": ["Ấ", 1]},  # JSON
    float: 0.5,
}
COMPARED = {
    "compare_type": True,
    "include_name": lambda name, kind, _: (
        name not in (deed_words.POSTGRES_INDEX,) and not (kind == "table" and name.startswith(deed_words.NAME))
    ),
}
BEGIN = """
import sys
from storage.database import Database
from storage.migrations import upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database."""
    opened = Database(database_url)
    yield opened
    opened.close()


def tables_in(tx: Tx) -> list[Table]:
    """Return the tables as the database itself describes them, each after the ones it points to."""
    found = MetaData()
    found.reflect(tx, only=lambda name, _: not name.startswith(deed_words.NAME))  # kept by the database itself
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def fill(tx: Tx) -> dict[str, int]:
    """Put one row into every table, no column left empty; returns how many rows each has then."""
    rows: dict[str, dict[str, Any]] = {}
    for table in tables_in(tx):
        rows[table.name] = {column.name: _value(column, rows) for column in table.columns}
        tx.execute(insert(table).values(rows[table.name]))
    return counts(tx)


def _value(column: Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        there = key.column
        return rows[there.table.name][there.name] if there.table.name in rows else None
    return VALUES[column.type.python_type]


def counts(tx: Tx) -> dict[str, int]:
    """Return how many rows each table has."""
    return {table.name: tx.execute(select(func.count()).select_from(table)).scalar_one() for table in tables_in(tx)}


def test_every_step_goes_down_and_up_again_over_full_tables(database: Database) -> None:
    """At each revision every table gets a row, the step is taken back and taken again; the end stands as if new."""
    for before, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        upgrade(database, revision)
        with database.write() as tx:
            if not any(counts(tx).values()):
                assert set(fill(tx).values()) <= {1}
        downgrade(database, before)
        upgrade(database, revision)
    with database.read() as tx:
        assert is_current(tx)
        assert {table.name for table in tables_in(tx)} == set(Base.metadata.tables)
    downgrade(database, "base")
    with database.read() as tx:
        assert tables_in(tx) == []
    upgrade(database)
    with database.write() as tx:
        assert len(fill(tx)) == len(Base.metadata.tables)


def test_a_full_database_is_brought_up_without_losing_a_row(database: Database) -> None:
    """An upgrade of what is at the newest revision already changes nothing."""
    upgrade(database)
    with database.write() as tx:
        before = fill(tx)
    upgrade(database)
    with database.read() as tx:
        assert counts(tx) == before


def test_models_and_migrations_say_the_same(database: Database) -> None:
    """Tables, columns, types, indexes and constraints: nothing is left for a migration to do."""
    upgrade(database)
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts=COMPARED), Base.metadata) == []


def test_keys_are_not_checked_while_tables_are_copied(tmp_path: Path) -> None:
    """SQLite's switch does nothing within a transaction; a table that is swapped would take its dependants with it."""
    database = Database(f"sqlite:///{tmp_path / 'viectot.db'}")
    seen: list[int] = []

    def look(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE" in statement:
            seen.append(cursor.connection.execute("PRAGMA foreign_keys").fetchone()[0])

    event.listen(database.engine, "before_cursor_execute", look)
    upgrade(database)
    assert len(seen) >= len(Base.metadata.tables)
    assert set(seen) == {0}
    with database.write() as tx:
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


def test_processes_that_start_together_on_nothing_all_find_it_ready(database: Database, database_url: str) -> None:
    """Four of them at once on one empty database: one sets it up, the others wait, none fails."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN, database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    ends = [child.communicate(timeout=60)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0], ends
    with database.read() as tx:
        assert is_current(tx)
        assert set(counts(tx).values()) == {0}


def test_the_newest_revision_is_known_without_loading_the_migrations(tmp_path: Path) -> None:
    """The number commands compare with is the migrations' own; an empty database is not at it, an upgraded one is."""
    from alembic.script import ScriptDirectory

    from storage.migrations import _config
    from storage.revision import NEWEST, is_newest

    assert ScriptDirectory.from_config(_config(None)).get_current_head() == NEWEST
    database = Database(f"sqlite:///{tmp_path / 'v.sqlite3'}")
    assert not is_newest(database)
    upgrade(database)
    assert is_newest(database)
    database.close()


def test_what_was_answered_of_office_and_press_together_counts_for_both(database: Database) -> None:
    """A yes to "the standing office, press" was a yes to each, a no a no to each; going back, both count."""
    upgrade(database, "0006")
    consent = Table("consent", MetaData(), autoload_with=database.engine)
    with database.write() as tx:
        fill(tx)
        one = dict(tx.execute(select(consent)).one()._mapping)
        del one["id"]
        tx.execute(consent.delete())
        for allowed in (True, False):
            tx.execute(insert(consent).values({**one, "thing": "press", "allowed": allowed}))
    upgrade(database, "0007")

    def answers(*things: str) -> list[tuple[str, bool]]:
        with database.read() as tx:
            rows = tx.execute(select(consent.c.thing, consent.c.allowed, consent.c.words).order_by(consent.c.id)).all()
        assert {row.words for row in rows if row.thing == "standing_office"} <= {history.ASKED_JOINTLY}
        return [(row.thing, row.allowed) for row in rows if row.thing in things]

    both = [("press", True), ("press", False), ("standing_office", True), ("standing_office", False)]
    assert answers("press", "standing_office") == both
    with database.write() as tx:
        later = {**one, "at": datetime(2026, 11, 23, 9, tzinfo=UTC), "words": history.ASKED_JOINTLY}
        tx.execute(insert(consent).values({**later, "thing": "press", "allowed": True}))
        tx.execute(insert(consent).values({**later, "thing": "standing_office", "allowed": False}))
    downgrade(database, "0006")
    assert answers("standing_office") == []
    assert answers("press")[-1] == ("press", False), "who wants no list said no to the joint question"
