"""Updates are taken once they are from Telegram, and confirmed once they are kept: by webhook and by long polling."""

import asyncio
import io
import random
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from deeds.said import Inbound
from messengers.port import Accepted, CannotRead, TryLater
from messengers.receiving import Receiver
from messengers.telegram.incoming import Decoder
from messengers.telegram.menus import COMMANDS, GROUP_COMMANDS, MODERATORS_COMMANDS
from messengers.telegram.messenger import Telegram
from messengers.telegram.polling import GetRawUpdates
from messengers.telegram.routes import webhook
from messengers.webhooks import SecretWebhook
from tests.messengers.hooks import until
from tests.messengers.telegram_api import TelegramApi
from texts import has

SECRET = "S3cret_" + "a" * 33
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = (
    b'{"update_id":7,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},'
    b'"from":{"id":5,"is_bot":false,"first_name":"Lan"},"text":"a"}}'
)


class Intake:
    """Keeps what it is given, each key once; refuses while told to."""

    def __init__(self) -> None:
        self.kept: list[Inbound] = []
        self.parked: list[CannotRead] = []
        self.refuse = 0
        self.slow_s = 0.0

    async def accept(self, event: Inbound) -> Accepted:
        await asyncio.sleep(self.slow_s)
        if self.refuse:
            self.refuse -= 1
            raise TryLater
        duplicate = any(event.event_key == kept.event_key for kept in self.kept)
        if not duplicate:
            self.kept.append(event)
        return Accepted(duplicate)

    async def park(self, messenger: str, unreadable: CannotRead) -> Accepted:
        assert messenger == "telegram"
        self.parked.append(unreadable)
        return Accepted()

    @property
    def texts(self) -> list[str]:
        return [event.said.text for event in self.kept]


def loopback() -> socket.socket:
    """Return a socket that listens on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


def address(listening: socket.socket) -> str:
    """Return the address of a server on this socket."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@asynccontextmanager
async def serving(routes: Sequence[Any], listening: socket.socket | None = None) -> AsyncIterator[str]:
    """A real HTTP server with the webhook on it; yields its address."""
    listening = listening or loopback()
    config = uvicorn.Config(Starlette(routes=list(routes)), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            await running


def door(intake: Intake) -> SecretWebhook:
    """Return the webhook alone."""
    return webhook(SECRET, Receiver("telegram", Decoder(1).read, intake.accept, intake.park).take)


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """A fresh server."""
    with TelegramApi() as running:
        yield running


def messenger(api: TelegramApi, folder: Path, **more: Any) -> Telegram:
    """Return the messenger under test."""
    return Telegram(api.token, api_url=api.url, photo_path=lambda name: folder / name, data_dir=folder, **more)


@asynccontextmanager
async def polling(api: TelegramApi, folder: Path, intake: Intake) -> AsyncIterator[Telegram]:
    """The messenger, receiving by long polling."""
    telegram = messenger(api, folder)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(telegram.start(intake.accept, intake.park))
        try:
            yield telegram
        finally:
            await telegram.stop()
            await asyncio.wait_for(running, 20)


def forged_headers() -> list[list[tuple[str, str]]]:
    """Return several hundred sets of headers that are not the secret."""
    chance = random.Random(1)
    ascii_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    values = ["", " ", SECRET[:-1], SECRET + "x", SECRET.lower(), SECRET.upper(), SECRET[::-1], f"{SECRET},{SECRET}"]
    values += [SECRET[:cut] for cut in range(len(SECRET))]
    values += ["é" * 40, "đ".encode().decode("latin-1") * 20, "\u00ff" + SECRET[1:], "null", "true", "0", "[]", "*"]
    values += ["".join(chance.choices(ascii_letters, k=chance.choice((1, 39, 40, 41, 256, 4000)))) for _ in range(150)]
    values += [SECRET[:at] + "\u00e9" + SECRET[at + 1 :] for at in range(len(SECRET))]
    forged = [[(HEADER, value)] for value in values]
    forged += [[], [("Authorization", SECRET)], [("X-Telegram-Bot-Api-Secret", SECRET)]]
    forged += [
        [(HEADER, SECRET), (HEADER, SECRET)],
        [(HEADER, SECRET), (HEADER, "x")],
        [(HEADER, "x"), (HEADER, SECRET)],
    ]
    return forged


async def raw_post(url: str, headers: list[tuple[str, str]], body: bytes) -> int:
    """Post with exactly these headers, byte for byte, as no polite client would; return the status."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["POST /webhooks/telegram HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


def test_nobody_gets_in_without_the_secret() -> None:
    """Hundreds of forged calls: none accepted, none answered with a 5xx; the true one is."""
    intake = Intake()

    async def plot() -> list[int]:
        async with serving(door(intake).routes()) as url:
            statuses = [await raw_post(url, headers, UPDATE) for headers in forged_headers()]
            assert await raw_post(url, [(HEADER.lower(), SECRET)], UPDATE) == 200
            return statuses

    statuses = asyncio.run(plot())
    assert len(statuses) > 250
    assert set(statuses) <= {400, 401}
    assert intake.texts == ["a"]
    assert intake.parked == []


def test_the_webhook_says_what_became_of_an_update() -> None:
    """200 kept or parked, 503 not kept, 413 too big, 405 not a post; nothing for us is 200 too."""
    intake = Intake()

    async def plot() -> list[int]:
        async with (
            serving(door(intake).routes()) as url,
            aiohttp.ClientSession(headers={HEADER: SECRET}) as session,
        ):
            statuses = []
            for body in (UPDATE, UPDATE, b"{", b'{"update_id": 8, "poll": {}}', b"x" * (1024 * 1024 + 1)):
                async with session.post(f"{url}/webhooks/telegram", data=io.BytesIO(body)) as answer:
                    statuses.append(answer.status)
            intake.refuse = 1
            async with session.post(f"{url}/webhooks/telegram", data=UPDATE) as answer:
                statuses.append(answer.status)
            async with session.get(f"{url}/webhooks/telegram") as answer:
                statuses.append(answer.status)
            return statuses

    assert asyncio.run(plot()) == [200, 200, 200, 200, 413, 503, 405]
    assert intake.texts == ["a"]
    assert [parked.raw for parked in intake.parked] == [b"{"]


def test_telegram_brings_everything_to_the_webhook(api: TelegramApi, tmp_path: Path) -> None:
    """The bot registers itself with its secret; what could not be kept comes again, in order, once."""
    intake = Intake()
    lan = api.user("Lan")

    async def plot() -> None:
        listening = loopback()
        url = address(listening)
        telegram = messenger(api, tmp_path, mode="webhook", secret=SECRET, public_url=url)
        async with serving(telegram.routes(intake.accept, intake.park), listening):
            await telegram.start(intake.accept, intake.park)
            info = api.webhook.info()
            assert info["allowed_updates"] == ["callback_query", "edited_message", "message", "my_chat_member"]
            intake.refuse = 2
            for text in ("/start@viectot_bot", "một", "hai"):
                lan.says(text)
            api.updates.add("message", {"from": 5}, ("chat", 1), 1000)
            await until(lambda: len(intake.kept) == 3 and bool(intake.parked))
            await until(lambda: not api.updates.pending)
            await telegram.stop()

    asyncio.run(plot())
    assert intake.texts == ["/start", "một", "hai"]
    assert lan.commands() == list(COMMANDS)
    assert lan.commands(at=api.group("Tổ duyệt", [lan])) == list(GROUP_COMMANDS)


def test_polling_confirms_only_what_is_kept(api: TelegramApi, tmp_path: Path) -> None:
    """An update that could not be kept stays with Telegram and comes again; the order of a chat is never broken."""
    intake = Intake()
    lan, ba = api.user("Lan"), api.user("Ba")
    api.fail_next("getMe", code=502, raw="<html>")
    intake.refuse = 2
    for number in range(4):
        lan.says(f"L{number}")
        ba.says(f"B{number}")
    api.updates.add("message", {"from": 5}, ("chat", 1), 1000)

    async def plot() -> None:
        async with polling(api, tmp_path, intake):
            await until(lambda: len(intake.kept) == 8 and not api.updates.pending, seconds=10)

    asyncio.run(plot())
    for who in "LB":
        assert [text for text in intake.texts if text[0] == who] == [f"{who}{number}" for number in range(4)]
    assert len(intake.parked) >= 1
    assert len({parked.event_key for parked in intake.parked}) == 1


def test_nothing_is_confirmed_while_it_is_being_kept(api: TelegramApi, tmp_path: Path) -> None:
    """A stop in the middle of keeping loses nothing: the update is still there for the next start."""
    intake = Intake()
    intake.slow_s = 30
    lan = api.user("Lan")

    async def first() -> None:
        async with polling(api, tmp_path, intake):
            await until(lambda: bool(api.calls_of("getUpdates")))
            lan.says("một")
            await asyncio.sleep(0.3)

    async def second() -> None:
        intake.slow_s = 0
        async with polling(api, tmp_path, intake):
            await until(lambda: intake.texts == ["một"])
            await until(lambda: not api.updates.pending)

    asyncio.run(first())
    assert intake.kept == []
    assert len(api.updates.pending) == 1
    asyncio.run(second())


def test_polling_survives_an_outage(api: TelegramApi, tmp_path: Path) -> None:
    """Cut lines, a flood and a second poller: it goes on, and what was said meanwhile arrives once."""
    intake = Intake()
    lan = api.user("Lan")
    api.fail_next("getUpdates", reset=True)
    api.fail_next("getUpdates", retry_after=1)
    api.fail_next("getUpdates", code=500)

    async def plot() -> None:
        async with polling(api, tmp_path, intake):
            lan.says("một")
            await until(lambda: intake.texts == ["một"], seconds=10)
            api.redeliver(api.chats[lan.id].history[-1])
            await until(lambda: not api.updates.pending)
            lan.says("hai")
            await until(lambda: intake.texts == ["một", "hai"])

    asyncio.run(plot())


class Short(GetRawUpdates):
    """A poll that waits a second."""

    timeout: int = 1


def test_ids_that_begin_anew_after_a_quiet_week_lose_nothing(
    api: TelegramApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next update has a lower id than the last: an offset from before would have confirmed it unseen."""
    monkeypatch.setattr("messengers.telegram.polling.GetRawUpdates", Short)
    intake = Intake()
    lan = api.user("Lan")

    async def plot() -> None:
        async with polling(api, tmp_path, intake):
            lan.says("một")
            await until(lambda: intake.texts == ["một"])
            # The quiet week: a poll that confirms comes back empty, and the one after it names no offset any more.
            await until(lambda: any(asked.integer("offset") for asked in api.calls_of("getUpdates")))
            await until(lambda: not api.calls_of("getUpdates")[-1].integer("offset"))
            polls = len(api.calls_of("getUpdates"))
            api.fail_next("getUpdates", code=500)
            await until(lambda: len(api.calls_of("getUpdates")) > polls and not api.faults.left())
            api.updates._next_id = 1_000  # while nobody polls: the last poll failed
            lan.says("hai")
            await until(lambda: intake.texts == ["một", "hai"])

    asyncio.run(plot())
    asked = api.calls_of("getUpdates")[0].structure("allowed_updates")
    assert asked == ["message", "edited_message", "callback_query", "my_chat_member"]


def test_a_process_without_telegram_does_not_load_aiogram() -> None:
    """What others import of this folder is free of the slow library; only the messenger itself brings it."""
    light = "messengers.telegram.abilities, messengers.telegram.incoming, messengers.telegram.routes"
    check = f"import sys; import {light}; assert 'aiogram' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_every_command_of_the_menu_is_understood() -> None:
    """A command people can choose is one the conversations know, and has its sentence."""
    phrases = tomllib.loads(Path("handlers/commands.toml").read_text())
    known = {phrase for said in phrases.values() for phrase in said}
    for name in (*COMMANDS, *MODERATORS_COMMANDS, *GROUP_COMMANDS):
        assert f"/{name}" in known
        assert has(f"telegram.command.{name}")
