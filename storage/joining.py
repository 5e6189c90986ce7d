"""Two people turn out to be one, and may part again; that they were one is remembered for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, insert, or_, select, tuple_, update

from storage.database import Tx
from storage.models import AccountLink, Attachment, Draft, Identity, Person, Question, Submission
from storage.prepared import Prepared
from storage.statements import table

MAIL = "mail"  # a fall-back for staff: nobody is heard there


@dataclass(frozen=True)
class Account:
    """An account as people recognise it: on which messenger, under which name, since when."""

    person_id: int
    messenger: str
    address: str
    display_name: str
    created_at: datetime


_ACCOUNT = tuple(getattr(Identity, name) for name in Account.__dataclass_fields__)
_LINK = table(AccountLink)
_LINKED = Prepared(
    select(_LINK.c.person_id, _LINK.c.joined_id).where(
        or_(_LINK.c.person_id == bindparam("person"), _LINK.c.joined_id == bindparam("person"))
    )
)


def accounts_of(tx: Tx, person_id: int) -> Sequence[Account]:
    """Return every chat of a person, first met first."""
    return _accounts(tx, select(*_ACCOUNT).where(Identity.person_id == person_id, Identity.messenger != MAIL))


def account(tx: Tx, messenger: str, address: str) -> Account:
    """Return the account at this address, which has written to us."""
    here = (Identity.messenger == messenger, Identity.address == address)
    return _accounts(tx, select(*_ACCOUNT).where(*here))[0]


def _accounts(tx: Tx, query: Select[tuple[int, str, str, str, datetime]]) -> list[Account]:
    return [Account(**row._mapping) for row in tx.execute(query.order_by(Identity.id))]


def selves(tx: Tx, person_id: int) -> frozenset[int]:
    """Return everybody this human has ever been to us, parted since or not."""
    found, to_ask = {person_id}, [person_id]
    while to_ask:
        for row in _LINKED.all(tx, person=to_ask.pop()):
            new = {row.person_id, row.joined_id} - found
            found |= new
            to_ask += new
    return frozenset(found)


def join(tx: Tx, joined_id: int, into: int, now: datetime) -> None:
    """Make two people one: accounts and what was told come along, so nobody decides their own telling."""
    phone = tx.execute(select(Person.phone).where(Person.id == joined_id)).scalar()
    nobodys = (Person.id == into, Person.phone.is_(None))
    brings = phone is not None and tx.execute(update(Person).where(*nobodys).values(phone=phone)).rowcount == 1
    tx.execute(update(Person).where(Person.id == joined_id).values(phone=None))
    _come(tx, Identity.person_id == joined_id, joined_id, into, now, brings_phone=brings)
    begun = (Draft.person_id == joined_id, Draft.home_id.is_(None))
    tx.execute(update(Draft).where(*begun).values(home_id=Draft.person_id))
    for owned in (Submission, Draft, Attachment, Question):
        tx.execute(update(owned).where(owned.person_id == joined_id).values(person_id=into))


def move(tx: Tx, here: Account, into: int, now: datetime) -> None:
    """Give one account of a member of staff to another; what was told from it stays with who told it."""
    _come(tx, (Identity.messenger == here.messenger) & (Identity.address == here.address), here.person_id, into, now)


def _come(tx: Tx, who: object, joined_id: int, into: int, now: datetime, *, brings_phone: bool = False) -> None:
    link = {"person_id": into, "joined_id": joined_id, "joined_at": now, "brought_phone": brings_phone}
    tx.execute(insert(AccountLink).values(**link))
    tx.execute(update(Identity).where(who, Identity.home_id.is_(None)).values(home_id=Identity.person_id))  # type: ignore[arg-type]
    tx.execute(update(Identity).where(who).values(person_id=into))  # type: ignore[arg-type]


def part(tx: Tx, person_id: int, now: datetime) -> Sequence[Account]:
    """Let what was joined last go its own way again, with what was told there; returns the accounts that went.

    Whoever says it, the one that came last goes: an account that crept in can never throw out those who were there.
    Nothing goes where nobody would remain.
    """
    link = (AccountLink.id, AccountLink.person_id, AccountLink.joined_id, AccountLink.brought_phone)
    open_ = select(*link).where(AccountLink.parted_at.is_(None))
    latest = AccountLink.person_id == person_id
    last = tx.execute(open_.where(latest).order_by(AccountLink.id.desc()).limit(1).with_for_update()).first()
    if last is None:
        return ()
    came, to_ask = {last.joined_id}, [last.joined_id]
    while to_ask:
        inner = {row.joined_id for row in tx.execute(open_.where(AccountLink.person_id == to_ask.pop()))} - came
        came |= inner
        to_ask += inner
    goes = (Identity.person_id == person_id, Identity.home_id.in_(came))
    going = _accounts(tx, select(*_ACCOUNT).where(*goes))
    if not going or len(going) == len(accounts_of(tx, person_id)):
        return ()
    tx.execute(update(AccountLink).where(AccountLink.id == last.id).values(parted_at=now))
    tx.execute(update(Identity).where(*goes).values(person_id=last.joined_id))
    chats = [(gone.messenger, gone.address) for gone in going]
    told_there = (Submission.person_id == person_id, tuple_(Submission.messenger, Submission.chat).in_(chats))
    told = list(tx.execute(select(Submission.id).where(*told_there)).scalars())
    for owned, which in ((Submission, Submission.id), (Question, Question.submission_id)):
        tx.execute(update(owned).where(which.in_(told)).values(person_id=last.joined_id))
    _give_back(tx, person_id, last.joined_id, came, chats, phone=last.brought_phone)
    return going


def _give_back(
    tx: Tx, person_id: int, to: int, came: set[int], chats: Sequence[tuple[str, str]], *, phone: bool
) -> None:
    """Let go along what was not handed in yet: reports half told, their pictures, and the number they left."""
    theirs = list(tx.execute(select(Draft.id).where(Draft.person_id == person_id, Draft.home_id.in_(came))).scalars())
    tx.execute(update(Draft).where(Draft.id.in_(theirs)).values(person_id=to))
    sent_there = tuple_(Attachment.messenger, Attachment.chat).in_(chats)
    pieces = (Attachment.person_id == person_id, or_(sent_there, Attachment.draft_id.in_(theirs)))
    tx.execute(update(Attachment).where(*pieces).values(person_id=to))
    if phone:
        number = tx.execute(select(Person.phone).where(Person.id == person_id)).scalar()
        tx.execute(update(Person).where(Person.id == to).values(phone=number))
        tx.execute(update(Person).where(Person.id == person_id).values(phone=None))
