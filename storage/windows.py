"""When somebody was last heard and how much went out since: messengers with a window let us write only so long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from storage.claims import touch
from storage.database import Tx
from storage.models import InboxEvent, OutboxMessage
from storage.outbox import Due

TOLD_TOGETHER = 4  # of what was held back: an answer to what the person just wrote must fit into the window too


def last_heard(tx: Tx, messenger: str, chat: str) -> datetime | None:
    """Return when a chat last sent us anything; to the second the window begins, unlike what is kept of a person."""
    here = (InboxEvent.chat == chat, InboxEvent.messenger == messenger)
    return tx.execute(select(func.max(InboxEvent.received_at)).where(*here)).scalar_one()


def sent_since(tx: Tx, messenger: str, chat: str, since: datetime) -> int:
    """Return how many messages a chat was sent since then, as its messenger counts."""
    here = (OutboxMessage.messenger == messenger, OutboxMessage.chat == chat, OutboxMessage.sent_at >= since)
    return int(tx.execute(select(func.coalesce(func.sum(OutboxMessage.units), 0)).where(*here)).scalar_one())


def hold(tx: Tx, message: Due, why: str) -> None:
    """Keep a message until its person writes again."""
    _change(tx, message, state="held", error=why[:2_000], attempts=0)


def postpone(tx: Tx, message: Due, until: datetime) -> None:
    """Let a message that was just claimed wait, and others of its chat go before it."""
    _change(tx, message, state="waiting", not_before=until, attempts=max(0, message.attempts))


def readdress(tx: Tx, message: Due, messenger: str, chat: str) -> None:
    """Send a message to another chat of the same person instead."""
    _change(tx, message, state="waiting", messenger=messenger, chat=chat, thread=None, edits=None, attempts=0)
    touch(tx, [messenger])


def release(tx: Tx, messenger: str, chat: str, now: datetime) -> None:
    """Let the oldest messages go that were held back: the person has written."""
    held = _held(tx, messenger, chat)
    if held:
        touch(tx, [messenger])
        tx.execute(
            update(OutboxMessage).where(OutboxMessage.id.in_(held)).values(state="waiting", not_before=now, error=None)
        )


def _held(tx: Tx, messenger: str, chat: str) -> Sequence[int]:
    here = (OutboxMessage.messenger == messenger, OutboxMessage.chat == chat, OutboxMessage.state == "held")
    return list(
        tx.execute(select(OutboxMessage.id).where(*here).order_by(OutboxMessage.id).limit(TOLD_TOGETHER)).scalars()
    )


def _change(tx: Tx, message: Due, **values: object) -> None:
    touch(tx, [message.messenger])  # what stands behind it in its chat may go
    tx.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(leased_until=None, **values))
