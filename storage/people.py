"""Who is who: people, their identities on messengers, what they may do, invitations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import category

from sqlalchemy import bindparam, delete, func, insert, select, update

from deeds.errors import NotPossible
from deeds.kinds import Role
from deeds.vietnamese import nfc
from storage.database import Tx
from storage.joining import MAIL as MAIL
from storage.joining import selves
from storage.models import Identity, Invitation, Person, RoleGrant
from storage.prepared import Prepared
from storage.statements import insert_unless_there, table

NOT_PUSHED = frozenset({"webchat"})  # read by who comes and looks: who has nothing else is not told by it alone
HEARD_AGAIN = timedelta(minutes=1)  # how fine we keep when somebody was last heard: one write a burst


@dataclass(frozen=True)
class Known:
    """Somebody as a conversation or a page needs them."""

    id: int
    name: str | None
    roles: frozenset[Role] = frozenset()
    selves: frozenset[int] = frozenset()  # of staff: everybody this human has ever been to us

    def has_been(self, person_id: int | None) -> bool:
        """Tell whether that is this human, by whatever account it was."""
        return person_id is not None and (person_id == self.id or person_id in self.selves)

    def is_any(self, *roles: Role) -> bool:
        """Tell whether this person holds one of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class Reached:
    """A way to reach a person."""

    person_id: int
    messenger: str
    address: str


@dataclass(frozen=True)
class Staff:
    """One line of the list of people with roles."""

    id: int
    name: str
    roles: tuple[Role, ...]
    identities: tuple[tuple[str, str], ...]


_IDENTITY, _PERSON, _GRANT = table(Identity), table(Person), table(RoleGrant)
_HERE = (_IDENTITY.c.messenger == bindparam("here_messenger"), _IDENTITY.c.address == bindparam("here_address"))
_WHO_IS_HERE = Prepared(
    select(_IDENTITY.c.person_id, _PERSON.c.name, _IDENTITY.c.last_heard_at, _IDENTITY.c.unreachable_since)
    .join(_PERSON, _PERSON.c.id == _IDENTITY.c.person_id)
    .where(*_HERE)
)
_HEARD = Prepared(update(_IDENTITY).where(*_HERE).values(last_heard_at=bindparam("heard_at"), unreachable_since=None))
_ROLES = Prepared(select(_GRANT.c.role).where(_GRANT.c.person_id == bindparam("person"), _GRANT.c.revoked_at.is_(None)))


def identify(tx: Tx, messenger: str, address: str, display_name: str, now: datetime) -> Known:
    """Return who writes from this address; an unknown one becomes a new person."""
    here = {"here_messenger": messenger, "here_address": address}
    found = _WHO_IS_HERE.first(tx, **here)
    if found is None:
        return _meet(tx, messenger, address, display_name, now)
    if found.unreachable_since is not None or now - found.last_heard_at >= HEARD_AGAIN:
        _HEARD.change(tx, **here, heard_at=now)
    return _known(tx, found.person_id, found.name)


def _known(tx: Tx, person_id: int, name: str | None) -> Known:
    return Known(person_id, name, roles_of(tx, person_id), selves(tx, person_id)) if name else Known(person_id, None)


def _meet(tx: Tx, messenger: str, address: str, display_name: str, now: datetime) -> Known:
    person_id = tx.execute(insert(Person).values(created_at=now).returning(Person.id)).scalar_one()
    values = {
        "person_id": person_id,
        "messenger": messenger,
        "address": address,
        "display_name": display_name[:200],
        "created_at": now,
        "last_heard_at": now,
    }
    if insert_unless_there(tx, Identity, values):
        return Known(person_id, None)
    # Another process met the same person in this moment: theirs counts.
    tx.execute(delete(Person).where(Person.id == person_id))
    return identify(tx, messenger, address, display_name, now)


def mark_unreachable(tx: Tx, messenger: str, address: str, now: datetime) -> None:
    """Remember that nothing can be sent to this address until its owner is heard again."""
    tx.execute(
        update(Identity)
        .where(Identity.messenger == messenger, Identity.address == address)
        .values(unreachable_since=now)
    )


def move_address(tx: Tx, messenger: str, old: str, new: str) -> None:
    """Follow a chat that was given another id by its messenger."""
    tx.execute(update(Identity).where(Identity.messenger == messenger, Identity.address == old).values(address=new))


def roles_of(tx: Tx, person_id: int) -> frozenset[Role]:
    """Return the roles a person holds now."""
    return frozenset(Role(row.role) for row in _ROLES.all(tx, person=person_id))


def count_with(tx: Tx, role: Role) -> int:
    """Return how many people hold a role now."""
    held = (RoleGrant.role == role.value, RoleGrant.revoked_at.is_(None))
    return tx.execute(select(func.count(RoleGrant.person_id.distinct())).where(*held)).scalar_one()


def person(tx: Tx, person_id: int) -> Known | None:
    """Return a person with their present roles."""
    name = tx.execute(select(Person.name).where(Person.id == person_id, Person.erased_at.is_(None))).first()
    return _known(tx, person_id, name.name) if name else None


def clean_name(name: str) -> str:
    """Return a name as it is kept: however it was typed, it is the same one."""
    return " ".join(nfc(name).split())


def named(tx: Tx, name: str) -> Known | None:
    """Return the member of staff with this name."""
    found = tx.execute(
        select(Person.id).where(Person.name == clean_name(name), Person.erased_at.is_(None)).order_by(Person.id)
    ).first()
    return person(tx, found.id) if found else None


def anybody_is(tx: Tx, role: Role) -> bool:
    """Tell whether somebody holds this role."""
    grant = select(RoleGrant.id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None)).limit(1)
    return tx.execute(grant).first() is not None


def hire(tx: Tx, name: str, roles: Iterable[Role], now: datetime, org_unit_id: int | None = None) -> Known:
    """Give a named person roles, making the person where there is none of that name.

    Raises `NotPossible` for a name with signs nobody sees: two people would look the same.
    """
    name = clean_name(name)
    if not name or any(category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") for sign in name):
        raise NotPossible("people.odd_name", "a name is letters, and no signs nobody sees")
    known = named(tx, name)
    if known is None:
        person_id = tx.execute(insert(Person).values(name=name, created_at=now).returning(Person.id)).scalar_one()
        known = Known(person_id, name)
    grant(tx, known.id, roles, org_unit_id, now)
    return _known(tx, known.id, name)


def grant(tx: Tx, person_id: int, roles: Iterable[Role], org_unit_id: int | None, now: datetime) -> None:
    """Give a person the roles they do not hold yet."""
    given = {"person_id": person_id, "org_unit_id": org_unit_id, "granted_at": now}
    for role in set(roles) - roles_of(tx, person_id):
        tx.execute(insert(RoleGrant).values(role=role.value, **given))


def dismiss(tx: Tx, person_id: int, role: Role, now: datetime) -> None:
    """Take a role away, given or only promised; the grant stays on record.

    An invitation that promises nothing any more ends: it would still tie whoever has the code to this person.
    """
    tx.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.role == role.value, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    unused = (Invitation.person_id == person_id, Invitation.used_at.is_(None))
    for row in tx.execute(select(Invitation.id, Invitation.roles).where(*unused)).all():
        if role.value in row.roles:
            kept = [other for other in row.roles if other != role.value]
            ended = {} if kept else {"used_at": now}
            tx.execute(update(Invitation).where(Invitation.id == row.id).values(roles=kept, **ended))


def ways_to(tx: Tx, person_ids: Iterable[int]) -> Sequence[Reached]:
    """Return every chat these people can be written to in, latest heard first; e-mail is no chat."""
    rows = tx.execute(
        select(Identity.person_id, Identity.messenger, Identity.address)
        .where(
            Identity.person_id.in_(list(person_ids)),
            Identity.unreachable_since.is_(None),
            Identity.messenger != MAIL,
        )
        .order_by(Identity.last_heard_at.desc(), Identity.id)
    )
    return [Reached(row.person_id, row.messenger, row.address) for row in rows]


def only_by_mail(tx: Tx, person_ids: Iterable[int]) -> Sequence[Reached]:
    """Return the e-mail addresses of those among these people whom no chat reaches."""
    everybody = list(person_ids)
    reached = {way.person_id for way in ways_to(tx, everybody)}
    return by_mail(tx, [person for person in everybody if person not in reached])


def by_mail(tx: Tx, person_ids: Iterable[int]) -> Sequence[Reached]:
    """Return the e-mail addresses of those among these people who have one."""
    return [Reached(person, MAIL, mail) for person in person_ids if (mail := mail_of(tx, person)) is not None]


def owner_of(tx: Tx, messenger: str, address: str) -> int | None:
    """Return whose address this is; None for a group's."""
    here = (Identity.messenger == messenger, Identity.address == address)
    return tx.execute(select(Identity.person_id).where(*here)).scalar_one_or_none()


def mail_of(tx: Tx, person_id: int) -> str | None:
    """Return the e-mail address of a member of staff, where no chat reaches them."""
    here = (Identity.person_id == person_id, Identity.messenger == MAIL, Identity.unreachable_since.is_(None))
    return tx.execute(select(Identity.address).where(*here)).scalar_one_or_none()


def set_mail(tx: Tx, person_id: int, address: str | None, now: datetime) -> None:
    """Give a member of staff an e-mail address in place of an earlier one; None takes it away."""
    tx.execute(delete(Identity).where(Identity.person_id == person_id, Identity.messenger == MAIL))
    if address is None:
        return
    values = {"person_id": person_id, "messenger": MAIL, "address": address, "created_at": now, "last_heard_at": now}
    if not insert_unless_there(tx, Identity, {**values, "display_name": ""}):
        raise NotPossible("cli.mail.taken", f"{address} is somebody else's")


def holding(tx: Tx, *roles: Role) -> Sequence[int]:
    """Return the people who hold one of these roles."""
    rows = tx.execute(
        select(RoleGrant.person_id)
        .where(RoleGrant.role.in_([role.value for role in roles]), RoleGrant.revoked_at.is_(None))
        .distinct()
        .order_by(RoleGrant.person_id)
    )
    return list(rows.scalars())


def staff(tx: Tx) -> Sequence[Staff]:
    """Return everybody with a name, with roles and identities."""
    people = tx.execute(
        select(Person.id, Person.name)
        .where(Person.name.is_not(None), Person.erased_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    ).all()
    listed = []
    for row in people:
        identities = tx.execute(
            select(Identity.messenger, Identity.address).where(Identity.person_id == row.id).order_by(Identity.id)
        )
        listed.append(
            Staff(
                row.id,
                row.name or "",
                tuple(sorted(roles_of(tx, row.id))),
                tuple((identity.messenger, identity.address) for identity in identities),
            )
        )
    return listed


def keep_phone(tx: Tx, person_id: int, phone: str) -> None:
    """Note a number under which a person may be called."""
    tx.execute(update(Person).where(Person.id == person_id).values(phone=phone))
