"""The moderators' groups that get the cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from deeds.kinds import Role
from storage.database import Tx
from storage.models import Group, RoleGrant
from storage.statements import insert_or_update

REGISTRARS = (Role.MODERATOR, Role.ADMIN)
"""Who may make a group one that gets the cards."""


@dataclass(frozen=True)
class RegisteredGroup:
    """A group a moderator has registered."""

    messenger: str
    chat: str
    thread: str | None


def register(tx: Tx, messenger: str, chat: str, thread: str | None, person_id: int, now: datetime) -> None:
    """Make a group one that gets the cards."""
    values = {"thread": thread, "registered_by": person_id, "registered_at": now, "lost_at": None}
    key = {"messenger": messenger, "chat": chat}
    tx.execute(insert_or_update(tx, Group, ("messenger", "chat"), {**key, **values}, values))


def registered(tx: Tx) -> Sequence[RegisteredGroup]:
    """Return the groups that get the cards: those whose registrar still decides, so that none outlives their role."""
    decides = (
        RoleGrant.person_id == Group.registered_by,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.role.in_([role.value for role in REGISTRARS]),
    )
    standing = (Group.lost_at.is_(None), select(RoleGrant.id).where(*decides).exists())
    rows = tx.execute(select(Group.messenger, Group.chat, Group.thread).where(*standing).order_by(Group.id))
    return [RegisteredGroup(row.messenger, row.chat, row.thread) for row in rows]


def lose(tx: Tx, messenger: str, chat: str, now: datetime) -> None:
    """Stop sending to a group that shut us out."""
    tx.execute(update(Group).where(Group.messenger == messenger, Group.chat == chat).values(lost_at=now))


def move(tx: Tx, messenger: str, old: str, new: str) -> None:
    """Follow a group that was given another id; where the new one is registered already, the old one is only lost."""
    known = tx.execute(select(Group.id).where(Group.messenger == messenger, Group.chat == new)).first()
    if known is not None:
        tx.execute(delete(Group).where(Group.messenger == messenger, Group.chat == old))
        return
    tx.execute(update(Group).where(Group.messenger == messenger, Group.chat == old).values(chat=new))
