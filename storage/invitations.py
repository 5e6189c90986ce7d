"""One-time codes that tie an account to a person, and what they promise; only their hashes are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from deeds.codes import AS_DIGITS, new_invitation, secret_hash
from deeds.kinds import Role
from storage import people
from storage.database import Tx
from storage.joining import MAIL, account, accounts_of, join, move
from storage.models import Identity, Invitation, Person

LIVES = timedelta(days=7)
WRONG_AT_MOST = 5  # codes one person may type wrong
WRONG_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Invited:
    """A code that can still be used: whose it is, and how far it got."""

    id: int
    person_id: int
    by_account: bool  # an account of that person made it; else the office gave it out
    roles: Sequence[Role]
    typed_by: int | None
    agreed_at: datetime | None


_INVITED = tuple(getattr(Invitation, name) for name in Invited.__dataclass_fields__)


def invite(
    tx: Tx,
    person_id: int,
    now: datetime,
    lives: timedelta = LIVES,
    code: str | None = None,
    *,
    roles: Iterable[Role] = (),
    org_unit_id: int | None = None,
    by_account: bool = False,
) -> str:
    """Return a fresh one-time code this person types to the bot on any messenger, or keep the one given.

    The roles are theirs when it is used, not before.
    """
    code = code or new_invitation()
    tx.execute(
        insert(Invitation).values(
            code_hash=_hash(code),
            person_id=person_id,
            by_account=by_account,
            roles=[role.value for role in roles],
            org_unit_id=org_unit_id,
            created_at=now,
            expires_at=now + lives,
        )
    )
    return code


def _hash(code: str) -> str:
    return secret_hash(code.replace("-", "").upper().translate(AS_DIGITS))


def invited(
    tx: Tx, now: datetime, *, code: str | None = None, invitation_id: int | None = None, agreed: int | None = None
) -> Invited | None:
    """Return an invitation that can still be used; looking uses nothing up.

    Found by its code, by its id, or as the latest of this person's codes that somebody agreed to at another account.
    """
    which = Invitation.id == invitation_id
    if code is not None:
        which = Invitation.code_hash == _hash(code)
    elif agreed is not None:
        which = (Invitation.person_id == agreed) & Invitation.agreed_at.is_not(None)
    alive = (Invitation.used_at.is_(None), Invitation.expires_at > now)
    row = tx.execute(select(*_INVITED).where(which, *alive).order_by(Invitation.id.desc()).limit(1)).first()
    return Invited(**{**row._mapping, "roles": tuple(Role(role) for role in row.roles)}) if row else None


def take_code(tx: Tx, invitation_id: int, person_id: int) -> bool:
    """Keep a code of an account for whoever typed it first; False for everybody after."""
    free = (Invitation.id == invitation_id, Invitation.typed_by.is_(None))
    return tx.execute(update(Invitation).where(*free).values(typed_by=person_id)).rowcount == 1


def agree(tx: Tx, invitation_id: int, now: datetime) -> None:
    """Note that whoever typed a code of a member of staff says it is them; nothing is joined yet."""
    tx.execute(update(Invitation).where(Invitation.id == invitation_id).values(agreed_at=now))


def use_up(tx: Tx, invitation_id: int, now: datetime) -> bool:
    """End a code; False when it had ended already."""
    alive = (Invitation.id == invitation_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
    return tx.execute(update(Invitation).where(*alive).values(used_at=now)).rowcount == 1


def appoint(tx: Tx, invitation_id: int, now: datetime) -> None:
    """Give the roles an invitation promises, once, however often and by whichever of its ways it is used."""
    unused = (Invitation.id == invitation_id, Invitation.granted_at.is_(None))
    granted = update(Invitation).where(*unused).values(granted_at=now)
    found = tx.execute(granted.returning(Invitation.person_id, Invitation.roles, Invitation.org_unit_id)).first()
    if found is not None:
        people.grant(tx, found.person_id, [Role(role) for role in found.roles], found.org_unit_id, now)


def appoint_unmet(tx: Tx, person_id: int, now: datetime) -> None:
    """Give what open invitations promise to somebody who has no account with us, and so cannot be somebody else."""
    if tx.execute(select(Identity.id).where(Identity.person_id == person_id, Identity.messenger != MAIL)).first():
        return
    open_ = (Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
    for invitation_id in tx.execute(select(Invitation.id).where(*open_)).scalars().all():
        appoint(tx, invitation_id, now)


def redeem(tx: Tx, code: str, messenger: str, address: str, now: datetime) -> people.Known | None:
    """Tie this address to the invited person and return them; None when the code is unknown, used or too old."""
    found = invited(tx, now, code=code)
    return accept(tx, found, messenger, address, now) if found else None


def accept(tx: Tx, found: Invited, messenger: str, address: str, now: datetime) -> people.Known | None:
    """Use an invitation up at this address and return the invited person; None when somebody was first."""
    owner, here = people.person(tx, found.person_id), account(tx, messenger, address)
    typed_by = people.person(tx, here.person_id)
    if owner is None or typed_by is None or (typed_by.name and not owner.name):
        return None  # no member of staff becomes a citizen
    if not use_up(tx, found.id, now):
        return None
    appoint(tx, found.id, now)
    # The office invited whoever typed the code, not every account that was ever joined with theirs.
    alone = found.by_account or len(accounts_of(tx, typed_by.id)) == 1
    if typed_by.id != owner.id and typed_by.name is None and alone:
        join(tx, typed_by.id, owner.id, now)
    elif typed_by.id != owner.id:
        move(tx, here, owner.id, now)
    return people.person(tx, owner.id)


def may_type_a_code(tx: Tx, person_id: int, now: datetime) -> bool:
    """Tell whether this person may try another code: who guesses is stopped, never whose code is guessed."""
    tried = tx.execute(select(Person.wrong_codes, Person.wrong_since).where(Person.id == person_id)).one()
    return tried.wrong_codes < WRONG_AT_MOST or tried.wrong_since is None or now - tried.wrong_since >= WRONG_WITHIN


def count_wrong_code(tx: Tx, person_id: int, now: datetime) -> None:
    """Note that a person typed a code that opens nothing."""
    tried = tx.execute(select(Person.wrong_codes, Person.wrong_since).where(Person.id == person_id)).one()
    goes_on = tried.wrong_since is not None and now - tried.wrong_since < WRONG_WITHIN
    counted = {"wrong_codes": tried.wrong_codes + 1} if goes_on else {"wrong_codes": 1, "wrong_since": now}
    tx.execute(update(Person).where(Person.id == person_id).values(counted))
