"""The real server as a child process: started, killed, held up and looked into."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from sqlalchemy import select

from storage.database import Database
from storage.migrations import upgrade
from storage.models import Base

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60.0
RUN = "from bot.command_line import main; main()"
UNHURRIED = (
    "from dataclasses import replace; from messengers.telegram.messenger import Telegram; "
    "Telegram.abilities = replace("
    "Telegram.abilities, min_seconds_per_chat=0.0, max_per_minute_in_group=0, max_per_second=0); "
)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`viectot run` with settings of its own; the same folder and port from one start to the next.

    Unless it `keeps_limits`, it writes to Telegram as fast as it can: hundreds of cards would take a group minutes.
    """

    def __init__(self, folder: Path, database_url: str = "", *, keeps_limits: bool = False, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self.kills = 0
        self.database = Database(database_url or f"sqlite:///{folder / 'data' / 'viectot.sqlite3'}")
        upgrade(self.database)
        self.settings = {"DATA_DIR": str(folder / "data"), "PORT": str(self.port), **settings}
        if database_url:
            self.settings["DATABASE_URL"] = database_url
        self._run = RUN if keeps_limits or "TELEGRAM_TOKEN" not in settings else UNHURRIED + RUN
        self._child: subprocess.Popen[bytes] | None = None

    def set(self, name: str, value: str) -> None:
        """Change a setting; it holds from the next start."""
        self.settings[name] = value

    def start(self, *under: str) -> None:
        """Start it, perhaps under another program, and return once it answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VIECTOT_")}
        own = {f"VIECTOT_{name}": value for name, value in self.settings.items()}
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*under, sys.executable, "-c", self._run, "run"],
                cwd=self.folder,
                env={**kept, **own, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            assert self._child.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < until, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def answers(self) -> bool:
        """Tell whether its health page answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """End it as a power cut would: nothing is finished, nothing is said."""
        assert self._child is not None
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self.kills += 1

    def end(self) -> None:
        """End it as an operator would; kill it where it does not listen."""
        if self._child is None or self._child.poll() is not None:
            return
        os.killpg(self._child.pid, signal.SIGTERM)
        try:
            self._child.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return these columns of a whole table, in the order it was written."""
        found = Base.metadata.tables[table]
        with self.database.read() as tx:
            query = select(*(found.c[name] for name in columns)).order_by(*found.primary_key)
            return [tuple(row) for row in tx.execute(query)]

    def waits_for_events(self, count: int, seconds: float) -> None:
        """Return once that many events are kept."""
        until = time.monotonic() + seconds
        while (kept := len(self.rows("inbox_event", "id"))) < count:
            assert time.monotonic() < until, f"{kept} of {count}: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def waits_until_sent(self, seconds: float) -> None:
        """Return once nothing waits in the outbox."""
        until = time.monotonic() + seconds
        while waiting := Counter(row[0] for row in self.rows("outbox_message", "state")).keys() & {
            "waiting",
            "sending",
        }:
            assert time.monotonic() < until, f"still {waiting}: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def is_sound(self) -> bool:
        """Tell whether the database is whole; always true where the database checks itself."""
        if not self.database.is_sqlite:
            return True
        with self.database.read() as tx:
            return bool(tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok")


class Browser:
    """One person at the web chat, who sends each message again until it is taken."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self._server = server
        self._session = session
        self._cookies: dict[str, str] = {}
        self.acknowledged: list[str] = []
        self.answers: Counter[int] = Counter()

    async def tells(self, texts: Sequence[str], pause_s: float = 0.0) -> None:
        """Send these one after another, each under its own id."""
        for text in texts:
            message = str(uuid4())
            taken = False
            while not taken:
                taken = await self._post({"id": message, "text": text}) == 202
                await asyncio.sleep(pause_s if taken else 0.2)
            self.acknowledged.append(message)

    async def _post(self, fields: dict[str, str]) -> int:
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        try:
            if not self._cookies:
                async with self._session.get(f"{self._server.url}/chat") as page:
                    self._cookies = {name: morsel.value for name, morsel in page.cookies.items()}
            post = self._session.post(f"{self._server.url}/chat/messages", data=form, cookies=self._cookies)
            async with post as answer:
                self.answers[answer.status] += 1
                return answer.status
        except (aiohttp.ClientError, OSError):
            return 0
