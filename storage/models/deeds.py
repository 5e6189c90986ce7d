"""What people told, the deeds it tells of, and everything decided about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Id


class Draft(Base):
    """A report being told. `state` is the person's place in it while it waits."""

    __tablename__ = "draft"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)


class Deed(Base):
    """The case that one or more submissions tell of."""

    __tablename__ = "deed"
    __table_args__ = (
        Index(None, "status", "urgent", "id"),
        Index(None, "status", "id"),
        Index(None, "status", "published_at"),
        Index(None, "status", "approved_at"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    section: Mapped[str]
    field: Mapped[str | None]
    movement: Mapped[str | None]
    target_groups: Mapped[list[Any]]
    urgent: Mapped[bool]
    about_child: Mapped[bool]
    summary: Mapped[str]
    story: Mapped[str]
    search: Mapped[str]  # folded: story, names, place
    happened_on: Mapped[date | None]
    when_text: Mapped[str]
    commune_code: Mapped[str | None]
    place_text: Mapped[str]
    confirmed_person: Mapped[str | None]  # who says it is the right person, in words
    confirmed_deed: Mapped[str | None]
    awards: Mapped[str | None]  # already given
    proposed_award: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("deed.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Honoree(Base):
    """The person, household or collective praised."""

    __tablename__ = "honoree"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), index=True)
    title: Mapped[str]  # how the teller names them, e.g. the word for an elder woman
    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(index=True)
    birth_year: Mapped[int | None]
    gender: Mapped[str | None]
    occupation: Mapped[str | None]
    residence: Mapped[str]


class Submission(Base):
    """What one person sent. It never changes; which deed it tells of may."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "person_id", "id"),)

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)  # the short running number people say on the phone
    receipt_hmac: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None once the teller is erased
    messenger: Mapped[str]
    chat: Mapped[str | None]
    org_unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), index=True)
    told: Mapped[dict[str, Any]]  # every field as the person confirmed it
    told_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]


class Attachment(Base):
    """A picture or a recording: a row as soon as it was sent, its bytes fetched and cleaned in the background."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("messenger", "chat", "message", "position"),
        Index(None, "state", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[str]  # photo | voice
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    messenger: Mapped[str]
    chat: Mapped[str]
    message: Mapped[str]
    position: Mapped[int]
    album: Mapped[str | None]
    remote: Mapped[str | None]
    remote_unique: Mapped[str | None]
    state: Mapped[str]  # to_fetch | to_clean | ready | refused | dropped
    attempts: Mapped[int] = mapped_column(default=0)
    try_after: Mapped[datetime]
    refused: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(index=True)  # of the original, closed
    published: Mapped[str | None] = mapped_column(index=True)  # of the clean copy
    thumbnail: Mapped[str | None]
    dhash: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[int | None]
    transcript: Mapped[str | None]
    sent_at: Mapped[datetime]


class Consent(Base):
    """One answer to one question about one thing. The newest row of a (who, thing) counts."""

    __tablename__ = "consent"

    id: Mapped[Id]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    honoree_id: Mapped[int | None] = mapped_column(ForeignKey("honoree.id"), index=True)
    thing: Mapped[str]
    allowed: Mapped[bool]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str]
    witness: Mapped[str | None]
    words: Mapped[str]  # key of the sentence that was shown
    at: Mapped[datetime]


class Decision(Base):
    """One entry of a deed's history; never changed, never deleted."""

    __tablename__ = "decision"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), index=True)
    act: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    version: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    via: Mapped[str]  # messenger, desk or command line
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(index=True)


class Question(Base):
    """A moderator's question to the teller, and the answer."""

    __tablename__ = "question"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the teller added it unasked
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # when it was put to the teller; it waits while another conversation is open
    closes_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class Tally(Base):
    """Counts that outlive the texts they counted, e.g. complaints shown the right door."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
