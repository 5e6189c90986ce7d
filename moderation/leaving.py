"""Who may be deleted: who works here hands over first, and somebody always keeps the keys."""

from deeds.errors import NotPossible
from deeds.kinds import Role
from storage import people
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
