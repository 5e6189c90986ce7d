"""What was decided, asked and allowed, by whom and when."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, insert, select, update

from deeds.kinds import Act, Status, Thing
from storage.database import Tx
from storage.models import Consent, Decision, DecisionReason, Person, Question
from storage.prepared import Prepared
from storage.statements import columns_of, table

ASKED_JOINTLY = "honoree.ask.joint"  # once the standing office and the press were one question

Detail = str | int | bool | None | Sequence[str]
"""What a line of history may hold beside its columns: codes, ids, numbers and instants; words are for `reason`."""

_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,40}")  # an instant is one, too


class WordsInHistory(ValueError):
    """Words were to be written where they could never be forgotten."""


@dataclass(frozen=True)
class Entry:
    """One line of a deed's history; its reason is "" once it is forgotten."""

    id: int
    deed_id: int
    act: Act
    before: Status | None
    after: Status
    version: int
    person_id: int | None
    person_name: str | None
    via: str
    reason: str | None
    details: Mapping[str, Detail]
    undone_at: datetime | None
    at: datetime


@dataclass(frozen=True)
class Asked:
    """A question to a teller."""

    id: int
    deed_id: int
    submission_id: int
    person_id: int | None
    text: str
    asked_at: datetime
    told_at: datetime | None
    closes_at: datetime
    answer: str | None
    answered_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True)
class Allowed:
    """The newest answer about one thing."""

    thing: Thing
    allowed: bool
    how: str
    witness: str | None
    words: str  # key of the sentence that was shown
    asked_by: int | None
    at: datetime


_ASKED = columns_of(Question, Asked)
_BESIDE = {"person_name": table(Person).c.name, "reason": table(DecisionReason).c.words}
_ENTRY = tuple(
    _BESIDE[name].label(name) if name in _BESIDE else table(Decision).c[name] for name in Entry.__dataclass_fields__
)
_ALLOWED = columns_of(Consent, Allowed)

_QUESTION = table(Question)
_OPEN = (_QUESTION.c.answered_at.is_(None), _QUESTION.c.cancelled_at.is_(None))
_OPEN_OF = Prepared(
    select(*(_QUESTION.c[name] for name in Asked.__dataclass_fields__))
    .where(_QUESTION.c.person_id == bindparam("person"), _QUESTION.c.closes_at > bindparam("present"), *_OPEN)
    .order_by(_QUESTION.c.id)
)


def record(
    tx: Tx,
    deed_id: int,
    act: Act,
    before: Status | None,
    after: Status,
    *,
    version: int,
    person_id: int | None,
    via: str,
    now: datetime,
    reason: str | None = None,
    details: Mapping[str, Detail] | None = None,
) -> int:
    """Append a line to a deed's history and return its id. Raises `WordsInHistory` where details hold words.

    The words of a reason are kept beside it, where they can be forgotten.
    """
    for name, value in (details or {}).items():
        _check_no_words(name, value)
    entry_id: int = tx.execute(
        insert(Decision)
        .values(
            deed_id=deed_id,
            act=act.value,
            before=before.value if before else None,
            after=after.value,
            version=version,
            person_id=person_id,
            via=via,
            details=dict(details or {}),
            at=now,
        )
        .returning(Decision.id)
    ).scalar_one()
    if reason:
        tx.execute(insert(DecisionReason).values(decision_id=entry_id, words=reason))
    return entry_id


def _check_no_words(name: str, value: Detail) -> None:
    for each in (value,) if isinstance(value, str | int | None) else value:
        if isinstance(each, str) and _CODE.fullmatch(each) is None:
            raise WordsInHistory(f"the detail {name} is no code")


def of_deed(tx: Tx, deed_id: int) -> Sequence[Entry]:
    """Return a deed's history, first things first."""
    rows = tx.execute(
        select(*_ENTRY)
        .outerjoin(Person, Person.id == Decision.person_id)
        .outerjoin(DecisionReason, DecisionReason.decision_id == Decision.id)
        .where(Decision.deed_id == deed_id)
        .order_by(Decision.id)
    )
    return [
        Entry(
            **{
                **row._mapping,
                "act": Act(row.act),
                "before": Status(row.before) if row.before else None,
                "after": Status(row.after),
            }
        )
        for row in rows
    ]


def decided_by(tx: Tx, person_id: int) -> Sequence[int]:
    """Return the deeds in whose history a person has a line."""
    return list(tx.execute(select(Decision.deed_id).where(Decision.person_id == person_id).distinct()).scalars())


def mark_undone(tx: Tx, entry_id: int, now: datetime) -> None:
    """Note on a line of history that it was taken back; the line itself stays."""
    tx.execute(update(Decision).where(Decision.id == entry_id).values(undone_at=now))


def ask(
    tx: Tx,
    deed_id: int,
    submission_id: int,
    person_id: int | None,
    text: str,
    asked_by: int,
    now: datetime,
    closes_at: datetime,
) -> int:
    """Keep a question to a teller; it is put to them when no other conversation is open."""
    return tx.execute(
        insert(Question)
        .values(
            deed_id=deed_id,
            submission_id=submission_id,
            person_id=person_id,
            text=text,
            asked_by=asked_by,
            asked_at=now,
            closes_at=closes_at,
        )
        .returning(Question.id)
    ).scalar_one()


def notes_of_teller(tx: Tx, submission_id: int) -> Mapping[str, str]:
    """Return what a teller made of their messages after a report was handed in, by the name of each message."""
    rows = tx.execute(
        select(Question.said_in, Question.answer).where(
            Question.submission_id == submission_id, Question.said_in.is_not(None), Question.answer.is_not(None)
        )
    )
    return {row.said_in: row.answer for row in rows}


def note_of_teller(
    tx: Tx, deed_id: int, submission_id: int, person_id: int, about: str, said_in: str, words: str, now: datetime
) -> None:
    """Keep what a teller makes of a message after the report was handed in, in place of an earlier note of it.

    It stands among the questions as one answered.
    """
    of_it = (Question.submission_id == submission_id, Question.said_in == said_in)
    if tx.execute(update(Question).where(*of_it).values(answer=words, answered_at=now)).rowcount:
        return
    tx.execute(
        insert(Question).values(
            deed_id=deed_id,
            submission_id=submission_id,
            person_id=person_id,
            text=about,
            asked_by=None,
            said_in=said_in,
            asked_at=now,
            told_at=now,
            closes_at=now,
            answer=words,
            answered_at=now,
        )
    )


def open_questions(tx: Tx, person_id: int, now: datetime) -> Sequence[Asked]:
    """Return the questions a teller has not answered, oldest first."""
    return [Asked(*row) for row in _OPEN_OF.all(tx, person=person_id, present=now)]


def answered_since(tx: Tx, person_id: int, instant: datetime) -> Asked | None:
    """Return the question of the office this teller answered last, if that was since then."""
    asked = (Question.person_id == person_id, Question.asked_by.is_not(None), Question.answered_at >= instant)
    row = tx.execute(select(*_ASKED).where(*asked).order_by(Question.answered_at.desc()).limit(1)).first()
    return Asked(**row._mapping) if row else None


def untold_questions(tx: Tx, now: datetime) -> Sequence[Asked]:
    """Return the questions not yet put to their tellers."""
    rows = tx.execute(
        select(*_ASKED)
        .where(Question.told_at.is_(None), Question.closes_at > now, Question.person_id.is_not(None), *_OPEN)
        .order_by(Question.id)
    )
    return [Asked(**row._mapping) for row in rows]


def overdue_questions(tx: Tx, now: datetime) -> Sequence[Asked]:
    """Return the questions whose time to be answered is over."""
    rows = tx.execute(select(*_ASKED).where(Question.closes_at <= now, *_OPEN).order_by(Question.id))
    return [Asked(**row._mapping) for row in rows]


def questions_of(tx: Tx, deed_id: int) -> Sequence[Asked]:
    """Return every question about a deed."""
    rows = tx.execute(select(*_ASKED).where(Question.deed_id == deed_id).order_by(Question.id))
    return [Asked(**row._mapping) for row in rows]


def change_question(tx: Tx, question_id: int, **columns: object) -> None:
    """Note that a question was told, answered or taken back."""
    tx.execute(update(Question).where(Question.id == question_id).values(**columns))


def cancel_questions(tx: Tx, deed_id: int, now: datetime) -> None:
    """Take back the unanswered questions about a deed."""
    tx.execute(update(Question).where(Question.deed_id == deed_id, *_OPEN).values(cancelled_at=now))


def allow(
    tx: Tx,
    thing: Thing,
    allowed: bool,
    *,
    how: str,
    words: str,
    now: datetime,
    submission_id: int | None = None,
    honoree_id: int | None = None,
    asked_by: int | None = None,
    witness: str | None = None,
) -> None:
    """Keep one answer about one thing, of a teller or of the person praised."""
    tx.execute(
        insert(Consent).values(
            submission_id=submission_id,
            honoree_id=honoree_id,
            thing=thing.value,
            allowed=allowed,
            asked_by=asked_by,
            how=how,
            witness=witness,
            words=words,
            at=now,
        )
    )


def allowed_by_teller(tx: Tx, submission_id: int) -> Mapping[Thing, Allowed]:
    """Return a teller's newest answers; a thing never asked is not there."""
    return allowed_by_tellers(tx, (submission_id,))[submission_id]


def allowed_by_tellers(tx: Tx, submission_ids: Collection[int]) -> Mapping[int, Mapping[Thing, Allowed]]:
    """Return each teller's newest answers, by submission."""
    return _newest(tx, table(Consent).c.submission_id, submission_ids)


def allowed_by_honoree(tx: Tx, honoree_id: int) -> Mapping[Thing, Allowed]:
    """Return the newest answers of the person praised."""
    return allowed_by_honorees(tx, (honoree_id,))[honoree_id]


def allowed_by_honorees(tx: Tx, honoree_ids: Collection[int]) -> Mapping[int, Mapping[Thing, Allowed]]:
    """Return the newest answers of each person praised."""
    return _newest(tx, table(Consent).c.honoree_id, honoree_ids)


def _newest(tx: Tx, whose: ColumnElement[int | None], ids: Collection[int]) -> Mapping[int, Mapping[Thing, Allowed]]:
    rows = tx.execute(select(whose.label("whose"), *_ALLOWED).where(whose.in_(ids)).order_by(Consent.id))
    answers: dict[int, dict[Thing, Allowed]] = defaultdict(dict)
    for whom, thing, *answer in rows:
        answers[whom][Thing(thing)] = Allowed(Thing(thing), *answer)
    return answers
