"""Long polling of a platform that gives an update once: whatever it gave is held here until it is committed.

One poller for a token: two would each get half of what people say. Which process it is, the database says.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog

from deeds.clock import Clock
from messengers.port import CannotRead, TryLater
from messengers.receiving import Receiver
from messengers.zalo_bot.client import Answer, Client, NoAnswer, NotReached, Refused
from messengers.zalo_bot.failures import failure_of
from messengers.zalo_bot.incoming import NAME, updates_of
from storage import leases
from storage.database import Tx
from storage.store import Store

log = structlog.get_logger()

POLL_S = 10  # the platform would hold one for 30, but a stop waits for it: what a cut poll was given is lost
ANSWER_WITHIN_S = 10.0  # on top of the poll itself
POLL_TAKES_S = POLL_S + ANSWER_WITHIN_S  # at most
LEASE_S = 30.0  # longer than a poll: nobody else begins one while ours may still be given something
LOOK_EVERY_S = 2.0  # whether the lease has become free
QUICK_S = 0.1  # a poll that comes back empty so soon was not held
PAUSE_MAX_S = 60.0
STORE_PAUSE_MAX_S = 5.0
TOKEN_WRONG_PAUSE_S = 60.0
STRANGE_TRIES = 5  # of an update that fails in a way nobody foresaw, before it is parked

WEBHOOK_IS_SET = 400  # by a measured guess: the pages do not say how a poll beside a webhook is refused
TOKEN_WRONG = (401, 404)
EMPTY = 408


class Polling:
    """Fetches the updates of one bot until told to stop."""

    def __init__(
        self, client: Client, token: str, store: Store, clock: Clock, receiver: Receiver, *, alone: bool = False
    ) -> None:
        """`alone`: no other process serves this database, so a lease left over is our own from before a kill."""
        self._client = client
        self._store = store
        self._clock = clock
        self._receiver = receiver
        self._lease = f"{NAME}:poll:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
        self._holder = "alone" if alone else uuid4().hex
        self._held_since: float | None = None  # by the machine's steady clock; None: not held
        self._is_ours: bool | None = None  # as was last logged
        self._webhook_gone = False
        self._failed = 0

    async def run(self, stopped: asyncio.Event) -> None:
        """Fetch and carry through until `stopped`; a poll under way is let come to its end."""
        try:
            while not stopped.is_set():
                pause_s = await self._once()
                if pause_s:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stopped.wait(), pause_s)
        finally:
            if self._held_since is not None:
                # A store that is away gives nothing back; the lease then lapses.
                with suppress(Exception):
                    await self._store.write(
                        self._lease, partial(leases.give_back, name=self._lease, holder=self._holder)
                    )

    async def _once(self) -> float:
        """Poll once, if it is ours to poll; return how long to wait before the next time."""
        if not await self._hold():
            return LOOK_EVERY_S
        began = time.monotonic()
        try:
            if not self._webhook_gone:
                await self._client.call("deleteWebhook")
                self._webhook_gone = True
                log.info("Zalo Bot is ready", mode="polling")
                return 0.0
            answer = await self._client.call("getUpdates", POLL_TAKES_S, timeout=str(POLL_S))
        except (Refused, NotReached, NoAnswer) as error:
            if not isinstance(error, Refused) or error.code != EMPTY:
                return self._pause_after(error)
            answer = Answer(None, b"")
        updates = updates_of(answer.raw) if answer.result else []
        for raw in updates:
            await self._carry_through(raw)
        if updates or time.monotonic() - began >= QUICK_S:
            self._failed = 0
            return 0.0
        self._failed += 1
        return self._pause_s()

    async def _hold(self) -> bool:
        """Make sure that nobody else polls for as long as a poll of ours may take."""
        if self._lasts_a_poll():
            return True
        asked = time.monotonic()
        try:
            held = await self._store.write(self._lease, self._take_lease)
        except Exception as error:
            log.warning("it cannot be seen whose turn it is to poll", error=type(error).__name__)
            return False
        if held != self._is_ours:
            log.info("this process polls" if held else "another process polls", messenger=NAME)
            self._is_ours = held
        self._held_since = asked if held else None
        if not held:
            self._webhook_gone = False
        return self._lasts_a_poll()  # a store that took its time to answer has used it up meanwhile

    def _lasts_a_poll(self) -> bool:
        return self._held_since is not None and time.monotonic() - self._held_since < LEASE_S - POLL_TAKES_S

    def _take_lease(self, tx: Tx) -> bool:
        return leases.take(tx, self._lease, self._holder, self._clock.now(), timedelta(seconds=LEASE_S))

    async def _carry_through(self, raw: bytes) -> None:
        """Return only when an update is committed or parked: the platform will not give it again."""
        take: Callable[[], Awaitable[object]] = partial(self._receiver.take, raw)
        tries = strange = 0
        try:
            while True:
                try:
                    await take()
                    return
                except TryLater:
                    pass
                except Exception as error:
                    strange += 1
                    log.exception("an update was not carried through", tries=strange)
                    if strange == STRANGE_TRIES:
                        key = f"{NAME}:unreadable:{hashlib.sha256(raw).hexdigest()[:32]}"
                        take = partial(self._receiver.park, NAME, CannotRead(key, raw, type(error).__name__))
                await asyncio.sleep(min(STORE_PAUSE_MAX_S, 0.1 * 2.0 ** min(tries, 8)))
                tries += 1
        except asyncio.CancelledError:
            log.error("an update may be lost: it was not stored before the stop", tries=tries)
            raise

    def _pause_after(self, error: Refused | NotReached | NoAnswer) -> float:
        self._failed += 1
        pause_s = self._pause_s()
        if isinstance(error, Refused):
            if error.code in TOKEN_WRONG:
                pause_s = TOKEN_WRONG_PAUSE_S
            elif error.code == WEBHOOK_IS_SET:
                self._webhook_gone = False
            pause_s = max(pause_s, error.retry_after_s or 0.0)
        log.warning("updates could not be fetched", error=str(failure_of(error, "getUpdates")), pause_s=pause_s)
        return pause_s

    def _pause_s(self) -> float:
        return min(PAUSE_MAX_S, 0.5 * 2.0 ** min(self._failed - 1, 7))
