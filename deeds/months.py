"""Reporting periods in Viet Nam's time.

A month named 2026-11 runs either from the 1st to the last day, or, as the periodic reports of state bodies count
(Nghị định 09/2019/NĐ-CP, Điều 12), from the 15th of the month before to the 14th: `first_day` is 1 or 15. Where an
office changes from one to the other, the next window begins where the last one ended.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, order=True)
class Month:
    """A reporting month, written `2026-11`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2026-10`. Raises `ValueError` for anything else."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
            raise ValueError(f"not a month: {text!r}")
        return cls(int(text[:4]), int(text[5:]))


@dataclass(frozen=True)
class Window:
    """The instants of a period in UTC: `starts` is in it, `ends` is not; and its days as a paper prints them."""

    month: Month
    starts: datetime
    ends: datetime
    first: date
    last: date


def month_window(month: Month, first_day: int = 1, zone: ZoneInfo = VIET_NAM) -> Window:
    """Return the window of a reporting month.

    A deed approved at 00:30 on the 1st belongs to the new month, though in UTC it is still the old one.
    """
    opens_in = month if first_day == 1 else month.previous
    first = date(opens_in.year, opens_in.number, first_day)
    closes_in = month.next if first_day == 1 else month
    after = date(closes_in.year, closes_in.number, first_day)
    return Window(month, _instant(first, zone), _instant(after, zone), first, after - timedelta(days=1))


def windows_after(month: Month, ends: datetime, first_day: int = 1, zone: ZoneInfo = VIET_NAM) -> Iterator[Window]:
    """Yield the windows that follow the one of `month`, which ended at `ends`: each begins where the last one ended.

    So after a change of `first_day` one window is shorter or longer than the others, and none overlaps or leaves a gap.
    """
    while True:
        month = month.next
        window = replace(month_window(month, first_day, zone), starts=ends, first=local_day(ends, zone))
        yield window
        ends = window.ends


def month_of(instant: datetime, first_day: int = 1, zone: ZoneInfo = VIET_NAM) -> Month:
    """Return the reporting month an instant falls in."""
    day = instant.astimezone(zone).date()
    month = Month(day.year, day.month)
    return month.next if first_day != 1 and day.day >= first_day else month


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Yield every month from `first` to `last`, both included."""
    while first <= last:
        yield first
        first = first.next


def local_day(instant: datetime, zone: ZoneInfo = VIET_NAM) -> date:
    """Return the calendar day of an instant in Viet Nam."""
    return instant.astimezone(zone).date()


def _instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
