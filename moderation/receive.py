"""A report is handed in: one submission, one deed, a receipt for its teller, a card for the moderators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deeds.codes import deed_code, new_receipt, receipt_hmac
from deeds.kinds import Act, DeedKind, Section, Status, Thing
from deeds.months import local_day
from deeds.vietnamese import fold
from moderation import cards, notices, purge
from moderation.moves import MOVES, after
from moderation.suggest import suggest
from storage import attachments, counters, deeds, history
from storage.database import Tx
from storage.deeds import DeedRow, SubmissionRow
from storage.history import Entry
from storage.office import Office

MOST_NOTES = 20  # of one report: each is a version of the deed and a card written anew
MOST_NOTED_CHARS = 20_000  # in all: what one message may hold


class TooMuchNoted(Exception):
    """So much was added to one report, or rewritten of it, that the rest is to be talked over."""


@dataclass(frozen=True)
class Telling:
    """A report as its teller confirmed it at the check."""

    story: str
    kind: DeedKind
    honoree_title: str
    honoree_name: str
    honoree_words: str  # what was said of a person whose name is not known, or where they live
    commune_code: str | None
    place_text: str
    happened_on: date | None
    when_text: str
    about_child: bool
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """What a teller gets in return."""

    submission_id: int
    deed_id: int
    number: int
    receipt: str
    answer_by: date


def hand_in(
    tx: Tx,
    telling: Telling,
    *,
    person_id: int,
    messenger: str,
    chat: str,
    draft_id: int | None,
    office: Office,
    receipt_key: bytes,
    consent_words: str,
    now: datetime,
) -> Receipt:
    """Keep a report with the consent given at its check, and tell the moderators. Returns its receipt, once."""
    deed_id = _new_deed(tx, telling, now)
    receipt = new_receipt()
    number = counters.next_number(tx, "submission")
    submission_id = deeds.new_submission(
        tx,
        number=number,
        receipt_hmac=receipt_hmac(receipt, receipt_key),
        person_id=person_id,
        messenger=messenger,
        chat=chat,
        deed_id=deed_id,
        told=dict(telling.told),
        told_at=now,
    )
    if draft_id is not None:
        attachments.hand_over(tx, draft_id, submission_id, now)
    history.allow(tx, Thing.KEEP, True, how=messenger, words=consent_words, now=now, submission_id=submission_id)
    history.record(
        tx, deed_id, Act.RECEIVE, None, Status.RECEIVED,
        version=1, person_id=None, via=messenger, now=now, details={"submission": submission_id},
    )  # fmt: skip
    cards.refresh(tx, deed_id, now)
    answer_by = notices.add_working_days(local_day(now), office.reply_working_days)
    return Receipt(submission_id, deed_id, number, receipt, answer_by)


def _new_deed(tx: Tx, telling: Telling, now: datetime) -> int:
    year = local_day(now).year
    hint = suggest(telling.story)
    searched = (telling.story, telling.honoree_title, telling.honoree_name, telling.honoree_words, telling.place_text)
    deed_id = deeds.new_deed(
        tx,
        code=deed_code(year, counters.next_number(tx, f"deed.{year}")),
        status=Status.RECEIVED.value,
        version=1,
        kind=telling.kind.value,
        section=(Section.MODEL if telling.kind is DeedKind.MODEL else Section.GOOD_DEED).value,
        field=hint.field.value if hint.field else None,
        target_groups=[],
        urgent=hint.urgent,
        about_child=telling.about_child,
        summary="",
        story=telling.story,
        search=fold(" ".join(searched)),
        happened_on=telling.happened_on,
        when_text=telling.when_text,
        commune_code=telling.commune_code,
        place_text=telling.place_text,
        received_at=now,
    )
    deeds.new_honoree(
        tx,
        deed_id=deed_id,
        title=telling.honoree_title,
        name=telling.honoree_name or telling.honoree_words,
        name_folded=fold(telling.honoree_name),
        residence=telling.honoree_words if telling.honoree_name else "",
    )
    return deed_id


def add(tx: Tx, told: SubmissionRow, photos: int, act: Act, now: datetime, via: str) -> DeedRow | None:
    """Note that a teller answered or sent more pictures; a deed left out is looked at again.

    The words of an answer stay with its question: history is never changed, words must be able to go.
    Returns None when the deed takes nothing more: withdrawn, merged or turned away.
    """
    deed = deeds.deed(tx, told.deed_id, hold=True)
    if deed is None or act not in MOVES[deed.status]:
        return None
    becomes = after(deed.status, act)
    columns: dict[str, object] = {"status": becomes.value}
    deeds.change(tx, deed.id, deed.version, **columns)
    history.record(
        tx, deed.id, act, deed.status, becomes,
        version=deed.version + 1, person_id=told.person_id, via=via, now=now,
        details={"photos": photos, "submission": told.id},
    )  # fmt: skip
    cards.refresh(tx, deed.id, now)
    return deed


def note(tx: Tx, told: SubmissionRow, heading: str, said_in: str, words: str, now: datetime, via: str) -> bool:
    """Keep words of a teller beside their report, in place of what the same message said before.

    `said_in` is the message. Returns False when the deed takes nothing more. Raises `TooMuchNoted` past the bounds.
    """
    deed = deeds.deed(tx, told.deed_id, hold=True)
    if deed is None or Act.ADD not in MOVES[deed.status]:
        return False
    notes = history.notes_of_teller(tx, told.id)
    if notes.get(said_in) == words:
        return True
    kept = {**notes, said_in: words}
    times = sum(_is_note(entry, told.id) for entry in history.of_deed(tx, deed.id))
    if times >= MOST_NOTES or sum(map(len, kept.values())) > MOST_NOTED_CHARS:
        raise TooMuchNoted
    assert told.person_id is not None
    history.note_of_teller(tx, deed.id, told.id, told.person_id, heading, said_in, words, now)
    add(tx, told, 0, Act.ADD, now, via)
    return True


def _is_note(entry: Entry, submission_id: int) -> bool:
    return entry.act is Act.ADD and entry.details == {"photos": 0, "submission": submission_id}


def take_down(tx: Tx, told: SubmissionRow, now: datetime, via: str) -> None:
    """Take a deed from the page because one of its tellers no longer agrees to its being there."""
    deed = deeds.deed(tx, told.deed_id, hold=True)
    if deed is None or Act.UNPUBLISH not in MOVES[deed.status]:
        return
    becomes = after(deed.status, Act.UNPUBLISH)
    deeds.change(tx, deed.id, deed.version, status=becomes.value, published_at=None)
    history.record(
        tx, deed.id, Act.UNPUBLISH, deed.status, becomes,
        version=deed.version + 1, person_id=told.person_id, via=via, now=now, details={"submission": told.id},
    )  # fmt: skip
    notices.cancel_outcomes(tx, deed)
    cards.refresh(tx, deed.id, now)


def withdraw(tx: Tx, told: SubmissionRow, now: datetime, via: str) -> None:
    """Take back what a person sent, words and pictures deleted; a deed nobody else told of goes with it."""
    deeds.change_submission(tx, told.id, withdrawn_at=now)
    deed = deeds.deed(tx, told.deed_id, hold=True)
    others = [other for other in deeds.submissions_of(tx, told.deed_id) if other.withdrawn_at is None]
    if deed is None or others or Act.WITHDRAW not in MOVES[deed.status]:
        purge.submission(tx, told.id, now)
        return
    deeds.change(tx, deed.id, deed.version, status=Status.WITHDRAWN.value, published_at=None)
    history.record(
        tx, deed.id, Act.WITHDRAW, deed.status, Status.WITHDRAWN,
        version=deed.version + 1, person_id=told.person_id, via=via, now=now, details={"submission": told.id},
    )  # fmt: skip
    purge.texts(tx, deed.id, now)
    cards.refresh(tx, deed.id, now)
