"""What an office has set is read once a transaction, and is never older than that."""

from datetime import UTC, datetime

import pytest

from storage.database import Database
from storage.settings import all_settings, set_setting
from tests.statements import look_at_statements

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)


def test_all_events_of_a_batch_read_the_settings_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event needs the office's facts, and up to 64 share a transaction."""
    seen: list[str] = []
    look_at_statements(monkeypatch, database, lambda sql, _: seen.append(sql))
    with database.write() as tx:
        assert [all_settings(tx) for _ in range(3)] == [{}, {}, {}]
    assert len([sql for sql in seen if "FROM setting" in sql]) == 1


def test_what_was_just_set_is_what_is_read(database: Database) -> None:
    """In the transaction that set it, in the next one of the same connection, and not where it was rolled back."""
    connection = database.connect()
    with connection.begin():
        assert all_settings(connection) == {}
        set_setting(connection, "phone", "0210 123", NOW)
        assert all_settings(connection) == {"phone": "0210 123"}
    undone = connection.begin()
    set_setting(connection, "phone", "0210 999", NOW)
    assert all_settings(connection) == {"phone": "0210 999"}
    undone.rollback()
    with connection.begin():
        assert all_settings(connection) == {"phone": "0210 123"}
    connection.close()


def test_what_somebody_else_set_is_read_by_the_next_transaction(database: Database) -> None:
    """A command changes a setting beside the server, whose lanes keep their connections."""
    lane = database.connect()
    with lane.begin():
        assert all_settings(lane) == {}
    with database.write() as tx:
        set_setting(tx, "phone", "0210 123", NOW)
    with lane.begin():
        assert all_settings(lane) == {"phone": "0210 123"}
    lane.close()
