"""What people told, the deeds it tells of, and everything decided about them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import (
    DELETED,
    Base,
    Code,
    CodeJson,
    FileName,
    Id,
    Said,
    SaidJson,
    Tie,
    Words,
    WordsDay,
    WordsJson,
    WordsList,
    WordsNumber,
    owned_by,
    refers_to,
    sent_by,
)


class Draft(Base):
    """A report being told. `state` is the person's place in it while it waits."""

    __tablename__ = "draft"
    __table_args__ = ({"info": DELETED},)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(owned_by("person.id"), index=True)
    home_id: Mapped[int | None] = mapped_column(
        refers_to("person.id")
    )  # whose it was before they were joined to another
    state: Mapped[WordsJson]
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
    code: Mapped[Code] = mapped_column(unique=True)
    status: Mapped[Code]
    version: Mapped[int]
    kind: Mapped[Code]
    section: Mapped[Code]
    field: Mapped[Code | None]
    movement: Mapped[Words | None]
    target_groups: Mapped[WordsList]
    urgent: Mapped[bool]
    about_child: Mapped[bool]
    summary: Mapped[Words]
    story: Mapped[Words]
    search: Mapped[Words]  # folded: story, names, place
    happened_on: Mapped[WordsDay | None]
    when_text: Mapped[Words]
    commune_code: Mapped[Words | None]
    place_text: Mapped[Words]
    confirmed_person: Mapped[Words | None]  # who says it is the right person, in words
    confirmed_deed: Mapped[Words | None]
    awards: Mapped[Words | None]  # already given
    proposed_award: Mapped[Words | None]
    merged_into_id: Mapped[int | None] = mapped_column(refers_to("deed.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    approved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Honoree(Base):
    """The person, household or collective praised."""

    __tablename__ = "honoree"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(owned_by("deed.id"), index=True)
    title: Mapped[Words]  # how the teller names them, e.g. the word for an elder woman
    name: Mapped[Words]
    name_folded: Mapped[Words] = mapped_column(index=True)
    birth_year: Mapped[WordsNumber | None]
    gender: Mapped[Words | None]
    occupation: Mapped[Words | None]
    residence: Mapped[Words]


class Submission(Base):
    """What one person sent. It never changes; which deed it tells of may."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "person_id", "id"),)

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)  # the short running number people say on the phone
    receipt_hmac: Mapped[Code] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(sent_by("person.id"))  # None once the teller is erased
    messenger: Mapped[Code]
    chat: Mapped[Tie | None]
    org_unit_id: Mapped[int | None] = mapped_column(refers_to("org_unit.id"))
    deed_id: Mapped[int] = mapped_column(owned_by("deed.id"), index=True)
    told: Mapped[SaidJson]  # every field as the person confirmed it
    told_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]


class Attachment(Base):
    """A picture or a recording: a row as soon as it was sent, its bytes fetched and cleaned in the background."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("messenger", "chat", "message", "position"),
        Index(None, "state", "id"),
        {"info": DELETED},
    )

    id: Mapped[Id]
    kind: Mapped[Code]  # photo | voice
    person_id: Mapped[int | None] = mapped_column(sent_by("person.id"))
    draft_id: Mapped[int | None] = mapped_column(owned_by("draft.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(owned_by("submission.id"), index=True)
    messenger: Mapped[Code]
    chat: Mapped[Tie | None]  # None, as all that leads there, once its sender is forgotten
    message: Mapped[Tie | None]
    position: Mapped[int]
    album: Mapped[Tie | None]
    remote: Mapped[Tie | None]
    remote_unique: Mapped[Tie | None]
    state: Mapped[Code]  # to_fetch | to_clean | ready | refused | dropped
    attempts: Mapped[int] = mapped_column(default=0)
    try_after: Mapped[datetime]
    refused: Mapped[Code | None]
    sha256: Mapped[FileName | None] = mapped_column(index=True)  # of the original, closed
    published: Mapped[FileName | None] = mapped_column(index=True)  # of the clean copy
    thumbnail: Mapped[FileName | None]
    dhash: Mapped[Words | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[int | None]
    transcript: Mapped[Words | None]
    sent_at: Mapped[datetime]
    given_at: Mapped[datetime | None]  # when it came to its submission; what came after a decision nobody has seen yet


class Consent(Base):
    """One answer to one question about one thing. The newest row of a (who, thing) counts."""

    __tablename__ = "consent"

    id: Mapped[Id]
    submission_id: Mapped[int | None] = mapped_column(owned_by("submission.id"), index=True)
    honoree_id: Mapped[int | None] = mapped_column(owned_by("honoree.id"), index=True)
    thing: Mapped[Code]
    allowed: Mapped[bool]
    asked_by: Mapped[int | None] = mapped_column(refers_to("person.id"))
    how: Mapped[Code]
    witness: Mapped[Words | None]
    words: Mapped[Code]  # key of the sentence that was shown
    at: Mapped[datetime]


class Decision(Base):
    """One entry of a deed's history; never changed, never deleted: codes, ids, numbers, instants, and never words."""

    __tablename__ = "decision"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(owned_by("deed.id"), index=True)
    act: Mapped[Code]
    before: Mapped[Code | None]
    after: Mapped[Code]
    version: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(refers_to("person.id"))
    via: Mapped[Code]  # messenger, desk or command line
    details: Mapped[CodeJson]
    undone_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(index=True)


class DecisionReason(Base):
    """The words a decision was given; "" once they are forgotten."""

    __tablename__ = "decision_reason"

    decision_id: Mapped[int] = mapped_column(owned_by("decision.id"), primary_key=True, autoincrement=False)
    words: Mapped[Words]


class DeedVersion(Base):
    """What was known of a deed and of who is praised; the first is kept when the second is made. {} once forgotten."""

    __tablename__ = "deed_version"
    __table_args__ = (UniqueConstraint("deed_id", "n"),)

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(owned_by("deed.id"))
    n: Mapped[int]  # the deed's version from which on it was so
    facts: Mapped[WordsJson]
    how: Mapped[Code]  # told | corrected | heard
    person_id: Mapped[int | None] = mapped_column(refers_to("person.id"))
    at: Mapped[datetime]


class Question(Base):
    """A moderator's question to the teller, and the answer."""

    __tablename__ = "question"

    id: Mapped[Id]
    deed_id: Mapped[int] = mapped_column(owned_by("deed.id"), index=True)
    submission_id: Mapped[int] = mapped_column(owned_by("submission.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sent_by("person.id"), index=True)
    text: Mapped[Words]
    asked_by: Mapped[int | None] = mapped_column(refers_to("person.id"))  # None: the teller added it unasked
    said_in: Mapped[Tie | None]  # names the message that was rewritten, where the teller added it so
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # when it was put to the teller; it waits while another conversation is open
    closes_at: Mapped[datetime]
    answer: Mapped[Said | None]
    answered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class Tally(Base):
    """Counts that outlive the texts they counted, e.g. complaints shown the right door."""

    __tablename__ = "tally"

    name: Mapped[Code] = mapped_column(primary_key=True)
    count: Mapped[int]
