"""Everything the page of one deed shows, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deeds.errors import NotFound, NotPossible
from deeds.kinds import HONOREE_THINGS, TELLER_THINGS, Act, Role, Thing
from moderation.acts import ACTS
from moderation.acts.rule import ActRule, Case, Choice, Order, Reading, Reason, Wants, Where
from moderation.cards import last_decision, short_name
from moderation.moves import may
from storage import attachments, deeds, history, people, versions
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow, SubmissionRow
from storage.history import Allowed, Asked, Entry
from storage.office import office
from storage.people import Known
from texts import has, say
from web.desk.queue import next_waiting
from web.desk.toast import Toast, toast_for

BUTTONS = tuple(rule for rule in ACTS.values() if Where.DESK in rule.offered and rule.moves is not None)


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
    """What can be chosen with one tap, and the message its teller would read."""

    key: str
    words: str
    reads: str


@dataclass(frozen=True)
class Offer:
    """A decision this person may take now, and what its form asks."""

    act: Act
    wants: Wants
    samples: Sequence[Sample]
    is_final: bool
    is_heard: bool
    missing: str  # why it is not possible yet; "" when it is


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
    offers: Sequence[Offer]
    undoable: Entry | None
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
    number = told[0].number if told else 0
    allowed = [rule for rule in BUTTONS if may(person, rule.act, deed, told, has_publisher=has_publisher)]
    reading = Reading(number, name, office(tx), now)
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
        may=frozenset(rule.act for rule in allowed),
        offers=[
            _offer(rule, Case(tx, person, deed, told, Order(rule.act), now), reading)
            for rule in allowed
            if rule.do is not None
        ],
        undoable=last if may_undo else None,
        next_code=next_waiting(tx, person, deed),
        is_own=any(person.has_been(one.person_id) for one in told),
        toast=toast_for(tx, person, done, now),
    )


def _offer(rule: ActRule, case: Case, reading: Reading) -> Offer:
    missing = ""
    try:
        rule.check(case)
    except NotPossible as not_yet:
        missing = not_yet.sentence
    samples = []
    if isinstance(rule.wants, Choice):
        for key in rule.wants.choices:
            reads = rule.wants.reads(reading, key, "") if isinstance(rule.wants, Reason) else ""
            samples.append(Sample(key, rule.wants.label(key), reads))
    return Offer(rule.act, rule.wants, samples, rule.is_final, rule.tells is not None, missing)


def _told(tx: Tx, one: SubmissionRow) -> Told:
    words = [(name, _in_words(name, one.told.get(name))) for name in ("story", "who", "where", "when")]
    lines = [(say(f"desk.told.{name}"), said) for name, said in words if said]
    heard = "\n".join(map(str, one.told.get("heard", ())))
    if heard and heard != one.told.get("story"):  # not all of it is story
        lines.append((say("desk.told.heard"), heard))
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
