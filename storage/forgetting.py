"""Forgetting: from one row along the foreign keys, every column that says something of a person is emptied.

No list of columns is kept here. What a column says, and what a key means, stands in the models
(`storage.models.base`); what was said in chats hangs on a chat, not on a key, and is forgotten by chat.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, Table, delete, or_, select, update

from storage import attachments, chat_lines, inbox, outbox_forgetting, remote_copies
from storage.database import Database, Tx, note_forgotten
from storage.models import Attachment, Base, Deed, Draft, Identity, Person, Submission
from storage.models.base import LEFT, OWNED, SAID, SENT, TIE, WORDS
from storage.people import MAIL
from storage.personal import columns_saying, emptied, file_columns, links, row_id, tables
from storage.statements import table

Chat = tuple[str, str]  # messenger, address
Rows = Mapping[Table, set[int]]


class Root(Enum):
    """What can be forgotten as a whole."""

    PERSON = Person
    DEED = Deed
    SUBMISSION = Submission
    DRAFT = Draft


@dataclass(frozen=True)
class Forgotten:
    """What the caller may have to answer for: chats in which something was still to be said, and now is not."""

    unsent: tuple[Chat, ...] = ()


def forget(tx: Tx, root: Root, root_id: int, now: datetime) -> Forgotten:
    """Forget a row and all that belongs to it: words, names, pictures, and what was said of it in its chats.

    A deed keeps code, days of our work and history; a submission its number; a person only their id. Of what a person
    sent and others may have built on (a deed handed in), forgetting the person takes their own words and every tie to
    them. Files go from the disk once the transaction is committed (`Database.after_commit`).
    """
    model: type[Base] = root.value
    whole = _owned(tx, {table(model): {root_id}})
    sent = _sent(tx, root_id, whole) if root is Root.PERSON else {}
    chats, since = _chats(tx, root, root_id, whole, sent)
    marks = (WORDS, SAID, LEFT, TIE) if root is Root.PERSON else (WORDS, SAID)
    files: set[str] = set()
    for each in reversed(tables()):  # what points to a row goes before it
        loose = _loose(tx, each, sent.get(each, set()))
        _empty(tx, each, sent.get(each, set()) - loose, emptied(each, SAID, TIE) | _cut(each, root))
        going = whole.get(each, set()) | loose
        if each.info.get("forgotten") == "deleted":
            files |= _delete(tx, each, going)
        else:
            _empty(tx, each, going, emptied(each, *marks))
    forget_left(tx, _tellers(tx, whole))
    _leave_the_disk(tx, files)
    unsent = [chat for chat in sorted(chats) if _forget_chat(tx, chat, since, now, whole=root is Root.PERSON)]
    return Forgotten(tuple(unsent))


def forget_left(tx: Tx, people: Collection[int] | None = None) -> int:
    """Empty what people left beside what they sent, where nothing they sent stands any more; returns how many did.

    With `people`, of these only.
    """
    left = columns_saying(table(Person), {LEFT})
    told = (Submission.person_id == Person.id, Submission.withdrawn_at.is_(None), Submission.purged_at.is_(None))
    which = [or_(*(column.is_not(None) for column in left)), ~select(Submission.id).where(*told).exists()]
    if people is not None:
        which.append(Person.id.in_(list(people)))
    return tx.execute(update(Person).where(*which).values(**emptied(Person, LEFT))).rowcount


def delete_loose(tx: Tx, person_id: int) -> None:
    """Delete the pictures and recordings a person sent that belong to nothing and that they do not want to add."""
    pieces = table(Attachment)
    _leave_the_disk(tx, _delete(tx, pieces, _loose(tx, pieces, _ids(tx, pieces, pieces.c.person_id, [person_id]))))


def delete_pictures(tx: Tx, draft_id: int) -> None:
    """Delete the pictures of a report being told; recordings and words stay."""
    pieces = table(Attachment)
    here = (pieces.c.draft_id == draft_id, pieces.c.kind == "photo")
    _leave_the_disk(tx, _delete(tx, pieces, set(tx.execute(select(row_id(pieces)).where(*here)).scalars())))


def delete_unkept(tx: Tx, files: Collection[str]) -> None:
    """Delete the bytes of pictures that came and are not taken, as their sender is told."""
    if files:
        _leave_the_disk(tx, files)


def finish(database: Database) -> None:
    """Carry to its end what was forgotten and could not leave the disk at once. Safe to run at any time."""
    with database.read() as tx:
        free = attachments.free(tx, database.files_owed())
    database.clear_away(free)


def _owned(tx: Tx, begin: Mapping[Table, set[int]]) -> dict[Table, set[int]]:
    """Return the rows that belong wholly to these, and these."""
    found: dict[Table, set[int]] = defaultdict(set)
    todo = [(each, set(ids)) for each, ids in begin.items()]
    while todo:
        each, ids = todo.pop()
        new = ids - found[each]
        found[each] |= new
        if new:
            todo += [(to, _ids(tx, to, key.parent, new)) for to, key in links(OWNED, each)]
    return dict(found)


def _tellers(tx: Tx, whole: Rows) -> set[int]:
    """Return who sent the submissions among these."""
    theirs = select(Submission.person_id).where(Submission.id.in_(list(whole.get(table(Submission), set()))))
    return {person for person in tx.execute(theirs).scalars() if person is not None}


def _sent(tx: Tx, person_id: int, whole: Rows) -> dict[Table, set[int]]:
    found: dict[Table, set[int]] = defaultdict(set)
    for each, key in links(SENT, table(Person)):
        found[each] |= _ids(tx, each, key.parent, [person_id]) - whole.get(each, set())
    return dict(found)


def _ids(tx: Tx, of: Table, column: Column[Any], values: Iterable[int]) -> set[int]:
    return set(tx.execute(select(row_id(of)).where(column.in_(list(values)))).scalars())


def _loose(tx: Tx, of: Table, ids: Collection[int]) -> set[int]:
    """Return which of these rows belong to nothing: nobody built on them, so they go with their sender."""
    owners = [key.parent for key in of.foreign_keys if key.info.get("link") == OWNED]
    if not ids or not owners:
        return set()
    alone = [owner.is_(None) for owner in owners]
    return set(tx.execute(select(row_id(of)).where(row_id(of).in_(list(ids)), *alone)).scalars())


def _cut(of: Table, root: Root) -> dict[str, None]:
    """Return the keys that lead from a row to its sender, as nothing."""
    to = table(root.value)
    return {key.parent.name: None for key in of.foreign_keys if key.info.get("link") == SENT and key.column.table is to}


def _empty(tx: Tx, of: Table, ids: Collection[int], values: Mapping[str, Any]) -> None:
    if ids and values:
        tx.execute(update(of).where(row_id(of).in_(list(ids))).values(**values))


def _delete(tx: Tx, of: Table, ids: Collection[int]) -> set[str]:
    """Delete rows; returns the names of the files they named."""
    if not ids:
        return set()
    here = row_id(of).in_(list(ids))
    named = file_columns(of)
    rows = tx.execute(select(*named).where(here)).all() if named else []
    tx.execute(delete(of).where(here))
    return {name for row in rows for name in row if name}


def _leave_the_disk(tx: Tx, files: Collection[str]) -> None:
    """See to it that files nobody's row names any more are deleted with the commit.

    A messenger's id of a picture leads to it as surely as its bytes; where another report shows the same picture, it
    is only uploaded anew.
    """
    remote_copies.forget(tx, files)
    note_forgotten(tx, attachments.free(tx, files))


def _chats(tx: Tx, root: Root, root_id: int, whole: Rows, sent: Rows) -> tuple[set[Chat], datetime | None]:
    """Return the chats in which it was told, and since when; None: ever."""
    since = None
    chats: set[Chat] = set()
    people = [root_id] if root is Root.PERSON else []
    if root is Root.DRAFT:
        draft = tx.execute(select(Draft.person_id, Draft.opened_at).where(Draft.id == root_id)).first()
        if draft is not None:
            people, since = [draft.person_id], draft.opened_at
    for model in (Submission, Attachment):
        each = table(model)
        ids = whole.get(each, set()) | sent.get(each, set())
        for row in tx.execute(select(each.c.messenger, each.c.chat, each.c.person_id).where(each.c.id.in_(list(ids)))):
            people += [row.person_id] if row.person_id is not None else []
            chats |= {(row.messenger, row.chat)} if row.chat is not None else set()
    ways = select(Identity.messenger, Identity.address).where(Identity.person_id.in_(people))
    if root is not Root.PERSON:
        ways = ways.where(Identity.messenger != MAIL)
    return chats | {(row.messenger, row.address) for row in tx.execute(ways)}, since


def _forget_chat(tx: Tx, chat: Chat, since: datetime | None, now: datetime, *, whole: bool) -> bool:
    messenger, address = chat
    chat_lines.forget_chat(tx, address, since)
    if whole:
        inbox.erase_chat(tx, messenger, address, now)
        inbox.forget_in_groups(tx, messenger, address, now)
        outbox_forgetting.erase_chat(tx, messenger, address)
        return False
    inbox.forget_chat(tx, messenger, address, since)
    return outbox_forgetting.forget_chat(tx, messenger, address, since)
