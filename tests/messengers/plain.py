"""A messenger of the tests' own that shows nothing but text: no buttons, nothing replaced, every message short.

What it receives and sends is real to everything behind the port; only the wire is a list.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

from deeds.said import FileSource, Inbound, Said
from messengers.port import Abilities, Accept, Failure, MessengerFailed, Outgoing, Park, Sent

NAME = "plain"
TEXT_MAX_UNITS = 2_000

ABILITIES = Abilities(
    max_text_units=TEXT_MAX_UNITS,
    max_buttons=0,
    max_label_chars=0,
    max_option_id_bytes=0,
    edits_messages=False,
    sends_photos=False,
    sends_files=False,
)


@dataclass(frozen=True)
class Stored:
    """A picture or a recording a person sent, as the messenger keeps it for us."""

    content: bytes
    seconds: int | None = None


class Plain:
    """The messenger and, for tests, the network behind it: `shown` is what each person's telephone shows."""

    name = NAME
    abilities = ABILITIES

    def __init__(self) -> None:
        self.shown: dict[str, list[str]] = defaultdict(list)
        self._stored: dict[str, Stored] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._accept: Accept | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        """Show one message. What it cannot show must not reach it."""
        assert not outgoing.options, "a button for a messenger that has none"
        assert not outgoing.edits, "an edit for a messenger that has none"
        assert len(outgoing.text.encode("utf-16-le")) // 2 <= TEXT_MAX_UNITS, "a text longer than it takes"
        if not outgoing.text:
            raise MessengerFailed(Failure.FAILED, "an empty message")
        with self._lock:
            self.shown[outgoing.chat].append(outgoing.text)
            return Sent(str(next(self._numbers)))

    async def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Give out what a person sent."""
        await asyncio.sleep(0)
        stored = self._stored.get(remote)
        if stored is None:
            raise MessengerFailed(Failure.FAILED, "there is no such file")
        for start in range(0, len(stored.content), 65_536):
            yield stored.content[start : start + 65_536]

    async def answer_press(self, press: str) -> None:
        """There is nothing to press."""

    def routes(self, accept: Accept, park: Park) -> tuple[()]:
        """Nothing comes in over HTTP."""
        return ()

    async def start(self, accept: Accept, park: Park) -> None:
        """Remember where events go."""
        self._accept = accept

    async def stop(self) -> None:
        """Nothing is open."""

    def keep(self, content: bytes, seconds: int | None = None) -> FileSource:
        """Keep what a person is about to send."""
        with self._lock:
            number = next(self._numbers)
        self._stored[f"f{number}"] = Stored(content, seconds)
        return FileSource(remote=f"f{number}", unique=f"u{number}", size=len(content), seconds=seconds)

    def number(self) -> str:
        """Return the id of a person's next message."""
        with self._lock:
            return str(next(self._numbers))

    async def deliver(self, chat: str, name: str, said: Said) -> None:
        """Carry one message of a person in, as a webhook would."""
        assert self._accept is not None, "nobody listens"
        raw = f"{said.text}|{said.choice}".encode()
        await self._accept(Inbound(f"{NAME}:{chat}:{said.message}", NAME, chat, chat, said, raw, name))
