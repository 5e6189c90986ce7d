"""The issuer, its periods and the papers it issues."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Code, Id, Kept, KeptJson, refers_to


class Setting(Base):
    """One fact about this instance that its office may change: issuer, signer, recipients, telephone numbers."""

    __tablename__ = "setting"

    name: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Kept]
    changed_at: Mapped[datetime]


class Period(Base):
    """A closed reporting period; the unique key is what makes it close once."""

    __tablename__ = "period"

    id: Mapped[Id]
    key: Mapped[Code] = mapped_column(unique=True)  # 2026-10
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    snapshot: Mapped[KeptJson]  # everything the paper says, frozen
    content_hash: Mapped[Code]


class PeriodDeed(Base):
    """Which deeds a closed period introduced."""

    __tablename__ = "period_deed"

    period_id: Mapped[int] = mapped_column(refers_to("period.id"), primary_key=True, autoincrement=False)
    deed_id: Mapped[int] = mapped_column(refers_to("deed.id"), primary_key=True, autoincrement=False)
    position: Mapped[int]
    # Up to where it was compared with what was printed: at the next closing only what changed since is looked at.
    seen_version: Mapped[int | None]  # of the deed
    seen_consent: Mapped[int | None]  # the newest answer there was, of anybody


class PeriodNotice(Base):
    """Who was told of a period, once each; `pushed`: by a way that reaches them without their looking."""

    __tablename__ = "period_notice"

    period_id: Mapped[int] = mapped_column(refers_to("period.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(refers_to("person.id"), primary_key=True, autoincrement=False)
    pushed: Mapped[bool]
    at: Mapped[datetime]


class OfficialDocument(Base):
    """The draft built for a period, and the number and day the clerk gave it."""

    __tablename__ = "official_document"

    id: Mapped[Id]
    period_id: Mapped[int] = mapped_column(refers_to("period.id"), unique=True)
    state: Mapped[Code]  # to_build | draft | issued
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[Kept | None]
    folder: Mapped[Code | None]  # of the three files, relative to the data folder
    built_at: Mapped[datetime | None]
    number: Mapped[Kept | None]
    issued_on: Mapped[date | None]
    recorded_by: Mapped[int | None] = mapped_column(refers_to("person.id"))
    recorded_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # officer and standing office have really been told
    files_say: Mapped[Kept | None]  # number and day that stand in the three files; empty: none, as in a draft


class DocumentCorrection(Base):
    """What was on record as a paper's number and day before somebody put it right, who, when and why."""

    __tablename__ = "document_correction"

    id: Mapped[Id]
    period_id: Mapped[int] = mapped_column(refers_to("period.id"), index=True)
    number: Mapped[Kept]
    issued_on: Mapped[date]
    reason: Mapped[Kept]
    person_id: Mapped[int] = mapped_column(refers_to("person.id"))
    at: Mapped[datetime]


class Counter(Base):
    """The last number given in a series; updated in the transaction that uses it."""

    __tablename__ = "counter"

    name: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[int]
