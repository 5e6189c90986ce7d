"""Every event is carried through in one transaction before its platform is told that it arrived."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

import structlog

from deeds.clock import Clock
from deeds.months import local_day
from deeds.said import Inbound, Prompt, event_id
from handlers.front_door import Town, hear
from handlers.reading.ahead import LONG_CHARS, read_ahead
from messengers.port import Accepted, CannotRead, TryLater
from messengers.webchat.chat import record_mine
from storage import away, inbox, outbox
from storage.causes import caused_by
from storage.database import Tx, is_worth_a_retry
from storage.office import office
from storage.store import Store
from texts import say

log = structlog.get_logger()


class Intake:
    """Takes decoded events of every messenger; see design 2.2 and 4."""

    def __init__(self, store: Store, clock: Clock, town: Town) -> None:
        """What an event causes is told to delivery by the transaction that stores it; see `Delivery`."""
        self._store = store
        self._clock = clock
        self._town = town
        self._reader = ThreadPoolExecutor(1, "reading")  # pages and pictures never queue behind it
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # of chats, while one is read

    async def accept(self, event: Inbound) -> Accepted:
        """Carry an event through; returns when it is committed. Raises `TryLater` when nothing could be stored."""
        began = time.monotonic()
        log.info("received", event_id=event.id, messenger=event.messenger)
        try:
            await self._read_ahead(event)
            accepted = await self._store.write(self._lane(event), lambda tx: self._take(tx, event))
        except Exception as error:
            return await self._keep(event, error)
        said = "received before" if accepted.duplicate else "answered"
        log.info(said, event_id=event.id, took_ms=round(1_000 * (time.monotonic() - began)))
        return accepted

    async def _read_ahead(self, event: Inbound) -> None:
        """Read a long message before its turn in the lane, where everybody else waits; a chat's own order stays.

        Returns at the moment of that turn: whoever awaits nothing before the lane keeps their place.
        """
        chat, is_long = self._lane(event), len(event.said.text) >= LONG_CHARS
        if not is_long and chat not in self._reading:
            return
        async with self._reading.setdefault(chat, asyncio.Lock()):  # first come, first through
            if is_long:
                home = await self._store.read(lambda tx: office(tx)["commune_code"] or None)
                today = local_day(self._clock.now())
                await asyncio.get_running_loop().run_in_executor(
                    self._reader, read_ahead, event.said.text, today, self._town.areas, home
                )

    def close(self) -> None:
        """End the thread that reads; what waits for it is not acknowledged and comes again."""
        self._reader.shutdown(cancel_futures=True)

    async def park(self, messenger: str, unreadable: CannotRead) -> Accepted:
        """Keep an authentic event that does not parse, so that the ones behind it go on."""

        def keep(tx: Tx) -> Accepted:
            new = inbox.note(tx, unreadable.event_key, messenger, "", unreadable.raw, self._clock.now())
            if new:
                inbox.park(tx, unreadable.event_key, str(unreadable))
            return Accepted(duplicate=not new)

        try:
            kept = await self._store.write(unreadable.event_key, keep)
        except Exception as error:
            raise _later(error, event_id=event_id(unreadable.event_key)) from error
        log.error("an event that cannot be read was parked", event_id=event_id(unreadable.event_key))
        return kept

    async def retry(self, event: Inbound, event_id: int) -> None:
        """Carry a parked event through after all. Raises what it raised before, if it does so again."""

        def again(tx: Tx) -> None:
            now = self._clock.now()
            if inbox.release(tx, event_id, now):  # first: two who retry it at once have one effect
                with caused_by(tx, event.id):
                    hear(tx, event, self._town, now)
                if event.is_group:
                    inbox.purge_raw(tx, event.event_key)

        await self._read_ahead(event)
        await self._store.write(self._lane(event), again)

    def _take(self, tx: Tx, event: Inbound) -> Accepted:
        now = self._clock.now()
        # Of a group nothing needs the body again, and it names people who never wrote to us; `_keep` has it.
        raw = None if event.is_group else event.raw
        if not inbox.note(tx, event.event_key, event.messenger, event.chat, raw, now):
            return Accepted(duplicate=True)
        record_mine(tx, event, now)
        with caused_by(tx, event.id):
            hear(tx, event, self._town, now)
        return Accepted()

    async def _keep(self, event: Inbound, error: Exception) -> Accepted:
        """Park an event whose handling raised; its sender is told that it is kept and somebody will look."""
        if is_worth_a_retry(error):
            raise _later(error, event_id=event.id) from error
        log.error("an event was parked", event_id=event.id, error=type(error).__name__, exc_info=error)

        def park(tx: Tx) -> Accepted:
            now = self._clock.now()
            if not inbox.note(tx, event.event_key, event.messenger, event.chat, event.raw, now):
                return Accepted(duplicate=True)
            inbox.park(tx, event.event_key, f"{type(error).__name__}: {error}")
            record_mine(tx, event, now)
            with caused_by(tx, event.id):
                outbox.put(tx, event.messenger, event.chat, Prompt(say("parked.told")), now, event.thread)
            return Accepted()

        try:
            return await self._store.write(self._lane(event), park)
        except Exception as again:
            raise _later(again, event_id=event.id) from again

    @staticmethod
    def _lane(event: Inbound) -> str:
        return f"{event.messenger}:{event.chat}"


def _later(error: Exception, **ids: str) -> TryLater:
    away.tell("intake", error, **ids)
    return TryLater(type(error).__name__)
