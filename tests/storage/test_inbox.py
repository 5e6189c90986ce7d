"""Events are known again for good, forgotten in their words, and carried through once when a person retries them."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.intake import Intake
from bot.lanes import Lanes
from deeds.clock import SystemClock
from deeds.places import areas
from deeds.said import Inbound, Said
from handlers.front_door import Town
from messengers.port import Accepted, CannotRead, TryLater
from storage import inbox
from storage.database import Database
from storage.models import Base, InboxEvent, OutboxMessage, Person

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def test_an_event_is_new_once(database: Database) -> None:
    """The second time it is known, also when its words are forgotten."""
    with database.write() as tx:
        assert inbox.note(tx, "telegram:1", "telegram", "5", b"words", NOW)
        assert not inbox.note(tx, "telegram:1", "telegram", "5", b"words", NOW)
        assert inbox.note(tx, "telegram:2", "telegram", "5", b"words", NOW)
        inbox.purge_raw(tx, "telegram:1")
        inbox.forget_chat(tx, "telegram", "5")
        assert not inbox.note(tx, "telegram:1", "telegram", "5", b"words", NOW)
        assert tx.execute(select(InboxEvent.raw)).scalars().all() == [None, None]


def test_of_many_who_bring_the_same_event_one_is_first(database: Database) -> None:
    """Eight connections at the same moment, fifty events: each is new to exactly one."""
    together = threading.Barrier(8)
    first: list[int] = []

    def bring() -> None:
        together.wait()
        for number in range(50):
            with database.write() as tx:
                if inbox.note(tx, str(number), "telegram", "5", b"", NOW):
                    first.append(number)

    threads = [threading.Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first) == list(range(50))


def test_words_are_forgotten_after_a_while_but_not_those_somebody_must_look_at(database: Database) -> None:
    """Bodies go, keys stay; a parked event keeps its body until it is dealt with."""
    with database.write() as tx:
        for number, age_days in enumerate((40, 40, 1)):
            inbox.note(tx, str(number), "telegram", "5", b"words", NOW - timedelta(days=age_days))
        inbox.park(tx, "1", "ValueError: x" + "y" * 5_000)
        assert inbox.forget_before(tx, NOW - timedelta(days=30)) == 1
        assert inbox.forget_before(tx, NOW - timedelta(days=30)) == 0
        assert tx.execute(select(InboxEvent.raw).order_by(InboxEvent.id)).scalars().all() == [None, b"words", b"words"]
        (parked,) = inbox.parked(tx)
        assert (parked.raw, len(parked.error), inbox.count_parked(tx)) == (b"words", 2_000, 1)
        assert inbox.parked_event(tx, parked.id) == parked
        assert inbox.release(tx, parked.id, NOW)
        assert not inbox.release(tx, parked.id, NOW)
        assert inbox.parked_event(tx, parked.id) is None
        assert inbox.forget_before(tx, NOW - timedelta(days=30)) == 1


class Office:
    """An intake over a real database, with nobody to wake."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lanes = Lanes(database, 4)
        self.intake = Intake(self.lanes, SystemClock(), Town(areas(), b"k" * 32))

    def rows(self, column: object) -> list[object]:
        """Return one column of a whole table."""
        with self.database.read() as tx:
            return list(tx.execute(select(column)).scalars())  # type: ignore[call-overload]


@pytest.fixture
def town(database: Database) -> Iterator[Office]:
    """The same, ended after the test."""
    made = Office(database)
    yield made
    made.lanes.close()


def said(number: int, text: str = "xin chào", chat: str = "5", name: str = "Lan") -> Inbound:
    """An event of a person who says something."""
    return Inbound(
        f"{chat}:{number}", "telegram", chat, chat, Said(text, message=str(number)), b"raw", sender_name=name
    )


def test_each_event_delivered_five_times_has_one_effect(town: Office) -> None:
    """A hundred greetings of twenty people, each brought five times at once: a hundred rows, a hundred answers."""
    events = [said(number, chat=str(number % 20)) for number in range(100)]

    async def bring() -> list[Accepted]:
        return await asyncio.gather(*(town.intake.accept(event) for event in events * 5))

    results = asyncio.run(bring())
    assert sum(not accepted.duplicate for accepted in results) == 100
    assert len(town.rows(InboxEvent.id)) == len(town.rows(OutboxMessage.id)) == 100
    assert len(town.rows(Person.id)) == 20


def test_an_event_that_raises_is_kept_and_its_sender_told(town: Office) -> None:
    """A name no database takes: parked with its body, once; the events around it go on."""
    events = [said(1), said(2, chat="9", name="\ud800"), said(3), said(2, chat="9", name="\ud800")]

    async def bring() -> list[Accepted]:
        return list(await asyncio.gather(*(town.intake.accept(event) for event in events)))

    assert [accepted.duplicate for accepted in asyncio.run(bring())] == [False, False, False, True]
    with town.database.read() as tx:
        (parked,) = inbox.parked(tx)
    assert (parked.event_key, parked.raw) == (inbox.kept_key("9:2"), b"raw")
    assert len(town.rows(OutboxMessage.id)) == 3


def test_what_cannot_be_read_is_parked_once(town: Office) -> None:
    """The same bytes again are known."""
    unreadable = CannotRead("unreadable:1", b"{", "no JSON")

    async def bring() -> list[bool]:
        return [(await town.intake.park("telegram", unreadable)).duplicate for _ in range(2)]

    assert asyncio.run(bring()) == [False, True]
    with town.database.read() as tx:
        assert [parked.raw for parked in inbox.parked(tx)] == [b"{"]


def test_a_parked_event_retried_by_two_at_once_is_carried_through_once(town: Office) -> None:
    """One answer to its sender, not two."""
    with town.database.write() as tx:
        inbox.note(tx, "5:1", "telegram", "5", b"raw", NOW)
        inbox.park(tx, "5:1", "ValueError: then")
        (parked,) = inbox.parked(tx)

    async def retry() -> None:
        await asyncio.gather(*(town.intake.retry(said(1), parked.id) for _ in range(4)))

    asyncio.run(retry())
    assert len(town.rows(OutboxMessage.id)) == 1


def test_an_intake_that_cannot_store_says_so(tmp_path: Path) -> None:
    """With the lanes closed nothing is acknowledged."""
    database = Database(f"sqlite:///{tmp_path / 'viectot.db'}")
    Base.metadata.create_all(database.engine)
    town = Office(database)
    town.lanes.close()
    with pytest.raises(TryLater):
        asyncio.run(town.intake.accept(said(1)))
    with pytest.raises(TryLater):
        asyncio.run(town.intake.park("telegram", CannotRead("k", b"", "x")))
    database.close()
