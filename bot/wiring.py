"""Everything is put together here, from settings and a clock; nothing else knows all the parts."""

import asyncio
import gc
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.background import Background, folder_of
from bot.delivery import Delivery
from bot.intake import Intake
from bot.lanes import Lanes
from bot.opening import open_database, receipt_key
from bot.papers import Papers
from bot.settings import Settings
from bot.timetable import timetable
from deeds.clock import Clock, SystemClock
from deeds.places import areas
from deeds.said import Inbound
from handlers.front_door import Town
from handlers.reading.guards import emergency_now, sounds_like_complaint
from handlers.reading.telling import read_telling
from messengers.port import Accepted, CannotRead, Messenger
from messengers.telegram import incoming as telegram_incoming
from messengers.webchat import incoming as webchat_incoming
from messengers.webchat.chat import WebChat
from storage import inbox
from storage import settings as kept_settings
from storage.database import Database
from storage.photos.files import PhotoFiles, Shelf
from texts import say

if TYPE_CHECKING:
    from messengers.telegram.messenger import Telegram

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
    webchat: WebChat
    telegram: "Telegram | None"
    messengers: dict[str, Messenger]
    delivery: Delivery
    intake: Intake
    background: Background
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _scheduler: Any = None

    async def start(self) -> None:
        """Begin to deliver, to tick and to receive."""
        now = self.clock.now()
        with self.database.write() as tx:
            made = kept_settings.all_settings(tx)
            if "started_at" not in made:
                kept_settings.set_setting(tx, "started_at", now.isoformat(), now)
            if made.get("public_url") != self.settings.public_url:
                kept_settings.set_setting(tx, "public_url", self.settings.public_url, now)
        self._run(self.delivery.run(alone=self.settings.PROCESSES == 1))
        for messenger in self.messengers.values():
            self._run(messenger.start(self.accept, self.intake.park))
        self._scheduler = timetable(self.background)
        self._scheduler.start()
        await asyncio.to_thread(warm_up)
        # What was loaded stays for good: the collector need not walk it again and again (x2.6 on the message path).
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        log.info("started", address=self.settings.public_url, messengers=sorted(self.messengers))

    async def accept(self, event: Inbound) -> Accepted:
        """Carry an event through, then stop the spinner of the button that was pressed, if it was one."""
        accepted = await self.intake.accept(event)
        if event.press is not None and event.messenger in self.messengers:
            self._run(self.messengers[event.messenger].answer_press(event.press))
        return accepted

    async def retry(self, event_id: int) -> bool:
        """Carry a parked event through after all; False when it fails again or no longer reads."""
        parked = await self.lanes.read(lambda tx: inbox.parked_event(tx, event_id))
        event = decode(parked) if parked is not None else None
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
            self._scheduler.shutdown(wait=False)
        for messenger in self.messengers.values():
            await messenger.stop()
        await self.delivery.finish()
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self.lanes.close)
        self.database.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_say_why)


def _say_why(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a part of the instance stopped", exc_info=task.exception())


def warm_up() -> None:
    """Read one telling, so that the first person who tells does not wait for word lists and tables to load."""
    read_telling(say("story.ask"), SystemClock().now().date(), areas(), None)
    emergency_now(say("story.ask"))
    sounds_like_complaint(say("story.ask"))


def decode(parked: inbox.ParkedEvent) -> Inbound | None:
    """Return a parked event as its messenger reads it; None when it still cannot be read."""
    try:
        if parked.messenger == "telegram":
            return telegram_incoming.Decoder(bot_id=0).read(parked.raw)
        if parked.messenger == "webchat":
            return webchat_incoming.event_of(parked.chat, parked.raw)
    except (CannotRead, ValueError, KeyError) as error:
        log.error("a parked event cannot be read", event_id=parked.id, error=type(error).__name__)
    return None


def build(settings: Settings, clock: Clock) -> Instance:
    """Put an instance together; nothing runs yet but its lanes."""
    database = open_database(settings)
    lanes = Lanes(database, settings.LANES)
    files = PhotoFiles(folder_of(settings.DATA_DIR))
    key = receipt_key(settings.DATA_DIR)
    webchat = WebChat(lanes, clock)
    telegram = _telegram(settings, files)
    messengers: dict[str, Messenger] = {webchat.name: webchat}
    if telegram is not None:
        messengers[telegram.name] = telegram
    delivery = Delivery(lanes, clock, messengers)
    intake = Intake(lanes, clock, Town(areas(), key), delivery.wake)
    background = Background(lanes, clock, messengers, files, Papers(files, settings.DATA_DIR), delivery.wake)
    return Instance(
        settings, clock, database, lanes, files, key, webchat, telegram, messengers, delivery, intake, background
    )


def _telegram(settings: Settings, files: PhotoFiles) -> "Telegram | None":
    if settings.TELEGRAM_TOKEN is None:
        return None
    from messengers.telegram.messenger import Telegram  # two seconds and 150 MB: only where it is served

    def published(sha256: str) -> Path:
        return files.path(sha256, Shelf.PUBLISHED)

    return Telegram(
        settings.TELEGRAM_TOKEN.get_secret_value(),
        photo_path=published,
        data_dir=settings.DATA_DIR,
        mode=settings.TELEGRAM_MODE.value,
        api_url=settings.TELEGRAM_API_URL,
        public_url=settings.public_url,
        secret=settings.TELEGRAM_SECRET.get_secret_value() if settings.TELEGRAM_SECRET else "",
    )
