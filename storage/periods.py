"""Closed periods and their papers: the unique key of a period is what makes it close once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from deeds.months import Month, Window, month_of, month_window, windows_after
from storage.database import Tx
from storage.models import DocumentCorrection, OfficialDocument, Period, PeriodDeed, PeriodNotice, Person
from storage.office import office
from storage.statements import insert_unless_there, unless_there

DocumentState = Literal["to_build", "draft", "issued"]

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
TROUBLE_AFTER_ATTEMPTS = 3


@dataclass(frozen=True)
class PeriodRow:
    """A closed period and how far its paper has come."""

    id: int
    key: str  # 2026-10
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    snapshot: Mapping[str, Any]  # what `digests.snapshot` reads, and what only the next closing needs
    content_hash: str
    document_state: DocumentState
    folder: str | None  # of the three files, relative to the data folder
    number: str | None
    issued_on: date | None
    attempts: int
    error: str | None
    tried_at: datetime | None  # when a build last ended, well or badly
    told_at: datetime | None
    recorded_by: int | None
    recorded_at: datetime | None
    files_say: str | None

    @property
    def on_record(self) -> str:
        """Number and day as the files should say them; nothing while the paper is a draft."""
        return f"{self.number} {self.issued_on}" if self.number and self.issued_on else ""

    @property
    def is_to_build(self) -> bool:
        """The files are not there, or do not say the number and day that are on record."""
        return self.document_state == "to_build" or (self.files_say or "") != self.on_record

    @property
    def in_trouble(self) -> bool:
        """Building failed so often that a person should look."""
        return self.is_to_build and self.attempts >= TROUBLE_AFTER_ATTEMPTS


@dataclass(frozen=True)
class Correction:
    """What was on record of a paper before somebody put it right."""

    number: str
    issued_on: date
    reason: str
    person_name: str | None
    at: datetime


_ROW = (
    Period.id,
    Period.key,
    Period.starts_at,
    Period.ends_at,
    Period.closed_at,
    Period.snapshot,
    Period.content_hash,
    OfficialDocument.state.label("document_state"),
    OfficialDocument.folder,
    OfficialDocument.number,
    OfficialDocument.issued_on,
    OfficialDocument.attempts,
    OfficialDocument.error,
    OfficialDocument.built_at.label("tried_at"),
    OfficialDocument.told_at,
    OfficialDocument.recorded_by,
    OfficialDocument.recorded_at,
    OfficialDocument.files_say,
)


def _periods() -> Select[*tuple[Any, ...]]:
    return select(*_ROW).join(OfficialDocument, OfficialDocument.period_id == Period.id)


def _rows(tx: Tx, query: Select[*tuple[Any, ...]]) -> list[PeriodRow]:
    return [PeriodRow(**row._mapping) for row in tx.execute(query)]


def listed(tx: Tx) -> Sequence[PeriodRow]:
    """Return every closed period, newest first."""
    return _rows(tx, _periods().order_by(Period.key.desc()))


def period(tx: Tx, key: str) -> PeriodRow | None:
    """Return a closed period; None while it is open."""
    return next(iter(_rows(tx, _periods().where(Period.key == key))), None)


def following(tx: Tx) -> Iterator[Window] | None:
    """Return the windows that come after the newest closed period, without end; None where none is closed yet."""
    last = tx.execute(select(Period.key, Period.ends_at).order_by(Period.key.desc()).limit(1)).first()
    return windows_after(Month.parse(last.key), last.ends_at, office(tx).first_day) if last else None


def open_window(tx: Tx, now: datetime) -> Window:
    """Return the window an approval of this moment is counted in."""
    windows = following(tx)
    if windows is None:
        first_day = office(tx).first_day
        return month_window(month_of(now, first_day), first_day)
    return next(window for window in windows if window.ends > now)


def close(
    tx: Tx,
    *,
    key: str,
    starts_at: datetime,
    ends_at: datetime,
    closed_at: datetime,
    snapshot: Mapping[str, Any],
    content_hash: str,
    deed_ids: Sequence[int],
) -> bool:
    """Close a period with its list and a paper still to build. Returns False when it is closed already."""
    values = {
        "key": key,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "closed_at": closed_at,
        "snapshot": dict(snapshot),
        "content_hash": content_hash,
    }
    fresh = unless_there(tx.dialect.name, Period).values(**values).returning(Period.id)
    period_id = tx.execute(fresh).scalar_one_or_none()
    if period_id is None:
        return False
    for position, deed_id in enumerate(deed_ids, start=1):
        tx.execute(insert(PeriodDeed).values(period_id=period_id, deed_id=deed_id, position=position))
    tx.execute(insert(OfficialDocument).values(period_id=period_id, state="to_build"))
    return True


def deeds_of(tx: Tx, key: str) -> Sequence[int]:
    """Return the deeds a closed period introduced, in the order of its list."""
    rows = tx.execute(
        select(PeriodDeed.deed_id)
        .join(Period, Period.id == PeriodDeed.period_id)
        .where(Period.key == key)
        .order_by(PeriodDeed.position)
    )
    return list(rows.scalars())


def to_build(tx: Tx, now: datetime) -> Sequence[PeriodRow]:
    """Return the periods whose files are to be written now, oldest first; after a failure the next try waits longer."""
    says = func.coalesce(OfficialDocument.files_say, "")
    draft = OfficialDocument.state == "draft"
    rows = _rows(tx, _periods().where(~draft | (says != "")).order_by(Period.key))
    return [row for row in rows if row.is_to_build and _may_try(row, now)]


def _may_try(row: PeriodRow, now: datetime) -> bool:
    # A clock that was set back must not stop the paper.
    if row.attempts == 0 or row.tried_at is None or now < row.tried_at:
        return True
    return now - row.tried_at >= min(FIRST_WAIT * (1 << min(row.attempts - 1, 10)), LONGEST_WAIT)


def mark_built(tx: Tx, row: PeriodRow, folder: str, now: datetime) -> bool:
    """Record that the three files are there and say what `row` had on record. False when somebody else was first."""
    built = {"folder": folder, "built_at": now, "error": None, "attempts": 0, "files_say": row.on_record}
    if row.document_state == "to_build":
        return _change_paper(tx, row.id, ("to_build",), state="draft", **built)
    return _change_paper(
        tx, row.id, (row.document_state,), func.coalesce(OfficialDocument.files_say, "") != row.on_record, **built
    )


def mark_failed(tx: Tx, row: PeriodRow, error: str, now: datetime) -> bool:
    """Record that a build failed. Returns False when somebody else built it meanwhile."""
    return _change_paper(
        tx,
        row.id,
        (row.document_state,),
        attempts=OfficialDocument.attempts + 1,
        error=error[:2_000],
        built_at=now,
    )


def untold(tx: Tx) -> Sequence[PeriodRow]:
    """Return the periods whose paper is built and nobody was told, oldest first."""
    return _rows(
        tx,
        _periods().where(OfficialDocument.state != "to_build", OfficialDocument.told_at.is_(None)).order_by(Period.key),
    )


def mark_told(tx: Tx, period_id: int, now: datetime) -> bool:
    """Record that officers and standing office were really told. Returns False when they had been."""
    return _change_paper(tx, period_id, ("draft", "issued"), OfficialDocument.told_at.is_(None), told_at=now)


def told_people(tx: Tx, period_id: int) -> Mapping[int, bool]:
    """Return who was told of a period, and whether by a way that reaches them without their looking."""
    rows = tx.execute(select(PeriodNotice.person_id, PeriodNotice.pushed).where(PeriodNotice.period_id == period_id))
    return {row.person_id: row.pushed for row in rows}


def note_told(tx: Tx, period_id: int, person_id: int, now: datetime, *, pushed: bool) -> bool:
    """Record that somebody is told of a period. Returns False when they were already, by a way no worse."""
    values = {"period_id": period_id, "person_id": person_id, "pushed": pushed, "at": now}
    if insert_unless_there(tx, PeriodNotice, values):
        return True
    here = (PeriodNotice.period_id == period_id, PeriodNotice.person_id == person_id, PeriodNotice.pushed.is_(False))
    better: int = tx.execute(update(PeriodNotice).where(*here).values(pushed=True, at=now)).rowcount if pushed else 0
    return better == 1


def not_issued(tx: Tx) -> Sequence[PeriodRow]:
    """Return the periods whose paper is there and has no number yet, oldest first."""
    return _rows(tx, _periods().where(OfficialDocument.state == "draft").order_by(Period.key))


def issued_in(tx: Tx, year: int) -> Sequence[PeriodRow]:
    """Return the periods whose paper was issued in a year; nobody else records a number until this transaction ends."""
    tx.execute(select(OfficialDocument.id).order_by(OfficialDocument.id).with_for_update())
    days = OfficialDocument.issued_on.between(date(year, 1, 1), date(year, 12, 31))
    return _rows(tx, _periods().where(OfficialDocument.state == "issued", days))


def record_issued(tx: Tx, period_id: int, number: str, issued_on: date, person_id: int, now: datetime) -> bool:
    """Keep the number and day the clerk gave. Returns False unless the paper was a draft."""
    return _change_paper(
        tx,
        period_id,
        ("draft",),
        state="issued",
        number=number,
        issued_on=issued_on,
        recorded_by=person_id,
        recorded_at=now,
    )


def correct_issued(
    tx: Tx, row: PeriodRow, number: str, issued_on: date, reason: str, person_id: int, now: datetime
) -> int | None:
    """Put number and day right and keep what stood there; returns the correction, None when the paper changed."""
    here = (OfficialDocument.number == row.number, OfficialDocument.issued_on == row.issued_on)
    if not _change_paper(tx, row.id, ("issued",), *here, number=number, issued_on=issued_on):
        return None
    kept = insert(DocumentCorrection).values(
        period_id=row.id, number=row.number, issued_on=row.issued_on, reason=reason, person_id=person_id, at=now
    )
    correction: int = tx.execute(kept.returning(DocumentCorrection.id)).scalar_one()
    return correction


def corrections_of(tx: Tx, period_id: int) -> Sequence[Correction]:
    """Return what stood on record of a paper before, oldest first."""
    rows = tx.execute(
        select(
            DocumentCorrection.number,
            DocumentCorrection.issued_on,
            DocumentCorrection.reason,
            Person.name.label("person_name"),
            DocumentCorrection.at,
        )
        .join(Person, Person.id == DocumentCorrection.person_id)
        .where(DocumentCorrection.period_id == period_id)
        .order_by(DocumentCorrection.id)
    )
    return [Correction(**row._mapping) for row in rows]


def _change_paper(
    tx: Tx, period_id: int, from_states: Collection[str], *besides: ColumnElement[bool], **columns: object
) -> bool:
    here = (OfficialDocument.period_id == period_id, OfficialDocument.state.in_(from_states))
    changed: int = tx.execute(update(OfficialDocument).where(*here, *besides).values(**columns)).rowcount
    return changed == 1
