"""What tests of the Zalo Bot door share: somebody who keeps what it brings, and the door itself on a real database."""

import asyncio
import hashlib
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.lanes import Lanes
from deeds.clock import Clock, SystemClock
from deeds.said import Inbound
from messengers.photo_links import PhotoLinks
from messengers.port import Accepted, CannotRead, TryLater
from messengers.zalo_bot.messenger import ZaloBot
from storage.database import Database
from storage.migrations import upgrade
from tests.messengers import hooks
from tests.messengers.zalo_bot_api import ZaloBotApi

WITHIN_S = 20.0  # no test fails because a machine is slow
SECRET = "S3cret_" + "a" * 33
KEY = b"k" * 32


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere."""
    await hooks.until(true, WITHIN_S)


@cache
def _empty_database() -> bytes:
    """Return a database with all tables and nothing in them, made once."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        upgrade(database)
        database.close()
        return Path(folder, "empty.sqlite3").read_bytes()


class Keeper:
    """Keeps what it is given, each key once; refuses while told to."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.duplicates = 0
        self.parked: list[CannotRead] = []
        self.refuse = 0
        self.refused = 0
        self.breaks = 0  # so often something nobody foresaw
        self.slow_s = 0.0

    async def accept(self, event: Inbound) -> Accepted:
        await asyncio.sleep(self.slow_s)
        self._maybe_not()
        duplicate = any(event.event_key == kept.event_key for kept in self.kept)
        self.duplicates += duplicate
        if not duplicate:
            self.kept.append(event)
        return Accepted(duplicate)

    async def park(self, messenger: str, unreadable: CannotRead) -> Accepted:
        assert messenger == "zalo_bot"
        self._maybe_not()
        duplicate = any(unreadable.event_key == parked.event_key for parked in self.parked)
        if not duplicate:
            self.parked.append(unreadable)
        return Accepted(duplicate)

    def _maybe_not(self) -> None:
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("nobody foresaw this")
        if self.refuse:
            self.refuse -= 1
            self.refused += 1
            raise TryLater

    @property
    def texts(self) -> list[str]:
        return [event.said.text for event in self.kept]


class House:
    """A database and a folder of pictures, for any number of messengers on them."""

    def __init__(self, folder: Path, api: ZaloBotApi, clock: Clock | None = None) -> None:
        self.folder = folder
        self.api = api
        self.clock = clock or SystemClock()
        (folder / "house.sqlite3").write_bytes(_empty_database())
        self.database = Database(f"sqlite:///{folder / 'house.sqlite3'}")
        self.lanes = Lanes(self.database, 1)

    def close(self) -> None:
        """Close the database."""
        self.lanes.close()
        self.database.close()

    def keep(self, content: bytes) -> str:
        """Put a picture where published copies lie; return its SHA-256."""
        name = hashlib.sha256(content).hexdigest()
        (self.folder / name).write_bytes(content)
        return name

    def messenger(self, **more: Any) -> ZaloBot:
        """Return the messenger under test."""
        told: dict[str, Any] = {
            "token": self.api.token,
            "store": self.lanes,
            "clock": self.clock,
            "links": PhotoLinks([self.api.url]),
            "photo_path": lambda sha256: self.folder / sha256,
            "key": KEY,
            "api_url": self.api.url,
        }
        return ZaloBot(**(told | more))

    def run(self, steps: Callable[[ZaloBot], Awaitable[Any]], **more: Any) -> Any:
        """Run steps with a messenger of this house."""

        async def connected() -> Any:
            zalo = self.messenger(**more)
            try:
                return await steps(zalo)
            finally:
                await zalo.stop()

        return asyncio.run(connected())


@asynccontextmanager
async def receiving(zalo: ZaloBot, keeper: Keeper) -> AsyncIterator[ZaloBot]:
    """The messenger, receiving as its mode says."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(zalo.start(keeper.accept, keeper.park))
        try:
            yield zalo
        finally:
            await zalo.stop()
            await asyncio.wait_for(running, WITHIN_S)


def loopback() -> tuple[socket.socket, str]:
    """Return a socket that listens on a free port, and the address of a server on it."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@asynccontextmanager
async def serving(routes: list[Route], listening: socket.socket) -> AsyncIterator[None]:
    """A real HTTP server with these routes."""
    config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield
        finally:
            server.should_exit = True
            await running
