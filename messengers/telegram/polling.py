"""Long polling that confirms only what is committed: the offset moves on after every update before it was kept."""

import asyncio
import json
from collections import defaultdict
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.methods import TelegramMethod

from messengers.port import TryLater
from messengers.receiving import Receiver
from messengers.telegram.abilities import ALLOWED_UPDATES
from messengers.telegram.failures import failure_of

log = structlog.get_logger()

POLL_S = 25
ANSWER_WITHIN_S = 15  # on top of the poll itself
BATCH = 100
PAUSE_MAX_S = 30.0
CONFLICT_PAUSE_S = 5.0
TOKEN_WRONG_PAUSE_S = 60.0


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """`getUpdates` whose updates stay JSON: one that aiogram cannot read must not hold up the ones around it."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = BATCH
    timeout: int = POLL_S
    allowed_updates: list[str] = list(ALLOWED_UPDATES)  # noqa: RUF012  # pydantic copies defaults


class Polling:
    """Fetches the updates of one bot until told to stop."""

    def __init__(self, bot: Bot, receiver: Receiver) -> None:
        self._bot = bot
        self._receiver = receiver
        self._offset: int | None = None

    async def run(self) -> None:
        """Fetch and carry through until cancelled."""
        failed = 0
        while True:
            try:
                batch = await self._bot(GetRawUpdates(offset=self._offset), request_timeout=POLL_S + ANSWER_WITHIN_S)
            except (AiogramError, OSError) as error:
                failed += 1
                pause = _pause_s(error, failed)
                log.warning("updates could not be fetched", error=str(failure_of(error, "getUpdates")), pause_s=pause)
                await asyncio.sleep(pause)
                continue
            if not batch:
                # Everything below the offset is confirmed by now. Ids begin anew, perhaps far below it, after a quiet
                # week, and an offset above them would confirm what nobody has seen.
                self._offset = None
            kept_all = await self._carry_through(batch)
            failed = 0 if kept_all else failed + 1
            if not kept_all:
                await asyncio.sleep(min(PAUSE_MAX_S, 2.0 ** min(failed - 1, 5)))

    async def _carry_through(self, batch: list[dict[str, Any]]) -> bool:
        """Take a batch, each chat in its order and the chats beside each other; move the offset past what is kept."""
        queues: dict[object, list[dict[str, Any]]] = defaultdict(list)
        for update in batch:
            queues[_chat(update)].append(update)
        missed: list[int] = []
        # A cancelled batch is fetched again and recognised, so nothing needs to be finished here.
        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                group.create_task(self._take_in_order(queue, missed))
        if missed:
            self._offset = min(missed)
        elif batch:
            self._offset = int(batch[-1]["update_id"]) + 1
        return not missed

    async def _take_in_order(self, queue: list[dict[str, Any]], missed: list[int]) -> None:
        for update in queue:
            raw = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
            try:
                await self._receiver.take(raw)
            except TryLater:
                # What comes after it in the same chat must wait, or the order is lost.
                missed.append(int(update["update_id"]))
                return
            except Exception:
                # Not confirmed, so it comes again; the other chats go on meanwhile.
                log.exception("an update was not carried through", update_id=update.get("update_id"))
                missed.append(int(update["update_id"]))
                return


def _chat(update: dict[str, Any]) -> object:
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in update:
            content = update[kind]
            break
    else:
        content = (update.get("callback_query") or {}).get("message")
    chat = content.get("chat") if isinstance(content, dict) else None
    return chat.get("id") if isinstance(chat, dict) else None


def _pause_s(error: Exception, failed: int) -> float:
    if isinstance(error, TelegramRetryAfter):
        return float(error.retry_after)
    if isinstance(error, TelegramConflictError):
        return CONFLICT_PAUSE_S
    if isinstance(error, TelegramUnauthorizedError):
        return TOKEN_WRONG_PAUSE_S
    return min(PAUSE_MAX_S, 0.5 * 2.0 ** min(failed - 1, 6))
