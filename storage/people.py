"""Who is who: people, their identities on messengers, what they may do, invitations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update

from deeds.codes import AS_DIGITS, new_invitation, secret_hash
from deeds.errors import NotPossible
from deeds.kinds import Role
from storage.database import Tx
from storage.models import Attachment, Draft, Identity, Invitation, Person, Question, RoleGrant, Submission
from storage.prepared import Prepared
from storage.statements import insert_unless_there, table

INVITATION_LIVES = timedelta(days=7)
MAIL = "mail"  # a fall-back for staff: nobody is heard there
HEARD_AGAIN = timedelta(minutes=1)  # how fine we keep when somebody was last heard: one write a burst


@dataclass(frozen=True)
class Known:
    """Somebody as a conversation or a page needs them."""

    id: int
    name: str | None
    roles: frozenset[Role] = frozenset()

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
    roles = roles_of(tx, found.person_id) if found.name else frozenset[Role]()
    return Known(found.person_id, found.name, roles)


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


def person(tx: Tx, person_id: int) -> Known | None:
    """Return a person with their present roles."""
    name = tx.execute(select(Person.name).where(Person.id == person_id, Person.erased_at.is_(None))).first()
    return Known(person_id, name.name, roles_of(tx, person_id)) if name else None


def named(tx: Tx, name: str) -> Known | None:
    """Return the member of staff with this name."""
    found = tx.execute(
        select(Person.id).where(Person.name == name, Person.erased_at.is_(None)).order_by(Person.id)
    ).first()
    return person(tx, found.id) if found else None


def anybody_is(tx: Tx, role: Role) -> bool:
    """Tell whether somebody holds this role."""
    grant = select(RoleGrant.id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None)).limit(1)
    return tx.execute(grant).first() is not None


def hire(tx: Tx, name: str, roles: Iterable[Role], now: datetime, org_unit_id: int | None = None) -> Known:
    """Give a named person roles, making the person where there is none of that name."""
    known = named(tx, name)
    if known is None:
        person_id = tx.execute(insert(Person).values(name=name, created_at=now).returning(Person.id)).scalar_one()
        known = Known(person_id, name)
    for role in roles:
        if role not in known.roles:
            tx.execute(
                insert(RoleGrant).values(person_id=known.id, role=role.value, org_unit_id=org_unit_id, granted_at=now)
            )
    return Known(known.id, name, roles_of(tx, known.id))


def dismiss(tx: Tx, person_id: int, role: Role, now: datetime) -> None:
    """Take a role away; the grant stays on record."""
    tx.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.role == role.value, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def invite(tx: Tx, person_id: int, now: datetime, lives: timedelta = INVITATION_LIVES, code: str | None = None) -> str:
    """Return a fresh one-time code this person types to the bot on any messenger, or keep the one given."""
    code = code or new_invitation()
    tx.execute(
        insert(Invitation).values(
            code_hash=secret_hash(code.replace("-", "")),
            person_id=person_id,
            created_at=now,
            expires_at=now + lives,
        )
    )
    return code


def redeem(tx: Tx, code: str, messenger: str, address: str, now: datetime) -> Known | None:
    """Tie this address to the invited person and return them; None when the code is unknown, used or too old."""
    digits = code.replace("-", "").upper().translate(AS_DIGITS)
    taken = tx.execute(
        update(Invitation)
        .where(
            Invitation.code_hash == secret_hash(digits),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.person_id)
    ).first()
    if taken is None:
        return None
    here = (Identity.messenger == messenger, Identity.address == address)
    typed_by = tx.execute(select(Identity.person_id, Person.name).join(Person).where(*here)).one()
    owner = person(tx, taken.person_id)
    if owner is None or typed_by.person_id == owner.id:
        return owner
    if typed_by.name is None:
        _become_one(tx, typed_by.person_id, owner.id)
    elif owner.name is None:  # a member of staff typed a citizen's code: the one with the rights is who remains
        _become_one(tx, owner.id, typed_by.person_id)
    else:
        tx.execute(update(Identity).where(*here).values(person_id=owner.id))
    return person(tx, owner.id if owner.name or typed_by.name is None else typed_by.person_id)


def _become_one(tx: Tx, person_id: int, into: int) -> None:
    """Make two people one: accounts and what was told come along, so nobody decides their own telling."""
    phone = select(Person.phone).where(Person.id == person_id).scalar_subquery()
    tx.execute(update(Person).where(Person.id == into, Person.phone.is_(None)).values(phone=phone))
    for owned in (Identity, Submission, Draft, Attachment, Question):
        tx.execute(update(owned).where(owned.person_id == person_id).values(person_id=into))


def unlink(tx: Tx, messenger: str, address: str, now: datetime) -> bool:
    """Make an account a person of its own, with what was told from it; False when it is its person's only one."""
    here = (Identity.messenger == messenger, Identity.address == address)
    person_id = tx.execute(select(Identity.person_id).where(*here)).scalar_one()
    others = select(func.count()).select_from(Identity).where(Identity.person_id == person_id)
    if tx.execute(others).scalar_one() < 2:
        return False
    alone = tx.execute(insert(Person).values(created_at=now).returning(Person.id)).scalar_one()
    tx.execute(update(Identity).where(*here).values(person_id=alone))
    told_here = (Submission.person_id == person_id, Submission.messenger == messenger, Submission.chat == address)
    told = list(tx.execute(select(Submission.id).where(*told_here)).scalars())
    tx.execute(update(Submission).where(Submission.id.in_(told)).values(person_id=alone))
    tx.execute(update(Question).where(Question.submission_id.in_(told)).values(person_id=alone))
    return True


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
    return [
        Reached(person, MAIL, mail)
        for person in everybody
        if person not in reached and (mail := mail_of(tx, person)) is not None
    ]


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
