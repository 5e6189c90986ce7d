"""Events brought to our webhook: signed, answered within two seconds or brought again, in order for each person."""

import asyncio
import hashlib
import json
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import aiohttp

if TYPE_CHECKING:
    from tests.messengers.zalo_oa_api.world import World

PAUSES_S = (30, 300, 900, 1800, 3600)  # then the webhook is switched off
PROBE = "probe"


@dataclass
class Event:
    """One event on its way."""

    queue: str  # one after the other within one of these
    name: str
    body: bytes
    timestamp: str
    tries: int = 0
    not_before: float = 0.0


class Webhook:
    """The address the events go to, and the delivery."""

    def __init__(self, world: "World", *, deadline_s: float, retry_scale: float) -> None:
        self.url = ""
        self.switched_off = False  # by too many failures
        self.timestamp_from: Literal["header", "body"] = "header"  # which one signs
        self.prefix = "mac="  # in front of the signature
        self.deliveries: list[tuple[str, int]] = []  # name and status (0: no answer), in the order of the answers
        self._world = world
        self._deadline_s = deadline_s
        self._retry_scale = retry_scale
        self._waiting: deque[Event] = deque()
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._settled = threading.Condition()

    def deliver_to(self, url: str) -> None:
        """Save an address; an empty unsigned event is sent there first."""
        with self._world.lock:
            self.url, self.switched_off = url, False
            self._waiting.appendleft(Event("", PROBE, b"{}", ""))
        self._world.in_loop(self._woken.set)

    def queue(self, queue: str, name: str, body: dict[str, Any]) -> int:
        """Queue an event; returns how many will be delivered."""
        if not self.url or self.switched_off:
            return 0
        with self._world.lock:
            raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            self._waiting.append(Event(queue, name, raw, body["timestamp"]))
        self._world.in_loop(self._woken.set)
        return 1

    def repeat(self, name: str, body: bytes, timestamp: str) -> None:
        """Deliver an event once more, as a platform may."""
        with self._world.lock:
            self._waiting.append(Event("", name, body, timestamp))
        self._world.in_loop(self._woken.set)

    @property
    def undelivered(self) -> int:
        """How many events wait for an answer; those for a switched-off webhook do not count."""
        return 0 if self.switched_off else len(self._waiting)

    def settled(self, within_s: float = 10.0) -> bool:
        """Wait until every event was answered."""
        with self._settled:
            return self._settled.wait_for(lambda: not self.undelivered, within_s)

    def signature(self, body: bytes, timestamp: str) -> str:
        """Return what Zalo puts into the header for these bytes."""
        world = self._world
        return hashlib.sha256(world.app_id.encode() + body + timestamp.encode() + world.secret_key.encode()).hexdigest()

    def headers(self, body: bytes, timestamp: str) -> dict[str, str]:
        """Return the headers of an event."""
        shown = timestamp
        if self.timestamp_from == "header":
            shown = str(int(timestamp) + 7)  # when it was sent, not when it happened: only this one fits
        signed = shown if self.timestamp_from == "header" else timestamp
        if self.timestamp_from == "body":
            shown = str(int(timestamp) + 7)
        signature = f"{self.prefix}{self.signature(body, signed)}"
        return {
            "Content-Type": "application/json",
            "X-ZEvent-Signature": signature,
            "X-ZEvent-Timestamp": shown,
        }

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=self._deadline_s)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            try:
                while True:
                    self._woken.clear()
                    with self._world.lock:
                        pause = self._start_due(session)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), pause)
            finally:
                tasks = list(self._in_flight.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _start_due(self, session: aiohttp.ClientSession) -> float | None:
        if not self.url or self.switched_off:
            return None
        now, seen, pauses = asyncio.get_running_loop().time(), set(self._in_flight), []
        for event in list(self._waiting):
            if event.queue in seen:
                continue
            seen.add(event.queue)
            if event.not_before > now:
                pauses.append(event.not_before - now)
            else:
                self._in_flight[event.queue] = asyncio.create_task(self._deliver(session, event))
        return min(pauses, default=None)

    async def _deliver(self, session: aiohttp.ClientSession, event: Event) -> None:
        headers = {"Content-Type": "application/json"}
        if event.name != PROBE:
            headers = self.headers(event.body, event.timestamp)
        if event.tries:
            headers["num_retry"] = str(event.tries)
        status = 0
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with session.post(self.url, data=event.body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
        with self._world.lock:
            self._in_flight.pop(event.queue, None)
            self.deliveries.append((event.name, status))
            if 0 < status < 500 or event.name == PROBE:
                self._waiting.remove(event)
            elif event.tries >= len(PAUSES_S):
                self.switched_off = True
            else:
                pause = PAUSES_S[event.tries] * self._retry_scale
                event.not_before = asyncio.get_running_loop().time() + pause
                event.tries += 1
        with self._settled:
            self._settled.notify_all()
        self._woken.set()
