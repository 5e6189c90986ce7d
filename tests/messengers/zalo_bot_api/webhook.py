"""Updates brought to the bot over HTTP, one after the other for each chat."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

from tests.messengers.zalo_bot_api.people import Json

if TYPE_CHECKING:
    from tests.messengers.zalo_bot_api.server import ZaloBotApi

SECRET_HEADER = "X-Bot-Api-Secret-Token"
CALLER = "Java/21.0.4"
AGAIN_AFTER_S = 0.05  # the real rules are not known; tests do not wait for them


class Delivery:
    """Brings what is pending to the webhook while there is one."""

    def __init__(self, api: ZaloBotApi) -> None:
        self._api = api
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look again. Runs in the loop of the server."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._woken.clear()
                again = await self._deliver_all(session)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), AGAIN_AFTER_S if again else None)

    async def _deliver_all(self, session: aiohttp.ClientSession) -> bool:
        """Deliver once what is pending; return whether something stayed."""
        api = self._api
        held_up: set[str] = set()  # chats whose order would be lost
        with api.lock:
            waiting = list(api.pending) if api.hook.url else []
        for update in waiting:
            chat = str(((update.get("message") or {}).get("chat") or {}).get("id", ""))
            if chat in held_up or not api.hook.url:
                continue
            statuses = [await self._post(session, update) for _ in range(2 if api.deliver_twice else 1)]
            if 200 <= statuses[-1] <= 299 or not api.redeliver_unanswered:
                with api.lock:
                    if update in api.pending:
                        api.pending.remove(update)
            else:
                held_up.add(chat)
        return bool(held_up)

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> int:
        api = self._api
        body = {"ok": True, "result": update} if api.wrapped else update
        headers = {SECRET_HEADER: api.hook.secret, "User-Agent": CALLER}
        status = 0
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with session.post(api.hook.url, json=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
        with api.lock:
            api.hook.deliveries.append((api.message_id_of(update), status))
        return status
