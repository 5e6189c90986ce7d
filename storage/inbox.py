"""Events that reached us: every key for good, bodies for a while, and the ones parked for a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from sqlalchemy import func, or_, select, update

from storage.database import Tx, note_forgotten
from storage.models import InboxEvent
from storage.models.base import TIE, WORDS
from storage.personal import emptied
from storage.statements import insert_unless_there

_EMPTIED, _TIES_CUT = emptied(InboxEvent, WORDS), emptied(InboxEvent, TIE)


@dataclass(frozen=True)
class ParkedEvent:
    """An event that raised; its sender was told that somebody will look."""

    id: int
    event_key: str
    messenger: str
    chat: str
    received_at: datetime
    raw: bytes
    error: str


def kept_key(event_key: str) -> str:
    """Return what is kept of a key for good: it knows the same event again, and says of nobody that they wrote."""
    return blake2s(event_key.encode(), digest_size=16).hexdigest()


def note(tx: Tx, event_key: str, messenger: str, chat: str, raw: bytes | None, now: datetime) -> bool:
    """Record that an event came. Returns False when it was recorded before: then it must have no effect."""
    values = {
        "event_key": kept_key(event_key),
        "messenger": messenger,
        "chat": chat,
        "received_at": now,
        "raw": raw,
        "state": "done",
    }
    return insert_unless_there(tx, InboxEvent, values)


def park(tx: Tx, event_key: str, error: str) -> None:
    """Keep an event that could not be carried through, with its error, for a person to look at."""
    tx.execute(
        update(InboxEvent)
        .where(InboxEvent.event_key == kept_key(event_key))
        .values(state="parked", error=error[:2_000])
    )


_PARKED = tuple(getattr(InboxEvent, name) for name in ParkedEvent.__dataclass_fields__)


def parked(tx: Tx) -> Sequence[ParkedEvent]:
    """Return the parked events, oldest first."""
    rows = tx.execute(select(*_PARKED).where(InboxEvent.state == "parked").order_by(InboxEvent.id))
    return [ParkedEvent(**row._mapping) for row in rows]


def parked_event(tx: Tx, event_id: int) -> ParkedEvent | None:
    """Return one parked event."""
    row = tx.execute(select(*_PARKED).where(InboxEvent.id == event_id, InboxEvent.state == "parked")).first()
    return ParkedEvent(**row._mapping) if row else None


def release(tx: Tx, event_id: int, now: datetime) -> bool:
    """Mark a parked event as carried through after all. Returns False when somebody was first."""
    return (
        tx.execute(
            update(InboxEvent)
            .where(InboxEvent.id == event_id, InboxEvent.state == "parked")
            .values(state="done", error=None, retried_at=now)
        ).rowcount
        == 1
    )


def purge_raw(tx: Tx, event_key: str) -> None:
    """Forget what an event said; only its key stays."""
    tx.execute(update(InboxEvent).where(InboxEvent.event_key == kept_key(event_key)).values(**_EMPTIED))
    note_forgotten(tx)


def forget_in_groups(tx: Tx, messenger: str, address: str, now: datetime) -> None:
    """Forget what somebody sent to groups and could not be carried through; of what was, no body is kept.

    An event of a group names its sender in its body only, whatever the group's id was then.
    """
    kept = select(InboxEvent.id, InboxEvent.raw).where(InboxEvent.messenger == messenger, InboxEvent.chat != address)
    parked = kept.where(InboxEvent.state == "parked", InboxEvent.raw.is_not(None))
    theirs = [row.id for row in tx.execute(parked) if _names(row.raw, address)]
    tx.execute(update(InboxEvent).where(InboxEvent.id.in_(theirs)).values(state="done", retried_at=now, **_EMPTIED))


def _names(raw: bytes, address: str) -> bool:
    """Tell whether a body names this address, and not only one that contains its letters."""
    return re.search(rb"(?<!\w)" + re.escape(address.encode()) + rb"(?!\w)", raw) is not None


def forget_chat(tx: Tx, messenger: str, chat: str, since: datetime | None = None) -> None:
    """Forget what a chat sent, or sent since then; only the keys stay, and what is parked: nobody has heard it yet."""
    here = [InboxEvent.messenger == messenger, InboxEvent.chat == chat, InboxEvent.state == "done"]
    if since is not None:
        here.append(InboxEvent.received_at >= since)
    tx.execute(update(InboxEvent).where(*here).values(**_EMPTIED))


def erase_chat(tx: Tx, messenger: str, chat: str, now: datetime) -> None:
    """Forget everything a chat ever sent, and that it was this chat; only the keys stay.

    The last event keeps its chat for as long as bodies live: a messenger that lets us answer for a while only asks by
    it whether the word that all is deleted may still go out.
    """
    here = (InboxEvent.messenger == messenger, InboxEvent.chat == chat)
    last = tx.execute(select(func.max(InboxEvent.id)).where(*here)).scalar_one()
    tx.execute(update(InboxEvent).where(*here, InboxEvent.state == "parked").values(state="done", retried_at=now))
    tx.execute(update(InboxEvent).where(*here).values(**_EMPTIED))
    tx.execute(update(InboxEvent).where(*here, InboxEvent.id != last).values(**_TIES_CUT))


def forget_before(tx: Tx, instant: datetime) -> int:
    """Forget the bodies of events before `instant` and their chats, parked ones excepted; returns how many."""
    said_something = or_(InboxEvent.raw.is_not(None), InboxEvent.chat != "")
    return tx.execute(
        update(InboxEvent)
        .where(InboxEvent.received_at < instant, said_something, InboxEvent.state == "done")
        .values(**_EMPTIED, **_TIES_CUT)
    ).rowcount


def count_parked(tx: Tx) -> int:
    """Return how many events wait for a person."""
    return tx.execute(select(func.count()).select_from(InboxEvent).where(InboxEvent.state == "parked")).scalar_one()
