"""Closing months: what is due is a question to the database, what was done is a unique row.

So a tick may come early, late, twice, from two processes or after months of silence, and the clock may be set back:
each month closes once, in order, and no approved deed falls between two.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from deeds.errors import NotPossible
from deeds.months import Month, month_of, month_window, months_between
from digests.gate import Gate
from digests.snapshot import MonthSnapshot, content_hash
from digests.snapshotting import freeze
from storage import period_deeds, periods
from storage.database import Tx
from storage.office import office
from storage.settings import all_settings

STARTED_AT = "started_at"  # the setting that holds the instance's first start, as an ISO instant


def first_month(tx: Tx) -> Month | None:
    """Return the month of the instance's first start, or of the first deed; None before there was either."""
    started = _instant(all_settings(tx).get(STARTED_AT, "")) or period_deeds.first_received(tx)
    return month_of(started, office(tx).first_day) if started else None


def due(tx: Tx, now: datetime) -> Sequence[Month]:
    """Return the months whose window is over and which are not closed, oldest first."""
    last = periods.last_closed(tx)
    # After the newest closed one: a change of the window's first day must not open an older month again.
    first = Month.parse(last).next if last else first_month(tx)
    if first is None:
        return []
    first_day = office(tx).first_day
    return [
        month
        for month in months_between(first, month_of(now, first_day).previous)
        if month_window(month, first_day).ends <= now
    ]


def close_due(tx: Tx, now: datetime, gate: Gate) -> list[str]:
    """Close every month that is due and return their keys; a month another process closes first is left alone."""
    closed = []
    first_day = office(tx).first_day
    for month in due(tx, now):
        window = month_window(month, first_day)
        month_as_it_was = freeze(tx, window, gate)
        if periods.close(
            tx,
            key=str(month),
            starts_at=window.starts,
            ends_at=window.ends,
            closed_at=now,
            snapshot=month_as_it_was.to_store(),
            content_hash=content_hash(month_as_it_was.snapshot),
            deed_ids=month_as_it_was.deed_ids,
        ):
            closed.append(str(month))
    return closed


def draft_snapshot(tx: Tx, month: Month, now: datetime, gate: Gate) -> MonthSnapshot:
    """Return an open month as it stands now, marked as a draft; nothing is written. Raises `NotPossible`."""
    window = month_window(month, office(tx).first_day)
    if periods.period(tx, str(month)) is not None:
        raise NotPossible("doc.draft.closed", f"period {month} is closed", month=_short(month))
    if window.starts > now:
        raise NotPossible("doc.draft.not_begun", f"period {month} has not begun", month=_short(month))
    earlier_is_open = any(one < month for one in due(tx, now))
    return freeze(tx, window, gate, draft=True, with_late=not earlier_is_open).snapshot


def _short(month: Month) -> str:
    return f"{month.number}/{month.year}"


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
