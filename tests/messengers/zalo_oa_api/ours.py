"""Our side of the wire as tests put it together: a database, lanes, the messenger, and a server with its routes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.lanes import Lanes
from deeds.said import Inbound, Option
from messengers.photo_links import PhotoLinks
from messengers.port import Accepted, CannotRead, Outgoing, TryLater
from messengers.zalo_oa.messenger import ZaloOA
from storage import accounts
from storage.accounts import Account
from storage.database import Database, Tx
from storage.models import Base
from tests.messengers.hooks import picture, until
from tests.messengers.zalo_oa_api.server import ZaloOaApi

NAME = "zalo_oa"
PUBLIC_URL = "https://viectot.example.gov.vn"
BUTTONS = (Option("yes:7", "Đồng ý"), Option("no:7", "Thôi"))


class TestClock:
    """A clock that runs with the machine's and can be moved."""

    __test__ = False

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.fixed: datetime | None = None

    def now(self) -> datetime:
        """Return the present instant."""
        return (self.fixed or datetime.now(UTC)) + self.ahead

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**by)


class Intake:
    """Keeps what it is given, each key once; refuses while told to."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.parked: list[CannotRead] = []
        self.refuse = 0
        self.slow_s = 0.0

    async def accept(self, event: Inbound) -> Accepted:
        """Take an event."""
        await asyncio.sleep(self.slow_s)
        if self.refuse:
            self.refuse -= 1
            raise TryLater
        duplicate = any(event.event_key == kept.event_key for kept in self.kept)
        if not duplicate:
            self.kept.append(event)
        return Accepted(duplicate)

    async def park(self, messenger: str, unreadable: CannotRead) -> Accepted:
        """Take an event nobody can read."""
        assert messenger == NAME
        self.parked.append(unreadable)
        return Accepted()


@dataclass
class Ours:
    """Everything on our side."""

    api: ZaloOaApi
    database: Database
    lanes: Lanes
    clock: TestClock
    folder: Path
    zalo: ZaloOA
    intake: Intake = field(default_factory=Intake)

    def account(self) -> Account:
        """Return the account as it is kept."""
        with self.database.read() as tx:
            found = accounts.account(tx, NAME, self.api.oa_id)
        assert found is not None, "no account"
        return found

    def write(self, work: Callable[[Tx], Any]) -> Any:
        """Do something in a transaction of its own."""
        with self.database.write() as tx:
            return work(tx)

    def another(self, lanes: Lanes | None = None, **more: Any) -> ZaloOA:
        """Return one more messenger on the same database, as another process has it."""
        return messenger(self.api, lanes or self.lanes, self.clock, self.folder, **more)


def messenger(api: ZaloOaApi, lanes: Lanes, clock: TestClock, folder: Path, **more: Any) -> ZaloOA:
    """Return the messenger under test."""
    settled: dict[str, Any] = {
        "links": PhotoLinks([api.url]),
        "small_copy": lambda sha256: picture("green"),
        "data_dir": folder,
        "public_url": PUBLIC_URL,
        "api_url": api.url,
        "oauth_url": api.url,
    }
    return ZaloOA(lanes, clock, **{**settled, **more})


def seed(tx: Tx, api: ZaloOaApi, clock: TestClock, refresh_token: str | None = None) -> None:
    """Make the account as the settings do."""
    accounts.seed(
        tx,
        NAME,
        api.oa_id,
        app_id=api.app_id,
        app_secret=api.app_secret,
        secret_key=api.secret_key,
        refresh_token=api.refresh_token if refresh_token is None else refresh_token,
        now=clock.now(),
    )


@asynccontextmanager
async def our_side(api: ZaloOaApi, url: str, folder: Path, **more: Any) -> AsyncIterator[Ours]:
    """Our side with one account that was never refreshed; `url` is an empty database."""
    database, clock = Database(url), TestClock()
    Base.metadata.create_all(database.engine)
    api.clock = clock.now
    with database.write() as tx:
        seed(tx, api, clock)
    lanes = Lanes(database, 2)
    zalo = messenger(api, lanes, clock, folder, **more)
    try:
        yield Ours(api, database, lanes, clock, folder, zalo)
    finally:
        await zalo.stop()
        lanes.close()
        database.close()


@asynccontextmanager
async def serving(ours: Ours, listening: socket.socket | None = None) -> AsyncIterator[str]:
    """A real HTTP server with our routes on it; yields its address."""
    if listening is None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
    routes = ours.zalo.routes(ours.intake.accept, ours.intake.park)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", ws="none"))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def says(chat: str, text: str = "Đã nhận tin.", **more: Any) -> Outgoing:
    """Return a message of ours."""
    return Outgoing(chat=chat, text=text, **more)
