"""Who may leave: who works here hands over first, and somebody always keeps the keys."""

from collections.abc import Collection
from datetime import datetime

from deeds.errors import NotFound, NotPossible
from deeds.kinds import Role
from storage import people, web_sessions
from storage.database import Tx
from storage.people import Known


def check_not_last_admin(tx: Tx, person: Known) -> None:
    """Raise `NotPossible` where nobody would be left who can let others in."""
    if Role.ADMIN in person.roles and people.count_with(tx, Role.ADMIN) == 1:
        raise NotPossible("staff.last_admin", f"person {person.id} is the last admin", name=person.name or "")


def check_has_no_role(person: Known) -> None:
    """Raise `NotPossible` for somebody with a role: a word in the chat does not end an office."""
    if person.roles:
        raise NotPossible("staff.has_role", f"person {person.id} still has a role")


def take_role(tx: Tx, person_id: int, role: str, now: datetime, *, opening_desk: Collection[Role]) -> None:
    """Take a role away; whoever has none left that opens the desk is signed out everywhere.

    Raises `NotFound` for a role they do not hold, `NotPossible` where nobody would be left who can let others in.
    """
    person = people.person(tx, person_id)
    if person is None or role not in person.roles:
        raise NotFound("desk.people.no_such_role", f"person {person_id} has no role {role[:40]!r}")
    if role == Role.ADMIN and len(people.holding(tx, Role.ADMIN)) == 1:
        raise NotPossible("desk.people.last_admin", f"person {person_id} is the last admin")
    people.dismiss(tx, person_id, Role(role), now)
    if people.roles_of(tx, person_id).isdisjoint(opening_desk):
        web_sessions.end_sessions_of(tx, person_id, now)
