"""Messages that did not arrive, or may not have: what a person looks at, and sends again if they decide so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage.claims import touch
from storage.database import Tx
from storage.models import OutboxMessage

_STUCK = ("dead", "uncertain")


@dataclass(frozen=True)
class Stuck:
    """A message that could not be delivered, or perhaps was: for the desk."""

    id: int
    messenger: str
    chat: str
    state: str
    text: str
    error: str
    created_at: datetime


def count_stuck(tx: Tx) -> int:
    """Return how many messages wait for a person, dead or uncertain."""
    return tx.execute(select(func.count()).where(OutboxMessage.state.in_(_STUCK))).scalar_one()


def stuck(tx: Tx) -> Sequence[Stuck]:
    """Return dead and uncertain messages, newest first; what is a secret of its reader's comes without its words."""
    rows = tx.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.messenger,
            OutboxMessage.chat,
            OutboxMessage.state,
            OutboxMessage.body,
            OutboxMessage.error,
            OutboxMessage.created_at,
        )
        .where(OutboxMessage.state.in_(_STUCK))
        .order_by(OutboxMessage.id.desc())
        .limit(500)
    )
    return [
        Stuck(row.id, row.messenger, row.chat, row.state, _open_words(row.body), row.error or "", row.created_at)
        for row in rows
    ]


def _open_words(body: Mapping[str, Any]) -> str:
    return "" if body.get("once") else str(body.get("text", ""))


def send_again(tx: Tx, message_id: int, now: datetime) -> bool:
    """Queue a dead or uncertain message once more, because a person decided so."""
    queued = tx.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state.in_(_STUCK))
        .values(state="waiting", not_before=now, attempts=0, error=None, failing_since=None)
        .returning(OutboxMessage.messenger)
    ).scalar_one_or_none()
    touch(tx, [queued] if queued else [])
    return queued is not None
