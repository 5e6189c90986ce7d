"""Everything the page of one deed shows, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deeds.errors import NotFound, NotPossible
from deeds.kinds import HONOREE_THINGS, TELLER_THINGS, Act, Role, Thing
from deeds.months import local_day
from moderation import notices
from moderation.cards import last_decision, short_name
from moderation.moves import may
from moderation.publishing import allowances, check_publishable
from storage import attachments, deeds, history, people, versions
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow, SubmissionRow
from storage.history import Allowed, Asked, Entry
from storage.office import Office, office
from storage.people import Known
from texts import has, say
from web.desk.queue import next_waiting
from web.desk.toast import Toast, toast_for

BUTTONS = (
    Act.CLAIM, Act.APPROVE, Act.ASK, Act.REJECT, Act.PUBLISH, Act.UNPUBLISH, Act.REDIRECT, Act.WITHDRAW,
    Act.CORRECT, Act.RECORD_HONOREE,
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What somebody allowed about one thing: None while nobody has asked."""

    thing: Thing
    allowed: bool | None
    how: str = ""
    witness: str | None = None
    asked_by: str = ""
    at: datetime | None = None
    jointly: bool = False  # asked together with another thing, in the days when both were one question


@dataclass(frozen=True)
class Told:
    """One submission: what was told, line by line, and what its teller allowed."""

    submission: SubmissionRow
    lines: Sequence[tuple[str, str]]
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Sample:
    """A canned question or reason, and the message its teller would read."""

    key: str
    words: str
    reads: str


@dataclass(frozen=True)
class DeedView:
    """A deed as the desk sees it, with the acts this person may do now."""

    deed: DeedRow
    honoree: HonoreeRow
    name: str
    number: int
    told: Sequence[Told]
    photos: Sequence[Piece]
    voices: Sequence[Piece]
    entries: Sequence[Entry]
    changes: Mapping[int, versions.Changed]  # by the version an entry made
    questions: Sequence[Asked]
    answers: Sequence[Answer]
    may: frozenset[Act]
    not_publishable: str  # why the page may not show it yet; "" when it may
    undoable: Entry | None
    canned_questions: Sequence[Sample]
    canned_reasons: Sequence[Sample]
    next_code: str | None
    is_own: bool
    toast: Toast | None


def view(tx: Tx, person: Known, code: str, now: datetime, done: str = "") -> DeedView:
    """Return what the page of a deed shows to this person. Raises `NotFound`."""
    deed = deeds.coded(tx, code)
    if deed is None:
        raise NotFound("desk.error.no_deed", f"no deed {code[:40]!r}")
    told = deeds.submissions_of(tx, deed.id)
    honoree = deeds.honoree_of(tx, deed.id)
    has_publisher = people.anybody_is(tx, Role.PUBLISHER)
    pieces = attachments.of_deed(tx, deed.id)
    last = last_decision(tx, deed.id)
    name = short_name(tx, deed)
    may_undo = may(person, Act.UNDO, deed, told) and last is not None and last.after is deed.status
    set_up = office(tx)
    number = told[0].number if told else 0
    return DeedView(
        deed,
        honoree,
        name=name,
        number=number,
        told=[_told(tx, one) for one in told],
        photos=[piece for piece in pieces if piece.kind == "photo"],
        voices=[piece for piece in pieces if piece.kind == "voice"],
        entries=history.of_deed(tx, deed.id),
        changes=versions.changes_of(tx, deed.id),
        questions=history.questions_of(tx, deed.id),
        answers=_answers(tx, history.allowed_by_honoree(tx, honoree.id), HONOREE_THINGS),
        may=frozenset(act for act in BUTTONS if may(person, act, deed, told, has_publisher=has_publisher)),
        not_publishable=_not_publishable(tx, deed, honoree),
        undoable=last if may_undo else None,
        canned_questions=[
            Sample(key, say(f"question.{key}"), question_read(name, number, say(f"question.{key}"), now))
            for key in notices.CANNED_QUESTIONS
        ],
        canned_reasons=[
            Sample(key, say(f"mod.reason.{key}"), reason_read(set_up, number, key, ""))
            for key in notices.CANNED_REASONS
        ],
        next_code=next_waiting(tx, person, deed),
        is_own=any(person.has_been(one.person_id) for one in told),
        toast=toast_for(tx, person, done, now),
    )


def _not_publishable(tx: Tx, deed: DeedRow, honoree: HonoreeRow) -> str:
    try:
        check_publishable(deed, allowances(tx, deed, honoree))
    except NotPossible as missing:
        return missing.sentence
    return ""


def question_read(about: str, number: int, words: str, now: datetime) -> str:
    """Return a question as its teller would read it if it were asked now."""
    closes = notices.add_working_days(local_day(now), notices.ANSWER_WORKING_DAYS)
    return say("ask_more", number=number, about=about, question=words, day=notices.say_day(closes))


def reason_read(set_up: Office, number: int, key: str, words: str) -> str:
    """Return why a deed was left out as its teller would read it."""
    canned = f"outcome.rejected.{key}"
    if has(canned):
        return say(canned, number=number, phone=set_up["phone"])
    return say("outcome.rejected.written", number=number, reason=words, phone=set_up["phone"])


def _told(tx: Tx, one: SubmissionRow) -> Told:
    words = [(name, _in_words(name, one.told.get(name))) for name in ("story", "who", "where", "when")]
    lines = [(say(f"desk.told.{name}"), said) for name, said in words if said]
    return Told(one, lines, _answers(tx, history.allowed_by_teller(tx, one.id), TELLER_THINGS))


def _in_words(name: str, value: Any) -> str:
    """Return an answer as its teller gave it; the marks the machine keeps beside it are left out."""
    if not isinstance(value, Mapping):
        return str(value or "")
    if name == "who":
        named = f"{value.get('title', '')} {value.get('name', '')}".strip()
        return ", ".join(part for part in (named, str(value.get("words", ""))) if part)
    return str(value.get("text") or value.get("iso") or "")


def _answers(tx: Tx, given: Mapping[Thing, Allowed], things: Sequence[Thing]) -> list[Answer]:
    answers = []
    for thing in things:
        answer = given.get(thing)
        if answer is None:
            answers.append(Answer(thing, None))
            continue
        asked_by = people.person(tx, answer.asked_by) if answer.asked_by else None
        name = asked_by.name or "" if asked_by else ""
        jointly = answer.words == history.ASKED_JOINTLY
        answers.append(Answer(thing, answer.allowed, say_how(answer.how), answer.witness, name, answer.at, jointly))
    return answers


def say_how(how: str) -> str:
    """Return how somebody was asked."""
    for key in (f"desk.how.{how}", f"messenger.{how}"):
        if has(key):
            return say(key)
    return how
