"""The web chat as a messenger: what we say becomes a line, and the pages that wait for one are woken."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from deeds.clock import Clock
from deeds.said import Inbound
from messengers.port import Accept, Failure, MessengerFailed, Outgoing, Park, Sent
from messengers.webchat.abilities import ABILITIES
from storage import chat_lines, outbox
from storage.chat_lines import BOT, ME, Line
from storage.database import Tx, is_worth_a_retry
from storage.store import Store

NAME = "webchat"
LINES_AT_ONCE = 200
SOON = timedelta(seconds=10)
WAITERS_PER_CHAT = 6  # tabs of one person; more of them get their answer at once
LOOK_EVERY_S = 1.0  # another process may have written a line, and cannot wake us
LOOKED_AT = 200  # lines: as many in a second are more than a house is told in an hour


class WebChat:
    """Our own messenger. It needs no network: sending is writing a line."""

    name = NAME
    abilities = ABILITIES

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing runs until somebody waits."""
        self._store = store
        self._clock = clock
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._known: Mapping[int, str] = {}  # the newest lines of all at the last look, each with its chat
        self._looking: asyncio.Task[None] | None = None
        self._stopping = False

    async def send(self, outgoing: Outgoing) -> Sent:
        """Write a line of ours. The same `key` again changes nothing."""
        body = {
            "text": outgoing.text,
            "options": [{"id": option.id, "label": option.label} for option in outgoing.options],
            "photos": list(outgoing.photos),
            "files": [{"path": file.path, "name": file.name} for file in outgoing.files],
            "links": list(outgoing.links),
        }
        key, now = f"bot:{outgoing.key or uuid4()}", self._clock.now()
        try:
            seq = await self._store.write(
                f"{NAME}:{outgoing.chat}", lambda tx: chat_lines.add(tx, outgoing.chat, BOT, body, key, now)
            )
        except Exception as error:
            if is_worth_a_retry(error):
                raise MessengerFailed(Failure.LATER, f"a line was not stored: {type(error).__name__}") from error
            raise
        self.wake(outgoing.chat)
        return Sent(str(seq))

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Never needed: what people send here is on our disk before we hear of it."""
        raise MessengerFailed(Failure.FAILED, "a web chat has no files elsewhere")

    async def answer_press(self, press: str) -> None:
        """Our buttons do not spin."""

    def routes(self, accept: Accept, park: Park) -> Sequence[Any]:
        """Mount nothing: its page is one of the house's pages."""
        return ()

    async def start(self, accept: Accept, park: Park) -> None:
        """Nothing to do: pages come to us."""

    async def stop(self) -> None:
        """Let every waiting page go."""
        self._stopping = True
        for chat in list(self._bells):
            self.wake(chat)
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    def wake(self, chat: str) -> None:
        """Tell the pages that wait for this chat to look now."""
        for bell in self._bells.get(chat, ()):
            bell.set()

    async def last(self, chat: str, at_most: int) -> Sequence[Line]:
        """Return the last lines of a chat."""
        return await self._store.read(lambda tx: chat_lines.last(tx, chat, at_most))

    async def line(self, chat: str, seq: int) -> Line | None:
        """Return one line of a chat."""
        return await self._store.read(lambda tx: chat_lines.line(tx, chat, seq))

    async def after(self, chat: str, seq: int, wait_s: float) -> Sequence[Line]:
        """Return the lines behind `seq`; with none, wait for one, at most that long."""
        until = time.monotonic() + wait_s
        with self._bell(chat) as bell:
            while True:
                lines = await self._store.read(lambda tx: chat_lines.after(tx, chat, seq, LINES_AT_ONCE))
                if lines or bell is None or not await self._rings(bell, until):
                    return lines

    async def answered(self, chat: str, seq: int, wait_s: float) -> None:
        """Return when we have said all we are about to say behind `seq`, or after that long."""
        until, spoke = time.monotonic() + wait_s, False
        while (left := until - time.monotonic()) > 0:
            lines = await self.after(chat, seq, left)
            spoke = spoke or any(line.sender == BOT for line in lines)
            if not lines or (spoke and not await self.is_speaking(chat)):
                return
            seq = lines[-1].seq

    async def is_speaking(self, chat: str) -> bool:
        """Tell whether more of ours comes to this chat within a few seconds."""
        by = self._clock.now() + SOON
        return await self._store.read(lambda tx: outbox.is_coming(tx, NAME, chat, by))

    @contextmanager
    def _bell(self, chat: str) -> Iterator[asyncio.Event | None]:
        bells = self._bells.setdefault(chat, set())
        if len(bells) >= WAITERS_PER_CHAT:
            yield None
            return
        bell = asyncio.Event()
        bells.add(bell)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on())
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells:
                self._bells.pop(chat, None)

    async def _rings(self, bell: asyncio.Event, until: float) -> bool:
        """Return True when it is worth looking again, False when the time is over. Takes nothing from the database."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await bell.wait()
        rang = bell.is_set()
        bell.clear()
        return rang and not self._stopping

    async def _look_on(self) -> None:
        """Wake the chats that got lines elsewhere: one look a second, however many pages wait."""
        while self._bells and not self._stopping:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                newest = await self._store.read(lambda tx: chat_lines.newest_of_all(tx, LOOKED_AT))
            except Exception:  # each page finds out by itself what is the matter, and says so
                woken = set(self._bells)
            else:
                # By their names, not by the highest: of two lines the later number can be committed first.
                fresh = newest.keys() - self._known.keys()
                woken = set(self._bells) if len(fresh) >= LOOKED_AT else {newest[line] for line in fresh}
                self._known = newest
            for chat in woken:
                self.wake(chat)


def record_mine(tx: Tx, event: Inbound, now: datetime) -> None:
    """Write what the person said as a line of theirs, in the transaction that carries it through.

    Only of our own chats: the other messengers show people what they wrote themselves.
    """
    if event.messenger != NAME:
        return
    said = event.said
    body: dict[str, Any] = {
        "text": said.text,
        "message": said.message,
        "photos": len(said.photos),
        "voice": said.voice is not None,
        "place": said.location is not None,
    }
    if said.choice is not None and not said.text:
        body["text"] = _label(tx, event.chat, said.choice)
    chat_lines.add(tx, event.chat, ME, body, event.event_key, now)


def _label(tx: Tx, chat: str, choice: str) -> str:
    """Return what stood on the button that was pressed; of an unknown one, nothing."""
    for line in reversed(chat_lines.last(tx, chat, LINES_AT_ONCE)):
        for option in line.body.get("options", ()):
            if option["id"] == choice:
                return str(option["label"])
    return ""
