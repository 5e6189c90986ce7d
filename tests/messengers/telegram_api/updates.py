"""What happened and was not fetched yet: one row of updates with ids that grow by one, and the long poll over it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.messengers.telegram_api.errors import ApiError
from tests.messengers.telegram_api.request import Call

KINDS = frozenset(
    [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "chat_member",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "channel_post",
        "edited_channel_post",
        "poll",
        "poll_answer",
    ]
)
NOT_BY_DEFAULT = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
MESSAGE_LIVES_S = 86_400.0
PRESS_LIVES_S = 150.0
IDS_RESTART_AFTER_S = 7 * 86_400.0
POLL_MAX_S = 50
Queue = tuple[str, int]


@dataclass
class Pending:
    """One update on its way to the bot."""

    update_id: int
    body: dict[str, Any]
    queue: Queue
    expires_at: float
    again: bool = False  # handed out once more although it was confirmed
    tries: int = 0
    not_before: float = 0.0


class Updates:
    """The pending updates. Every method expects the lock of the server to be held, except `poll`, which takes it."""

    def __init__(self, now: Callable[[], float], woken: Callable[[], None]) -> None:
        self.allowed = KINDS - NOT_BY_DEFAULT
        self.allowed_was_set = False
        self.pending: list[Pending] = []
        self.now = now
        self._woken = woken
        self._next_id = random.randrange(100_000_000, 900_000_000)
        self._last_at = now()
        self._poller: asyncio.Future[None] | None = None

    def allow(self, call: Call) -> None:
        """Take over `allowed_updates`: not given leaves it, an empty list is the default."""
        wanted = call.structure("allowed_updates")
        if isinstance(wanted, list):
            self.allowed = frozenset(wanted) & KINDS or KINDS - NOT_BY_DEFAULT
            self.allowed_was_set = bool(wanted)

    def add(self, kind: str, content: dict[str, Any], queue: Queue, lives_s: float) -> dict[str, Any]:
        """Queue an update and return it; one of a kind that is not allowed is gone, and `{}` is returned."""
        if kind not in self.allowed:
            return {}
        if self.now() - self._last_at > IDS_RESTART_AFTER_S:
            self._next_id = random.randrange(100_000_000, 900_000_000)
        self._last_at = self.now()
        update_id, self._next_id = self._next_id, self._next_id + 1
        update = {"update_id": update_id, kind: content}
        self.pending.append(Pending(update_id, update, queue, self.now() + lives_s))
        self._woken()
        return update

    def add_again(self, update: dict[str, Any]) -> None:
        """Queue an update a second time, as after an answer that got lost."""
        chat = update.get("message", update.get("edited_message", {})).get("chat", {}).get("id", 0)
        queue = ("press", update["callback_query"]["from"]["id"]) if "callback_query" in update else ("chat", chat)
        again = Pending(update["update_id"], update, queue, self.now() + MESSAGE_LIVES_S, again=True)
        self.pending.append(again)
        self._woken()

    def expire(self) -> None:
        """Drop what nobody fetched in time."""
        now = self.now()
        self.pending = [update for update in self.pending if update.expires_at > now]

    def confirm(self, offset: int) -> None:
        """Forget everything below `offset`; a negative one keeps only so many of the newest."""
        self.expire()
        if offset < 0:
            self.pending = sorted(self.pending, key=lambda update: update.update_id)[offset:]
        else:
            self.pending = [update for update in self.pending if update.again or update.update_id >= offset]

    def take(self, limit: int) -> list[dict[str, Any]]:
        """Return the oldest updates; they stay until they are confirmed."""
        oldest = sorted(self.pending, key=lambda update: update.update_id)[:limit]
        for update in oldest:
            update.again = False
        return [update.body for update in oldest]

    def wake_poller(self) -> None:
        """Let the waiting poll look again. Runs in the loop of the server."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def end_poller(self, why: str) -> None:
        """End the waiting poll with a conflict. Runs in the loop of the server."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(ApiError(409, f"Conflict: terminated by {why}"))
        self._poller = None

    async def poll(self, call: Call, locked: Any) -> list[dict[str, Any]]:
        """Answer `getUpdates`: at once if there is something, else when something comes or the time is over."""
        limit = min(100, max(1, call.integer("limit", 100)))
        seconds = min(POLL_MAX_S, max(0, call.integer("timeout")))
        with locked:
            self.allow(call)
            self.confirm(call.integer("offset"))
            ready = self.take(limit)
        self.end_poller("other getUpdates request; make sure that only one bot instance is running")
        if ready or not seconds:
            return ready
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._poller = mine
        try:
            await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            pass
        finally:
            if self._poller is mine:
                self._poller = None
        with locked:
            return self.take(limit)
