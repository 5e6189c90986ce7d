"""Messages leave through here: in order per chat, each with one of three ends - delivered, uncertain, failed."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from deeds.clock import Clock
from messengers.port import Failure, Messenger, MessengerFailed
from messengers.render import render
from storage import groups, outbox, people
from storage.database import Tx
from storage.outbox import Due
from storage.store import Store

log = structlog.get_logger()

LANE = "outbox"
AT_ONCE = 100  # messages under way together
LOOK_EVERY_S = 1.0  # another process cannot wake us
LONGEST_PAUSE_S = 300.0
GIVE_UP_AFTER_TRIES = 200  # some sixteen hours of trying


class Delivery:
    """Sends what stands in the outbox; see design 2.3."""

    def __init__(self, store: Store, clock: Clock, messengers: Mapping[str, Messenger]) -> None:
        """Serve these messengers; rows of any other wait until it is switched on."""
        self._store = store
        self._clock = clock
        self._messengers = messengers
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._parts_sent: dict[int, int] = {}  # of a long message that failed half-way

    def wake(self) -> None:
        """Say that something may be waiting."""
        self._wake.set()

    async def run(self, *, alone: bool = True) -> None:
        """Send until cancelled. `alone`: no other process sends, so leases left over are from one that died."""
        await self._store.write(LANE, lambda tx: outbox.take_back_leases(tx, self._clock.now(), all_of_them=alone))
        while True:
            self._wake.clear()
            if not await self._look():
                await self._rest()

    async def finish(self) -> None:
        """Wait for the messages under way, at most ten seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=10)

    async def _look(self) -> bool:
        """Take what is due and begin to send it. Returns whether there was anything."""
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            due = await self._store.write(
                LANE, lambda tx: outbox.claim(tx, list(self._messengers), self._clock.now(), room)
            )
        except Exception as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)
            return False
        for message in due:
            task = asyncio.get_running_loop().create_task(self._send(message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return bool(due)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            await self._store.write(LANE, lambda tx: outbox.take_back_leases(tx, self._clock.now()))

    async def _send(self, message: Due) -> None:
        messenger = self._messengers[message.messenger]
        try:
            remote_id = await self._show(messenger, message)
        except MessengerFailed as failed:
            await self._settle(lambda tx: self._take(tx, message, failed))
        except Exception as error:  # our fault: a dead letter with its error, not a stopped outbox
            log.error("a message could not be sent", outbox_id=message.id, exc_info=error)
            failed_here = MessengerFailed(Failure.FAILED, f"{type(error).__name__}: {error}")
            await self._settle(lambda tx: self._take(tx, message, failed_here))
        else:
            await self._settle(lambda tx: outbox.mark_sent(tx, message, remote_id, self._clock.now()))
            self._parts_sent.pop(message.id, None)
        self._wake.set()

    async def _show(self, messenger: Messenger, message: Due) -> str:
        """Send a message's parts; returns the id of the one that carries the choices."""
        can = messenger.abilities
        edits = message.edits if can.edits_messages else None
        if message.edits and not edits and message.prompt.instead is not None:
            return message.edits  # said once already; what replaces it elsewhere would only repeat it here
        parts = render(
            message.prompt, can, message.chat, key=f"out{message.id}.{message.attempts if message.edits else 0}",
            thread=message.thread, edits=edits,
        )  # fmt: skip
        remote_id = ""
        for number, part in enumerate(parts):
            if number >= self._parts_sent.get(message.id, 0):
                remote_id = (await messenger.send(part)).remote_id
                self._parts_sent[message.id] = number + 1
        return remote_id

    async def _settle(self, work: object) -> None:
        """Write an end down; on a full disk the lease runs out instead, and the message is looked at again."""
        try:
            await self._store.write(LANE, work)  # type: ignore[arg-type]
        except Exception as error:
            log.error("the end of a sending could not be stored", error=type(error).__name__)

    def _take(self, tx: Tx, message: Due, failed: MessengerFailed) -> None:
        """Write down what a failure means; one row a failure."""
        now = self._clock.now()
        match failed.failure:
            case Failure.LATER:
                self._try_again(tx, message, failed, now)
            case Failure.UNCERTAIN:
                if message.send_key and not message.edits:
                    outbox.mark_given_up(tx, message, "uncertain", str(failed))
                else:
                    self._try_again(tx, message, failed, now)
            case Failure.UNREACHABLE:
                people.mark_unreachable(tx, message.messenger, message.chat, now)
                groups.lose(tx, message.messenger, message.chat, now)
                outbox.mark_given_up(tx, message, "dead", str(failed))
            case Failure.EDIT_GONE:
                outbox.mark_again(tx, message, now, str(failed), forget_edit=True)
            case Failure.MOVED:
                moved_to = failed.moved_to or message.chat
                people.move_address(tx, message.messenger, message.chat, moved_to)
                groups.move(tx, message.messenger, message.chat, moved_to)
                outbox.move_chat(tx, message.messenger, message.chat, moved_to)
                outbox.mark_again(tx, message, now, str(failed), forget_edit=True)
            case Failure.FAILED:
                outbox.mark_given_up(tx, message, "dead", str(failed))

    def _try_again(self, tx: Tx, message: Due, failed: MessengerFailed, now: datetime) -> None:
        if message.attempts >= GIVE_UP_AFTER_TRIES:
            outbox.mark_given_up(tx, message, "dead", str(failed))
            return
        pause_s = failed.retry_after_s or min(2.0**message.attempts, LONGEST_PAUSE_S)
        pause_s += random.uniform(0, pause_s / 10)  # chats that failed together do not come back together
        outbox.mark_again(tx, message, now + timedelta(seconds=pause_s), str(failed))
