"""The lines of web chats, ours and the person's, in the order both sides see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import aliased

from storage.database import Tx, note_forgotten
from storage.models import Attachment, ChatMessage
from storage.models.base import WORDS
from storage.naming import renamed, says
from storage.personal import emptied

BOT = "bot"
ME = "me"
_EMPTIED = emptied(ChatMessage, WORDS)


@dataclass(frozen=True)
class Line:
    """One line; `seq` counts within its chat, `body` is the messenger's own."""

    seq: int
    sender: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """A picture as it may go back to the browser it came from: the clean copy and its thumbnail, never the original."""

    published: str | None
    thumbnail: str | None


def add(tx: Tx, chat: str, sender: str, body: Mapping[str, Any], send_key: str, now: datetime) -> int:
    """Append a line and return its `seq`; a line that is there already under `send_key` keeps its own."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer; here two processes could count the same number
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"chat_message {chat}"))))
    known = tx.execute(select(ChatMessage.seq).where(ChatMessage.send_key == send_key)).scalar_one_or_none()
    if known is not None:
        return known
    seq = newest(tx, chat) + 1
    tx.execute(
        insert(ChatMessage).values(chat=chat, seq=seq, sender=sender, body=dict(body), send_key=send_key, at=now)
    )
    return seq


def newest(tx: Tx, chat: str) -> int:
    """Return the `seq` of a chat's last line, 0 when nothing was said."""
    return tx.execute(select(func.max(ChatMessage.seq)).where(ChatMessage.chat == chat)).scalar_one() or 0


def newest_of_all(tx: Tx, at_most: int) -> Mapping[int, str]:
    """Return the last lines of all chats, by a number each has to itself: the chat of each."""
    rows = tx.execute(select(ChatMessage.id, ChatMessage.chat).order_by(ChatMessage.id.desc()).limit(at_most))
    return {row.id: row.chat for row in rows}


def after(tx: Tx, chat: str, seq: int, at_most: int) -> Sequence[Line]:
    """Return the lines of a chat behind `seq`, in their order."""
    return _lines(tx, (ChatMessage.chat == chat) & (ChatMessage.seq > seq), ChatMessage.seq, at_most)


def last(tx: Tx, chat: str, at_most: int) -> Sequence[Line]:
    """Return the last lines of a chat, in their order."""
    return _lines(tx, ChatMessage.chat == chat, ChatMessage.seq.desc(), at_most)[::-1]


def line(tx: Tx, chat: str, seq: int) -> Line | None:
    """Return one line of a chat."""
    return next(iter(_lines(tx, (ChatMessage.chat == chat) & (ChatMessage.seq == seq), ChatMessage.seq, 1)), None)


def _lines(tx: Tx, which: Any, order: Any, at_most: int) -> list[Line]:
    rows = tx.execute(
        select(ChatMessage.seq, ChatMessage.sender, ChatMessage.body).where(which).order_by(order).limit(at_most)
    )
    return [Line(row.seq, row.sender, row.body) for row in rows]


def pictures(tx: Tx, messenger: str, chat: str, message: str) -> Sequence[Picture]:
    """Return the pictures of one message of a person; one that is not clean yet, or was refused, has no copies."""
    rows = tx.execute(
        select(Attachment.published, Attachment.thumbnail, Attachment.state)
        .where(
            Attachment.messenger == messenger,
            Attachment.chat == chat,
            Attachment.message == message,
            Attachment.kind == "photo",
        )
        .order_by(Attachment.position)
    )
    return [Picture(row.published, row.thumbnail) if row.state == "ready" else Picture(None, None) for row in rows]


def forget_line(tx: Tx, send_key: str) -> None:
    """Empty one line, e.g. what turned out to be a complaint. Its number stays: a page that waits counts on it."""
    tx.execute(update(ChatMessage).where(ChatMessage.send_key == send_key).values(**_EMPTIED))
    note_forgotten(tx)


def forget_chat(tx: Tx, chat: str, since: datetime | None = None) -> None:
    """Delete everything said in a chat, or said since then; of its last line the number stays."""
    said = ChatMessage.chat == chat
    if since is not None:
        said &= ChatMessage.at >= since
    _delete(tx, said)
    tx.execute(update(ChatMessage).where(said).values(**_EMPTIED))


def rename(tx: Tx, named: Mapping[str, str]) -> None:
    """Put other words for a name in every line of ours that says it."""
    ours = (ChatMessage.sender == BOT, says(ChatMessage.body, named))
    for row in tx.execute(select(ChatMessage.id, ChatMessage.body).where(*ours)).all():
        tx.execute(update(ChatMessage).where(ChatMessage.id == row.id).values(body=renamed(row.body, named)))
        note_forgotten(tx)


def forget_before(tx: Tx, instant: datetime) -> int:
    """Delete the lines older than that and return how many that were; of a chat's last one the number stays."""
    gone = _delete(tx, ChatMessage.at < instant)
    last = update(ChatMessage).where(ChatMessage.at < instant, ChatMessage.body != {}).values(**_EMPTIED)
    if tx.execute(last).rowcount:
        note_forgotten(tx)
    return gone


def _delete(tx: Tx, which: ColumnElement[bool]) -> int:
    later = aliased(ChatMessage)
    has_later = select(later.id).where(later.chat == ChatMessage.chat, later.seq > ChatMessage.seq).exists()
    return tx.execute(delete(ChatMessage).where(which, has_later)).rowcount
