"""An office changes the day its periods begin on: no day falls between two papers, and none stands in two."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deeds.months import VIET_NAM
from digests import months
from digests.documents.content import compose
from storage import periods
from tests.stories.month_town import Town, ict


def first_day(town: Town, value: str, at: str | datetime) -> None:
    """The office changes the window, as desk and command do."""
    with town.database.write() as tx:
        months.change_first_day(tx, value, at if isinstance(at, datetime) else ict(at))


def windows(town: Town) -> list[tuple[str, str, str]]:
    """Return the closed periods, oldest first: month, first and last day as the paper prints them."""
    with town.database.read() as tx:
        keys = [row.key for row in reversed(periods.listed(tx))]
    snapshots = [town.snapshot(key) for key in keys]
    return [(one.period, f"{one.window_start:%d/%m}", f"{one.window_end:%d/%m}") for one in snapshots]


def letter(town: Town, key: str) -> str:
    """Return the running text of a month's paper."""
    return "\n".join(paragraph.text for paragraph in compose(town.snapshot(key)).body)


def test_to_the_fifteenth_no_day_is_told_twice(tmp_path: Path) -> None:
    """October ended on the 31st, so November runs from the 1st to the 14th, and its paper says why."""
    town = Town(tmp_path)
    town.told("2026-10-20 08:00")
    town.close("2026-11-01 00:00")
    first_day(town, "15", "2026-11-03 08:00")
    town.agreed("2026-11-05 08:00")
    town.close("2026-12-15 00:00")
    assert windows(town) == [
        ("2026-10", "01/10", "31/10"),
        ("2026-11", "01/11", "14/11"),
        ("2026-12", "15/11", "14/12"),
    ]
    assert [town.snapshot(f"2026-{number}").figures.received_deeds for number in (10, 11, 12)] == [1, 1, 0]
    assert (
        "Cách tính kỳ số liệu được thay đổi từ ngày 03 tháng 11 năm 2026, nên kỳ này tính từ ngày 01 tháng 11 đến "
        "ngày 14 tháng 11 năm 2026, tiếp ngay sau kỳ trước, không trùng và không sót ngày nào."
    ) in letter(town, "2026-11")
    assert "thay đổi" not in letter(town, "2026-10") + letter(town, "2026-12")


def test_back_to_the_first_no_day_is_left_out(tmp_path: Path) -> None:
    """October ended on the 14th, so November runs from the 15th of October to the 30th; an empty paper says so too."""
    town = Town(tmp_path, first_day="15")
    town.close("2026-10-15 00:00")
    first_day(town, "1", "2026-10-20 08:00")
    town.told("2026-10-25 08:00")
    with town.database.read() as tx:
        assert periods.open_window(tx, ict("2026-10-25 08:00")).first.isoformat() == "2026-10-15"
    assert town.draft("2026-11", "2026-10-25 09:00").window_start.isoformat() == "2026-10-15"
    town.close("2027-01-01 00:00")
    assert windows(town) == [
        ("2026-10", "15/09", "14/10"),
        ("2026-11", "15/10", "30/11"),
        ("2026-12", "01/12", "31/12"),
    ]
    assert town.snapshot("2026-11").figures.received_deeds == 1
    assert "tính từ ngày 15 tháng 10 đến ngày 30 tháng 11 năm 2026" in letter(town, "2026-11")


def test_what_was_over_before_the_change_closes_by_the_old_rule(tmp_path: Path) -> None:
    """The machine slept at midnight and the office changes the window in the morning: October is still October."""
    town = Town(tmp_path)
    first_day(town, "15", "2026-11-01 08:00")
    assert windows(town) == [("2026-10", "01/10", "31/10")]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_changed_and_whenever_every_instant_lies_in_one_period(tmp_path: Path, seed: int) -> None:
    """A walk of a year through changes, ticks and silence: periods lie end to end, each deed in one list."""
    chance = random.Random(seed)
    town = Town(tmp_path, started="2026-10-20 09:00", first_day=chance.choice(("1", "15")))
    now, approved = ict("2026-10-20 09:00"), []
    while now < ict("2027-10-20 00:00"):
        now += timedelta(days=chance.choice((1, 3, 10, 29)), minutes=chance.randrange(1440))
        match chance.randrange(4):
            case 0:
                first_day(town, chance.choice(("1", "15")), now)
            case 1 | 2:
                town.close(now)
            case _:
                approved.append(town.agreed(now))
    town.close(now + timedelta(days=62))
    with town.database.read() as tx:
        rows = list(reversed(periods.listed(tx)))
        lists = [deed for row in rows for deed in periods.deeds_of(tx, row.key)]
    assert rows[0].starts_at <= ict("2026-10-20 09:00") < rows[0].ends_at
    assert [row.starts_at for row in rows[1:]] == [row.ends_at for row in rows[:-1]]
    assert all(row.starts_at < row.ends_at for row in rows)
    assert sorted(lists) == approved
    for row in rows:
        snapshot = town.snapshot(row.key)
        days = [_midnight(snapshot.window_start), _midnight(snapshot.window_end) + timedelta(days=1)]
        assert days == [row.starts_at, row.ends_at], "the paper prints the days that were counted"


def _midnight(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}").replace(tzinfo=VIET_NAM).astimezone(UTC)
