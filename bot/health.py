"""What a watcher is told at /health: live, ready, and what needs a person though everything answers.

Not ready (503): nothing can be taken in now. A warning (200) does not send anybody away; it names what to look at.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.wiring import Instance
from storage import inbox
from storage.away import reason
from storage.database import Tx
from storage.revision import NEWEST, revision_in
from storage.settings import set_setting
from storage.waiting import Waiting, waiting

STUCK_AFTER_S = 300.0
QUIET_AFTER_S = 120.0  # a messenger on which a limit lets messages wait still sends one now and then
ANSWER_WITHIN_S = 5.0
PROBE_EVERY_S = 5.0  # a write to the disk: whoever asks more often is told what was found last
LOW_DISK_BYTES = 200_000_000
PROBE_BYTES = 65_536


@dataclass(frozen=True)
class _Found:
    """What one look found."""

    revision: str | None
    parked: int
    waiting: tuple[Waiting, ...]


def health(instance: Instance) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint."""
    probe = _Probe(instance)

    async def endpoint(_: Request) -> Response:
        now = instance.clock.now()
        faults = await probe.faults(now)
        found: _Found | None = None
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                found = await instance.lanes.read(lambda tx: _look(tx, now))
        except Exception as error:
            faults.append(f"the database cannot be read: {type(error).__name__}")
        if found is not None and found.revision != NEWEST:
            faults.append("the database is not at this program's revision")
        if not instance.soundness.may_write():
            faults.append(str(instance.soundness.fault))
        told, warnings = _told(instance, found, now)
        ready = not faults
        return JSONResponse(
            {"live": True, "ready": ready, "faults": faults, "warnings": warnings, **told},
            status_code=200 if ready else 503,
            headers={"cache-control": "no-store"} if ready else {"cache-control": "no-store", "retry-after": "10"},
        )

    return endpoint


def _look(tx: Tx, now: datetime) -> _Found:
    return _Found(revision_in(tx), inbox.count_parked(tx), tuple(waiting(tx, now)))


def _told(instance: Instance, found: _Found | None, now: datetime) -> tuple[dict[str, Any], list[str]]:
    warnings: list[str] = []
    served = sorted(instance.messengers)
    here = {one.messenger: one for one in found.waiting} if found is not None else {}
    ages = {name: _age_s(instance, here[name], now) for name in served if name in here}
    warnings += [f"messages on {name} do not go out" for name, age_s in ages.items() if age_s > STUCK_AFTER_S]
    if found is not None and found.parked:
        warnings.append(f"{found.parked} events are parked: viectot parked list")
    works = instance.works
    late = works.late() if works is not None else []
    warnings += [f"{name} was not done for long" for name in late]
    warnings += [f"{part} stopped" for part in sorted(instance.stopped_parts)]
    free = _free_bytes(instance.settings.DATA_DIR)
    if free < LOW_DISK_BYTES:
        warnings.append(f"the disk has {free // 1_000_000} MB left")
    oldest_s = max(ages.values(), default=0.0)
    return {
        "inbox": {"parked": found.parked if found is not None else None},
        "outbox": {"oldest_due_s": round(oldest_s, 1), "stuck": oldest_s > STUCK_AFTER_S},
        "messengers": served,
        "sending": {name: _sending(instance, name, here.get(name), now) for name in served},
        "timetable": {
            "last_tick_s": round(min(works.ages_s().values()), 1) if works is not None else None,
            "late": late,
        },
        "disk": {"free_mb": free // 1_000_000},
    }, warnings


def _age_s(instance: Instance, here: Waiting, now: datetime) -> float:
    """Return how long the oldest message of a messenger fails to go out; what waits for its turn does not."""
    ages = [0.0]
    if here.failing_since is not None:
        ages.append((now - here.failing_since).total_seconds())
    sent_at = instance.delivery.ends_of(here.messenger).sent_at
    moves = sent_at is not None and (now - sent_at).total_seconds() < QUIET_AFTER_S
    if here.due_since is not None and not moves:
        ages.append((now - here.due_since).total_seconds())
    return max(ages)


def _sending(instance: Instance, name: str, here: Waiting | None, now: datetime) -> dict[str, Any]:
    ends = instance.delivery.ends_of(name)

    def ago_s(at: datetime | None) -> float | None:
        return None if at is None else round((now - at).total_seconds(), 1)

    return {
        "waiting": here.count if here is not None else 0,
        "last_sent_s": ago_s(ends.sent_at),
        "last_failed_s": ago_s(ends.failed_at),
        "failing_for_s": ago_s(here.failing_since) if here is not None else None,
        "setting": ends.setting if ends.is_failing else "",
    }


class _Probe:
    """Writes, as an event would: a row, and a file where photos lie."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self._found: list[str] = []

    async def faults(self, now: datetime) -> list[str]:
        """Return what cannot be written, as found within the last seconds."""
        async with self._lock:
            if time.monotonic() - self._asked_at >= PROBE_EVERY_S:
                self._found = [fault for fault in (await self._row(now), await self._file()) if fault]
                self._asked_at = time.monotonic()
            return list(self._found)

    async def _row(self, now: datetime) -> str:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                at = now.isoformat()
                await self._instance.lanes.write("health", lambda tx: set_setting(tx, "probed_at", at, now))
        except Exception as error:
            return f"the database cannot be written: {type(error).__name__}"  # its words may name a host
        return ""

    async def _file(self) -> str:
        try:
            await asyncio.to_thread(_write_a_file, self._instance.settings.DATA_DIR)
        except OSError as error:
            return f"files cannot be kept: {reason(error)}"
        return ""


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _write_a_file(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(PROBE_BYTES))
        file.flush()
