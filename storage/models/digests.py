"""The issuer, its periods and the papers it issues."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Id


class Setting(Base):
    """One fact about this instance that its office may change: issuer, signer, recipients, telephone numbers."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    changed_at: Mapped[datetime]


class Period(Base):
    """A closed reporting period; the unique key is what makes it close once."""

    __tablename__ = "period"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)  # 2026-10
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]]  # everything the paper says, frozen
    content_hash: Mapped[str]


class PeriodDeed(Base):
    """Which deeds a closed period introduced."""

    __tablename__ = "period_deed"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True, autoincrement=False)
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), primary_key=True, autoincrement=False)
    position: Mapped[int]


class OfficialDocument(Base):
    """The draft built for a period, and the number and day the clerk gave it."""

    __tablename__ = "official_document"

    id: Mapped[Id]
    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), unique=True)
    state: Mapped[str]  # to_build | draft | issued
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    folder: Mapped[str | None]  # of the three files, relative to the data folder
    built_at: Mapped[datetime | None]
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # officer and standing office have been told


class Counter(Base):
    """The last number given in a series; updated in the transaction that uses it."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
