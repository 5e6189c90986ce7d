"""Updates brought to the bot over HTTP: one in flight per queue, tried again after growing pauses, then dropped."""

import asyncio
import random
import re
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.messengers.telegram_api.errors import bad
from tests.messengers.telegram_api.request import Call
from tests.messengers.telegram_api.updates import Pending, Queue, Updates

SECRET = re.compile(r"[A-Za-z0-9_-]*")
PORTS = (443, 80, 88, 8443)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_AFTER_MAX_S = 3600
CAREFUL_AFTER_S = 10.0
GONE_FOR_S = 23 * 3600.0


class Webhook:
    """The address the updates go to, and the delivery."""

    def __init__(
        self, updates: Updates, locked: threading.RLock, *, retry_scale: float, answer_timeout_s: float
    ) -> None:
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self.deliveries: list[tuple[int, int]] = []  # update id and status (0: no answer), in the order of the answers
        self._updates = updates
        self._locked = locked
        self._retry_scale = retry_scale
        self._answer_timeout_s = answer_timeout_s
        self._woken = asyncio.Event()
        self._in_flight: dict[Queue, asyncio.Task[None]] = {}
        self._last_success = float("-inf")
        self._gone_since: float | None = None

    def set(self, call: Call) -> None:
        """Carry out `setWebhook`. Raises the server's 400 for an address or secret it refuses."""
        url, secret = call.text("url"), call.text("secret_token")
        parts = urlsplit(url)
        loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if url and not parts.hostname:
            raise bad("invalid webhook URL specified")
        if url and not loopback and parts.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if url and not loopback and (parts.port or 443) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self._updates.allow(call)
        if call.flag("drop_pending_updates"):
            self._updates.pending.clear()
        self.url, self.secret = url, secret
        self.max_connections = min(100, max(1, call.integer("max_connections", 40)))
        self.last_error, self._gone_since, self._last_success = None, None, float("-inf")
        self._woken.set()

    def info(self) -> dict[str, Any]:
        """Return what `getWebhookInfo` answers."""
        self._updates.expire()
        told: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self.url:
            told |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            told["last_error_date"], told["last_error_message"] = self.last_error
        if self._updates.allowed_was_set:
            told["allowed_updates"] = sorted(self._updates.allowed)
        return told

    def wake(self) -> None:
        """Look at the queues again. Runs in the loop of the server."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=self._answer_timeout_s)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            try:
                while True:
                    self._woken.clear()
                    with self._locked:
                        pause = self._start_due(session)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), pause)
            finally:
                tasks = list(self._in_flight.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _start_due(self, session: aiohttp.ClientSession) -> float | None:
        if not self.url:
            return None
        self._updates.expire()
        now = asyncio.get_running_loop().time()
        # After a time without success the server feels its way with a single connection for all chats.
        most = self.max_connections if now - self._last_success < CAREFUL_AFTER_S else 1
        seen: set[Queue] = set()
        pauses = []
        for pending in list(self._updates.pending):
            if pending.queue in seen:
                continue
            seen.add(pending.queue)
            if pending.queue in self._in_flight:
                continue
            if pending.not_before > now:
                pauses.append(pending.not_before - now)
            elif len(self._in_flight) < most:
                self._in_flight[pending.queue] = asyncio.create_task(self._deliver(session, pending))
        return min(pauses, default=None)

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> None:
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        status, retry_after, why = 0, 0, "Webhook connection closed"
        try:
            async with session.post(self.url, json=pending.body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
                retry_after = int(answer.headers.get("Retry-After") or 0)
                why = f"Wrong response from the webhook: {status} {answer.reason}"
        except TimeoutError:
            why = "Read timeout expired"
        except (aiohttp.ClientError, OSError):
            why = "Connection refused" if status == 0 else why
        finally:
            self._in_flight.pop(pending.queue, None)
        with self._locked:
            self.deliveries.append((pending.update_id, status))
            if 200 <= status <= 299:
                self._last_success = asyncio.get_running_loop().time()
                self._gone_since = None
                if pending in self._updates.pending:
                    self._updates.pending.remove(pending)
            else:
                self._failed(pending, status, retry_after, why)
        self._woken.set()

    def _failed(self, pending: Pending, status: int, retry_after: int, why: str) -> None:
        now = self._updates.now()
        self.last_error = (int(now), why)
        pending.tries += 1
        pause = 0.0 if pending.tries == 1 else min(2.0 ** (pending.tries - 2), random.uniform(60, 120))
        pause = max(pause, min(retry_after, RETRY_AFTER_MAX_S)) * self._retry_scale
        pending.not_before = asyncio.get_running_loop().time() + pause
        if now + pause > pending.expires_at and pending in self._updates.pending:
            self._updates.pending.remove(pending)
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now > self._gone_since + GONE_FOR_S:
            self.url = ""
