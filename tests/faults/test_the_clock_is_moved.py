"""The machine's clock is put back or forward: the timetable goes on, and the health page would say if it did not."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import pytest

from bot import timetable
from bot.timetable import Timetable

TICKS_WITHIN_S = 4.0


class MovedClock(datetime):
    """The wall clock as APScheduler reads it."""

    moved = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "MovedClock":
        """Return the present of a clock that was moved."""
        return super().now(tz) + cls.moved


@pytest.mark.parametrize("by", [timedelta(days=-1), timedelta(hours=-1), timedelta(days=1), timedelta(days=365 * 40)])
def test_works_go_on_when_the_clock_is_moved(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """A work of every second is done all the same, and no turn is made up for one by one."""
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", MovedClock)
    monkeypatch.setattr(MovedClock, "moved", timedelta())
    done: Counter[str] = Counter()

    async def work() -> None:
        done["work"] += 1

    async def run() -> None:
        works = Timetable({work: 1})
        works.start()
        await _until(lambda: done["work"] >= 2)
        monkeypatch.setattr(MovedClock, "moved", by)
        before = done["work"]
        await _until(lambda: done["work"] >= before + 2)
        assert max(works.ages_s().values()) < TICKS_WITHIN_S
        works.stop()

    asyncio.run(run())
    assert done["work"] < 12


def test_a_work_that_hangs_is_late_and_one_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ages tell: what never ends grows old, what raises is done again with the next tick."""
    monkeypatch.setattr(timetable, "LATE_AFTER_S", -1.0)
    tried: Counter[str] = Counter()

    async def hangs() -> None:
        tried["hangs"] += 1
        await asyncio.sleep(60)

    async def fails() -> None:
        tried["fails"] += 1
        raise ValueError("an error of ours")

    async def run() -> None:
        every: dict[Callable[[], Awaitable[object]], float] = {hangs: 1, fails: 1}
        works = Timetable(every)
        works.start()
        await _until(lambda: works.late() == ["hangs"])
        works.stop()

    asyncio.run(run())
    assert tried["hangs"] == 1
    assert tried["fails"] >= 2


async def _until(seen: Callable[[], bool]) -> None:
    until = time.monotonic() + 5 * TICKS_WITHIN_S
    while not seen():
        assert time.monotonic() < until, "it does not come"
        await asyncio.sleep(0.05)


def test_a_work_cut_short_at_the_end_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """The process ends while a work runs: nothing is logged that would look like a fault."""
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(60)

    async def run() -> None:
        works = Timetable({work: 0.05})
        works.start()
        await asyncio.wait_for(begun.wait(), TICKS_WITHIN_S)
        works.stop()
        await asyncio.sleep(0.2)

    asyncio.run(run())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
