"""Months close once each over restarts, clock steps, two processes at a time and kills at the worst moments."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deeds.kinds import Role
from deeds.months import Month, local_day, months_between
from digests import clock_guard, months, notices, papers
from digests.documents.build import build as build_files
from digests.papers import photo_bytes
from digests.snapshot import content_hash
from digests.snapshotting import frozen
from storage import people, periods
from tests.stories.month_town import Town, ict

ROOT = Path(__file__).parents[2]
NOW = "2026-11-02 08:00"

# A process that does the work of the timetable up to a named point, says so, and stays there until it is killed.
CHILD = """
import sys, time
from pathlib import Path
from digests import months, notices, papers
from tests.stories.month_town import Town, ict

folder, stop_at = Path(sys.argv[1]), sys.argv[2]
now = ict(sys.argv[3])
town = Town(folder)

def here(point):
    if point == stop_at:
        print(point, flush=True)
        time.sleep(600)

with town.database.write() as tx:
    months.close_due(tx, now)
    here("closing")
here("closed")
with town.database.read() as tx:
    row = papers.next_to_build(tx, now)
if stop_at == "building":
    print("building", flush=True)
built = papers.build(row, town.files, town.folder)
here("built")
with town.database.write() as tx:
    papers.mark_built(tx, row, built, now)
here("marked")
with town.database.write() as tx:
    notices.tell_due(tx, now)
    here("telling")
here("told")
"""


def kill_at(folder: Path, point: str, after_s: float = 0.0) -> None:
    """Run the timetable's work in a real process and kill it at this point."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, folder, point, NOW],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == point
        time.sleep(after_s)
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The commune with two officers and a deed of October."""
    made = Town(tmp_path)
    made.staff("Thu", Role.MODERATOR)
    made.staff("Hoa", Role.STANDING_OFFICE)
    made.agreed("2026-10-07 08:00")
    return made


@pytest.mark.parametrize(
    ("point", "after_s"),
    [
        ("closing", 0.0),
        ("closed", 0.0),
        ("building", 0.05),
        ("building", 0.3),
        ("building", 0.15),
        ("built", 0.0),
        ("marked", 0.0),
        ("telling", 0.0),
        ("told", 0.0),
    ],
)
def test_a_kill_at_any_point_is_made_up_for_by_the_next_process(
    town: Town, tmp_path: Path, point: str, after_s: float
) -> None:
    """Killed there, the next process finishes: one period, three whole files, each person told once."""
    kill_at(tmp_path, point, after_s)
    after = Town(tmp_path)
    with after.database.read() as tx:
        closed_before = periods.period(tx, "2026-10")
    assert (closed_before is None) is (point == "closing")
    after.agreed("2026-10-31 23:00", "Hà Văn Khuyên")  # too late for a list that is frozen
    after.tick("2026-11-02 09:00")
    after.tick("2026-11-02 10:00")
    row = after.period("2026-10")
    if closed_before is not None:
        assert row.content_hash == closed_before.content_hash
    assert row.document_state == "draft"
    assert sorted(path.name for path in (tmp_path / "papers/2026-10").iterdir()) == [
        "van-ban-2026-10.docx", "van-ban-2026-10.pdf", "van-ban-2026-10.xlsx",
    ]  # fmt: skip
    again = build_files(frozen(row), photo_bytes(after.files), tmp_path / "again")
    assert (tmp_path / "papers/2026-10/van-ban-2026-10.xlsx").stat().st_size == again.xlsx.stat().st_size
    assert (tmp_path / "papers/2026-10/van-ban-2026-10.pdf").read_bytes()[-6:].strip() == b"%%EOF"
    assert again.content_hash == row.content_hash
    assert [letter.chat for letter in after.letters("digest:")] == ["Hoa@telegram", "Thu@telegram"]


def test_what_killed_builders_left_is_swept_when_it_is_old(town: Town, tmp_path: Path) -> None:
    """A workspace of an hour ago goes, one of just now may belong to a living builder and stays."""
    town.close(NOW)
    for name, hours in (("old", 2), ("new", 0)):
        left = tmp_path / "papers" / f".building-{name}"
        left.mkdir(parents=True)
        (left / "van-ban.docx").write_bytes(b"half")
        then = left.stat().st_mtime - hours * 3600
        os.utime(left, (then, then))
    town.build(NOW)
    assert sorted(path.name for path in (tmp_path / "papers").iterdir()) == [".building-new", "2026-10"]


def test_many_processes_at_once_close_each_month_once(tmp_path: Path, database_url: str) -> None:
    """Eight of them, each with its own connection, wake in the same moment after five months of silence."""
    town = Town(tmp_path, url=database_url)
    for role, name in ((Role.MODERATOR, "Thu"), (Role.STANDING_OFFICE, "Hoa")):
        town.staff(name, role)
    for number in range(21):
        town.agreed(ict("2026-10-10 08:00") + timedelta(days=7 * number), f"Người {number}")
    closed: list[str] = []
    told: list[str] = []
    together = threading.Barrier(8)

    def wake() -> None:
        own = Town(tmp_path, url=database_url)
        together.wait()
        closed.extend(own.close("2027-03-01 08:00"))
        for row in _listed(own):
            with own.database.write() as tx:
                papers.mark_built(tx, row, f"papers/{row.key}", ict("2027-03-01 08:00"))
        together.wait()
        told.extend(own.tell("2027-03-01 08:01"))
        own.database.close()

    threads = [threading.Thread(target=wake) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(closed) == sorted(told) == ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"]
    assert len(town.letters("digest:")) == 10
    with town.database.read() as tx:
        listed = [deed for key in closed for deed in periods.deeds_of(tx, key)]
    assert sorted(listed) == list(range(1, 22))
    town.database.close()


@pytest.mark.parametrize(
    ("seed", "first_day"),
    [(1, "1"), pytest.param(2, "15", marks=pytest.mark.slow), pytest.param(3, "1", marks=pytest.mark.slow)],
)
def test_twenty_four_months_over_restarts_outages_and_clock_steps(tmp_path: Path, seed: int, first_day: str) -> None:
    """24 of 24 months closed, none doubled, none skipped; each deed in one list; each person told once a month.

    After an outage of more than forty days the moderator says what day it is; a tick in a wrong year closes nothing.
    """
    chance = random.Random(seed)
    town = Town(tmp_path, started="2026-10-01 00:00", first_day=first_day)
    town.staff("Thu", Role.MODERATOR)
    town.staff("Hoa", Role.STANDING_OFFICE)
    now, end = ict("2026-10-01 08:00"), ict("2028-10-15 00:00")
    approved: list[int] = []
    _tick(tmp_path, now)
    while now < end:
        now += timedelta(hours=chance.choice((1, 30, 90, 200)), seconds=chance.randrange(3600))
        if chance.random() < 0.05:
            now += timedelta(days=chance.choice((20, 45, 100)))  # an outage
        if chance.random() < 0.15:
            now -= timedelta(hours=chance.choice((1, 25, 24 * 6)))  # the clock is set back
        if chance.random() < 0.2:
            town.database.close()
            town = Town(tmp_path)  # a restart
        if chance.random() < 0.1:
            before = len(_listed(town))
            _tick(tmp_path, now + timedelta(days=chance.choice((365, 1857))), asked=False)
            assert len(_listed(town)) == before
        if chance.random() < 0.6:
            approved.append(town.agreed(now, f"Người {len(approved)}"))
        both = [threading.Thread(target=_tick, args=(tmp_path, now)) for _ in range(chance.choice((1, 1, 2)))]
        for one in both:
            one.start()
        for one in both:
            one.join()
    approved.append(town.agreed(end, "Người cuối"))
    _tick(tmp_path, max(now, end) + timedelta(days=62))
    keys = [row.key for row in reversed(_listed(town))]
    begins = Month(2026, 10)
    assert keys[:24] == [str(month) for month in months_between(begins, Month(2028, 9))]
    assert keys == sorted(set(keys))
    with town.database.read() as tx:
        lists = [deed for key in keys for deed in periods.deeds_of(tx, key)]
    assert sorted(lists) == sorted(approved)
    told = [letter.key for letter in town.letters("digest:")]
    assert len(told) == len(set(told)) == 2 * len(keys)
    assert all(content_hash(frozen(row)) == row.content_hash for row in _listed(town))


def _listed(town: Town) -> list[periods.PeriodRow]:
    with town.database.read() as tx:
        return list(periods.listed(tx))


def _tick(folder: Path, now: datetime, *, asked: bool = True) -> None:
    """One process wakes; writing the files is left out, it has tests of its own and takes a second a month."""
    own = Town(folder)
    with own.database.write() as tx:
        thu = people.named(tx, "Thu")
        if asked and thu is not None and clock_guard.leap(tx, now) is not None:
            assert months.close_due(tx, now) == []
            clock_guard.confirm(tx, thu, local_day(now), now)
        months.close_due(tx, now)
    with own.database.read() as tx:
        waiting = periods.to_build(tx, now)
    for row in waiting:
        with own.database.write() as tx:
            papers.mark_built(tx, row, f"papers/{row.key}", now)
    with own.database.write() as tx:
        notices.tell_due(tx, now)
    own.database.close()
