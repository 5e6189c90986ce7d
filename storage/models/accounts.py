"""Our own accounts on messengers, what they keep of ours, and who of several processes does what only one may do."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import DELETED, Base, Code, Id, Words


class MessengerAccount(Base):
    """An account people write to, where one messenger has several: a commune may own its Zalo Official Account."""

    __tablename__ = "messenger_account"
    __table_args__ = (UniqueConstraint("messenger", "account"),)

    id: Mapped[Id]
    messenger: Mapped[Code]
    account: Mapped[Code]  # the messenger's id of it
    name: Mapped[Code] = mapped_column(default="")
    app_id: Mapped[Code]
    app_secret: Mapped[Code]  # asks for tokens
    secret_key: Mapped[Code]  # signs what the messenger sends us
    access_token: Mapped[Code] = mapped_column(default="")
    access_until: Mapped[datetime | None]
    refresh_token: Mapped[Code] = mapped_column(default="")  # works once
    refresh_until: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    seed_hash: Mapped[Code | None]  # of the refresh token the settings gave; another one there replaces the pair
    broken_since: Mapped[datetime | None]  # no refresh has worked since
    broken_why: Mapped[Code | None]
    alarmed_at: Mapped[datetime | None]
    consent_state: Mapped[Code | None]  # of an authorisation under way
    consent_verifier: Mapped[Code | None]
    consent_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Lease(Base):
    """What only one process may do at a time, and which one does it until when."""

    __tablename__ = "lease"

    name: Mapped[Code] = mapped_column(primary_key=True)
    holder: Mapped[Code]
    until: Mapped[datetime]


class RemoteCopy(Base):
    """A picture a messenger keeps already, under its own id there: it need not be uploaded again."""

    __tablename__ = "remote_copy"
    __table_args__ = ({"info": DELETED},)

    messenger: Mapped[Code] = mapped_column(primary_key=True)
    sha256: Mapped[Words] = mapped_column(primary_key=True, index=True)
    remote: Mapped[Words]
    kept_at: Mapped[datetime]
