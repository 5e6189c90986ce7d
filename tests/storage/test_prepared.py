"""A prepared statement takes and gives what it would through SQLAlchemy, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, or_, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from storage.database import Database
from storage.models import Identity, OutboxMessage, Person
from storage.prepared import Prepared
from storage.statements import table
from tests.statements import look_at_statements

NOW = datetime(2026, 11, 22, 9, 30, 0, 123_456, tzinfo=UTC)
OUT = table(OutboxMessage)
ROW: dict[str, Any] = {
    "messenger": "telegram",
    "chat": "Đặng % ' ; %(chat)s ?",
    "thread": None,
    "body": {"text": "Cảm ơn bác", "photos": [1, None, 2.5]},
    "state": "waiting",
    "not_before": NOW.astimezone(timezone(timedelta(hours=7))),
    "attempts": 3,
    "created_at": NOW,
}
FOUND = select(OUT.c.chat, OUT.c.body, OUT.c.not_before, OUT.c.sent_at, OUT.c.attempts, OUT.c.units).where(
    OUT.c.state == "waiting", OUT.c.not_before <= bindparam("present"), or_(OUT.c.attempts > 2, OUT.c.chat == "50%")
)


def test_what_goes_in_and_comes_out_is_the_same_either_way(database: Database) -> None:
    """Instants, documents, nothing, signs a driver might take for its own, a default of the model."""
    with database.write() as tx:
        assert Prepared(insert(OUT), *ROW).change(tx, **ROW) == 1
        tx.execute(insert(OUT), ROW)
        plainly = tx.execute(FOUND, {"present": NOW}).all()
        rows = Prepared(FOUND).all(tx, present=NOW)
    assert [tuple(row) for row in rows] == [tuple(row) for row in plainly]
    assert [(row.chat, row.body, row.not_before, row.sent_at, row.units) for row in rows] == [
        (ROW["chat"], ROW["body"], NOW, None, 0)
    ] * 2


def test_a_new_id_comes_back_and_nothing_is_none(database: Database) -> None:
    """RETURNING gives the id; a query that finds nothing gives None, and no value."""
    born = Prepared(insert(table(Person)).returning(table(Person).c.id), "created_at")
    nobody = Prepared(select(table(Person).c.id).where(table(Person).c.name == bindparam("called")))
    with database.write() as tx:
        first, second = born.value(tx, created_at=NOW), born.value(tx, created_at=NOW)
        assert second == first + 1
        assert nobody.first(tx, called="Lan") is None
        assert nobody.all(tx, called="Lan") == []
        with pytest.raises(TypeError):
            nobody.value(tx, called="Lan")


def test_errors_are_those_of_sqlalchemy_and_tell_nothing_of_what_was_written(database: Database) -> None:
    """Who catches them need not know which way a statement took; a log has no word of what people wrote."""
    identity = Prepared(insert(table(Identity)), "person_id", "messenger", "address", "created_at", "last_heard_at")
    given = {"person_id": 1, "messenger": "telegram", "address": "secret", "created_at": NOW, "last_heard_at": NOW}
    with database.write() as tx:
        tx.execute(insert(Person).values(id=1, created_at=NOW))
        with tx.begin_nested():
            identity.change(tx, **given)
        with pytest.raises(IntegrityError) as twice, tx.begin_nested():
            identity.change(tx, **given)
        assert "secret" not in str(twice.value).split("DETAIL")[0]
        tx.execute(text("ALTER TABLE outbox_message RENAME TO elsewhere"))
        with pytest.raises((OperationalError, ProgrammingError)), tx.begin_nested():
            Prepared(FOUND).all(tx, present=NOW)


def test_a_limit_is_no_value_given_at_each_run(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite plans a statement anew whenever its limit is given to it, which costs more than the statement."""
    seen: list[tuple[str, Any]] = []
    look_at_statements(monkeypatch, database, lambda sql, values: seen.append((sql, values)))
    with database.write() as tx:
        tx.execute(insert(OUT), [ROW, ROW])
        assert len(Prepared(FOUND.limit(1)).all(tx, present=NOW)) == 1
        given = Prepared(FOUND.limit(bindparam("at_most"))).all(tx, present=NOW, at_most=1)
        assert len(given) == 1  # one that the caller chooses is still a value
    sql, values = seen[-2]
    assert "LIMIT 1 " in f"{sql} "
    assert 1 not in (values.values() if isinstance(values, dict) else values)


def test_what_cannot_be_prepared_is_refused(database: Database) -> None:
    """An instant without a zone, a name that is missing, a list that is as long as its caller likes."""
    with database.write() as tx:
        with pytest.raises(ValueError, match="naive"):
            Prepared(FOUND).all(tx, present=NOW.replace(tzinfo=None))
        with pytest.raises(KeyError):
            Prepared(FOUND).all(tx)
        with pytest.raises(AssertionError):
            Prepared(select(OUT.c.id).where(OUT.c.id.in_(bindparam("ids", expanding=True)))).all(tx, ids=[1])
