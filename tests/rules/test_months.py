"""Which months are due, and what the gate keeps out, at the edges of the calendar."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deeds.kinds import HONOREE_THINGS, Thing
from deeds.months import Month, month_of, month_window
from digests import months
from publishing.consents import Allowances
from publishing.outlets import OUTLETS, Outlet
from storage.settings import set_setting
from tests.stories.month_town import Town, ict


@pytest.mark.parametrize("first_day", [1, 15])
@given(minutes=st.integers(min_value=0, max_value=60 * 24 * 366 * 20), second=st.integers(0, 59))
def test_every_second_belongs_to_one_window(first_day: int, minutes: int, second: int) -> None:
    """The window of the month an instant falls in holds it, and begins where the window before ends."""
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes, seconds=second)
    month = month_of(instant, first_day)
    window = month_window(month, first_day)
    assert window.starts <= instant < window.ends
    assert month_window(month.previous, first_day).ends == window.starts
    assert window.ends == month_window(month.next, first_day).starts


@pytest.mark.parametrize(
    ("first_day", "now", "due"),
    [
        ("1", "2026-10-31 23:59:59", []),
        ("1", "2026-11-01 00:00:00", ["2026-10"]),
        ("1", "2027-01-01 00:00:00", ["2026-10", "2026-11", "2026-12"]),
        ("1", "2020-01-01 00:00:00", []),
        ("15", "2026-10-14 23:59:59", []),
        ("15", "2026-10-15 00:00:00", ["2026-10"]),
        ("15", "2026-12-14 23:59:59", ["2026-10", "2026-11"]),
        ("15", "2026-12-15 00:00:00", ["2026-10", "2026-11", "2026-12"]),
        ("15", "2027-01-15 00:00:00", ["2026-10", "2026-11", "2026-12", "2027-01"]),
    ],
)
def test_a_month_is_due_from_the_second_its_window_ends(
    tmp_path: Path, first_day: str, now: str, due: list[str]
) -> None:
    """Started on the 5th of October: not a second too early, and every month since."""
    town = Town(tmp_path, first_day=first_day)
    with town.database.read() as tx:
        assert [str(window.month) for window in months.due(tx, ict(now))] == due


@pytest.mark.parametrize(
    ("started", "first"),
    [
        ("2026-10-31T23:59:59+07:00", Month(2026, 10)),
        ("2026-10-31T17:00:00+00:00", Month(2026, 11)),
        ("2026-10-31T17:00:00", Month(2026, 11)),
        ("", None),
        ("never", None),
    ],
)
def test_months_count_from_the_first_start(tmp_path: Path, started: str, first: Month | None) -> None:
    """In Viet Nam's time; a start that cannot be read and no deed told mean there is nothing to count from."""
    town = Town(tmp_path)
    with town.database.write() as tx:
        set_setting(tx, months.STARTED_AT, started, ict("2026-10-05 09:00"))
        assert months.first_month(tx) == first


@given(answers=st.dictionaries(st.sampled_from(HONOREE_THINGS), st.booleans()))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_only_a_no_to_this_reader_keeps_a_deed_out(answers: dict[Thing, bool]) -> None:
    """Silence is not a no, and neither is a no to the press; a no to the telling is, unless this reader was allowed."""
    allowed = frozenset(thing for thing, answer in answers.items() if answer)
    said = Allowances(
        allowed, frozenset(answers) - allowed, words=True, pictures=True, taken_back=False, standing=frozenset()
    )
    office, deed = answers.get(Thing.STANDING_OFFICE), answers.get(Thing.DEED)
    assert OUTLETS[Outlet.PAPER].stays_out(said) is (office is False or (office is None and deed is False))
