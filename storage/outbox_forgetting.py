"""Forgetting what was said to people: by chat, by age, and by name. That it was said stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from deeds.said import Prompt
from storage.database import Tx
from storage.models import Group, Identity, OutboxMessage
from storage.models.base import WORDS
from storage.naming import renamed, says
from storage.outbox import PAST_ALL, REPLY
from storage.personal import emptied
from texts import say

LOOKED_BACK = timedelta(days=1)  # longer than any pause of the timetable it is called from
_EMPTIED = emptied(OutboxMessage, WORDS)


def forget_chat(tx: Tx, messenger: str, chat: str, since: datetime | None = None) -> bool:
    """Forget what was said to a chat, or said since then. Returns whether a reply was still on its way.

    What waits under a key of its own is about something else (an outcome, a card) and is sent all the same.
    """
    here = [OutboxMessage.messenger == messenger, OutboxMessage.chat == chat]
    if since is not None:
        here.append(OutboxMessage.created_at >= since)
    reply = or_(OutboxMessage.send_key.is_(None), OutboxMessage.send_key.startswith(REPLY))
    forgotten = {"state": "forgotten", **_EMPTIED}
    over = OutboxMessage.state.not_in(("waiting", "held", "sending"))
    tx.execute(update(OutboxMessage).where(*here, over).values(**forgotten))
    waiting = (reply, OutboxMessage.state.in_(("waiting", "held")))
    unsent = tx.execute(update(OutboxMessage).where(*here, *waiting).values(**forgotten)).rowcount
    # On the wire it can be stopped no more; tried again, or edited, it says this instead.
    gone = Prompt(say("forgotten.unsent")).to_json()
    tx.execute(update(OutboxMessage).where(*here, reply, OutboxMessage.state == "sending").values(body=gone))
    return unsent > 0


def forget_under(tx: Tx, prefix: str) -> None:
    """Forget what was said under the keys that begin so, wherever it went; a message may be put anew under each."""
    here = (OutboxMessage.send_key >= prefix, OutboxMessage.send_key < prefix + PAST_ALL)
    gone = Prompt(say("forgotten.unsent")).to_json()
    tx.execute(update(OutboxMessage).where(*here, OutboxMessage.state == "sending").values(body=gone))
    over = OutboxMessage.state != "sending"
    tx.execute(update(OutboxMessage).where(*here, over).values(state="forgotten", **_EMPTIED))


def erase_chat(tx: Tx, messenger: str, chat: str) -> None:
    """Forget everything ever sent to a chat."""
    tx.execute(delete(OutboxMessage).where(OutboxMessage.messenger == messenger, OutboxMessage.chat == chat))


@dataclass(frozen=True)
class Renamed:
    """A message that stands in a chat and says something else now."""

    send_key: str
    messenger: str
    chat: str
    thread: str | None
    prompt: Prompt


def rename(tx: Tx, named: Mapping[str, str]) -> Sequence[Renamed]:
    """Put other words for a name, wherever a message says it; returns those that went out under a key of their own.

    What was not sent yet is said so; of what was, our copy changes.
    """
    rows = tx.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.state,
            OutboxMessage.body,
            OutboxMessage.send_key,
            OutboxMessage.messenger,
            OutboxMessage.chat,
            OutboxMessage.thread,
        )
        .where(says(OutboxMessage.body, named))
        .order_by(OutboxMessage.id)
    ).all()
    standing = []
    for row in rows:
        kept = renamed(row.body, named)
        tx.execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(body=kept))
        if row.state == "sent" and row.send_key:
            standing.append(Renamed(row.send_key, row.messenger, row.chat, row.thread, Prompt.from_json(kept)))
    return standing


def forget_before(tx: Tx, instant: datetime) -> int:
    """Forget what messages said that ended before `instant`; that they were sent stays. Returns how many.

    What was said last to somebody who had all deleted goes whole: it would lead to them.
    """
    lives = select(Identity.id).where(
        Identity.messenger == OutboxMessage.messenger, Identity.address == OutboxMessage.chat
    )
    group = select(Group.id).where(Group.messenger == OutboxMessage.messenger, Group.chat == OutboxMessage.chat)
    nobody = and_(OutboxMessage.sent_at < instant, ~lives.exists(), ~group.exists())
    tx.execute(delete(OutboxMessage).where(nobody, OutboxMessage.state == "forgotten"))
    given_up = and_(OutboxMessage.state.in_(("dead", "uncertain")), OutboxMessage.created_at < instant)
    return tx.execute(
        update(OutboxMessage)
        .where(or_(and_(OutboxMessage.state == "sent", OutboxMessage.sent_at < instant), given_up))
        .values(state="forgotten", **_EMPTIED)
    ).rowcount


def forget_secrets(tx: Tx, now: datetime) -> int:
    """Forget what is to be told once, as soon as it was: a receipt is kept as its HMAC only. Returns how many."""
    lately = (OutboxMessage.state == "sent", OutboxMessage.sent_at > now - LOOKED_BACK)
    once = OutboxMessage.body["once"].as_boolean().is_(True)
    return tx.execute(update(OutboxMessage).where(*lately, once).values(state="forgotten", **_EMPTIED)).rowcount
