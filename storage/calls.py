"""Who must be called: something is to be told to them, and their messenger lets nobody write to them any more."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from deeds.months import local_day
from storage import counters
from storage.database import Tx
from storage.models import Identity, InboxEvent, OutboxMessage, Person, Submission
from storage.outbox import CARD

SILENT_FOR = timedelta(days=7)  # until then people mostly write again by themselves
TALLY = "called"


@dataclass(frozen=True)
class Call:
    """Somebody to call; `seen` stands for exactly these words, so that nobody ticks off what they have not read."""

    person_id: int
    name: str | None  # of staff; citizens have none here
    phone: str | None
    numbers: tuple[int, ...]  # of what they told
    since: datetime
    texts: tuple[str, ...]
    messages: tuple[int, ...]
    seen: str


def waiting_calls(tx: Tx, now: datetime) -> Sequence[Call]:
    """Return who must be called, whoever waits longest first."""
    return _calls(tx, _overdue(now))


def mark_called(tx: Tx, person_id: int, by: int, now: datetime, *, seen: str) -> bool:
    """Forget what somebody was told on the telephone, so that it is not sent as well; False when it has changed.

    Who called stays with each message. It is no act upon a deed, so no deed's history has a line for it.
    """
    call = next(iter(_calls(tx, (*_overdue(now), Identity.person_id == person_id))), None)
    if call is None or call.seen != seen:
        return False
    told = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(call.messages), OutboxMessage.state == "held")
        .values(state="forgotten", body={}, error=f"told on the telephone by person {by} at {now.isoformat()}")
    )
    if tx.execute(told).rowcount == 0:
        return False  # in this moment the person wrote again, or a colleague was first
    counters.count(tx, f"{TALLY}.{local_day(now):%Y-%m}")
    return True


_WHOSE = and_(Identity.messenger == OutboxMessage.messenger, Identity.address == OutboxMessage.chat)


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a message one to be called about; a group has no identity, so it is never called."""
    events = (InboxEvent.chat == OutboxMessage.chat, InboxEvent.messenger == OutboxMessage.messenger)
    heard_lately = select(InboxEvent.id).where(*events, InboxEvent.received_at > now - SILENT_FOR).exists()
    return (
        OutboxMessage.state == "held",
        ~heard_lately,
        Identity.last_heard_at <= now - SILENT_FOR,  # the only trace where a chat has no events: it was given to us
        or_(OutboxMessage.send_key.is_(None), ~OutboxMessage.send_key.startswith(CARD)),
    )


def _calls(tx: Tx, which: Iterable[ColumnElement[bool]]) -> Sequence[Call]:
    rows = tx.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.body,
            OutboxMessage.created_at,
            Identity.person_id,
            Person.name,
            Person.phone,
        )
        .join(Identity, _WHOSE)
        .join(Person, Person.id == Identity.person_id)
        .where(*which)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    ).all()
    numbers = _numbers(tx, {row.person_id for row in rows})
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row.person_id, []).append(row)
    return [
        Call(
            person_id,
            messages[0].name,
            messages[0].phone,
            tuple(numbers.get(person_id, ())),
            messages[0].created_at,
            tuple(message.body.get("text", "") for message in messages),
            tuple(message.id for message in messages),
            _mark(messages),
        )
        for person_id, messages in held.items()
    ]


def _numbers(tx: Tx, people: Iterable[int]) -> dict[int, list[int]]:
    told = (
        select(Submission.person_id, Submission.number)
        .where(Submission.person_id.in_(list(people)), Submission.withdrawn_at.is_(None))
        .order_by(Submission.number)
    )
    found: dict[int, list[int]] = {}
    for row in tx.execute(told):
        found.setdefault(row.person_id, []).append(row.number)
    return found


def _mark(messages: Iterable[Any]) -> str:
    words = "\0".join(f"{message.id}:{message.body.get('text', '')}" for message in messages)
    return hashlib.sha256(words.encode()).hexdigest()[:16]
