"""Deeds, the submissions that tell of them, and the people they praise."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, true, update

from deeds.kinds import Status
from deeds.statuses import STANDING
from storage.database import Tx
from storage.deed_words import found_by
from storage.models import Deed, Honoree, Submission
from storage.statements import columns_of


@dataclass(frozen=True)
class DeedRow:
    """A deed as it stands."""

    id: int
    code: str
    status: Status
    version: int
    kind: str
    section: str
    field: str | None
    movement: str | None
    target_groups: Sequence[str]
    urgent: bool
    about_child: bool
    summary: str
    story: str
    happened_on: date | None
    when_text: str
    commune_code: str | None
    place_text: str
    confirmed_person: str | None
    confirmed_deed: str | None
    awards: str | None
    proposed_award: str | None
    received_at: datetime
    approved_at: datetime | None
    published_at: datetime | None

    @property
    def is_confirmed(self) -> bool:
        """Somebody vouches that it was this person, and somebody that it was this deed."""
        return bool((self.confirmed_person or "").strip() and (self.confirmed_deed or "").strip())


@dataclass(frozen=True)
class HonoreeRow:
    """Who is praised."""

    id: int
    deed_id: int
    title: str
    name: str
    birth_year: int | None
    gender: str | None
    occupation: str | None
    residence: str

    @property
    def display(self) -> str:
        """Title and name as one reads them, the first letter a capital."""
        words = f"{self.title} {self.name}".strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class SubmissionRow:
    """What one person sent."""

    id: int
    number: int
    person_id: int | None
    messenger: str
    chat: str | None
    org_unit_id: int | None
    deed_id: int
    told: Mapping[str, Any]
    told_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class MineRow:
    """One line of a teller's own list."""

    submission_id: int
    number: int
    deed_id: int
    status: Status
    honoree: str
    summary: str
    told_at: datetime
    withdrawn: bool


_DEED = columns_of(Deed, DeedRow)
_HONOREE = columns_of(Honoree, HonoreeRow)
_SUBMISSION = columns_of(Submission, SubmissionRow)


def _deeds(tx: Tx, query: Select[Any]) -> list[DeedRow]:
    return [DeedRow(**{**row._mapping, "status": Status(row.status)}) for row in tx.execute(query)]


def new_deed(tx: Tx, **columns: object) -> int:
    """Insert a deed and return its id."""
    return tx.execute(insert(Deed).values(**columns).returning(Deed.id)).scalar_one()


def new_honoree(tx: Tx, **columns: object) -> int:
    """Insert who is praised and return the id."""
    return tx.execute(insert(Honoree).values(**columns).returning(Honoree.id)).scalar_one()


def new_submission(tx: Tx, **columns: object) -> int:
    """Insert what somebody sent and return its id."""
    return tx.execute(insert(Submission).values(**columns).returning(Submission.id)).scalar_one()


def deed(tx: Tx, deed_id: int, *, hold: bool = False) -> DeedRow | None:
    """Return a deed; with `hold`, nobody else changes it until this transaction ends."""
    query = select(*_DEED).where(Deed.id == deed_id)
    return next(iter(_deeds(tx, query.with_for_update() if hold else query)), None)


def coded(tx: Tx, code: str, *, hold: bool = False) -> DeedRow | None:
    """Return the deed with this code."""
    query = select(*_DEED).where(Deed.code == code)
    return next(iter(_deeds(tx, query.with_for_update() if hold else query)), None)


def numbered(tx: Tx, number: int) -> DeedRow | None:
    """Return the deed that was told under this number, the one its teller reads out."""
    return next(iter(_deeds(tx, select(*_DEED).join(Submission).where(Submission.number == number))), None)


def change(tx: Tx, deed_id: int, expected_version: int, **columns: object) -> bool:
    """Change a deed if it still has the version its decider saw. Returns False when somebody was first."""
    return (
        tx.execute(
            update(Deed)
            .where(Deed.id == deed_id, Deed.version == expected_version)
            .values(version=expected_version + 1, **columns)
        ).rowcount
        == 1
    )


def honoree_of(tx: Tx, deed_id: int) -> HonoreeRow:
    """Return who a deed praises."""
    return honorees_of(tx, (deed_id,))[deed_id]


def honorees_of(tx: Tx, deed_ids: Collection[int]) -> Mapping[int, HonoreeRow]:
    """Return whom each of these deeds praises."""
    rows = tx.execute(select(*_HONOREE).where(Honoree.deed_id.in_(deed_ids)).order_by(Honoree.id.desc()))
    return {row.deed_id: HonoreeRow(**row._mapping) for row in rows}


def change_honoree(tx: Tx, honoree_id: int, **columns: object) -> None:
    """Correct what is known of the person praised."""
    tx.execute(update(Honoree).where(Honoree.id == honoree_id).values(**columns))


def submissions_of(tx: Tx, deed_id: int) -> Sequence[SubmissionRow]:
    """Return everything that was sent about a deed, first told first."""
    return submissions_of_each(tx, (deed_id,))[deed_id]


def submissions_of_each(tx: Tx, deed_ids: Collection[int]) -> Mapping[int, Sequence[SubmissionRow]]:
    """Return everything that was sent about each of these deeds, first told first."""
    rows = tx.execute(select(*_SUBMISSION).where(Submission.deed_id.in_(deed_ids)).order_by(Submission.id))
    told: dict[int, list[SubmissionRow]] = defaultdict(list)
    for row in rows:
        told[row.deed_id].append(SubmissionRow(**row._mapping))
    return told


def submission(tx: Tx, submission_id: int) -> SubmissionRow | None:
    """Return what somebody sent."""
    row = tx.execute(select(*_SUBMISSION).where(Submission.id == submission_id)).first()
    return SubmissionRow(**row._mapping) if row else None


def latest_of(tx: Tx, person_id: int) -> SubmissionRow | None:
    """Return what a person handed in last."""
    row = tx.execute(
        select(*_SUBMISSION).where(Submission.person_id == person_id).order_by(Submission.id.desc()).limit(1)
    ).first()
    return SubmissionRow(**row._mapping) if row else None


def of_person(tx: Tx, person_id: int) -> Sequence[SubmissionRow]:
    """Return everything a person handed in."""
    rows = tx.execute(select(*_SUBMISSION).where(Submission.person_id == person_id).order_by(Submission.id))
    return [SubmissionRow(**row._mapping) for row in rows]


def mine(tx: Tx, person_id: int, at_most: int) -> Sequence[MineRow]:
    """Return what a person told, newest first, with where each stands."""
    return _mine(tx, Submission.person_id == person_id, at_most)


def by_receipt(tx: Tx, receipt_hmac: str) -> MineRow | None:
    """Return where the submission with this receipt stands."""
    return next(iter(_mine(tx, Submission.receipt_hmac == receipt_hmac, 1)), None)


def _mine(tx: Tx, whose: Any, at_most: int) -> list[MineRow]:
    rows = tx.execute(
        select(
            Submission.id.label("submission_id"),
            Submission.number,
            Submission.deed_id,
            Deed.status,
            Honoree.title,
            Honoree.name,
            Deed.summary,
            Submission.told_at,
            Submission.withdrawn_at,
        )
        .join(Deed, Deed.id == Submission.deed_id)
        .join(Honoree, Honoree.deed_id == Deed.id)
        .where(whose)
        .order_by(Submission.id.desc())
        .limit(at_most)
    )
    return [
        MineRow(
            row.submission_id,
            row.number,
            row.deed_id,
            Status(row.status),
            f"{row.title} {row.name}".strip(),
            row.summary,
            row.told_at,
            row.withdrawn_at is not None,
        )
        for row in rows
    ]


def change_submission(tx: Tx, submission_id: int, **columns: object) -> None:
    """Withdraw or purge what somebody sent; what was said in it is never rewritten."""
    tx.execute(update(Submission).where(Submission.id == submission_id).values(**columns))


def is_in(statuses: Collection[Status]) -> ColumnElement[bool]:
    """Return the condition that a deed is in one of these statuses."""
    return Deed.status.in_([status.value for status in statuses])


def in_status(tx: Tx, *statuses: Status, at_most: int = 200) -> Sequence[DeedRow]:
    """Return the deeds in these statuses: urgent ones first, then who waits longest."""
    queue = select(*_DEED).order_by(Deed.id).limit(at_most)
    each = [  # one by one: each comes in order out of its index
        _deeds(tx, queue.where(Deed.status == status.value, Deed.urgent.is_(urgent)))
        for status in statuses
        for urgent in (True, False)
    ]
    return list(islice(merge(*each, key=place_in_queue), at_most))


def next_in_queue(tx: Tx, statuses: Collection[Status], selves: Collection[int], after: DeedRow | None) -> str | None:
    """Return the code of the deed to look at after this one; at the end the queue begins anew.

    What one of these selves told is passed over. None where nothing else waits.
    """
    begun = [(True, 0), (False, 0)]
    if after is not None:
        begun = [(after.urgent, after.id), *[(False, 0)] * after.urgent, *begun]
    own = select(Submission.id).where(Submission.deed_id == Deed.id, Submission.person_id.in_(list(selves))).exists()
    for urgent, beyond in begun:
        waiting = [
            tx.execute(
                select(Deed.id, Deed.code)
                .where(Deed.status == status.value, Deed.urgent.is_(urgent), Deed.id > beyond, ~own)
                .where(Deed.id != after.id if after is not None else true())
                .order_by(Deed.id)
                .limit(1)
            ).first()
            for status in statuses
        ]
        found = min((row for row in waiting if row is not None), default=None)
        if found is not None:
            return str(found.code)
    return None


def place_in_queue(deed: DeedRow) -> tuple[bool, int]:
    """Return what the queue is ordered by: urgent deeds first, then who waits longest."""
    return not deed.urgent, deed.id


def oldest_in(tx: Tx, *statuses: Status) -> datetime | None:
    """Return when the deed that waits longest in these statuses was received; None where there is none."""
    first = [
        tx.execute(select(Deed.received_at).where(Deed.status == status.value).order_by(Deed.id).limit(1)).scalar()
        for status in statuses
    ]
    return min((at for at in first if at is not None), default=None)


def recent(tx: Tx, at_most: int = 200, *, status: Status | None = None, words: str = "") -> Sequence[DeedRow]:
    """Return deeds, newest first; `words` are folded and must all occur."""
    query = select(*_DEED)
    newest: ColumnElement[int] = Deed.id.desc()
    if words:
        found = found_by(tx, words)
        if found is None:
            return []
        query, newest = query.select_from(found.source).where(found.matches), found.newest
    if status is not None:
        query = query.where(Deed.status == status.value)
    return _deeds(tx, query.order_by(newest).limit(at_most))


def count_approved_in(tx: Tx, starts: datetime, ends: datetime) -> int:
    """Return how many deeds were approved in a period and still stand."""
    return tx.execute(select(func.count()).select_from(Deed).where(*_approved_in(starts, ends))).scalar_one()


def _approved_in(starts: datetime, ends: datetime) -> tuple[ColumnElement[bool], ...]:
    return Deed.approved_at >= starts, Deed.approved_at < ends, is_in(STANDING)


def published(tx: Tx, at_most: int, before: datetime | None = None) -> Sequence[DeedRow]:
    """Return the published deeds, newest first; `before` continues a list."""
    query = (
        select(*_DEED).where(Deed.status == Status.PUBLISHED.value).order_by(Deed.published_at.desc()).limit(at_most)
    )
    if before is not None:
        query = query.where(Deed.published_at < before)
    return _deeds(tx, query)


def count_in(tx: Tx, *statuses: Status, at_most: int | None = None) -> int:
    """Return how many deeds are in these statuses; past `at_most` nobody goes on counting."""
    counted = select(literal(1).label("one")).select_from(Deed).where(is_in(statuses)).limit(at_most).subquery()
    return tx.execute(select(func.count()).select_from(counted)).scalar_one()
