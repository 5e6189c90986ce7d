"""Lanes: threads that each own one connection and carry work through in order, sharing commits.

Work waiting in a lane is carried out in one transaction and committed once. There are no savepoints: when anything in
a batch raises, all of it is rolled back and its works run again, each in a transaction of its own, so that only the
one at fault fails (design 2.2). A full disk therefore never leaves an acknowledged work unstored.
"""

import asyncio
import queue
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from storage.database import Database, Tx, is_worth_a_retry

T = TypeVar("T")

MOST_TOGETHER = 64  # works that share a commit: more would make the first wait for the last
TRIES = 4  # of a work that met a lock or a full disk
PAUSE_S = 0.05  # before the second try; doubled each time
LOCK_WITHIN_S = 0.5  # how long one try waits for a lock
GIVE_UP_AFTER_S = 2.0  # since a work was asked for: who waits is told to come again

log = structlog.get_logger()


@dataclass(slots=True)
class _Job:
    work: Callable[[Tx], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    asked_at: float
    result: Any = None
    error: BaseException | None = None


OnError = Callable[[BaseException], None]
Before = Callable[[Tx], Callable[[], None] | None]


def _nothing(_: Tx) -> None:
    return None


class _NotTheirs(Exception):
    """A fault of what runs before a commit, not of the works that are to be committed."""


class _Lane(threading.Thread):
    """One thread, one connection, one queue."""

    def __init__(self, database: Database, number: int, before_commit: Before, on_error: OnError) -> None:
        super().__init__(name=f"lane-{number}", daemon=True)
        self._database = database
        self._before_commit = before_commit
        self._on_error = on_error
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._after: list[Callable[[], None]] = []

    def put(self, job: _Job) -> None:
        self._jobs.put(job)

    def end(self) -> None:
        self._jobs.put(None)

    def run(self) -> None:
        open_ = True
        while open_:
            batch: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                batch.append(job)
                if len(batch) >= MOST_TOGETHER:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            open_ = job is not None
            if batch:
                self._carry_through(batch)
        if self._connection is not None:
            self._connection.close()

    def _carry_through(self, batch: list[_Job]) -> None:
        if not self._together(batch):
            given_up: BaseException | None = None
            for job in batch:
                if given_up is not None:
                    job.error = given_up  # the disk or the lock stands in the way of all: let them be sent again
                    continue
                self._alone(job)
                if job.error is not None and is_worth_a_retry(job.error):
                    given_up = job.error
        after, self._after = self._after, []
        for loop in {job.loop: None for job in batch}:
            try:
                loop.call_soon_threadsafe(_tell, [job for job in batch if job.loop is loop], after)
            except RuntimeError:  # the loop that asked is closed; what it asked for is done all the same
                log.info("nobody waits for a work any more", lane=self.name)
            after = []

    def _together(self, batch: list[_Job]) -> bool:
        """Carry a batch through in one transaction. Returns False when it was rolled back."""
        if len(batch) == 1:
            return False
        try:
            self._commit(batch, self._before_commit)
        except BaseException:  # whatever it was, each work finds out for itself, alone
            self._mend()
            return False
        return True

    def _commit(self, batch: list[_Job], before_commit: Before) -> None:
        with self._begin() as tx:
            for job in batch:
                job.result = job.work(tx)
            try:
                after = before_commit(tx)
            except Exception as error:
                if is_worth_a_retry(error):
                    raise
                raise _NotTheirs from error
        if after is not None:
            self._after.append(after)

    def _alone(self, job: _Job) -> None:
        pause_s = PAUSE_S
        before_commit = self._before_commit
        for attempt in range(1, TRIES + 1):
            try:
                self._commit([job], before_commit)
                return
            except _NotTheirs as fault:
                self._mend()
                log.error("what ends a transaction failed; it is kept without", exc_info=fault.__cause__)
                before_commit = _nothing
                continue
            except BaseException as error:  # also one that would end a thread: the lane must live on
                self._mend()
                self._on_error(error)
                job.error = error
                waited_s = time.monotonic() - job.asked_at
                if not is_worth_a_retry(error) or attempt == TRIES or waited_s > GIVE_UP_AFTER_S:
                    return
            job.error = None
            time.sleep(pause_s)
            pause_s *= 2

    def _begin(self) -> Any:
        if self._connection is None:
            self._connection = self._database.connect()
        return _Transaction(self._database, self._connection)

    def _mend(self) -> None:
        """Throw a connection away that may be broken: a lost server, a lane that must begin afresh."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # it is thrown away
                log.info("a broken connection was dropped", lane=self.name)


class _Transaction:
    """`with` for one transaction on a connection that lives on."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection

    def __enter__(self) -> Tx:
        self._transaction = self._connection.begin()
        return self._connection

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._transaction.commit()
            self._database.after_commit(self._connection)
        else:
            self._transaction.rollback()


def _tell(jobs: list[_Job], after: list[Callable[[], None]]) -> None:
    for job in jobs:
        if job.future.done():
            continue  # whoever asked has gone away; the work is committed all the same
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
    for follow in after:
        follow()


class Lanes:
    """The `Store` of a running process: several lanes on PostgreSQL, one on SQLite; readers in threads."""

    def __init__(self, database: Database, count: int, on_error: OnError = lambda _: None) -> None:
        """Make `count` lanes; SQLite has one writer, so it gets one whatever is asked.

        `on_error` hears of every error, in the thread that met it.
        """
        self._database = database
        self._on_error = on_error
        self._last: Before = _nothing
        number_of = 1 if database.is_sqlite else count
        self._lanes = [_Lane(database, number, lambda tx: self._last(tx), on_error) for number in range(number_of)]
        self._closed = False
        for lane in self._lanes:
            lane.start()

    def before_commit(self, last: Before) -> None:
        """Run `last` at the end of every transaction; what it returns is called on the loop once that is committed."""
        self._last = last

    async def write(self, key: str, work: Callable[[Tx], T]) -> T:
        """Run `work` in the lane of `key`; return when it is committed."""
        if self._closed:
            raise RuntimeError("the lanes are closed")  # nobody would ever take it
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        lane = self._lanes[zlib.crc32(key.encode()) % len(self._lanes)]
        lane.put(_Job(work, loop, future, time.monotonic()))
        return await future

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a view that changes nothing, in a thread of its own."""

        def reading() -> T:
            try:
                with self._database.read() as tx:
                    return work(tx)
            except Exception as error:
                self._on_error(error)
                raise

        return await asyncio.to_thread(reading)

    def close(self) -> None:
        """Carry through what is waiting, then stop."""
        self._closed = True
        for lane in self._lanes:
            lane.end()
        for lane in self._lanes:
            lane.join(timeout=30)
