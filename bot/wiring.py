"""Everything is put together here, from settings and a clock; nothing else knows all the parts."""

import asyncio
import gc
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.background import Background
from bot.delivery import Delivery
from bot.doors import WINDOWED, House, decode, doors, seed_accounts
from bot.intake import Intake
from bot.lanes import LOCK_WITHIN_S, Lanes
from bot.opening import folder_of, open_database, receipt_key, tie_folder
from bot.papers import Papers
from bot.settings import Settings
from bot.soundness import Soundness
from bot.timetable import Timetable, timetable
from deeds.clock import Clock, SystemClock
from deeds.places import areas
from deeds.said import Inbound
from digests.papers import sweep_drafts
from handlers.front_door import Town
from handlers.reading.guards import emergency_now, sounds_like_complaint
from handlers.reading.intents import likely
from handlers.reading.telling import read_telling
from messengers.port import Accepted, Messenger, TryLater
from messengers.webchat.chat import NAME as WEBCHAT
from messengers.webchat.chat import WebChat
from storage import accounts, deeds, inbox
from storage import settings as kept_settings
from storage.database import Database
from storage.office import TELEGRAM_BOT
from storage.photos.files import PhotoFiles
from texts import say

log = structlog.get_logger()


@dataclass
class Instance:
    """One running process of an instance."""

    settings: Settings
    clock: Clock
    database: Database
    lanes: Lanes
    files: PhotoFiles
    receipt_key: bytes
    messengers: dict[str, Messenger]
    delivery: Delivery
    intake: Intake
    background: Background
    soundness: Soundness
    stopped_parts: set[str] = field(default_factory=set)  # of what should run as long as the process does
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _scheduler: Timetable | None = None

    @property
    def works(self) -> Timetable | None:
        """The timetable, once it runs."""
        return self._scheduler

    @property
    def webchat(self) -> WebChat:
        """The messenger that is always there."""
        webchat = self.messengers[WEBCHAT]
        assert isinstance(webchat, WebChat)
        return webchat

    async def start(self) -> None:
        """Begin to deliver, to tick and to receive."""
        now = self.clock.now()
        with self.database.write() as tx:
            made = kept_settings.all_settings(tx)
            if "started_at" not in made:
                kept_settings.set_setting(tx, "started_at", now.isoformat(), now)
            if made.get("public_url") != self.settings.public_url:
                kept_settings.set_setting(tx, "public_url", self.settings.public_url, now)
            if "telegram" not in self.messengers and made.get(TELEGRAM_BOT):
                kept_settings.set_setting(tx, TELEGRAM_BOT, "", now)  # no more links that lead nowhere
        self._run(self.delivery.run(alone=self.settings.PROCESSES == 1))
        for messenger in self.messengers.values():
            self._run(messenger.start(self.accept, self.intake.park))
        self._scheduler = timetable(self.background)
        self._scheduler.start()
        self.soundness.watch(self._run)
        await asyncio.to_thread(warm_up)
        # What was loaded stays for good: the collector need not walk it again and again (x2.6 on the message path).
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        log.info("started", address=self.settings.public_url, messengers=sorted(self.messengers))

    async def accept(self, event: Inbound) -> Accepted:
        """Carry an event through, then stop the spinner of the button that was pressed, if it was one."""
        if not self.soundness.may_write():
            raise TryLater(self.soundness.fault)  # what is written there now may be lost with it
        accepted = await self.intake.accept(event)
        if event.press is not None and event.messenger in self.messengers:
            self._run(self.messengers[event.messenger].answer_press(event.press))
        return accepted

    async def retry(self, event_id: int) -> bool:
        """Carry a parked event through after all; False when it fails again or no longer reads."""
        parked = await self.lanes.read(lambda tx: inbox.parked_event(tx, event_id))
        event = decode(parked, self.settings) if parked is not None else None
        if event is None:
            return False
        try:
            await self.intake.retry(event, event_id)
        except Exception as error:
            log.error("a parked event failed again", event_id=event_id, exc_info=error)
            return False
        return True

    async def stop(self) -> None:
        """Stop receiving, let what is under way end, close."""
        if self._scheduler is not None:
            self._scheduler.stop()
        for messenger in self.messengers.values():
            await messenger.stop()
        await self.delivery.finish()
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self.intake.close)
        await asyncio.to_thread(self.lanes.close)
        self.database.close()
        if self.background.database is not None:
            self.background.database.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._say_why)

    def _say_why(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and task.exception() is not None:
            part = getattr(task.get_coro(), "__qualname__", "a part")
            self.stopped_parts.add(part)
            log.error("a part of the instance stopped", part=part, exc_info=task.exception())


def warm_up() -> None:
    """Read one telling, so that the first person who tells does not wait for word lists and tables to load."""
    read_telling(say("story.ask"), SystemClock().now().date(), areas(), None)
    emergency_now(say("story.ask"))
    sounds_like_complaint(say("story.ask"))
    likely(say("story.ask"))


def build(settings: Settings, clock: Clock) -> Instance:
    """Put an instance together; nothing runs yet but its lanes."""
    database = open_database(settings)
    tie_folder(settings.DATA_DIR, database, clock.now())
    hurried = database.hurried(LOCK_WITHIN_S)
    lanes = Lanes(hurried, settings.LANES, lambda error: soundness.note(error))
    files = PhotoFiles(folder_of(settings.DATA_DIR))
    with database.read() as tx:
        has_given_receipts = bool(deeds.recent(tx, 1))
    key = receipt_key(settings.DATA_DIR, is_owed=has_given_receipts)
    sweep_drafts(settings.DATA_DIR)
    with database.write() as tx:
        seed_accounts(tx, settings, clock.now())
        has_official_account = bool(accounts.accounts(tx))
    messengers = doors(House(settings, lanes, clock, files, key, has_official_account))
    delivery = Delivery(lanes, clock, messengers, settings.zone)
    intake = Intake(lanes, clock, Town(areas(), key, WINDOWED))
    papers = Papers(files, settings.DATA_DIR, messengers.keys())
    background = Background(lanes, clock, messengers, files, papers, hurried, alone=settings.PROCESSES == 1)
    soundness = Soundness(hurried, settings.database_file, messengers)
    return Instance(settings, clock, database, lanes, files, key, messengers, delivery, intake, background, soundness)
