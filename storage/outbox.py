"""Messages to send: written in the transaction that causes them, sent after it, in order per chat."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from deeds.said import Prompt
from storage.causes import cause
from storage.claims import touch
from storage.database import Tx
from storage.models import OutboxMessage
from storage.prepared import Prepared
from storage.statements import insert_unless_there, table

LEASE = timedelta(seconds=120)  # longer than the slowest upload; past it the sender is taken for dead
REPLY = "photos:"  # begins the send key of a reply that counts pictures, and is said anew with each
CARD = "card:"  # begins the send key of a card: it carries buttons, and stands in groups
DEMAND = "demand:"  # begins the send key of what somebody told of wants of the moderators, then who it is
PAST_ALL = "\uffff"  # behind a prefix: past every key that begins so
HORIZON = timedelta(seconds=60)  # the longest span a messenger's limits are counted over


@dataclass(frozen=True)
class Due:
    """A message whose turn it is."""

    id: int
    messenger: str
    chat: str
    thread: str | None
    prompt: Prompt
    send_key: str | None
    edits: str | None
    attempts: int
    cause: str | None = None

    @property
    def is_card(self) -> bool:
        """Whether it must not stand twice in a group: where nobody knows if it went out, a person must look."""
        return (self.send_key or "").startswith(CARD) and not self.edits


_OUT = table(OutboxMessage)
_THIS = _OUT.c.id == bindparam("message")
_PUT = Prepared(
    insert(_OUT),
    *("messenger", "chat", "thread", "created_at", "body", "not_before", "state", "attempts", "error", "cause"),
)
_LEASE = Prepared(
    update(_OUT)
    .where(_THIS)
    .values(
        state="sending",
        leased_until=bindparam("lease_ends"),
        attempts=_OUT.c.attempts + 1,
        # An edit shortly after the message counts beside it.
        units=case((_OUT.c.sent_at > bindparam("counted_since"), _OUT.c.units), else_=0) + bindparam("cost"),
    )
)
_SENT = Prepared(
    update(_OUT)
    .where(_THIS)
    .values(
        state="sent",
        edits=None,
        remote_id=bindparam("remote"),
        sent_at=bindparam("at"),
        leased_until=None,
        error=None,
        failing_since=None,
    )
)
_WAITS = Prepared(
    select(_OUT.c.id)
    .where(_OUT.c.messenger == bindparam("here"), _OUT.c.chat == bindparam("there"), _OUT.c.state == "waiting")
    .limit(1)
)


def is_coming(tx: Tx, messenger: str, chat: str, by: datetime) -> bool:
    """Tell whether a message to this chat is on its way, or will be by then."""
    here = (OutboxMessage.messenger == messenger) & (OutboxMessage.chat == chat)
    soon = (OutboxMessage.state == "sending") | ((OutboxMessage.state == "waiting") & (OutboxMessage.not_before <= by))
    return tx.execute(select(OutboxMessage.id).where(here, soon).limit(1)).first() is not None


def last_sent_at(tx: Tx, messenger: str, chat: str) -> datetime | None:
    """Return when the newest message went out to a chat."""
    here = (OutboxMessage.messenger == messenger) & (OutboxMessage.chat == chat)
    newest = select(OutboxMessage.sent_at).where(here, OutboxMessage.sent_at.is_not(None))
    return tx.execute(newest.order_by(OutboxMessage.sent_at.desc()).limit(1)).scalar()


def put(tx: Tx, messenger: str, chat: str, prompt: Prompt, now: datetime, thread: str | None = None) -> None:
    """Queue a message. With a `send_key` it replaces the one under that key, in the queue or in the chat by an edit."""
    touch(tx, [messenger])
    values = {
        "body": prompt.to_json(),
        "not_before": prompt.not_before or now,
        "state": "waiting",
        "attempts": 0,
        "error": None,
        "cause": cause(tx),
    }
    where = {"messenger": messenger, "chat": chat, "thread": thread, "created_at": now}
    if prompt.send_key is None:
        _PUT.change(tx, **where, **values)
        return
    if _replace(tx, prompt.send_key, prompt, values):
        return
    if not insert_unless_there(tx, OutboxMessage, {**where, "send_key": prompt.send_key, **values}):
        _replace(tx, prompt.send_key, prompt, values)  # another process queued it in this moment


def _replace(tx: Tx, send_key: str, prompt: Prompt, values: dict[str, object]) -> bool:
    found = tx.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.state,
            OutboxMessage.remote_id,
            OutboxMessage.body,
            OutboxMessage.attempts,
            OutboxMessage.not_before,
        )
        .where(OutboxMessage.send_key == send_key)
        .with_for_update()
    ).first()
    if found is None:
        return False
    if found.state == "sent" and _says(found.body, prompt):
        return True
    if found.attempts == 0 or found.state not in ("sending", "waiting"):
        values = {**values, "failing_since": None}
    if found.state == "sending":
        # It is on the wire with the old words: let it land, then edit it. `mark_sent` sees the changed body.
        values = {"body": values["body"], "not_before": values["not_before"]}
    elif found.state == "waiting" and found.attempts:
        # The messenger asked for a pause: new words do not end it.
        pause = {"not_before": max(found.not_before, prompt.not_before or found.not_before)}
        values = {"body": values["body"], **pause}
    tx.execute(update(OutboxMessage).where(OutboxMessage.id == found.id).values(edits=found.remote_id, **values))
    return True


def _says(body: Mapping[str, Any], prompt: Prompt) -> bool:
    """Tell whether a kept body says just this; as prompts, since JSON knows lists where a prompt has tuples."""
    return Prompt.from_json(body) == replace(prompt, send_key=None, not_before=None)


def cancel(tx: Tx, send_key: str) -> bool:
    """Take back a message that has not gone out. Returns False when it is too late or there is none."""
    return (
        tx.execute(
            delete(OutboxMessage).where(
                OutboxMessage.send_key == send_key, OutboxMessage.state.in_(("waiting", "held"))
            )
        ).rowcount
        == 1
    )


def keys_under(tx: Tx, prefix: str) -> Sequence[tuple[str, str, str, str | None]]:
    """Return (send_key, messenger, chat, thread) of every message whose key starts with `prefix`."""
    rows = tx.execute(
        select(OutboxMessage.send_key, OutboxMessage.messenger, OutboxMessage.chat, OutboxMessage.thread)
        .where(OutboxMessage.send_key >= prefix, OutboxMessage.send_key < prefix + PAST_ALL)
        .order_by(OutboxMessage.id)
    )
    return [(row.send_key or "", row.messenger, row.chat, row.thread) for row in rows]


@cache
def _in_turn(*, passing_over: bool = False) -> Select[*tuple[Any, ...]]:
    """Return the query for the messages whose turn it is: the first of each chat, none of a chat that is held."""
    present: Any = bindparam("present")
    messenger: Any = bindparam("here")
    heads = (
        select(OutboxMessage.messenger, OutboxMessage.chat, func.min(OutboxMessage.id).label("id"))
        .where(OutboxMessage.state == "waiting", OutboxMessage.not_before <= present)
        .group_by(OutboxMessage.messenger, OutboxMessage.chat)
        .subquery()
    )
    other = aliased(OutboxMessage)
    in_chat = (other.messenger == heads.c.messenger, other.chat == heads.c.chat)
    # Any row of the chat, not only an older one: an edit of an old message must not overtake what is on the wire.
    sending = select(other.id).where(*in_chat, other.state == "sending").exists()
    retrying = (
        select(other.id)
        .where(
            *in_chat,
            or_(other.state == "waiting", other.state == "uncertain"),
            other.attempts > 0,
            other.not_before > present,
        )
        .exists()
    )
    passed: Any = bindparam("passed", expanding=True)
    others = (heads.c.chat.not_in(passed),) if passing_over else ()
    return (
        select(
            OutboxMessage.id,
            OutboxMessage.messenger,
            OutboxMessage.chat,
            OutboxMessage.thread,
            OutboxMessage.body,
            OutboxMessage.send_key,
            OutboxMessage.edits,
            OutboxMessage.attempts,
            OutboxMessage.cause,
        )
        .where(
            OutboxMessage.id.in_(select(heads.c.id).where(~sending, ~retrying, *others)),
            OutboxMessage.state == "waiting",
            OutboxMessage.not_before <= present,
            OutboxMessage.messenger == messenger,
        )
        .order_by(OutboxMessage.id)
        .with_for_update(skip_locked=True)
    )


@cache
def _first_in_turn(doublings: int) -> Prepared:
    """Return the query for the first 1, 2, 4, 8 ... of them: a limit that was given would be planned for anew."""
    return Prepared(lambda _: _in_turn().limit(1 << doublings))


def claim(tx: Tx, messenger: str, now: datetime, at_most: int) -> list[Due]:
    """Take the messages whose turn it is on a messenger, one a chat, under a lease.

    A row held back by `not_before` holds nobody unless it was tried before; a row being sent holds its chat.
    """
    due = in_turn(tx, messenger, now, at_most)
    for message in due:
        lease(tx, message, now)
    return due


def in_turn(tx: Tx, messenger: str, now: datetime, at_most: int, passing_over: Collection[str] = ()) -> list[Due]:
    """Return the messages whose turn it is, but for these chats; nobody else takes them while the transaction lasts."""
    given = {"present": now, "here": messenger}
    if passing_over:
        others = _in_turn(passing_over=True).limit(at_most)
        rows = list(tx.execute(others, {**given, "passed": list(passing_over)}))
    else:
        rows = _first_in_turn((at_most - 1).bit_length()).all(tx, **given)[:at_most]
    return [
        Due(
            row.id,
            row.messenger,
            row.chat,
            row.thread,
            Prompt.from_json(row.body),
            row.send_key,
            row.edits,
            row.attempts,
            row.cause,
        )
        for row in rows
    ]


def lease(tx: Tx, message: Due, now: datetime, units: int = 0) -> None:
    """Note that a message is being sent, and how many messages it is to whoever limits them."""
    _LEASE.change(tx, message=message.id, lease_ends=now + LEASE, counted_since=now - HORIZON, cost=units)


def was_put_here(tx: Tx, messenger: str, chat: str, remote_id: str, since: datetime) -> bool:
    """Tell whether a message of ours with this id was put to a chat since then; a card is put to nobody."""
    here = (OutboxMessage.messenger == messenger, OutboxMessage.chat == chat, OutboxMessage.remote_id == remote_id)
    rows = tx.execute(select(OutboxMessage.send_key).where(*here, OutboxMessage.created_at >= since)).scalars()
    return any(not (key or "").startswith(CARD) for key in rows)


def mark_sent(tx: Tx, message: Due, remote_id: str, now: datetime) -> None:
    """Record that the messenger has it; a message whose words changed on the way is queued again as an edit."""
    _SENT.change(tx, message=message.id, remote=remote_id, at=now)
    if message.send_key:
        here = OutboxMessage.id == message.id
        body = tx.execute(select(OutboxMessage.body).where(here).with_for_update()).scalar_one_or_none()
        if body is not None and not _says(body, message.prompt):
            tx.execute(update(OutboxMessage).where(here).values(state="waiting", attempts=0, edits=remote_id))
    if _WAITS.first(tx, here=message.messenger, there=message.chat) is not None:
        touch(tx, [message.messenger])


def mark_again(
    tx: Tx, message: Due, not_before: datetime, error: str, *, forget_edit: bool = False, now: datetime | None = None
) -> None:
    """Queue a message once more; it keeps its place in its chat."""
    values: dict[str, object] = {"state": "waiting", "not_before": not_before, "leased_until": None}
    values["error"] = error[:2_000]
    values["failing_since"] = func.coalesce(OutboxMessage.failing_since, now)
    touch(tx, [message.messenger])
    if forget_edit:
        values["edits"] = None
    tx.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(**values))


def mark_given_up(tx: Tx, message: Due, state: str, error: str, *, chat_rests_until: datetime | None = None) -> None:
    """Stop sending a message: `dead` (it did not go out) or `uncertain` (it may have), and then its chat may rest."""
    rest = {} if chat_rests_until is None else {"not_before": chat_rests_until}
    touch(tx, [message.messenger])
    tx.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id)
        .values(state=state, leased_until=None, error=error[:2_000], **rest)
    )


def take_back_leases(
    tx: Tx,
    now: datetime,
    is_group: Callable[[str, str], bool],
    *,
    all_of_them: bool = False,
    but: Collection[int] = (),
) -> int:
    """Deal with messages whose sender died while sending: nobody knows whether they went out.

    What is told to one person is sent again (a repeat harms less than a silence); a card in a group is never blindly
    repeated: it becomes `uncertain` for a person to look at, unless it is an edit, which can be repeated without harm.
    `is_group` tells it by messenger and chat. `all_of_them` is for the start of a lone process: nobody else is sending.
    `but`: the caller has these in hand and knows better. Returns how many are sent again.
    """
    lost = [OutboxMessage.state == "sending"]
    if not all_of_them:
        lost.append(OutboxMessage.leased_until < now)
    cards = OutboxMessage.send_key.startswith(CARD) & OutboxMessage.edits.is_(None)
    found = tx.execute(
        select(OutboxMessage.id, OutboxMessage.messenger, OutboxMessage.chat, cards.label("is_card"))
        .where(*lost)
        .with_for_update(skip_locked=True)
    ).all()
    again = 0
    for row in found:
        if row.id in but:
            continue
        ends: dict[str, object] = {"state": "waiting"}
        if row.is_card and is_group(row.messenger, row.chat):
            ends = {"state": "uncertain", "error": "the sender stopped while sending"}
        tx.execute(update(OutboxMessage).where(OutboxMessage.id == row.id).values(leased_until=None, **ends))
        touch(tx, [row.messenger])
        again += ends["state"] == "waiting"
    return again


def move_chat(tx: Tx, messenger: str, old: str, new: str) -> None:
    """Follow a chat that was given another id; what was sent under the old one can be replaced no more."""
    tx.execute(
        update(OutboxMessage)
        .where(OutboxMessage.messenger == messenger, OutboxMessage.chat == old)
        .values(chat=new, edits=None, remote_id=None)
    )
