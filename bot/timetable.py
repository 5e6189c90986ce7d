"""The only use of APScheduler: it wakes; the database decides what is due (design 2.8).

Jobs live in memory. A tick missed in a long outage needs no catching up: the next one finds the same rows due.
"""

from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.background import Background

log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]


def timetable(background: Background) -> AsyncIOScheduler:
    """Return the scheduler of one process, not yet started."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    every: tuple[tuple[float, Job], ...] = (
        (1, background.files_due),
        (2, background.questions_due),
        (30, background.months_due),
        (60, background.finish_forgetting),
        (600, background.forget_due),
        (14_400, background.sweep_files),
    )
    for seconds, job in every:
        scheduler.add_job(_guarded(job), "interval", seconds=seconds, id=job.__name__)
    return scheduler


def _guarded(job: Job) -> Job:
    """Return the job so that a failure is logged and the next tick tries again."""

    async def tick() -> None:
        try:
            await job()
        except Exception as error:
            log.error("a work of the timetable failed", work=job.__name__, exc_info=error)

    return tick
