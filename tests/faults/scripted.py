"""A messenger that fails as it is told to, and a clock that runs fast, for tests of delivery."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.delivery import Delivery
from bot.lanes import Lanes
from deeds.said import Prompt
from messengers.port import Abilities, Accept, Failure, MessengerFailed, Outgoing, Park, Sent
from storage import outbox
from storage.database import Database
from storage.models import OutboxMessage

ABILITIES = Abilities(
    max_text_units=100,
    max_buttons=3,
    max_label_chars=20,
    max_option_id_bytes=64,
    edits_messages=True,
    sends_photos=True,
    sends_files=True,
    is_group=lambda chat: chat.startswith("-"),
)


class FastClock:
    """Runs `speed` times as fast as the machine's."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._begun = time.monotonic()
        self._from = datetime(2026, 11, 22, 2, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the present instant."""
        return self._from + timedelta(seconds=(time.monotonic() - self._begun) * self.speed)


@dataclass(frozen=True)
class Try:
    """One call of the messenger."""

    outgoing: Outgoing
    at: datetime


class Scripted:
    """Takes every message but those a test has an answer for; keeps all that was tried and what chats show."""

    name = "scripted"

    def __init__(self, clock: FastClock, abilities: Abilities = ABILITIES) -> None:
        self.abilities = abilities
        self.clock = clock
        self.tries: list[Try] = []
        self.shown: dict[str, dict[str, str]] = defaultdict(dict)  # chat -> remote id -> text
        self.overlaps: list[str] = []
        self.answers: Callable[[Outgoing, int], MessengerFailed | None] = lambda _outgoing, _number: None
        self.lost_answers: set[int] = set()  # numbers of tries that take effect and fail all the same
        self.slow_s = 0.0
        self.slow: Callable[[Outgoing], float] = lambda _outgoing: self.slow_s
        self.most_at_once = 0
        self._under_way: set[str] = set()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send or edit one message."""
        if outgoing.chat in self._under_way:
            self.overlaps.append(outgoing.chat)
        self._under_way.add(outgoing.chat)
        self.most_at_once = max(self.most_at_once, len(self._under_way))
        try:
            return await self._send(outgoing)
        finally:
            self._under_way.discard(outgoing.chat)

    async def _send(self, outgoing: Outgoing) -> Sent:
        number = len(self.tries)
        self.tries.append(Try(outgoing, self.clock.now()))
        await asyncio.sleep(self.slow(outgoing))
        failed = self.answers(outgoing, number)
        if failed is not None and number not in self.lost_answers:
            raise failed
        remote_id = outgoing.edits or f"m{number}"
        assert outgoing.edits is None or outgoing.edits in self.shown[outgoing.chat], "an edit of what is not there"
        self.shown[outgoing.chat][remote_id] = outgoing.text
        if failed is not None:
            raise failed
        return Sent(remote_id)

    def texts(self, chat: str) -> list[str]:
        """Return what a chat shows, oldest first."""
        return list(self.shown[chat].values())

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Has no files."""
        raise MessengerFailed(Failure.FAILED, "no files here")

    async def answer_press(self, press: str) -> None:
        """Has no buttons that spin."""

    def routes(self, accept: Accept, park: Park) -> tuple[()]:
        """Mounts nothing."""
        return ()

    async def start(self, accept: Accept, park: Park) -> None:
        """Hears nothing."""

    async def stop(self) -> None:
        """Nothing to stop."""


class Post:
    """An outbox, the messenger behind it, and what a test needs to put in and look at."""

    def __init__(self, database: Database, clock: FastClock, messenger: Scripted) -> None:
        self.database = database
        self.clock = clock
        self.messenger = messenger
        self.others: dict[str, Scripted] = {}
        self.delivery: Delivery | None = None
        self.lanes: Lanes

    def put(self, chat: str, text: str, **more: Any) -> None:
        """Queue a message."""
        with self.database.write() as tx:
            outbox.put(tx, "scripted", chat, Prompt(text, **more), self.clock.now())
        if self.delivery is not None:
            self.delivery.wake()

    def states(self) -> list[str]:
        """Return the states of all messages, in the order they were queued."""
        with self.database.read() as tx:
            return list(tx.execute(select(OutboxMessage.state).order_by(OutboxMessage.id)).scalars())

    def column(self, name: str) -> Any:
        """Return one column of the first message."""
        with self.database.read() as tx:
            query = select(OutboxMessage.__table__.c[name]).order_by(OutboxMessage.id)
            return tx.execute(query).scalars().first()

    def change(self, **columns: Any) -> None:
        """Change every row, as time or another process would."""
        with self.database.write() as tx:
            tx.execute(update(OutboxMessage).values(**columns))

    @asynccontextmanager
    async def delivering(self, *, alone: bool = True) -> AsyncIterator[Delivery]:
        """Deliver for as long as the block lasts."""
        with lanes_on(self.database) as self.lanes:
            self.delivery = Delivery(self.lanes, self.clock, {"scripted": self.messenger, **self.others})
            running = asyncio.get_running_loop().create_task(self.delivery.run(alone=alone))
            try:
                yield self.delivery
                assert not running.done(), "delivery stopped"
            finally:
                await self.delivery.finish()
                running.cancel()
                await asyncio.wait([running])
                self.delivery = None

    def deliver(self, until: Callable[[], bool] | None = None, seconds: float = 30.0) -> None:
        """Deliver until nothing waits, or until something holds."""
        done = until or (lambda: not {"waiting", "sending"} & set(self.states()))

        async def run() -> None:
            async with self.delivering():
                await wait_for(done, seconds)

        asyncio.run(run())


async def wait_for(done: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return once it holds."""
    async with asyncio.timeout(seconds):
        holds = False
        while not holds:
            await asyncio.sleep(0.02)
            holds = done()


@contextmanager
def lanes_on(database: Database) -> Iterator[Lanes]:
    """Lanes that are closed at the end."""
    lanes = Lanes(database, 2)
    try:
        yield lanes
    finally:
        lanes.close()
