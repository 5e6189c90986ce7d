"""Messages leave through here: in order per chat, each with one of three ends - delivered, uncertain, failed."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.ends import End, Ends
from bot.lanes import Lanes
from bot.reach import Reach
from deeds.clock import Clock
from deeds.months import VIET_NAM
from deeds.said import Prompt
from messengers.port import Abilities, Failure, Messenger, MessengerFailed
from messengers.render import render, units
from storage import claims, groups, outbox, people
from storage.database import Tx, is_worth_a_retry
from storage.outbox import Due
from storage.pace import ARRIVES_WITHIN, Pace, claim_at_pace

log = structlog.get_logger()

LANE = "outbox"
AT_ONCE = 200  # messages under way on one messenger, about: more that hang would be a messenger that is away
LOOK_EVERY_S = 1.0  # another process cannot wake us
OTHER_CLAIMS_S = 0.02  # how long another transaction takes to claim
LONGEST_PAUSE_S = 300.0
GIVE_UP_AFTER_TRIES = 200  # some sixteen hours of trying


class Delivery:
    """Sends what stands in the outbox: one message at a time to a chat, chats beside each other.

    Messages are taken in the transaction that queued them or made room for them (`_take_what_may_go`); a look by itself
    is needed only where time alone lets one go, or another process wrote it.
    """

    def __init__(
        self, lanes: Lanes, clock: Clock, messengers: Mapping[str, Messenger], zone: ZoneInfo = VIET_NAM
    ) -> None:
        """Serve these messengers; rows of any other wait until it is switched on."""
        self._lanes = lanes
        self._clock = clock
        self._messengers = messengers
        self._reach = Reach(messengers, zone)
        self._wake = asyncio.Event()
        self.ready = False  # to send: not before what a dead process left is dealt with, nor once we end
        self._under_way: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()  # by messenger
        self._crowded: set[str] = set()  # where the last one took the last place: more may wait for one to end
        self._uncertain: Counter[tuple[str, str]] = Counter()  # in a row, by chat
        self._in_hand: set[int] = set()  # what is being sent or waits to have its end written down
        self._ends = Ends()
        self._parts_sent: dict[int, tuple[Prompt, int]] = {}  # of a long message that failed half-way
        self._look_at_s = dict.fromkeys(messengers, 0.0)  # when, on the clock of the loop
        self._leases_seen_at = float("-inf")
        lanes.before_commit(self._take_what_may_go)

    def ends_of(self, name: str) -> End:
        """Return how the last sendings on a messenger ended."""
        return self._ends.of(name)

    def wake(self) -> None:
        """Say that something may be waiting which no transaction of ours has queued."""
        self._look_soon(self._messengers)

    async def run(self, *, alone: bool = True) -> None:
        """Send until cancelled. `alone`: no other process sends, so leases left over are from one that died."""
        while not await self._take_back_leases(all_of_them=alone):
            self._wake.clear()
            await self._rest(LOOK_EVERY_S)
        self.ready = True
        self.wake()
        while True:
            self._wake.clear()
            now = _loop_s()
            asked = [name for name, at in self._look_at_s.items() if at <= now]
            for name in asked:
                self._look_at_s[name] = now + LOOK_EVERY_S
            if asked:
                await self._look(asked)
            else:
                await self._rest(min(self._look_at_s.values(), default=now + LOOK_EVERY_S) - now)
            if _loop_s() - self._leases_seen_at >= LOOK_EVERY_S:
                await self._take_back_leases()

    async def finish(self) -> None:
        """Wait for the messages under way, at most ten seconds; what is slower is dealt with at the next start."""
        self.ready = False
        until = _loop_s() + 10
        while self._under_way and _loop_s() < until:
            await asyncio.wait(self._under_way, timeout=until - _loop_s())
        for task in self._under_way:
            task.cancel()

    def _look_soon(self, names: Iterable[str], in_s: float = 0.0) -> None:
        at = _loop_s() + in_s if in_s else 0.0
        for name in names:
            if name in self._messengers:  # one may have been added since the start
                self._look_at_s[name] = min(self._look_at_s.get(name, at), at)
        self._wake.set()

    async def _look(self, names: Iterable[str]) -> None:
        try:
            await self._lanes.write(LANE, lambda tx: claims.touch(tx, names))
        except Exception as error:
            log.warning("the outbox cannot be read", error=type(error).__name__)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _take_what_may_go(self, tx: Tx) -> Callable[[], None] | None:
        """Take what is due where a transaction touched the outbox; returns how to begin once that is committed.

        Runs in a lane, at the end of each of its transactions.
        """
        taken = _Taken()
        while (touched := claims.touched(tx)) and self.ready:
            for name in touched & self._messengers.keys():
                self._claim(tx, name, taken)
        return partial(self._begin, taken) if taken.due or taken.look_in_s or taken.crowded else None

    def _claim(self, tx: Tx, name: str, taken: "_Taken") -> None:
        now = self._clock.now()
        can = self._messengers[name].abilities
        room = AT_ONCE - self._busy[name] - sum(message.messenger == name for message in taken.due)
        if room <= 0:
            taken.crowded.add(name)
            return
        if not claims.may_claim(tx, name):
            taken.look_in_s[name] = OTHER_CLAIMS_S
            return
        pace = pace_of(can)
        if pace is None:
            due = outbox.claim(tx, name, now, room)
        else:
            due, wait_s = claim_at_pace(tx, name, now, room, pace)
            if wait_s is not None:
                taken.look_in_s[name] = wait_s
        if len(due) == room:
            taken.crowded.add(name)
        # One that may not go is moved or held, and that touches the outbox again.
        taken.due += [message for message in due if self._reach.may_go(tx, message, cost_of(message, can), now)]

    def _begin(self, taken: "_Taken") -> None:
        loop = asyncio.get_running_loop()
        for message in taken.due:
            self._in_hand.add(message.id)
            self._busy[message.messenger] += 1
            task = loop.create_task(self._send(message))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        for name, in_s in taken.look_in_s.items():
            self._look_soon([name], in_s)
        for name in taken.crowded:
            if self._busy[name] < AT_ONCE:  # one has ended in the meantime
                self._look_soon([name])
            else:
                self._crowded.add(name)

    def _is_in_group(self, messenger: str, chat: str) -> bool:
        """Tell whether a chat is a group; of a messenger that is switched off nobody knows."""
        return messenger not in self._messengers or self._messengers[messenger].abilities.is_group(chat)

    async def _take_back_leases(self, *, all_of_them: bool = False) -> bool:
        """Deal with what a dead process was sending. Returns False when the database cannot be written."""
        self._leases_seen_at = _loop_s()
        in_hand = frozenset(self._in_hand)

        def take_back(tx: Tx) -> None:
            outbox.take_back_leases(tx, self._clock.now(), self._is_in_group, all_of_them=all_of_them, but=in_hand)

        try:
            await self._lanes.write(LANE, take_back)
        except Exception as error:
            log.warning("leases could not be taken back", error=type(error).__name__)
            return False
        return True

    async def _send(self, message: Due) -> None:
        try:
            await self._send_and_settle(message)
        finally:
            self._in_hand.discard(message.id)
            self._busy[message.messenger] -= 1
            if message.messenger in self._crowded:
                self._crowded.discard(message.messenger)
                self._look_soon([message.messenger])

    async def _send_and_settle(self, message: Due) -> None:
        """Send a message and write down how it ended."""
        end: Callable[[Tx], None]
        handed_over = self._clock.now()
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
            # It counts from when it arrived, and the answer may have taken longer.
            arrived = min(self._clock.now(), handed_over + ARRIVES_WITHIN)
            end = partial(self._landed, message=message, remote_id=remote_id, at=arrived)
        self._ends.note(message, failed, self._clock.now(), time.monotonic() - began)
        await self._settle(message, end)

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

    async def _settle(self, message: Due, end: Callable[[Tx], None]) -> None:
        """Write an end down. While the disk is full nobody else may guess at it, so it is tried until it stands."""
        while True:
            try:
                return await self._lanes.write(LANE, end)
            except Exception as error:
                log.error("the end of a sending could not be stored", outbox_id=message.id, error=type(error).__name__)
                if not is_worth_a_retry(error):
                    failed_here = MessengerFailed(Failure.FAILED, type(error).__name__)
                    end = partial(self._take, message=message, failed=failed_here)
                await asyncio.sleep(LOOK_EVERY_S)

    def _landed(self, tx: Tx, message: Due, remote_id: str, at: datetime) -> None:
        outbox.mark_sent(tx, message, remote_id, at)
        self._uncertain.pop((message.messenger, message.chat), None)
        self._parts_sent.pop(message.id, None)

    def _take(self, tx: Tx, message: Due, failed: MessengerFailed) -> None:
        """Write down what a failure means; one row a failure. What it means for others is for the next look to see."""
        now = self._clock.now()
        match failed.failure:
            case Failure.LATER:
                self._try_again(tx, message, failed, now)
            case Failure.UNCERTAIN:
                if message.is_card and self._is_in_group(message.messenger, message.chat):
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


@dataclass
class _Taken:
    """What one transaction took, and when there is to be a look without one."""

    due: list[Due] = field(default_factory=list)
    look_in_s: dict[str, float] = field(default_factory=dict)  # by messenger
    crowded: set[str] = field(default_factory=set)


def _loop_s() -> float:
    return asyncio.get_running_loop().time()


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
