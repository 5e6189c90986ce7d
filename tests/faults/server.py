"""The real server as a child process: started, killed, held up and looked into."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from sqlalchemy import select

from storage.database import Database
from storage.inbox import kept_key
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
# Loading the program takes seconds, and a campaign starts it hundreds of times: one process loads it, and what is
# killed are copies of that process, which have done nothing yet.
WARM = """
import json, os, signal, sys
import bot.app, bot.command_line, bot.opening, bot.wiring, messengers.telegram.messenger, storage.migrations, uvicorn
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    wanted = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(child, flush=True)
else:
    sys.exit()
os.setsid()
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for stream, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
    os.dup2(file, stream)
os.environ.update(wanted["settings"])
sys.argv = ["viectot", "run"]
exec(wanted["run"])
"""
RETRY_MAX_S = 3.0  # of a browser: a thousand that knock together would leave the server no time to start


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`viectot run` with settings of its own; the same folder and port from one start to the next.

    Unless it `keeps_limits`, it writes to Telegram as fast as it can: hundreds of cards would take a group minutes.
    `warm`: it is a copy of a process that has the program loaded, for campaigns that start it again and again.
    """

    def __init__(
        self, folder: Path, database_url: str = "", *, keeps_limits: bool = False, warm: bool = False, **settings: str
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self.kills = 0
        self.in_hand: Counter[str] = Counter()  # by chat: the kills that found a message on its way there
        self.database = Database(database_url or f"sqlite:///{folder / 'data' / 'viectot.sqlite3'}")
        upgrade(self.database)
        self.settings = {"DATA_DIR": str(folder / "data"), "PORT": str(self.port), **settings}
        if database_url:
            self.settings["DATABASE_URL"] = database_url
        self._run = RUN if keeps_limits or "TELEGRAM_TOKEN" not in settings else UNHURRIED + RUN
        self._warm = warm
        self._loaded: subprocess.Popen[bytes] | None = None
        self._child: subprocess.Popen[bytes] | Copy | None = None

    def set(self, name: str, value: str) -> None:
        """Change a setting; it holds from the next start."""
        self.settings[name] = value

    def start(self, *under: str) -> None:
        """Start it, perhaps under another program, and return once it answers."""
        self._child = self._copied() if self._warm else self._opened(under)
        until = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            assert self._child.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < until, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def _opened(self, under: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*under, sys.executable, "-c", self._run, "run"],
                cwd=self.folder,
                env=_environment() | self._own(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _copied(self) -> "Copy":
        if self._loaded is None:
            self._loaded = subprocess.Popen(
                [sys.executable, "-c", WARM],
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._loaded.stdin is not None
        assert self._loaded.stdout is not None
        wanted = {"run": self._run, "log": str(self.log), "settings": self._own()}
        self._loaded.stdin.write(json.dumps(wanted).encode() + b"\n")
        self._loaded.stdin.flush()
        return Copy(int(self._loaded.stdout.readline()))

    def _own(self) -> dict[str, str]:
        return {f"VIECTOT_{name}": value for name, value in self.settings.items()}

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
        on_the_way = Counter(chat for chat, state in self.rows("outbox_message", "chat", "state") if state == "sending")
        assert set(on_the_way.values()) <= {1}, "a kill can repeat more than one message of a chat"
        self.in_hand += on_the_way

    def end(self) -> None:
        """End it as an operator would; kill it where it does not listen."""
        self._end()
        if self._loaded is not None:
            self._loaded.communicate()
            self._loaded = None

    def _end(self) -> None:
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


class Copy:
    """A process somebody else started, as far as `Popen` would show it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float = 60.0) -> None:
        """Return once it has ended."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("viectot", timeout)
            time.sleep(0.005)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIECTOT_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def kept_of(server: "Server", messages: Iterable[str]) -> Counter[str]:
    """Return which of these messages of the web chat are in the inbox; what is none of them counts as it is kept."""
    chats = {chat for (chat,) in server.rows("chat_message", "chat")}
    known = {kept_key(f"webchat:{chat}:{message}"): message for message in messages for chat in chats}
    rows = server.rows("inbox_event", "event_key", "messenger")
    return Counter(known.get(key, key) for key, messenger in rows if messenger == "webchat")


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
            retry_s = 0.2
            while await self._post({"id": message, "text": text}) != 202:
                await asyncio.sleep(retry_s * random.uniform(0.5, 1))
                retry_s = min(RETRY_MAX_S, 2 * retry_s)
            await asyncio.sleep(pause_s)
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
