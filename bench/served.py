"""Bots behind a real webhook: a process each, a Bot API that answers at once, and a load of chats in closed loop.

`python -m bench.served KIND PORT API_URL` serves one bot; the rest of the module starts them and loads them.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.talk import HELLO, SECRET, STOP, TOKEN, sent, update

KINDS = ("ours", "limited", "aiogram", "ptb")  # limited: ours, within the limits of Telegram
PATH = "/webhooks/telegram"


@dataclass(frozen=True)
class Load:
    """What a load of chats saw: events a second until the last reply was sent, and milliseconds until each 200."""

    per_second: float
    p50_ms: float
    p99_ms: float


def serve(kind: str, port: int, api: str) -> None:
    """Serve one bot until the process is ended."""
    import uvicorn

    with tempfile.TemporaryDirectory() as folder:
        makers: dict[str, Callable[[Path, int, str], Any]] = {
            "ours": _ours,
            "limited": partial(_ours, limits=True),
            "aiogram": _aiogram,
            "ptb": _ptb,
        }
        app = makers[kind](Path(folder), port, api)
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False, http="httptools")


def _ours(folder: Path, port: int, api: str, *, limits: bool = False) -> Any:
    from pydantic import SecretStr

    from bench.ours import instance
    from bot.app import application
    from bot.settings import ReceivingMode

    made = instance(
        folder, limits=limits, PORT=port, TELEGRAM_API_URL=api, TELEGRAM_MODE=ReceivingMode.WEBHOOK,
        TELEGRAM_SECRET=SecretStr(SECRET), PUBLIC_URL=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    return application(made)


def _aiogram(_folder: Path, _port: int, api: str) -> Any:
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from bench.peers import aiogram_bot, freeze

    bot, dispatcher = aiogram_bot(AiohttpSession(api=TelegramAPIServer.from_base(api)))

    async def hook(request: Request) -> Response:
        await dispatcher.feed_raw_update(bot, await request.json())
        return Response()

    freeze()
    return Starlette(routes=[Route(PATH, hook, methods=["POST"])])


def _ptb(_folder: Path, _port: int, api: str) -> Any:
    from contextlib import asynccontextmanager

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from telegram import Update
    from telegram.ext import ApplicationBuilder, ConversationHandler, MessageHandler, filters

    async def hello(told: Update, _context: Any) -> int:
        if told.message:
            await told.message.reply_text("ok")
        return 1

    async def story(told: Update, context: Any) -> int:
        context.user_data["text"] = told.message.text if told.message else ""
        if told.message:
            await told.message.reply_text("ok")
        return ConversationHandler.END

    app = ApplicationBuilder().token(TOKEN).base_url(f"{api}/bot").updater(None).build()
    heard = MessageHandler(filters.TEXT, story)
    app.add_handler(ConversationHandler([MessageHandler(filters.TEXT, hello)], {1: [heard]}, []))  # type: ignore[list-item]

    async def hook(request: Request) -> Response:
        await app.process_update(Update.de_json(await request.json(), app.bot))
        return Response()

    @asynccontextmanager
    async def running(_: Starlette) -> Any:
        await app.initialize()
        yield
        await app.shutdown()

    return Starlette(routes=[Route(PATH, hook, methods=["POST"])], lifespan=running)


class Api:
    """A Bot API that answers every method at once, or messages after a round trip, and notes when each was there."""

    def __init__(self, round_trip_s: float = 0.0) -> None:
        self.shown_at: list[float] = []
        self.url = ""
        self._round_trip_s = round_trip_s

    async def start(self) -> None:
        """Listen on a free port of the loopback."""
        from aiohttp import web

        async def answer(request: web.Request) -> web.Response:
            await request.read()
            method = request.path.rsplit("/", 1)[-1]
            if method == "sendMessage":
                if self._round_trip_s:
                    await asyncio.sleep(self._round_trip_s)
                self.shown_at.append(time.perf_counter())
                return web.json_response(sent())
            if method == "getMe":
                me = {"id": 42, "is_bot": True, "first_name": "B", "username": "b_bot"}
                return web.json_response({"ok": True, "result": me})
            return web.json_response({"ok": True, "result": True})

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()


@contextmanager
def process(kind: str, port: int, api: str) -> Iterator[None]:
    """Serve one bot in a process of its own."""
    command = [sys.executable, "-m", "bench.served", kind, str(port), api]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "."}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()


def loaded(kind: str, count: int, chats: int) -> Load:
    """Return what `chats` people see who each write their next message when the last was acknowledged."""
    return asyncio.run(_loaded(kind, count, chats))


async def _loaded(kind: str, count: int, chats: int) -> Load:
    import aiohttp

    api = Api()
    await api.start()
    port = free_port()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    waits: list[float] = []
    with process(kind, port, api.url):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=chats)) as session:
            await until_up(session, port)
            before = len(api.shown_at)

            async def chat(number: int) -> None:
                for turn in range(count // chats):
                    body = update(turn * chats + number, number, HELLO if turn % 2 == 0 else STOP)
                    began = time.perf_counter()
                    async with session.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as answer:
                        await answer.read()
                        assert answer.status == 200, answer.status
                    waits.append(time.perf_counter() - began)

            began = time.perf_counter()
            await asyncio.gather(*(chat(number) for number in range(1, chats + 1)))
            deadline = time.perf_counter() + 60
            while len(api.shown_at) - before < len(waits) and time.perf_counter() < deadline:
                await asyncio.sleep(0.005)
            took = time.perf_counter() - began
    await api.stop()
    waits.sort()
    p99 = waits[int(len(waits) * 0.99) - 1]
    return Load(len(waits) / took, statistics.median(waits) * 1_000, p99 * 1_000)


async def until_up(session: Any, port: int) -> None:
    """Return once it answers."""
    for _ in range(600):
        try:
            async with session.get(f"http://127.0.0.1:{port}/health") as answer:
                await answer.read()
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError("the bot did not start")


def free_port() -> int:
    """Return a port nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
