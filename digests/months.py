"""Closing months: what is due is a question to the database, what was done is a unique row.

So a tick may come early, late, twice, from two processes or after months of silence, and the clock may be set back:
each month closes once, in order, and no approved deed falls between two. Windows lie end to end also where the day on
which they begin is changed: the next one begins where the last closed one ended.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from deeds.errors import NotPossible
from deeds.months import Month, Window, month_of, month_window, windows_after
from digests import clock_guard
from digests.snapshot import MonthSnapshot, content_hash
from digests.snapshotting import freeze
from storage import period_deeds, periods
from storage.database import Tx
from storage.office import FIRST_DAY, office
from storage.settings import all_settings, set_setting

STARTED_AT = "started_at"  # the setting that holds the instance's first start, as an ISO instant


def first_month(tx: Tx) -> Month | None:
    """Return the month of the instance's first start, or of the first deed; None before there was either."""
    started = _instant(all_settings(tx).get(STARTED_AT, "")) or period_deeds.first_received(tx)
    return month_of(started, office(tx).first_day) if started else None


def due(tx: Tx, now: datetime) -> Sequence[Window]:
    """Return the windows that are over and not closed, oldest first; each begins where the one before ended."""
    return list(takewhile(lambda window: window.ends <= now, _upcoming(tx)))


def _upcoming(tx: Tx) -> Iterator[Window]:
    """Yield the windows after the newest closed one, without end; nothing before there is a first month."""
    following = periods.following(tx)
    if following is not None:
        yield from following
    elif (first := first_month(tx)) is not None:
        first_day = office(tx).first_day
        window = month_window(first, first_day)
        yield window
        yield from windows_after(first, window.ends, first_day)


def close_due(tx: Tx, now: datetime) -> list[str]:
    """Close every month that is due and return their keys; a month another process closes first is left alone.

    While the clock has leapt and nobody said that it is right, nothing is closed.
    """
    if clock_guard.leap(tx, now) is not None:
        return []
    clock_guard.note(tx, now)
    closed = []
    for window in due(tx, now):
        month_as_it_was = freeze(tx, window)
        if periods.close(
            tx,
            key=str(window.month),
            starts_at=window.starts,
            ends_at=window.ends,
            closed_at=now,
            snapshot=month_as_it_was.to_store(),
            content_hash=content_hash(month_as_it_was.snapshot),
            deed_ids=month_as_it_was.deed_ids,
        ):
            period_deeds.mark_seen(tx, month_as_it_was.compared.seen, month_as_it_was.compared.newest_consent)
            closed.append(str(window.month))
    return closed


def change_first_day(tx: Tx, value: str, now: datetime) -> None:
    """Let periods begin on another day from now on: what is over by the old rule is closed by it first."""
    close_due(tx, now)
    set_setting(tx, FIRST_DAY, value, now)


def draft_snapshot(tx: Tx, month: Month, now: datetime) -> MonthSnapshot:
    """Return an open month as it stands now, marked as a draft; nothing is written. Raises `NotPossible`."""
    if periods.period(tx, str(month)) is not None:
        raise NotPossible("doc.draft.closed", f"period {month} is closed", month=_short(month))
    begun = takewhile(lambda window: window.starts <= now, _upcoming(tx))
    window = next((one for one in begun if one.month == month), None)
    if window is None:
        raise NotPossible("doc.draft.not_begun", f"period {month} has not begun", month=_short(month))
    earlier_is_open = any(one.month < month for one in due(tx, now))
    return freeze(tx, window, draft=True, with_late=not earlier_is_open).snapshot


def _short(month: Month) -> str:
    return f"{month.number}/{month.year}"


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
