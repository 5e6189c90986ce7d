"""People, the ways they reach us, and what they may do."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import DELETED, Base, Code, Codes, Id, Kept, Left, Tie, Words, owned_by, refers_to


class Person(Base):
    """One human. Citizens have no name here unless they gave one."""

    __tablename__ = "person"

    id: Mapped[Id]
    name: Mapped[Words | None] = mapped_column(index=True)  # of staff: the name commands use
    phone: Mapped[Left | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)  # typed in a row since `wrong_since`
    wrong_since: Mapped[datetime | None]


class Identity(Base):
    """A person on one messenger. `address` is the chat an answer goes to."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("messenger", "address"), {"info": DELETED})

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(owned_by("person.id"), index=True)
    home_id: Mapped[int | None] = mapped_column(refers_to("person.id"))  # who it was before it was joined to another
    messenger: Mapped[Code]
    address: Mapped[Tie]
    display_name: Mapped[Words] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_heard_at: Mapped[datetime]
    unreachable_since: Mapped[datetime | None]


class AccountLink(Base):
    """Two people turned out to be one. It stays when they are parted: nobody decides what another self has told."""

    __tablename__ = "account_link"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), index=True)  # who remained
    joined_id: Mapped[int] = mapped_column(refers_to("person.id"), index=True)  # who came
    joined_at: Mapped[datetime]
    parted_at: Mapped[datetime | None]
    brought_phone: Mapped[bool] = mapped_column(default=False)  # the number now with `person_id` is theirs


class RoleGrant(Base):
    """A role a person holds, everywhere or for one unit; a revoked grant stays for the history."""

    __tablename__ = "role_grant"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(owned_by("person.id"), index=True)
    role: Mapped[Code]
    org_unit_id: Mapped[int | None] = mapped_column(refers_to("org_unit.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-time code that ties an identity to a person: given out by the office, or made by an account of theirs.

    The roles of an invitation are given when it is used; until then it changes nobody's rights.
    """

    __tablename__ = "invitation"
    __table_args__ = ({"info": DELETED},)

    id: Mapped[Id]
    code_hash: Mapped[Code] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(owned_by("person.id"), index=True)
    by_account: Mapped[bool] = mapped_column(default=False)
    roles: Mapped[Codes] = mapped_column(default=list)
    org_unit_id: Mapped[int | None] = mapped_column(refers_to("org_unit.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    granted_at: Mapped[datetime | None]
    typed_by: Mapped[int | None] = mapped_column(refers_to("person.id"))  # whom a code of an account is now for
    agreed_at: Mapped[datetime | None]  # by whoever typed it; the member of staff whose code it is has yet to say yes
    used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A one-time address to the desk. With `browser_hash` it works in the browser that asked for it only."""

    __tablename__ = "sign_in_link"
    __table_args__ = ({"info": DELETED},)

    id: Mapped[Id]
    token_hash: Mapped[Code] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(owned_by("person.id"))
    invitation_id: Mapped[int | None] = mapped_column(owned_by("invitation.id"))  # the code printed beside it
    browser_hash: Mapped[Code | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser signed in at the desk; only the hash of its cookie is kept."""

    __tablename__ = "web_session"
    __table_args__ = ({"info": DELETED},)

    id: Mapped[Id]
    token_hash: Mapped[Code] = mapped_column(unique=True)
    form_token: Mapped[Code]  # sent with every form of this session
    person_id: Mapped[int] = mapped_column(owned_by("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OrgUnit(Base):
    """A unit that introduces deeds: an office, a school, a mass organisation, a village."""

    __tablename__ = "org_unit"
    __table_args__ = (Index(None, "kind", "name"),)

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Kept]
    name_folded: Mapped[Kept]
    kind: Mapped[Code]
    block: Mapped[Code | None]
    level: Mapped[Code | None]
    contact: Mapped[Kept | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
