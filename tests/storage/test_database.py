"""The database is opened the careful way: synced, keys checked, one writer at a time, readers that change nothing."""

import sqlite3
import subprocess
import sys
import threading
import time
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from deeds.vietnamese import fold, nfc
from storage import database as opening
from storage import inbox, people
from storage.database import Database, UnsoundSqlite, is_sound, is_worth_a_retry, sqlite_module
from storage.models import Identity, InboxEvent, Person

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def test_every_commit_is_synced_and_every_key_checked(sqlite: Database) -> None:
    """What SQLite leaves to each connection is set on a writer, on a reader and on a command's short transaction."""

    def pragmas(tx: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "query_only")
        return {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    careful = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000}
    lane = sqlite.connect()
    with lane.begin():
        assert pragmas(lane) == {**careful, "query_only": 0}
    lane.close()
    with sqlite.write() as tx:
        assert pragmas(tx) == {**careful, "query_only": 0}
    with sqlite.read() as tx:
        assert pragmas(tx) == {**careful, "query_only": 1}


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    """An identity of nobody is not stored, and nothing of its transaction is."""

    def note_and_fail(tx: Connection) -> None:
        inbox.note(tx, "k", "telegram", "5", b"", NOW)
        identity = {"person_id": 99, "messenger": "telegram", "address": "5", "display_name": ""}
        tx.execute(insert(Identity).values(**identity, created_at=NOW, last_heard_at=NOW))

    with pytest.raises(IntegrityError), database.write() as tx:
        note_and_fail(tx)
    with database.read() as tx:
        assert tx.execute(select(InboxEvent.id)).all() == []


def test_an_instant_without_a_zone_is_refused_and_others_come_back_in_utc(database: Database) -> None:
    """09:00 in Viet Nam is given back as 02:00 in UTC, aware."""
    with pytest.raises(StatementError, match="naive"), database.write() as tx:
        tx.execute(insert(Person).values(created_at=datetime(2026, 11, 22, 9)))  # noqa: DTZ001
    with database.write() as tx:
        tx.execute(insert(Person).values(created_at=datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=7)))))
        kept = tx.execute(select(Person.created_at)).scalar_one()
    assert kept == datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert kept.tzinfo is UTC


def test_vietnamese_letters_come_back_as_they_went_in(database: Database) -> None:
    """Both databases keep every letter; composing and folding them is done here, not left to either."""
    composed = "Đặng Thị Ấm"
    taken_apart = unicodedata.normalize("NFD", composed)
    assert taken_apart != composed
    assert nfc(taken_apart) == composed
    assert fold(composed) == fold(taken_apart)
    with database.write() as tx:
        people.hire(tx, composed, [], NOW)
        found = people.named(tx, nfc(taken_apart))
    assert found is not None
    assert found.name == composed


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 3), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_a_library_that_can_spoil_a_database_is_known(version: tuple[int, ...], sound: bool) -> None:
    """Sound from 3.51.3 on, and in the two older lines the repair was brought back to."""
    assert is_sound(version) is sound


def test_an_unsound_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing but an old SQLite at hand the program does not start; the one in use is sound."""
    assert is_sound(sqlite_module().sqlite_version_info)
    old = SimpleNamespace(sqlite_version_info=(3, 40, 1))
    monkeypatch.setattr(opening, "import_module", lambda _name: old)
    with pytest.raises(UnsoundSqlite, match="pysqlite3"):
        sqlite_module()


def test_a_reader_changes_nothing(database: Database) -> None:
    """Neither rows nor tables."""
    for statement in ("DELETE FROM person", "CREATE TABLE other (id INTEGER)", "INSERT INTO person VALUES (1)"):
        with pytest.raises(DBAPIError), database.read() as tx:
            tx.execute(text(statement))


def test_a_reader_sees_one_moment_and_waits_for_nobody(database: Database) -> None:
    """What is committed while it reads appears in its next reading, on both databases."""
    with database.read() as reader:
        assert reader.execute(select(Person.id)).all() == []
        with database.write() as tx:
            people.hire(tx, "Thu", [], NOW)
        assert reader.execute(select(Person.id)).all() == []
    with database.read() as reader:
        assert len(reader.execute(select(Person.id)).all()) == 1


def test_a_command_waits_for_a_writer_beside_it(sqlite: Database) -> None:
    """A second process that writes meanwhile gets its turn instead of an error."""
    lane = sqlite.connect()
    command = (
        "import sys; from datetime import datetime, UTC; from storage.database import Database\n"
        "from storage import people\n"
        "with Database(sys.argv[1]).write() as tx: people.hire(tx, 'Thu', [], datetime.now(UTC))"
    )
    with lane.begin():
        child = subprocess.Popen([sys.executable, "-c", command, sqlite.url], cwd=ROOT)
        time.sleep(1.5)
        people.hire(lane, "Lan", [], NOW)
    assert child.wait(40) == 0
    with sqlite.read() as tx:
        assert set(tx.execute(select(Person.name)).scalars()) == {"Lan", "Thu"}
    lane.close()


def test_a_transaction_takes_the_lock_at_its_beginning(sqlite: Database) -> None:
    """The second writer waits before it reads, so it never finds out half-way that it must start again."""
    order: list[str] = []
    first = sqlite.connect()
    with first.begin():
        waiting = threading.Thread(target=lambda: _read_then_write(sqlite, order))
        waiting.start()
        time.sleep(0.3)
        order.append("first wrote")
        people.hire(first, "Lan", [], NOW)
    waiting.join(10)
    assert order == ["first wrote", "second saw 1"]
    first.close()


def _read_then_write(database: Database, order: list[str]) -> None:
    with database.write() as tx:
        order.append(f"second saw {len(tx.execute(select(Person.id)).all())}")
        people.hire(tx, "Thu", [], NOW)


def operational(said: str) -> OperationalError:
    """An error as SQLAlchemy hands on what SQLite said."""
    return OperationalError("INSERT", {}, sqlite3.OperationalError(said))


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (operational("database is locked"), True),
        (operational("database or disk is full"), True),
        (operational("disk I/O error"), True),
        (operational("attempt to write a readonly database"), True),
        (operational("unable to open database file"), True),
        (operational("no such table: person"), False),
        (OSError(28, "No space left on device"), True),
        (OSError(5, "Input/output error"), True),
        (FileNotFoundError(2, "No such file"), False),
        (ValueError("wrong"), False),
        (IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed: person.id")), False),
    ],
)
def test_what_is_worth_a_retry(error: Exception, again: bool) -> None:
    """Disk, lock and connection; never what lies in the event itself."""
    assert is_worth_a_retry(error) is again


def test_an_error_does_not_tell_what_people_wrote(sqlite: Database) -> None:
    """Errors go to the log; the values of a statement stay out of them."""
    with pytest.raises(DBAPIError, match="INSERT INTO identity") as caught, sqlite.write() as tx:
        tx.execute(insert(Identity).values(messenger="telegram", address="a secret", display_name="Lan"))
    assert "a secret" not in str(caught.value)
