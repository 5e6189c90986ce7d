"""Places in conversations, and reports still being told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from storage.database import Tx
from storage.models import Attachment, Draft, Place
from storage.statements import insert_or_update


@dataclass(frozen=True)
class WaitingDraft:
    """A report begun and not handed in."""

    id: int
    state: Mapping[str, Any]
    touched_at: datetime


def place_of(tx: Tx, person_id: int) -> Mapping[str, Any] | None:
    """Return where a person stands, holding the row against other processes; None for somebody who never spoke."""
    found = tx.execute(select(Place.state).where(Place.person_id == person_id).with_for_update()).first()
    return found.state if found else None


def keep_place(tx: Tx, person_id: int, state: Mapping[str, Any], now: datetime) -> None:
    """Save where a person stands."""
    values = {"person_id": person_id, "state": dict(state), "version": 1, "updated_at": now}
    change = {"state": dict(state), "version": Place.version + 1, "updated_at": now}
    tx.execute(insert_or_update(tx, Place, ("person_id",), values, change))


def open_draft(tx: Tx, person_id: int, now: datetime) -> int:
    """Begin a report and return its id."""
    return tx.execute(
        insert(Draft).values(person_id=person_id, state={}, opened_at=now, touched_at=now).returning(Draft.id)
    ).scalar_one()


def set_aside(tx: Tx, draft_id: int, state: Mapping[str, Any], now: datetime) -> None:
    """Keep a report for later, with the place its teller had reached."""
    tx.execute(update(Draft).where(Draft.id == draft_id).values(state=dict(state), touched_at=now))


def waiting_of(tx: Tx, person_id: int, but: int | None = None) -> Sequence[WaitingDraft]:
    """Return the reports a person has set aside, newest first."""
    rows = tx.execute(
        select(Draft.id, Draft.state, Draft.touched_at)
        .where(Draft.person_id == person_id, Draft.id != (but or 0))
        .order_by(Draft.touched_at.desc(), Draft.id.desc())
        .limit(5)
    )
    return [WaitingDraft(row.id, row.state, row.touched_at) for row in rows if row.state]


def drop_draft(tx: Tx, draft_id: int) -> list[str]:
    """Delete a report not handed in, with its pictures; returns the hashes of their bytes."""
    gone = tx.execute(
        delete(Attachment).where(Attachment.draft_id == draft_id).returning(Attachment.sha256, Attachment.published)
    ).all()
    tx.execute(delete(Draft).where(Draft.id == draft_id))
    return [name for row in gone for name in row if name]


def close_draft(tx: Tx, draft_id: int) -> None:
    """End a report that was handed in; its pictures belong to the submission by now."""
    tx.execute(update(Attachment).where(Attachment.draft_id == draft_id).values(draft_id=None))
    tx.execute(delete(Draft).where(Draft.id == draft_id))


def untouched_since(tx: Tx, instant: datetime) -> Sequence[int]:
    """Return the reports nobody went on with since `instant`."""
    return list(tx.execute(select(Draft.id).where(Draft.touched_at < instant)).scalars())


def places_since(tx: Tx, instant: datetime) -> Sequence[tuple[int, Mapping[str, Any], datetime]]:
    """Return (person, state, last change) of everybody whose place did not change since `instant`."""
    rows = tx.execute(
        select(Place.person_id, Place.state, Place.updated_at).where(Place.updated_at < instant).with_for_update()
    )
    return [(row.person_id, row.state, row.updated_at) for row in rows]


def forget_place(tx: Tx, person_id: int) -> None:
    """Delete all that is remembered of a conversation."""
    tx.execute(delete(Place).where(Place.person_id == person_id))
