"""The peers: the same two-step dialogue as their documentation writes it, with nothing durable."""

import asyncio
import gc
import json
import time
from typing import Any

from bench.talk import TOKEN, sent, update


def freeze() -> None:
    """Do for a peer what our own server does at start, so that the collector favours nobody."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def aiogram_bot(session: Any = None) -> tuple[Any, Any]:
    """Return (bot, dispatcher) of a two-step dialogue with states in memory."""
    from aiogram import Bot, Dispatcher, Router
    from aiogram.filters import StateFilter
    from aiogram.fsm.context import FSMContext
    from aiogram.fsm.state import State, StatesGroup
    from aiogram.fsm.storage.memory import MemoryStorage
    from aiogram.types import Message

    class Telling(StatesGroup):
        story = State()
        asked = State()

    router = Router()

    @router.message(StateFilter(Telling.story))
    async def told(message: Message, state: FSMContext) -> None:
        await state.set_state(Telling.asked)
        await state.update_data(text=message.text)
        await message.answer("ok")

    @router.message()
    async def hello(message: Message, state: FSMContext) -> None:
        await state.set_state(Telling.story)
        await message.answer("ok")

    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    return Bot(TOKEN, session=session), dispatcher


def wire(session: Any = None) -> Any:
    """Return a session, aiogram's own or one made of it, that builds requests and reads answers without a socket."""
    from aiogram.client.session.aiohttp import AiohttpSession

    answer = json.dumps(sent())

    class Wire(session or AiohttpSession):  # type: ignore[misc]
        async def make_request(self, bot: Any, method: Any, timeout: Any = None) -> Any:
            self.build_form_data(bot=bot, method=method)
            return self.check_response(bot=bot, method=method, status_code=200, content=answer).result

    return Wire()


def aiogram_in_process(count: int, chats: int) -> float:
    """Return updates a second through `feed_raw_update`, one after another."""
    bot, dispatcher = aiogram_bot(wire())
    raws = [update(number, number % chats + 1, "alo") for number in range(1, count + 1)]

    async def run() -> float:
        began = time.perf_counter()
        for raw in raws:
            await dispatcher.feed_raw_update(bot, json.loads(raw))
        return count / (time.perf_counter() - began)

    return asyncio.run(run())


def pickled_bot(users: int, count: int) -> float:
    """Return updates a second of python-telegram-bot that writes its pickle after each, with many users in it."""
    import tempfile
    from pathlib import Path

    from telegram import Update
    from telegram.ext import ApplicationBuilder, MessageHandler, PicklePersistence, filters
    from telegram.request import BaseRequest

    class Nowhere(BaseRequest):
        read_timeout = 5.0

        async def initialize(self) -> None: ...
        async def shutdown(self) -> None: ...
        async def do_request(self, url: str, *_: Any, **__: Any) -> tuple[int, bytes]:
            me = {"ok": True, "result": {"id": 42, "is_bot": True, "first_name": "B", "username": "b_bot"}}
            return 200, json.dumps(me if url.endswith("getMe") else sent()).encode()

    async def answer(told: Update, context: Any) -> None:
        context.user_data["text"] = told.message.text if told.message else ""
        if told.message:
            await told.message.reply_text("ok")

    async def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            kept = PicklePersistence(Path(folder) / "kept", on_flush=True, update_interval=3_600)
            app = (
                ApplicationBuilder().token(TOKEN).request(Nowhere()).get_updates_request(Nowhere())
                .persistence(kept).build()
            )  # fmt: skip
            app.add_handler(MessageHandler(filters.ALL, answer))
            await app.initialize()
            for user in range(1, users + 1):
                await kept.update_user_data(user, {"text": "a story of some length that a person has told " * 2})
            kept.on_flush = False  # from here on every update is written, as ours are
            began = time.perf_counter()
            for number in range(1, count + 1):
                await app.process_update(Update.de_json(json.loads(update(number, number, "alo")), app.bot))
                await app.update_persistence()
            took = time.perf_counter() - began
            await app.shutdown()
            return count / took

    return asyncio.run(run())
