"""The only use of APScheduler: it wakes; the database decides what is due (design 2.8).

Jobs live in memory. A tick missed in a long outage needs no catching up: the next one finds the same rows due.
APScheduler counts by the wall clock, which may be put back by a day or forward by years. So its triggers count from the
present alone, and whoever is late by the monotonic clock is woken past it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.background import Background
from storage import away
from storage.database import is_worth_a_retry

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]
LONG_AGO = datetime.fromtimestamp(0, UTC)
LOOK_EVERY_S = 1.0
LATE_AFTER_S = 120.0  # beyond three turns: a work may take long once, but not for good


class Every(BaseTrigger):  # type: ignore[misc]
    """Due again so many seconds after it was looked at, whatever the clock said before."""

    def __init__(self, seconds: float) -> None:
        self._after = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time; never one for each turn that a clock put forward has passed over."""
        return now + self._after


class Timetable:
    """The works of one process and when each was last done."""

    def __init__(self, every_s: Mapping[Job, float]) -> None:
        """Take works with their seconds; nothing runs yet."""
        self._every_s = {_name(job): seconds for job, seconds in every_s.items()}
        self._running: set[str] = set()
        self._ended_s = dict.fromkeys(self._every_s, time.monotonic())
        self._begun_s = dict(self._ended_s)
        self._watch: asyncio.Task[None] | None = None
        self._scheduler: Any = AsyncIOScheduler(
            # Two: one that finds the last still at work goes away again, without a line in the log each second.
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None}
        )  # fmt: skip
        for job, seconds in every_s.items():
            self._scheduler.add_job(self._guarded(job), Every(seconds), id=_name(job))

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()
        self._watch = asyncio.get_running_loop().create_task(self._wake_the_late())

    def pause(self) -> None:
        """Tick no more."""
        self._scheduler.pause()

    def stop(self) -> None:
        """End; what runs just now is cut short, without a word."""
        self._scheduler.shutdown(wait=False)
        if self._watch is not None:
            self._watch.cancel()

    def ages_s(self) -> Mapping[str, float]:
        """Return how long ago each work was last done, by the monotonic clock."""
        now = time.monotonic()
        return {name: now - ended for name, ended in self._ended_s.items()}

    def late(self) -> list[str]:
        """Return the works that should have been done long since."""
        return [name for name, age_s in self.ages_s().items() if age_s > 3 * self._every_s[name] + LATE_AFTER_S]

    async def _wake_the_late(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = time.monotonic()
            for name, seconds in self._every_s.items():
                if name not in self._running and now - self._begun_s[name] > seconds + LOOK_EVERY_S:
                    self._scheduler.modify_job(name, next_run_time=LONG_AGO)

    def _guarded(self, job: Job) -> Job:
        """Return the job so that a failure is logged and the next tick tries again."""
        name = _name(job)

        async def tick() -> None:
            if name in self._running:
                return
            self._running.add(name)
            self._begun_s[name] = time.monotonic()
            try:
                await job()
            except asyncio.CancelledError:
                return  # the process ends; what was half done is done again by the next one
            except Exception as error:
                if is_worth_a_retry(error):
                    away.tell(name, error)
                    return
                log.error("a work of the timetable failed", work=name, exc_info=error)
            finally:
                self._running.discard(name)
                self._ended_s[name] = time.monotonic()

        return tick


def timetable(background: Background) -> Timetable:
    """Return the timetable of one process, not yet started."""
    return Timetable(
        {
            background.files_due: 1,
            background.questions_due: 2,
            background.months_due: 30,
            background.finish_forgetting: 60,
            background.forget_due: 600,
            background.sweep_files: 14_400,
        }
    )


def _name(job: Job) -> str:
    return str(getattr(job, "__name__", job))
