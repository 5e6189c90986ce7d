"""Messages leave through here: in order per chat, each with one of three ends - delivered, uncertain, failed."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.ends import End, Ends
from bot.reach import Reach
from bot.turns import Turns
from deeds.clock import Clock
from deeds.months import VIET_NAM
from deeds.said import Prompt
from messengers.port import Abilities, Failure, Messenger, MessengerFailed
from messengers.render import render, units
from storage import groups, outbox, people
from storage.database import Tx, is_worth_a_retry
from storage.outbox import Due
from storage.pace import Pace, claim_at_pace
from storage.store import Store

log = structlog.get_logger()

LANE = "outbox"
AT_ONCE = 30  # messages in hand together on one messenger; one that hangs does not hold up the others
REFILL_AT = AT_ONCE // 2  # left of those that wait for their turn: a look at a long outbox costs more than a sending
LOOK_EVERY_S = 1.0  # another process cannot wake us
LONGEST_PAUSE_S = 300.0
GIVE_UP_AFTER_TRIES = 200  # some sixteen hours of trying


class Delivery:
    """Sends what stands in the outbox; see design 2.3."""

    def __init__(
        self, store: Store, clock: Clock, messengers: Mapping[str, Messenger], zone: ZoneInfo = VIET_NAM
    ) -> None:
        """Serve these messengers; rows of any other wait until it is switched on."""
        self._store = store
        self._clock = clock
        self._messengers = messengers
        self._reach = Reach(messengers, zone)
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()  # by messenger
        self._queued: Counter[str] = Counter()  # of these, how many wait for their turn
        self._cards: Counter[str] = Counter()  # of these, how many must not stand twice
        self._turns: defaultdict[str, Turns] = defaultdict(Turns)
        self._uncertain: Counter[tuple[str, str]] = Counter()  # in a row, by chat
        self._in_hand: set[int] = set()  # what is being sent or waits to have its end written down
        self._ends = Ends()
        self._parts_sent: dict[int, tuple[Prompt, int]] = {}  # of a long message that failed half-way
        self._to_look_at = set(messengers)
        self._left_behind = set(messengers)  # where the last look may have left what can go once another has ended
        self._look_in_s = LOOK_EVERY_S
        self._leases_seen_at = float("-inf")

    def ends_of(self, name: str) -> End:
        """Return how the last sendings on a messenger ended."""
        return self._ends.of(name)

    def wake(self) -> None:
        """Say that something may be waiting."""
        self._look_at(self._messengers)

    def _look_at(self, names: Iterable[str]) -> None:
        self._to_look_at.update(names)
        self._wake.set()

    async def run(self, *, alone: bool = True) -> None:
        """Send until cancelled. `alone`: no other process sends, so leases left over are from one that died."""
        begun = False
        while True:
            self._wake.clear()
            if not begun:
                begun = await self._take_back_leases(all_of_them=alone)
            if not await self._look():
                await self._rest()

    async def finish(self) -> None:
        """Wait for the messages under way, at most ten seconds; what is slower is dealt with at the next start."""
        if self._under_way:
            _, slow = await asyncio.wait(self._under_way, timeout=10)
            for task in slow:
                task.cancel()

    async def _look(self) -> bool:
        """Take what is due and begin to send it. Returns whether to look again at once."""
        asked, self._to_look_at = self._to_look_at, set()
        room = {name: left for name in asked if (left := self._room(name)) > 0}
        self._left_behind |= asked - room.keys()
        self._look_in_s = LOOK_EVERY_S
        if not room:
            return False
        try:
            due, wait_s, left_behind = await self._store.write(LANE, lambda tx: self._claim(tx, room))
        except Exception as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)
            return False
        self._left_behind = (self._left_behind - room.keys()) | left_behind
        self._to_look_at |= left_behind
        if wait_s is not None:
            self._look_in_s = min(LOOK_EVERY_S, wait_s)
        for message in due:
            self._in_hand.add(message.id)
            self._busy[message.messenger] += 1
            self._cards[message.messenger] += message.is_card
            if self._one_by_one(message.messenger):
                self._queued[message.messenger] += 1
            task = asyncio.get_running_loop().create_task(self._send(message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return bool(due) and bool(left_behind)

    def _one_by_one(self, name: str) -> bool:
        return not self._messengers[name].abilities.knows_repeats

    def _room(self, name: str) -> int:
        return 0 if self._queued[name] > REFILL_AT else AT_ONCE - self._busy[name]

    def _claim(self, tx: Tx, room: Mapping[str, int]) -> tuple[list[Due], float | None, set[str]]:
        """Take what is due and allowed; returns it, in how many seconds a limit may allow more, where some was left."""
        now = self._clock.now()
        due: list[Due] = []
        waits: list[float] = []
        left_behind: set[str] = set()
        for name, left in room.items():
            can = self._messengers[name].abilities
            pace = pace_of(can)
            if pace is None:
                claimed = outbox.claim(tx, name, now, left)
            else:
                claimed, wait_s = claim_at_pace(tx, name, now, left, pace)
                waits += [] if wait_s is None else [wait_s]
            going = self._without_more_cards(tx, name, claimed)
            if len(claimed) == left or len(going) < len(claimed):
                left_behind.add(name)
            for message in going:
                if self._reach.may_go(tx, message, cost_of(message, can), now):
                    due.append(message)
                else:
                    left_behind.update(self._messengers)  # it may have been moved to any of them
        return due, min(waits, default=None), left_behind

    def _without_more_cards(self, tx: Tx, name: str, claimed: list[Due]) -> list[Due]:
        """Put back all cards but one: a kill makes every card in hand one a person must look at."""
        if not self._one_by_one(name):
            return claimed
        more = [message for message in claimed if message.is_card][0 if self._cards[name] else 1 :]
        outbox.put_back(tx, more)
        return [message for message in claimed if message not in more]

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._look_in_s):
                await self._wake.wait()
        except TimeoutError:
            self._to_look_at.update(self._messengers)
            now = asyncio.get_running_loop().time()
            if now - self._leases_seen_at >= LOOK_EVERY_S:
                self._leases_seen_at = now
                await self._take_back_leases()

    async def _take_back_leases(self, *, all_of_them: bool = False) -> bool:
        """Deal with what a dead process was sending. Returns False when the database cannot be written."""
        in_hand = tuple(self._in_hand)
        try:
            await self._store.write(
                LANE,
                lambda tx: outbox.take_back_leases(tx, self._clock.now(), all_of_them=all_of_them, but=in_hand),
            )
        except Exception as error:
            log.warning("leases could not be taken back", error=type(error).__name__)
            return False
        return True

    async def _send(self, message: Due) -> None:
        more = True
        try:
            async with self._turn(message):
                more = await self._send_and_settle(message)
        finally:
            self._in_hand.discard(message.id)
            self._busy[message.messenger] -= 1
            self._cards[message.messenger] -= message.is_card
            if more or message.messenger in self._left_behind:
                self._look_at([message.messenger])

    @asynccontextmanager
    async def _turn(self, message: Due) -> AsyncIterator[None]:
        """Wait until what went out before on this messenger is written down, or takes long."""
        name = message.messenger
        if not self._one_by_one(name):
            yield
            return
        try:
            # A card in hand at a kill is one nobody knows of.
            turn = await self._turns[name].take(next_one=message.is_card)
        finally:
            self._queued[name] -= 1
        if name in self._left_behind and self._queued[name] <= REFILL_AT:
            self._look_at([name])
        try:
            yield
        finally:
            turn.end()

    async def _send_and_settle(self, message: Due) -> bool:
        """Send a message and write down how it ended. Returns whether more may be due now, e.g. in its chat."""
        end: Callable[[Tx], bool]
        began, failed = time.monotonic(), None
        try:
            remote_id = await self._show(self._messengers[message.messenger], message)
        except MessengerFailed as error:
            failed = error
            end = partial(self._take, message=message, failed=error)
        except Exception as error:  # our fault: a dead letter with its error, not a stopped outbox
            log.error("a message could not be sent", outbox_id=message.id, exc_info=error)
            failed = MessengerFailed(Failure.FAILED, f"{type(error).__name__}: {error}")
            end = partial(self._take, message=message, failed=failed)
        else:
            end = partial(self._landed, message=message, remote_id=remote_id)
        self._ends.note(message, failed, self._clock.now(), time.monotonic() - began)
        return await self._settle(message, end)

    async def _show(self, messenger: Messenger, message: Due) -> str:
        """Send a message's parts; returns the id of the one that carries the choices."""
        can = messenger.abilities
        edits = message.edits if can.edits_messages else None
        if message.edits and not edits and message.prompt.instead is not None:
            return message.edits  # said once already; what replaces it elsewhere would only repeat it here
        # The same words tried again have the same key; words that replace an earlier message have one of their own.
        key = f"out{message.id}.{message.edits}" if message.edits else f"out{message.id}"
        parts = render(message.prompt, can, message.chat, key=key, thread=message.thread, edits=edits)
        words, sent = self._parts_sent.get(message.id, (message.prompt, 0))
        if words != message.prompt:
            sent = 0
        remote_id = ""
        for number, part in enumerate(parts[sent:], start=sent + 1):
            remote_id = (await messenger.send(part)).remote_id
            self._parts_sent[message.id] = (message.prompt, number)
        return remote_id

    async def _settle(self, message: Due, end: Callable[[Tx], bool]) -> bool:
        """Write an end down. While the disk is full nobody else may guess at it, so it is tried until it stands."""
        while True:
            try:
                return await self._store.write(LANE, end)
            except Exception as error:
                log.error("the end of a sending could not be stored", outbox_id=message.id, error=type(error).__name__)
                if not is_worth_a_retry(error):
                    failed_here = MessengerFailed(Failure.FAILED, type(error).__name__)
                    end = partial(self._take, message=message, failed=failed_here)
                await asyncio.sleep(LOOK_EVERY_S)

    def _landed(self, tx: Tx, message: Due, remote_id: str) -> bool:
        outbox.mark_sent(tx, message, remote_id, self._clock.now())
        self._uncertain.pop((message.messenger, message.chat), None)
        self._parts_sent.pop(message.id, None)
        return outbox.anything_waits(tx, message.messenger, message.chat)

    def _take(self, tx: Tx, message: Due, failed: MessengerFailed) -> bool:
        """Write down what a failure means; one row a failure. What it means for others is for the next look to see."""
        now = self._clock.now()
        match failed.failure:
            case Failure.LATER:
                self._try_again(tx, message, failed, now)
            case Failure.UNCERTAIN:
                if message.is_card:
                    # Not tried again, but what waits behind it must not meet the same end at once.
                    here = (message.messenger, message.chat)
                    rest = timedelta(seconds=min(2.0 ** min(self._uncertain[here], 10), LONGEST_PAUSE_S))
                    self._uncertain[here] += 1
                    outbox.mark_given_up(tx, message, "uncertain", str(failed), chat_rests_until=now + rest)
                else:
                    self._try_again(tx, message, failed, now)
            case Failure.UNREACHABLE:
                people.mark_unreachable(tx, message.messenger, message.chat, now)
                groups.lose(tx, message.messenger, message.chat, now)
                self._reach.unreachable(tx, message, str(failed), now)
            case Failure.CLOSED:
                self._reach.another_way(tx, message, str(failed), now)
            case Failure.EDIT_GONE:
                self._try_again(tx, message, failed, now, forget_edit=True)
            case Failure.MOVED:
                moved_to = failed.moved_to or message.chat
                people.move_address(tx, message.messenger, message.chat, moved_to)
                groups.move(tx, message.messenger, message.chat, moved_to)
                outbox.move_chat(tx, message.messenger, message.chat, moved_to)
                self._try_again(tx, message, failed, now, forget_edit=True)
            case Failure.FAILED:
                outbox.mark_given_up(tx, message, "dead", str(failed))
        return True

    def _try_again(
        self, tx: Tx, message: Due, failed: MessengerFailed, now: datetime, *, forget_edit: bool = False
    ) -> None:
        if message.attempts >= GIVE_UP_AFTER_TRIES:
            outbox.mark_given_up(tx, message, "dead", str(failed))
            return
        pause_s = failed.retry_after_s or min(2.0 ** min(message.attempts, 10), LONGEST_PAUSE_S)
        if forget_edit and message.attempts == 0:
            pause_s = 0.0  # what stood in the way is known and gone; should it come again, it waits like any other
        pause_s += random.uniform(0, pause_s / 10)  # chats that failed together do not come back together
        not_before = now + timedelta(seconds=pause_s)
        outbox.mark_again(tx, message, not_before, str(failed), forget_edit=forget_edit, now=now)


def pace_of(can: Abilities) -> Pace | None:
    """Return the limits a messenger has; None where it has none, and then nothing is counted."""
    limited = can.min_seconds_per_chat or can.max_per_minute_in_group or can.max_per_second
    if not (limited or can.window):
        return None
    cost = partial(cost_of, can=can)
    return Pace(can.min_seconds_per_chat, can.max_per_minute_in_group, can.max_per_second, can.is_group, cost)


def cost_of(message: Due, can: Abilities) -> int:
    """Return how many messages a row becomes there."""
    words = max(1, -(-units(message.prompt.text) // can.max_text_units))
    return words if message.edits else words + len(message.prompt.photos) + len(message.prompt.files)
