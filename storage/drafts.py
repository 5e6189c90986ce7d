"""Places in conversations, and reports still being told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storage import forgetting
from storage.database import Tx
from storage.models import Attachment, Draft, Identity, Place
from storage.prepared import Prepared
from storage.statements import insert_or_update, table


@dataclass(frozen=True)
class WaitingDraft:
    """A report begun and not handed in."""

    id: int
    state: Mapping[str, Any]
    touched_at: datetime


_PLACE, _DRAFT = table(Place), table(Draft)
_PLACE_OF = Prepared(select(_PLACE.c.state).where(_PLACE.c.person_id == bindparam("person")).with_for_update())
_MOVE = Prepared(
    update(_PLACE)
    .where(_PLACE.c.person_id == bindparam("person"))
    .values(state=bindparam("now_state"), version=_PLACE.c.version + 1, updated_at=bindparam("now_at"))
)
_WAITING_OF = Prepared(
    select(_DRAFT.c.id, _DRAFT.c.state, _DRAFT.c.touched_at)
    .where(_DRAFT.c.person_id == bindparam("person"))
    .order_by(_DRAFT.c.touched_at.desc(), _DRAFT.c.id.desc())
    .limit(5)
)
_BEGIN = Prepared(insert(_DRAFT).returning(_DRAFT.c.id), "person_id", "home_id", "state", "opened_at", "touched_at")
_SET_ASIDE = Prepared(
    update(_DRAFT)
    .where(_DRAFT.c.id == bindparam("draft"))
    .values(state=bindparam("now_state"), touched_at=bindparam("now_at"))
)


def place_of(tx: Tx, person_id: int) -> Mapping[str, Any] | None:
    """Return where a person stands, holding the row against other processes; None for somebody who never spoke."""
    found = _PLACE_OF.first(tx, person=person_id)
    return found.state if found else None


def keep_place(tx: Tx, person_id: int, state: Mapping[str, Any], now: datetime) -> None:
    """Save where a person stands."""
    if _MOVE.change(tx, person=person_id, now_state=dict(state), now_at=now) == 1:
        return
    values = {"person_id": person_id, "state": dict(state), "version": 1, "updated_at": now}
    change = {"state": dict(state), "version": Place.version + 1, "updated_at": now}
    tx.execute(insert_or_update(tx, Place, ("person_id",), values, change))


def open_draft(tx: Tx, person_id: int, now: datetime, told_on: tuple[str, str] | None = None) -> int:
    """Begin a report and return its id.

    `told_on`: the messenger and address it is told from; with that account it goes, should joined accounts part.
    """
    home_id = None
    if told_on is not None:
        here = (Identity.messenger == told_on[0], Identity.address == told_on[1], Identity.person_id == person_id)
        home_id = tx.execute(select(Identity.home_id).where(*here)).scalar()
    begun: dict[str, Any] = {
        "person_id": person_id,
        "home_id": home_id,
        "state": {},
        "opened_at": now,
        "touched_at": now,
    }
    return int(_BEGIN.value(tx, **begun))


def set_aside(tx: Tx, draft_id: int, state: Mapping[str, Any], now: datetime) -> None:
    """Keep a report for later, with the place its teller had reached."""
    _SET_ASIDE.change(tx, draft=draft_id, now_state=dict(state), now_at=now)


def waiting_of(tx: Tx, person_id: int) -> Sequence[WaitingDraft]:
    """Return the reports a person has set aside, newest first."""
    rows = _WAITING_OF.all(tx, person=person_id)
    return [WaitingDraft(row.id, row.state, row.touched_at) for row in rows if row.state]


def drop_draft(tx: Tx, draft_id: int, now: datetime) -> None:
    """Delete a report not handed in, with its pictures and what was said since it was begun."""
    forgetting.forget(tx, forgetting.Root.DRAFT, draft_id, now)


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


def standing_in(tx: Tx, talks: Sequence[str], instant: datetime) -> Sequence[int]:
    """Return who has stood in one of these conversations since `instant`."""
    here = (Place.updated_at < instant, Place.state["talk"].as_string().in_(talks))
    return list(tx.execute(select(Place.person_id).where(*here).with_for_update()).scalars())
