"""Which deeds belong to which period: not yet listed, listed and changed since, and the counts of a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from deeds.kinds import Act, Status, Thing
from storage.database import Tx
from storage.models import Consent, Decision, Deed, Honoree, Period, PeriodDeed, Submission

_STANDING = (Status.APPROVED.value, Status.PUBLISHED.value)
_OPEN = (Status.RECEIVED.value, Status.IN_REVIEW.value, Status.NEEDS_INFO.value)


@dataclass(frozen=True)
class ListedDeed:
    """A deed in the list of a closed period."""

    deed_id: int
    code: str
    period_key: str
    position: int


@dataclass(frozen=True)
class Told:
    """What reached us in a period; complaints, and what was merged into another deed, are not counted as deeds."""

    by_citizens: int
    by_units: int
    deeds: int


def unlisted(tx: Tx, ends: datetime) -> Sequence[int]:
    """Return the standing deeds approved before `ends` that no closed period of that time or later lists, oldest first.

    Approved, withdrawn and approved again after its month was sent, a deed is unlisted once more.
    """
    there = (
        select(PeriodDeed.deed_id)
        .join(Period, Period.id == PeriodDeed.period_id)
        .where(PeriodDeed.deed_id == Deed.id, Period.ends_at > Deed.approved_at)
    )
    rows = tx.execute(
        select(Deed.id)
        .where(Deed.approved_at < ends, Deed.status.in_(_STANDING), ~there.exists())
        .order_by(Deed.approved_at, Deed.id)
    )
    return list(rows.scalars())


def first_received(tx: Tx) -> datetime | None:
    """Return when the first deed was told."""
    return tx.execute(select(func.min(Deed.received_at))).scalar_one_or_none()


def no_longer_standing(tx: Tx) -> Sequence[ListedDeed]:
    """Return the deeds of closed periods that were taken back, also when they were approved anew in a later one."""
    return _listed_deeds(tx, or_(Deed.status.not_in(_STANDING), Deed.approved_at >= Period.ends_at))


def perhaps_refused(tx: Tx) -> Sequence[ListedDeed]:
    """Return the standing deeds of closed periods whose person praised ever said no to telling or listing."""
    said_no = (
        select(Consent.id)
        .join(Honoree, Honoree.id == Consent.honoree_id)
        .where(
            Honoree.deed_id == Deed.id,
            Consent.allowed.is_(False),
            Consent.thing.in_((Thing.DEED.value, Thing.STANDING_OFFICE.value)),
        )
    )
    return _listed_deeds(tx, Deed.status.in_(_STANDING) & (Deed.approved_at < Period.ends_at) & said_no.exists())


def perhaps_unpublished(tx: Tx) -> Sequence[ListedDeed]:
    """Return the deeds of closed periods that stand, and were taken off the page at some time."""
    taken_off = select(Decision.id).where(
        Decision.deed_id == Deed.id, Decision.act.in_((Act.UNPUBLISH.value, Act.UNDO.value))
    )
    return _listed_deeds(tx, (Deed.status == Status.APPROVED.value) & taken_off.exists())


def _listed_deeds(tx: Tx, which: ColumnElement[bool]) -> list[ListedDeed]:
    rows = tx.execute(
        select(PeriodDeed.deed_id, Deed.code, Period.key.label("period_key"), PeriodDeed.position)
        .join(Period, Period.id == PeriodDeed.period_id)
        .join(Deed, Deed.id == PeriodDeed.deed_id)
        .where(which)
        .order_by(Period.key, PeriodDeed.position)
    )
    return [ListedDeed(**row._mapping) for row in rows]


def kept_beside(tx: Tx, name: str) -> Mapping[str, Any]:
    """Return what every closed period kept under `name` beside its snapshot, by period key."""
    return {row.key: row.kept for row in tx.execute(select(Period.key, Period.snapshot[name].label("kept")))}


def told_in(tx: Tx, starts: datetime, ends: datetime) -> Told:
    """Return what reached us in a period."""
    by_unit = Submission.org_unit_id.is_not(None)
    rows = tx.execute(
        select(by_unit.label("by_unit"), func.count().label("count"))
        .join(Deed, Deed.id == Submission.deed_id)
        .where(Submission.told_at >= starts, Submission.told_at < ends, Deed.status != Status.REDIRECTED.value)
        .group_by(by_unit)
    )
    counts = {bool(row.by_unit): row._mapping["count"] for row in rows}
    not_deeds = (Status.REDIRECTED.value, Status.MERGED.value)
    deeds = _count(tx, Deed.received_at >= starts, Deed.received_at < ends, Deed.status.not_in(not_deeds))
    return Told(counts.get(False, 0), counts.get(True, 0), deeds)


def still_open(tx: Tx, ends: datetime) -> int:
    """Return how many deeds told before `ends` are undecided now."""
    return _count(tx, Deed.received_at < ends, Deed.status.in_(_OPEN))


def rejected_in(tx: Tx, starts: datetime, ends: datetime) -> int:
    """Return how many deeds were left out in a period, and still are."""
    decided = select(Decision.id).where(
        Decision.deed_id == Deed.id,
        Decision.act == Act.REJECT.value,
        Decision.undone_at.is_(None),
        Decision.at >= starts,
        Decision.at < ends,
    )
    return _count(tx, Deed.status == Status.REJECTED.value, decided.exists())


def published_in(tx: Tx, starts: datetime, ends: datetime) -> int:
    """Return how many deeds were put on the page in a period, and still are there."""
    return _count(tx, Deed.status == Status.PUBLISHED.value, Deed.published_at >= starts, Deed.published_at < ends)


def _count(tx: Tx, *which: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(Deed).where(*which)).scalar_one()
