"""The month's works of one process: close what is over, build its paper, tell who is to know; safe to die anywhere."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import structlog

from deeds.clock import Clock
from digests import clock_guard, months, notices, papers
from storage.periods import PeriodRow
from storage.photos.files import PhotoFiles
from storage.store import Store

log = structlog.get_logger()

LANE = "months"


class Papers:
    """Closes months and builds their papers; what is due is asked of the database each time."""

    def __init__(self, files: PhotoFiles, data_dir: Path, served: Collection[str]) -> None:
        """Papers are written below `data_dir`; people are told of them by the messengers that are `served`."""
        self._served = served
        self._files = files
        self._data_dir = data_dir

    async def carry_on(self, store: Store, clock: Clock) -> int:
        """Do everything that is due; returns how many papers were built."""
        if await store.read(lambda tx: clock_guard.leap(tx, clock.now())) is not None:
            log.warning("the clock leapt; nothing is closed until somebody says that it is right")
            await store.write(LANE, lambda tx: notices.ask_about_clock(tx, clock.now()))
            return 0
        closed = await store.write(LANE, lambda tx: months.close_due(tx, clock.now()))
        for key in closed:
            log.info("a month was closed", period=key)
        built = 0
        while (row := await store.read(lambda tx: papers.next_to_build(tx, clock.now()))) is not None:
            built += await self._build(store, clock, row)
        await store.write(LANE, lambda tx: notices.tell_due(tx, clock.now(), self._served))
        await store.write(LANE, lambda tx: notices.chase_due(tx, clock.now()))
        return built

    async def _build(self, store: Store, clock: Clock, row: PeriodRow) -> int:
        try:
            folder = await asyncio.to_thread(papers.build, row, self._files, self._data_dir)
        except Exception as error:  # whatever broke it, the next month's paper and the chat go on
            log.error("a paper could not be built", period=row.key, exc_info=error)
            failed = error
            await store.write(LANE, lambda tx: papers.mark_failed(tx, row, failed, clock.now()))
            return 0
        return int(await store.write(LANE, lambda tx: papers.mark_built(tx, row, folder, clock.now())))
