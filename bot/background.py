"""What is due, carried out: each work here is a query for rows that are due, and safe to run twice or late."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.papers import Papers
from deeds.clock import Clock
from deeds.said import Prompt
from digests import clock_guard
from handlers import belongs, questions
from messengers.port import Failure, Messenger, MessengerFailed
from storage import attachments, chat_lines, drafts, forgetting, inbox, outbox, outbox_forgetting, remote_copies
from storage.attachments import Work
from storage.database import Database, Tx, note_forgotten
from storage.photos.clean import ORIGINAL_LIMIT_BYTES, Cleaned, PhotoRefused, clean
from storage.photos.files import PhotoFiles, Shelf, TooLarge
from storage.photos.sniff import HEAD_BYTES, sniff
from storage.store import Store
from texts import say

log = structlog.get_logger()

LANE = "background"
AT_ONCE = 4  # files fetched or cleaned together
LONGEST_PAUSE = timedelta(minutes=30)
FILE_TRIES = 12
PAUSE_AFTER_ALL_TRIES = timedelta(hours=6)  # of a fault of ours: however many wait, they hold up no new picture
DRAFT_LIVES = timedelta(days=30)
RAW_LIVES = timedelta(days=30)
VOICE_MAX_BYTES = 20_000_000
MEGABYTE = 1_000_000
SWEPT_TOGETHER = 500


@dataclass
class Background:
    """The works of one process beside the message path."""

    store: Store
    clock: Clock
    messengers: Mapping[str, Messenger]
    files: PhotoFiles
    papers: Papers
    database: Database | None = None
    alone: bool = True  # no other process works on these files
    _begun: bool = False
    _swept: bool = False

    def __post_init__(self) -> None:
        """Note since when this process is at work."""
        self._began_at = self.clock.now()

    async def files_due(self) -> int:
        """Fetch and clean pictures and recordings; returns how many were looked at."""
        now = self.clock.now()
        if self.alone and not self._begun:
            await self.store.write(LANE, lambda tx: attachments.take_back_leases(tx, now))
            self._begun = True
        if not await self.store.read(lambda tx: attachments.anything_due(tx, now)):
            return 0
        works = await self.store.write(LANE, lambda tx: attachments.claim(tx, now, AT_ONCE))
        await asyncio.gather(*(self._file(work) for work in works))
        return len(works)

    async def _file(self, work: Work) -> None:
        """Fetch or clean one piece; what fails on our side is none of its faults, and is tried again for good."""
        try:
            try:
                await (self._fetch(work) if work.state == "to_fetch" else self._clean(work))
            except MessengerFailed as error:
                if work.attempts >= FILE_TRIES:
                    await self._refuse(work, "not_fetched")
                else:
                    await self._later(work, error, LONGEST_PAUSE)
            except Exception as error:
                await self._later(work, error, LONGEST_PAUSE if work.attempts < FILE_TRIES else PAUSE_AFTER_ALL_TRIES)
        except Exception as error:  # its lease lapses, and it is tried again
            log.warning("a file could not be written down", attachment=work.id, error=type(error).__name__)

    async def _fetch(self, work: Work) -> None:
        messenger = self.messengers.get(work.messenger)
        if messenger is None or work.remote is None:
            raise MessengerFailed(Failure.LATER, f"{work.messenger} is switched off")
        limit = ORIGINAL_LIMIT_BYTES if work.kind == "photo" else VOICE_MAX_BYTES
        try:
            chunks = [chunk async for chunk in messenger.fetch(work.remote, limit)]
            shelf = Shelf.ORIGINALS if work.kind == "photo" else Shelf.RECORDINGS
            kept = await asyncio.to_thread(self.files.keep, chunks, limit, shelf)
        except TooLarge:
            await self._refuse(work, "too_large")
            return
        except MessengerFailed as failed:
            if failed.failure is Failure.FAILED:
                await self._refuse(work, "not_fetched")
                return
            raise
        state = "to_clean" if work.kind == "photo" else "ready"
        head = chunks[0][:HEAD_BYTES] if chunks else b""
        if work.kind == "photo" and not sniff(head).accepted:
            await self._refuse(work, "not_a_picture")
            return
        await self._mark(work, state=state, sha256=kept.sha256, attempts=0)

    async def _clean(self, work: Work) -> None:
        if work.kind == "voice":
            await self._mark(work, state="ready")
            return
        original = self.files.path(work.sha256 or "")
        try:
            cleaned: Cleaned = await asyncio.to_thread(clean, original, self.files)
        except PhotoRefused as refused:
            await self._refuse(work, refused.reason)
            return
        await self._mark(
            work, state="ready", refused=None, published=cleaned.published_sha256, thumbnail=cleaned.thumb_sha256,
            dhash=cleaned.dhash, width=cleaned.width, height=cleaned.height,
        )  # fmt: skip

    async def _mark(self, work: Work, **columns: object) -> None:
        columns.setdefault("try_after", self.clock.now())
        await self.store.write(LANE, lambda tx: attachments.settle(tx, work, **columns))

    async def _refuse(self, work: Work, reason: str) -> None:
        """A file that cannot be taken gets a sentence saying what is taken; once a chat and minute."""

        def refuse(tx: Tx) -> None:
            now = self.clock.now()
            written = attachments.settle(tx, work, state="refused", refused=reason, try_after=now)
            if not written or work.refused or work.chat is None:
                return  # its sender knows, or is forgotten
            key = f"refused:{work.messenger}:{work.chat}:{int(now.timestamp()) // 60}"
            prompt = Prompt(say("photos.refused", mb=ORIGINAL_LIMIT_BYTES // MEGABYTE), send_key=key)
            outbox.put(tx, work.messenger, work.chat, prompt, now)

        await self.store.write(LANE, refuse)

    async def _later(self, work: Work, error: Exception, longest: timedelta) -> None:
        log.warning("a file must wait", attachment=work.id, error=type(error).__name__, why=str(error)[:200])
        pause = min(timedelta(seconds=2.0 ** min(work.attempts, 20)), longest)
        retry_after_s = getattr(error, "retry_after_s", None)
        if retry_after_s:
            pause = timedelta(seconds=retry_after_s)
        await self._mark(work, attempts=work.attempts + 1, try_after=self.clock.now() + pause)

    async def questions_due(self) -> int:
        """Put waiting questions to tellers who are free, close those whose time is over."""
        now = self.clock.now()
        return await self.store.write(
            LANE, lambda tx: questions.put_waiting(tx, now) + questions.close_overdue(tx, now)
        )

    async def forget_due(self) -> int:
        """Delete what was kept long enough: drafts, raw bodies, chat lines, complaints nobody came back to."""
        now = self.clock.now()
        if await self.store.read(lambda tx: clock_guard.leap(tx, now)) is not None:
            return 0  # by a clock that leapt everything is old
        return await self.store.write(LANE, lambda tx: forget(tx, now))

    async def finish_forgetting(self) -> None:
        """Take off the disk what was forgotten and could not go at once: a fresh file, a log somebody was reading."""
        if self.database is not None and self.database.is_owing:
            await asyncio.to_thread(forgetting.finish, self.database)
        if self.alone and not self._swept:
            # What a process owed that was killed; what is as old as that, nobody is about to write a row for.
            await self.sweep_files(self._began_at)
            self._swept = True

    async def sweep_files(self, before: datetime | None = None) -> None:
        """Delete bytes no row needs any more: of what was withdrawn, dropped or left half-written."""
        before = before or self.clock.now() - timedelta(hours=1)  # what is being kept just now has no row yet
        await asyncio.to_thread(self.files.sweep, before)
        for shelf in Shelf:
            names = await asyncio.to_thread(list, self.files.names(shelf, before))
            for first in range(0, len(names), SWEPT_TOGETHER):
                await self._sweep(shelf, names[first : first + SWEPT_TOGETHER])

    async def _sweep(self, shelf: Shelf, names: list[str]) -> None:
        gone = await self.store.read(lambda tx: attachments.free(tx, names))
        for name in gone:
            await asyncio.to_thread(self.files.delete, name, shelf)
        if gone:
            await self.store.write(LANE, lambda tx: remote_copies.forget(tx, gone))

    async def months_due(self) -> int:
        """Close the months that are over, build their papers, tell who is to know."""
        return await self.papers.carry_on(self.store, self.clock)


def forget(tx: Tx, now: datetime) -> int:
    """Delete what was kept long enough; returns how many things went."""
    count = 0
    for draft_id in drafts.untouched_since(tx, now - DRAFT_LIVES):
        drafts.drop_draft(tx, draft_id, now)
        count += 1
    count += belongs.let_go(tx, now)
    count += forgetting.forget_left(tx)
    count += inbox.forget_before(tx, now - RAW_LIVES)
    count += outbox_forgetting.forget_before(tx, now - RAW_LIVES)
    count += outbox_forgetting.forget_secrets(tx, now)
    count += chat_lines.forget_before(tx, now - RAW_LIVES * 12)
    if count:
        note_forgotten(tx)
    return count
