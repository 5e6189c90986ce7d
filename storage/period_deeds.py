"""Which deeds belong to which period: not yet listed, listed and changed since, and the counts of a window."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import aliased

from deeds.kinds import Act, Status
from deeds.statuses import LEFT_OUT, NO_DEED, STANDING, TURNED_AWAY, UNDECIDED
from storage.database import Tx
from storage.deeds import is_in
from storage.models import Consent, Decision, Deed, Honoree, Period, PeriodDeed, Submission


@dataclass(frozen=True)
class ListedDeed:
    """A deed in the list of a closed period."""

    deed_id: int
    code: str
    version: int  # of the deed, now
    period_key: str
    position: int


@dataclass(frozen=True)
class Told:
    """What reached us in a period; complaints, and what was merged into another deed, are not counted as deeds."""

    by_citizens: int
    by_units: int
    deeds: int


def unlisted(tx: Tx, ends: datetime, taken_out: Collection[int]) -> Sequence[int]:
    """Return the standing deeds approved before `ends` that no paper tells of, oldest first.

    `taken_out` are those a later paper said are no longer in the list: they may be listed once more.
    """
    listed = select(PeriodDeed.deed_id).where(PeriodDeed.deed_id == Deed.id)
    rows = tx.execute(
        select(Deed.id)
        .where(Deed.approved_at < ends, is_in(STANDING), ~listed.exists() | Deed.id.in_(taken_out))
        .order_by(Deed.approved_at, Deed.id)
    )
    return list(rows.scalars())


def first_received(tx: Tx) -> datetime | None:
    """Return when the first deed was told."""
    return tx.execute(select(func.min(Deed.received_at))).scalar_one_or_none()


def latest_of(tx: Tx, deed_ids: Collection[int]) -> Mapping[int, str]:
    """Return the newest period whose list has each of these deeds."""
    rows = tx.execute(
        select(PeriodDeed.deed_id, func.max(Period.key).label("key"))
        .join(Period, Period.id == PeriodDeed.period_id)
        .where(PeriodDeed.deed_id.in_(deed_ids))
        .group_by(PeriodDeed.deed_id)
    )
    return {row.deed_id: row.key for row in rows}


def changed_since_seen(tx: Tx) -> tuple[Sequence[ListedDeed], int]:
    """Return the listed deeds that changed, or about which somebody answered, since they were compared last.

    Each by its newest list only. And the newest answer there is: what comes after it is looked at the next time.
    """
    newest: int = tx.execute(select(func.coalesce(func.max(Consent.id), 0))).scalar_one()
    answered = (
        select(Consent.id)
        .where(
            Consent.id > func.coalesce(PeriodDeed.seen_consent, 0),
            or_(
                Consent.honoree_id.in_(select(Honoree.id).where(Honoree.deed_id == Deed.id)),
                Consent.submission_id.in_(select(Submission.id).where(Submission.deed_id == Deed.id)),
            ),
        )
        .correlate(Deed, PeriodDeed)
        .exists()
    )
    later, of_later = aliased(PeriodDeed), aliased(Period)
    listed_later = (
        select(later.deed_id)
        .join(of_later, of_later.id == later.period_id)
        .where(later.deed_id == PeriodDeed.deed_id, of_later.key > Period.key)
        .correlate(PeriodDeed, Period)
        .exists()
    )
    rows = tx.execute(
        select(PeriodDeed.deed_id, Deed.code, Deed.version, Period.key.label("period_key"), PeriodDeed.position)
        .join(Period, Period.id == PeriodDeed.period_id)
        .join(Deed, Deed.id == PeriodDeed.deed_id)
        .where(or_(PeriodDeed.seen_version.is_(None), PeriodDeed.seen_version != Deed.version, answered), ~listed_later)
        .order_by(Period.key, PeriodDeed.position)
    )
    return [ListedDeed(**row._mapping) for row in rows], newest


def mark_seen(tx: Tx, seen: Iterable[ListedDeed], newest_consent: int) -> None:
    """Note of these deeds that they were compared as they were then."""
    for one in seen:
        now = {"seen_version": one.version, "seen_consent": newest_consent}
        tx.execute(update(PeriodDeed).where(PeriodDeed.deed_id == one.deed_id).values(**now))


def kept_beside(tx: Tx, name: str) -> Mapping[str, Any]:
    """Return what every closed period kept under `name` beside its snapshot, by period key."""
    return {row.key: row.kept for row in tx.execute(select(Period.key, Period.snapshot[name].label("kept")))}


def told_in(tx: Tx, starts: datetime, ends: datetime) -> Told:
    """Return what reached us in a period."""
    by_unit = Submission.org_unit_id.is_not(None)
    rows = tx.execute(
        select(by_unit.label("by_unit"), func.count().label("count"))
        .join(Deed, Deed.id == Submission.deed_id)
        .where(Submission.told_at >= starts, Submission.told_at < ends, ~is_in(TURNED_AWAY))
        .group_by(by_unit)
    )
    counts = {bool(row.by_unit): row._mapping["count"] for row in rows}
    deeds = _count(tx, Deed.received_at >= starts, Deed.received_at < ends, ~is_in(NO_DEED))
    return Told(counts.get(False, 0), counts.get(True, 0), deeds)


def still_open(tx: Tx, ends: datetime) -> int:
    """Return how many deeds told before `ends` are undecided now."""
    return _count(tx, Deed.received_at < ends, is_in(UNDECIDED))


def rejected_in(tx: Tx, starts: datetime, ends: datetime) -> int:
    """Return how many deeds were left out in a period, and still are."""
    decided = select(Decision.id).where(
        Decision.deed_id == Deed.id,
        Decision.act == Act.REJECT.value,
        Decision.undone_at.is_(None),
        Decision.at >= starts,
        Decision.at < ends,
    )
    return _count(tx, is_in(LEFT_OUT), decided.exists())


def published_in(tx: Tx, starts: datetime, ends: datetime) -> int:
    """Return how many deeds were put on the page in a period, and still are there."""
    return _count(tx, Deed.status == Status.PUBLISHED.value, Deed.published_at >= starts, Deed.published_at < ends)


def _count(tx: Tx, *which: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(Deed).where(*which)).scalar_one()
