"""A database that has been in use for long: many deeds, submissions and people, written in bulk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from storage.database import Database
from storage.migrations import upgrade
from storage.models import Deed, Honoree, Identity, InboxEvent, OutboxMessage, Person, Submission
from storage.statements import table

AT_ONCE = 20_000


@contextmanager
def with_deeds(count: int) -> Iterator[str]:
    """Yield the address of a database with that many deeds, each with its teller, messages in and messages out."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'long.sqlite3'}"
        database = Database(url)
        upgrade(database)
        for first in range(1, count + 1, AT_ONCE):
            _fill(database, range(first, min(first + AT_ONCE, count + 1)))
        database.close()
        yield url


def _fill(database: Database, numbers: range) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    base = 10_000_000  # of chats, so that they are not those of the load
    with database.write() as tx:
        tx.execute(insert(table(Person)), [{"id": n, "created_at": now} for n in numbers])
        tx.execute(
            insert(table(Identity)),
            [
                {"person_id": n, "messenger": "telegram", "address": str(base + n), "display_name": "",
                 "created_at": now, "last_heard_at": now}
                for n in numbers
            ],
        )  # fmt: skip
        tx.execute(
            insert(table(Deed)),
            [
                {"id": n, "code": f"VT-2025-{n:07d}", "status": "approved", "version": 2, "kind": "individual",
                 "section": "good_deed", "target_groups": [], "urgent": False, "about_child": False, "summary": "",
                 "story": "x" * 300, "search": "x" * 300, "when_text": "", "place_text": "", "received_at": now,
                 "approved_at": now}
                for n in numbers
            ],
        )  # fmt: skip
        tx.execute(
            insert(table(Honoree)),
            [{"deed_id": n, "title": "", "name": "N", "name_folded": "n", "residence": ""} for n in numbers],
        )
        tx.execute(
            insert(table(Submission)),
            [
                {"number": n, "receipt_hmac": f"{n:064x}", "person_id": n, "messenger": "telegram",
                 "chat": str(base + n), "deed_id": n, "told": {}, "told_at": now}
                for n in numbers
            ],
        )  # fmt: skip
        tx.execute(
            insert(table(InboxEvent)),
            [
                {"event_key": f"old:{n}", "messenger": "telegram", "chat": str(base + n), "received_at": now,
                 "state": "done"}
                for n in numbers
            ],
        )  # fmt: skip
        tx.execute(
            insert(table(OutboxMessage)),
            [
                {"messenger": "telegram", "chat": str(base + n), "body": {"text": "ok"}, "state": "sent",
                 "not_before": now, "attempts": 1, "created_at": now, "sent_at": now, "remote_id": str(n)}
                for n in numbers
            ],
        )  # fmt: skip
