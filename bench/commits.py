"""Durable commits: one read and three writes an event through our lanes, next to the driver alone."""

import asyncio
import queue
import sqlite3
import tempfile
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.lanes import Lanes
from deeds.said import Prompt
from storage import drafts, inbox, outbox, people
from storage.database import Database, Tx, sqlite_module
from storage.migrations import upgrade


def through_lanes(count: int, waiting: int, url: str = "") -> float:
    """Return events a second: inbox, person, place and outbox, with `waiting` of them at a time."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url or f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        upgrade(database)
        lanes = Lanes(database, 8)

        async def run() -> float:
            async def one(asker: int) -> None:
                for turn in range(count // waiting):
                    number = f"{asker}-{turn}-{time.time_ns()}"
                    await lanes.write(f"chat-{asker}", partial(_event, number, str(asker)))

            await asyncio.gather(*(one(asker) for asker in range(waiting)))  # everybody is known by now
            began = time.perf_counter()
            await asyncio.gather(*(one(asker) for asker in range(waiting)))
            return count / (time.perf_counter() - began)

        try:
            return asyncio.run(run())
        finally:
            lanes.close()
            database.close()


def _event(key: str, chat: str, tx: Tx) -> None:
    now = datetime.now(UTC)
    inbox.note(tx, key, "telegram", chat, b"{}", now)
    person = people.identify(tx, "telegram", chat, "", now)
    drafts.keep_place(tx, person.id, {"asked": "story"}, now)
    outbox.put(tx, "telegram", chat, Prompt("ok"), now)


def raw_group(count: int, waiting: int) -> float:
    """Return the same four statements a second by the driver alone, shared commits in one writer thread."""
    module: Any = sqlite_module()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "raw.sqlite3")
        jobs: queue.SimpleQueue[tuple[str, str, asyncio.AbstractEventLoop, asyncio.Future[None]] | None] = (
            queue.SimpleQueue()
        )
        writer = threading.Thread(target=_write_raw, args=(module, path, jobs), daemon=True)
        writer.start()

        async def run() -> float:
            loop = asyncio.get_running_loop()

            async def one(asker: int) -> None:
                for turn in range(count // waiting):
                    future: asyncio.Future[None] = loop.create_future()
                    jobs.put((f"{asker}-{turn}", str(asker), loop, future))
                    await future

            began = time.perf_counter()
            await asyncio.gather(*(one(asker) for asker in range(waiting)))
            return count / (time.perf_counter() - began)

        figure = asyncio.run(run())
        jobs.put(None)
        writer.join()
        return figure


def _write_raw(module: Any, path: str, jobs: Any) -> None:
    connection = module.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE inbox (key TEXT PRIMARY KEY, at REAL);"
        "CREATE TABLE place (chat TEXT PRIMARY KEY, state TEXT);"
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY, chat TEXT, body TEXT)"
    )
    job = jobs.get()
    while job is not None:
        batch = [job]
        while len(batch) < 64:
            try:
                job = jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                break
            batch.append(job)
        connection.execute("BEGIN IMMEDIATE")
        for key, chat, _, _ in batch:
            connection.execute("INSERT OR IGNORE INTO inbox VALUES (?, 0)", (key,))
            connection.execute("SELECT state FROM place WHERE chat = ?", (chat,)).fetchone()
            connection.execute("INSERT OR REPLACE INTO place VALUES (?, '{}')", (chat,))
            connection.execute("INSERT INTO outbox (chat, body) VALUES (?, 'ok')", (chat,))
        connection.execute("COMMIT")
        for _, _, loop, future in batch:
            loop.call_soon_threadsafe(future.set_result, None)
        job = jobs.get() if job is not None else None
    connection.close()


def raw_alone(count: int) -> float:
    """Return the same statements a second by the standard driver, a synced commit each."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.Connection(str(Path(folder) / "raw.sqlite3"), isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE inbox (key TEXT PRIMARY KEY, at REAL);"
            "CREATE TABLE place (chat TEXT PRIMARY KEY, state TEXT);"
            "CREATE TABLE outbox (id INTEGER PRIMARY KEY, chat TEXT, body TEXT)"
        )
        began = time.perf_counter()
        for number in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT OR IGNORE INTO inbox VALUES (?, 0)", (str(number),))
            connection.execute("SELECT state FROM place WHERE chat = '1'").fetchone()
            connection.execute("INSERT OR REPLACE INTO place VALUES ('1', '{}')")
            connection.execute("INSERT INTO outbox (chat, body) VALUES ('1', 'ok')")
            connection.execute("COMMIT")
        took = time.perf_counter() - began
        connection.close()
        return count / took


_ONE_STATEMENT = """
WITH came AS (INSERT INTO raw_inbox (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING key),
     moved AS (INSERT INTO raw_place (chat, state) SELECT $2, '{}' FROM came
               ON CONFLICT (chat) DO UPDATE SET state = '{}' RETURNING chat)
INSERT INTO raw_outbox (chat, body) SELECT chat, 'ok' FROM moved
"""


def raw_asyncpg(count: int, connections: int, url: str) -> float:
    """Return events a second by asyncpg: dedup, place and outbox in one statement, a commit each."""
    import asyncpg

    async def run() -> float:
        address = url.replace("postgresql+psycopg", "postgresql")
        pool = [await asyncpg.connect(address) for _ in range(connections)]
        await pool[0].execute(
            "CREATE TABLE IF NOT EXISTS raw_inbox (key text PRIMARY KEY);"
            "CREATE TABLE IF NOT EXISTS raw_place (chat text PRIMARY KEY, state text);"
            "CREATE TABLE IF NOT EXISTS raw_outbox (id bigserial PRIMARY KEY, chat text, body text)"
        )

        async def one(number: int) -> None:
            for turn in range(count // connections):
                await pool[number].execute(_ONE_STATEMENT, f"{number}-{turn}-{time.time_ns()}", f"{number}-{turn % 12}")

        began = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(connections)))
        took = time.perf_counter() - began
        for connection in pool:
            await connection.close()
        return count / took

    return asyncio.run(run())
