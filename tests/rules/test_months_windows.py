"""Reporting months lie end to end in Viet Nam's time, whatever day they begin on."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.months import Month, local_day, month_of, month_window, months_between

months = st.builds(Month, st.integers(1990, 2090), st.integers(1, 12))


def ict(text: str) -> datetime:
    """Return an instant written in Viet Nam's time."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("month", "first_day", "starts", "ends", "first", "last"),
    [
        ("2026-11", 1, "2026-11-01 00:00", "2026-12-01 00:00", "2026-11-01", "2026-11-30"),
        ("2026-12", 1, "2026-12-01 00:00", "2027-01-01 00:00", "2026-12-01", "2026-12-31"),
        ("2028-02", 1, "2028-02-01 00:00", "2028-03-01 00:00", "2028-02-01", "2028-02-29"),
        ("2026-11", 15, "2026-10-15 00:00", "2026-11-15 00:00", "2026-10-15", "2026-11-14"),
        ("2027-01", 15, "2026-12-15 00:00", "2027-01-15 00:00", "2026-12-15", "2027-01-14"),
        ("2028-03", 15, "2028-02-15 00:00", "2028-03-15 00:00", "2028-02-15", "2028-03-14"),
    ],
)
def test_a_window_and_the_days_a_paper_prints(
    month: str, first_day: int, starts: str, ends: str, first: str, last: str
) -> None:
    """From midnight to midnight in Viet Nam; the last day printed is the last one in it."""
    window = month_window(Month.parse(month), first_day)
    assert (window.starts, window.ends) == (ict(starts), ict(ends))
    assert (window.first, window.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert window.starts.tzinfo is UTC
    assert window.starts.hour == 17  # the evening before


@pytest.mark.parametrize(
    ("instant", "first_day", "month"),
    [
        ("2026-10-31 23:59:59", 1, "2026-10"),
        ("2026-11-01 00:00:00", 1, "2026-11"),
        ("2026-11-01 00:30:00", 1, "2026-11"),  # still October in UTC
        ("2026-12-31 23:59:59", 1, "2026-12"),
        ("2027-01-01 00:00:00", 1, "2027-01"),
        ("2026-11-14 23:59:59", 15, "2026-11"),
        ("2026-11-15 00:00:00", 15, "2026-12"),
        ("2026-12-15 00:00:00", 15, "2027-01"),
    ],
)
def test_the_month_of_an_instant(instant: str, first_day: int, month: str) -> None:
    """By the day in Viet Nam, not in UTC."""
    assert str(month_of(ict(instant), first_day)) == month
    assert local_day(ict(instant)) == date.fromisoformat(instant[:10])


@given(months, st.sampled_from([1, 15]))
def test_windows_lie_end_to_end(month: Month, first_day: int) -> None:
    """Each ends where the next begins; its first and its last instant are its own."""
    window = month_window(month, first_day)
    assert window.ends == month_window(month.next, first_day).starts
    assert month_of(window.starts, first_day) == month
    assert month_of(window.ends - timedelta(microseconds=1), first_day) == month
    assert month_of(window.ends, first_day) == month.next
    assert (window.last - window.first).days + 1 in range(28, 32)


@given(months, st.integers(0, 300))
def test_counting_months(start: Month, steps: int) -> None:
    """Forward and back leads home; a range holds every month once, in order; its written form is read back."""
    last = start
    for _ in range(steps):
        last = last.next
    between = list(months_between(start, last))
    assert len(between) == steps + 1
    assert between == sorted(set(between))
    assert last.previous.next == last
    assert Month.parse(str(last)) == last
    assert list(months_between(last.next, start)) == []


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-10", "2026/10", "2026-10-01", " 2026-10", ""])
def test_what_is_no_month(text: str) -> None:
    """It is refused, not guessed at."""
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


def test_another_zone_has_its_own_midnight() -> None:
    """The zone is a setting; Viet Nam's is the default."""
    tokyo = month_window(Month(2026, 11), zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo.starts == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert month_of(datetime(2026, 10, 31, 15, tzinfo=UTC), zone=ZoneInfo("Asia/Tokyo")) == Month(2026, 11)
    assert month_of(datetime(2026, 10, 31, 15, tzinfo=UTC)) == Month(2026, 10)
