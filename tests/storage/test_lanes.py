"""Lanes carry work through in order, share commits, and never tell anybody of a commit that did not happen."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Integer, String, cast, event, select, update

from bot.lanes import Lanes
from deeds.errors import NotPossible
from storage import inbox
from storage.database import Database, Tx, is_worth_a_retry
from storage.models import Base, InboxEvent, Setting
from storage.settings import all_settings, set_setting

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@contextmanager
def lanes_on(database: Database, count: int = 4) -> Iterator[Lanes]:
    """Lanes that are closed at the end."""
    lanes = Lanes(database, count)
    try:
        yield lanes
    finally:
        lanes.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """The same, on PostgreSQL only."""
    opened = Database(postgres_url)
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


_NAMED: dict[str, str] = {}  # what is kept of a key is a digest


def note(key: str, raw: bytes = b"") -> Callable[[Tx], bool]:
    """Work that records an event."""
    _NAMED[inbox.kept_key(key)] = key
    return lambda tx: inbox.note(tx, key, "webchat", "5", raw, NOW)


def kept(database: Database) -> list[str]:
    """Return the keys of what is stored, in the order it was written."""
    with database.read() as tx:
        rows = tx.execute(select(InboxEvent.event_key).order_by(InboxEvent.id)).scalars()
        return [_NAMED.get(key, key) for key in rows]


@asynccontextmanager
async def busy(lanes: Lanes, key: str = "5") -> AsyncIterator[None]:
    """A lane that is held up: what is asked for meanwhile waits and becomes one batch."""
    began, go_on = threading.Event(), threading.Event()

    def wait(_: Tx) -> None:
        began.set()
        assert go_on.wait(20)

    async with asyncio.TaskGroup() as group:
        group.create_task(lanes.write(key, wait))
        await asyncio.to_thread(began.wait, 20)
        try:
            yield
            await asyncio.sleep(0)  # whoever was told to ask has asked
        finally:
            go_on.set()


def test_works_of_one_key_stay_in_order(database: Database) -> None:
    """Two hundred works of ten chats, asked for at once: each chat's come one after another."""

    async def ask() -> None:
        with lanes_on(database) as lanes:
            async with asyncio.TaskGroup() as group:
                for number in range(200):
                    group.create_task(lanes.write(f"chat {number % 10}", note(f"{number % 10}:{number:03}")))

    asyncio.run(ask())
    keys = kept(database)
    assert len(keys) == 200
    for chat in range(10):
        own = [key for key in keys if key.startswith(f"{chat}:")]
        assert own == sorted(own)


def test_waiting_works_share_a_commit_and_one_that_fails_fails_alone(database: Database) -> None:
    """Of twenty works in one batch two raise: they are told so, the other eighteen are stored once."""
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _: commits.append(1))

    def refuse(tx: Tx) -> None:
        note("never")(tx)
        raise NotPossible("x", "not now")

    async def ask(failing: frozenset[int]) -> list[Any]:
        commits.clear()
        with lanes_on(database) as lanes:
            async with busy(lanes):
                works = [refuse if number in failing else note(f"{len(failing)}:{number}") for number in range(20)]
                asked = [asyncio.ensure_future(lanes.write("5", work)) for work in works]
            return list(await asyncio.gather(*asked, return_exceptions=True))

    assert asyncio.run(ask(frozenset())) == [True] * 20
    assert len(commits) == 2  # the one that held the lane, and the batch
    results = asyncio.run(ask(frozenset((3, 11))))
    assert [number for number, result in enumerate(results) if isinstance(result, NotPossible)] == [3, 11]
    assert [result for result in results if not isinstance(result, NotPossible)] == [True] * 18
    keys = kept(database)
    assert len(keys) == len(set(keys)) == 38


def test_a_work_whose_asker_went_away_is_committed_all_the_same(database: Database) -> None:
    """A browser that hangs up changes nothing for its own message or for the ones beside it."""

    async def ask() -> None:
        with lanes_on(database) as lanes:
            async with busy(lanes):
                asked = [asyncio.ensure_future(lanes.write("5", note(str(number)))) for number in range(5)]
                await asyncio.sleep(0)
                asked[2].cancel()
            results = await asyncio.gather(*asked, return_exceptions=True)
            assert [isinstance(result, asyncio.CancelledError) for result in results] == [
                number == 2 for number in range(5)
            ]

    asyncio.run(ask())
    assert kept(database) == ["0", "1", "2", "3", "4"]


def test_a_lane_outlives_works_that_end_a_thread_and_loops_that_closed(sqlite: Database) -> None:
    """Neither SystemExit in a work nor an asker whose loop is gone stops what comes after."""

    def leave(_: Tx) -> None:
        raise SystemExit(1)

    async def give_up(lanes: Lanes) -> None:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(lanes.write("5", slow), 0.01)

    def slow(tx: Tx) -> bool:
        time.sleep(0.1)
        return note("slow")(tx)

    with lanes_on(sqlite) as lanes:
        asyncio.run(give_up(lanes))
        asked = asyncio.new_event_loop()
        told = asked.create_task(lanes.write("5", leave))
        with pytest.raises(SystemExit):
            asked.run_until_complete(told)
        with pytest.raises(SystemExit):
            told.result()
        asked.close()
        assert asyncio.run(lanes.write("5", note("after"))) is True
    assert kept(sqlite) == ["slow", "after"]


def test_closing_carries_through_what_waits(database: Database) -> None:
    """Fifty works are waiting when the lanes are closed; afterwards nothing is taken any more, and says so."""

    async def ask() -> None:
        lanes = Lanes(database, 4)
        async with busy(lanes):
            asked = [asyncio.ensure_future(lanes.write("5", note(f"{number:02}"))) for number in range(50)]
            await asyncio.sleep(0)
            closing = asyncio.ensure_future(asyncio.to_thread(lanes.close))
            await asyncio.sleep(0.1)
        await closing
        assert await asyncio.gather(*asked) == [True] * 50
        with pytest.raises(RuntimeError, match="closed"):
            await asyncio.wait_for(lanes.write("5", note("late")), 5)

    asyncio.run(ask())
    assert kept(database) == [f"{number:02}" for number in range(50)]


class SmallDisk:
    """A limit on the size of a SQLite file, which answers like a full disk; it holds for connections yet to come."""

    def __init__(self, database: Database) -> None:
        self.pages = 1_000_000_000
        event.listen(database.engine, "connect", self._limit)

    def _limit(self, driver: Any, _record: object) -> None:
        driver.execute(f"PRAGMA max_page_count={self.pages}")


def test_a_full_disk_loses_nothing_that_was_acknowledged(sqlite: Database) -> None:
    """Events of 20 kB until nothing fits: those told 'kept' are there, the others are told to come again, and can."""
    disk = SmallDisk(sqlite)
    with sqlite.read() as tx:
        disk.pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one() + 150
    acknowledged: set[str] = set()
    refused: dict[str, BaseException] = {}

    async def send(lanes: Lanes, key: str) -> None:
        try:
            await lanes.write("5", note(key, b"x" * 20_000))
        except Exception as error:
            refused[key] = error
        else:
            acknowledged.add(key)

    async def fill() -> None:
        with lanes_on(sqlite) as lanes:
            for some in range(0, 100, 10):
                async with asyncio.TaskGroup() as group, busy(lanes):
                    for number in range(some, some + 10):
                        group.create_task(send(lanes, str(number)))
                    await asyncio.sleep(0)
            assert acknowledged == set(kept(sqlite))
            assert refused
            assert all(is_worth_a_retry(error) for error in refused.values())
            disk.pages = 1_000_000_000
            for key in list(refused):
                await send(lanes, key)

    asyncio.run(fill())
    assert acknowledged == set(kept(sqlite)) == {str(number) for number in range(100)}
    with sqlite.read() as tx:
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_a_full_disk_answers_quickly_however_many_wait(sqlite: Database) -> None:
    """Sixty works in one batch do not wait for sixty times four tries."""
    disk = SmallDisk(sqlite)

    async def fill() -> float:
        with lanes_on(sqlite) as lanes:
            async with busy(lanes):
                disk.pages = 1
                works = [lanes.write("5", note(str(number), b"x" * 5_000_000)) for number in range(60)]
                asked = asyncio.gather(*works, return_exceptions=True)
                began = time.monotonic()
            results = await asked
            assert all(isinstance(result, Exception) and is_worth_a_retry(result) for result in results)
            return time.monotonic() - began

    with sqlite.write() as tx:
        disk.pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    assert asyncio.run(fill()) < 10


def test_a_server_that_drops_its_connections_is_asked_again(postgres: Database, postgres_url: str) -> None:
    """Every connection is cut while works wait and between them: each is stored once, nobody is told of an error."""
    address = postgres_url.replace("postgresql+psycopg", "postgresql")

    def cut() -> None:
        with psycopg.connect(address, autocommit=True) as admin:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            admin.execute(f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()".encode())

    def cut_under(key: str) -> Callable[[Tx], bool]:
        tries: list[int] = []

        def work(tx: Tx) -> bool:
            new = note(key)(tx)
            tries.append(1)
            if len(tries) == 1:
                cut()
            return new

        return work

    async def ask() -> list[bool]:
        results = []
        with lanes_on(postgres, 1) as lanes:
            for number in range(5):
                results.append(await lanes.write("5", note(f"{number} before")))
                await asyncio.to_thread(cut)
                async with busy(lanes):
                    asked = asyncio.gather(
                        lanes.write("5", note(f"{number} beside")), lanes.write("5", cut_under(f"{number} under"))
                    )
                results += await asked
        return results

    assert asyncio.run(ask()) == [True] * 15
    assert len(kept(postgres)) == 15


def test_two_lanes_that_block_each_other_both_get_through(postgres: Database) -> None:
    """PostgreSQL ends one of two works that wait for each other; it is tried again, and both are stored."""
    with postgres.write() as tx:
        for name in ("a", "b"):
            set_setting(tx, name, "0", NOW)
    both = threading.Barrier(2)

    def swap(first: str, second: str) -> Callable[[Tx], None]:
        tries: list[int] = []

        def work(tx: Tx) -> None:
            add_one(tx, first)
            tries.append(1)
            if len(tries) == 1:
                both.wait(10)
            add_one(tx, second)

        return work

    async def ask() -> None:
        with lanes_on(postgres, 1) as lanes, lanes_on(postgres, 1) as others:
            await asyncio.gather(lanes.write("5", swap("a", "b")), others.write("5", swap("b", "a")))

    asyncio.run(ask())
    with postgres.read() as tx:
        assert {name: value for name, value in all_settings(tx).items() if name in "ab"} == {"a": "2", "b": "2"}


def add_one(tx: Tx, name: str) -> None:
    """Count in a setting, holding its row."""
    value = cast(cast(Setting.value, Integer) + 1, String)
    tx.execute(update(Setting).where(Setting.name == name).values(value=value))


def test_more_lanes_than_a_pool_holds_all_work(postgres: Database) -> None:
    """Thirty-two of them, the most the settings allow."""

    async def ask() -> None:
        with lanes_on(postgres, 32) as lanes:
            both = [lanes.write(str(number), note(str(number))) for number in range(200)]
            assert await asyncio.wait_for(asyncio.gather(*both), 25) == [True] * 200

    asyncio.run(ask())


def test_a_lock_held_by_another_process_is_waited_for(sqlite: Database) -> None:
    """A command that writes for a second holds the lane up; nothing fails and nothing is lost."""
    command = sqlite.connect()

    async def ask() -> bool:
        with lanes_on(sqlite) as lanes:
            writing = command.begin()
            asked = asyncio.ensure_future(lanes.write("5", note("waited")))
            await asyncio.sleep(1)
            assert not asked.done()
            writing.commit()
            return await asked

    assert asyncio.run(ask()) is True
    command.close()


def test_what_ends_each_transaction_sees_all_of_it_and_goes_on_after_the_commit(database: Database) -> None:
    """Three works share a commit: what they leave behind is looked at once, and followed up when it is stored."""
    seen: list[int] = []
    followed: list[list[str]] = []

    def last(tx: Tx) -> Callable[[], None]:
        seen.append(len(tx.execute(select(InboxEvent.id)).all()))
        return lambda: followed.append(kept(database))

    async def ask() -> None:
        with lanes_on(database) as lanes:
            async with asyncio.TaskGroup() as group, busy(lanes):
                lanes.before_commit(last)
                for number in range(3):
                    group.create_task(lanes.write("5", note(f"e{number}")))

    asyncio.run(ask())
    assert seen in ([0, 3], [3])
    assert followed[-1] == ["e0", "e1", "e2"]


def test_a_fault_in_what_ends_a_transaction_takes_nothing_from_its_works(database: Database) -> None:
    """The outbox holds something that cannot be read: what people write is kept all the same."""

    def last(_: Tx) -> None:
        raise ZeroDivisionError("ours")

    async def ask() -> None:
        with lanes_on(database) as lanes:
            lanes.before_commit(last)
            async with asyncio.TaskGroup() as group, busy(lanes):
                for number in range(3):
                    group.create_task(lanes.write("5", note(f"e{number}")))

    asyncio.run(ask())
    assert kept(database) == ["e0", "e1", "e2"]
