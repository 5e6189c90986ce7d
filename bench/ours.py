"""Our own side: the whole path of a message, durable, with nothing left out but the network."""

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bench.peers import freeze, wire
from bench.talk import HELLO, STOP, TOKEN, update
from bot.commands.running import quiet_logs
from bot.settings import Settings
from bot.wiring import Instance, build, warm_up
from deeds.clock import SystemClock
from messengers.telegram.messenger import Telegram
from messengers.telegram.session import Session


def instance(folder: Path, url: str = "", *, limits: bool = False, **more: Any) -> Instance:
    """Return an instance that serves Telegram; without `limits` the machine alone is what is measured."""
    quiet_logs()  # as the server does: every message has its lines
    settings = Settings(DATA_DIR=folder, DATABASE_URL=url, TELEGRAM_TOKEN=SecretStr(TOKEN), **more)
    made = build(settings, SystemClock())
    if not limits:
        telegram = telegram_of(made)
        telegram.abilities = replace(
            telegram.abilities, min_seconds_per_chat=0.0, max_per_minute_in_group=0, max_per_second=0
        )
    return made


def telegram_of(made: Instance) -> Telegram:
    """Return the messenger that is measured."""
    telegram = made.messengers["telegram"]
    assert isinstance(telegram, Telegram)
    return telegram


def in_process(count: int, chats: int, url: str = "") -> float:
    """Return messages a second: decoded, carried through, committed, answered, the answer marked as sent."""
    with tempfile.TemporaryDirectory() as folder:
        made = instance(Path(folder), url)
        telegram_of(made)._bot.session = wire(Session)
        warm_up()
        freeze()
        took = asyncio.run(_talk(made, count, chats))
        made.lanes.close()
        made.database.close()
        return count / took


async def _talk(made: Instance, count: int, chats: int) -> float:
    telegram = telegram_of(made)
    delivering = asyncio.get_running_loop().create_task(made.delivery.run())
    turns = count // chats
    first = time.time_ns() // 1_000_000  # a database may have heard a round before this one: a repeat costs nothing

    async def chat(number: int) -> None:
        for turn in range(turns):
            text = HELLO if turn % 2 == 0 else STOP
            event = telegram.decoder.read(update(first + turn * chats + number, number, text))
            assert event is not None
            await made.accept(event)

    began = time.perf_counter()
    await asyncio.gather(*(chat(number) for number in range(1, chats + 1)))
    while await made.lanes.read(_waiting):
        await asyncio.sleep(0.005)
    took = time.perf_counter() - began
    delivering.cancel()
    return took


def _waiting(tx: Any) -> bool:
    from sqlalchemy import text

    found = tx.execute(text("SELECT 1 FROM outbox_message WHERE state IN ('waiting', 'sending') LIMIT 1")).first()
    return found is not None
