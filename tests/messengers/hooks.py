"""Small things the tests of messengers share: a receiver of webhooks, a picture, waiting for another thread."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from PIL import Image


def picture(colour: str = "green", size: tuple[int, int] = (900, 600)) -> bytes:
    """Return a small real picture."""
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, "JPEG")
    return into.getvalue()


@asynccontextmanager
async def receiver(answers: Callable[[str, dict[str, Any]], int], slow_s: float = 0.0) -> AsyncIterator[str]:
    """A small HTTP server that takes webhook calls, and answers after `slow_s`; yields its address."""

    async def take(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        status = answers(secret, await request.json())
        await asyncio.sleep(slow_s)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that happens in another thread."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"did not happen within {seconds} s")
