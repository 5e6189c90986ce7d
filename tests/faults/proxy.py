"""A bad network on the loopback: it stands between a client and a server and spoils what passes, as told."""

import asyncio
import random
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from tests.serving import STARTS_WITHIN_S, Threaded

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
METHOD = re.compile(rb"^[A-Z]+ /bot[^/ ]+/(\w+)")
CHAT = re.compile(rb"chat_id(?:=|\":\s*)(-?\d+)")  # in a form, or in JSON
STATUS = re.compile(rb"^HTTP/1\.1 (\d+)")
GARBAGE_BYTES = 700
TRICKLES = 300  # pieces, of one byte where the answer is short
TRICKLE_S = 0.002  # between two of them
SWALLOWED_FOR_S = 1.0
LAST_CALL_S = 0.05


class Fault(StrEnum):
    """What happens to one request and its answer."""

    NONE = "none"
    RESET_REQUEST = "reset request"  # half of it arrives
    SWALLOWED = "swallowed"  # nothing of it arrives, and nothing is said for a while
    RESET_ANSWER = "reset answer"  # it takes effect, and half of the answer comes back
    HALF_CLOSED = "half-closed"  # it takes effect, and the line is closed from the other side instead of an answer
    GARBAGE = "garbage"  # it takes effect, and noise comes back
    TRICKLED = "trickled"  # the answer comes, byte by byte


@dataclass(frozen=True)
class Weather:
    """How the network is: how slow, what goes wrong, one after the other, and whether anybody is there at all."""

    latency_s: float = 0.0
    faults: Sequence[Fault] = ()
    every: int = 2  # so many requests from one that is spoiled to the next
    refuses: bool = False


FAIR = Weather()


@dataclass
class Passed:
    """One request that came by."""

    at: float
    method: str
    chat: str
    fault: Fault
    status: int = 0  # of the answer the server gave; 0 where it gave none

    @property
    def failed(self) -> bool:
        """Tell whether the client cannot take it for done."""
        return not self.read or self.status != 200

    @property
    def read(self) -> bool:
        """Tell whether the client got to read what the server answered."""
        return self.fault in (Fault.NONE, Fault.TRICKLED)


class Proxy(Threaded):
    """Passes HTTP on to a port of 127.0.0.1; to be used with `with`. `weather` may be changed at any moment."""

    def __init__(self, url: str, seed: int = 1) -> None:
        super().__init__("proxy")
        self.passed: list[Passed] = []
        self._to = int(url.rpartition(":")[2])
        self._chance = random.Random(seed)
        self._weather = FAIR
        self._turn_of = 0  # so many requests came by in this weather
        self._listening: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def happened(self) -> Counter[Fault]:
        """Return how often each fault happened so far."""
        return Counter(one.fault for one in list(self.passed))

    def lasts(self, seconds: float, at_most_s: float = 20.0) -> None:
        """Let the weather stay as it is for so long, and until everything it holds has happened."""
        began = time.monotonic()
        while time.monotonic() - began < seconds or self._turn_of < len(self._weather.faults) * self._weather.every:
            if time.monotonic() - began > at_most_s:
                raise AssertionError(f"only {self._turn_of} requests came by")
            time.sleep(0.05)

    def turns(self, weather: Weather) -> None:
        """Let the weather change; returns when it has."""
        asyncio.run_coroutine_threadsafe(self._turn(weather), self.loop).result(STARTS_WITHIN_S)

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Pass on what comes, as the weather is."""
        await self._turn(FAIR)
        await until_stopped()
        await self._turn(Weather(refuses=True))
        await asyncio.sleep(LAST_CALL_S)  # whoever was let in at the last moment is known after it
        left = list(self._passing)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for writer in list(self._open):  # one cancelled before it began has closed nothing
            writer.close()

    async def _turn(self, weather: Weather) -> None:
        self._weather, self._turn_of = weather, 0
        if weather.refuses and self._listening is not None:
            self._listening.close()
            self._listening = None
            for writer in list(self._open):
                _reset(writer)
        elif not weather.refuses and self._listening is None:
            self._listening = await asyncio.start_server(self._let_in, "127.0.0.1", self.port)
            self.port = self._listening.sockets[0].getsockname()[1]

    def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        task = asyncio.get_running_loop().create_task(self._pass(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, request by request."""
        out: asyncio.StreamWriter | None = None
        try:
            back, out = await asyncio.open_connection("127.0.0.1", self._to)
            while request := await _message(reader):
                if not await self._spoil(request, writer, back, out):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            _reset(writer)
        finally:
            self._open.discard(writer)
            for end in (writer, out):
                if end is not None:
                    end.close()

    async def _spoil(
        self, request: bytes, writer: asyncio.StreamWriter, back: asyncio.StreamReader, out: asyncio.StreamWriter
    ) -> bool:
        """Pass one request and its answer. Returns whether the connection is any good afterwards."""
        weather, turn = self._weather, self._turn_of
        self._turn_of += 1
        fault = Fault.NONE
        if weather.faults and turn % weather.every == 0:
            fault = weather.faults[turn // weather.every % len(weather.faults)]
        seen = Passed(time.time(), _found(METHOD, request), _found(CHAT, request), fault)
        self.passed.append(seen)
        await asyncio.sleep(weather.latency_s)
        if fault is Fault.SWALLOWED:
            await asyncio.sleep(SWALLOWED_FOR_S)
            _reset(writer)
            return False
        if fault is Fault.RESET_REQUEST:
            out.write(request[: len(request) // 2])
            await out.drain()
            for end in (out, writer):
                _reset(end)
            return False
        out.write(request)
        answer = await _message(back)
        seen.status = int(_found(STATUS, answer) or 0)
        await asyncio.sleep(weather.latency_s)
        return await self._bring(answer, fault, writer)

    async def _bring(self, answer: bytes, fault: Fault, writer: asyncio.StreamWriter) -> bool:
        match fault:
            case Fault.RESET_ANSWER:
                writer.write(answer[: len(answer) // 2])
                await writer.drain()
                _reset(writer)
            case Fault.HALF_CLOSED:
                writer.write_eof()
                await asyncio.sleep(SWALLOWED_FOR_S)  # the client may go on talking, nobody listens
            case Fault.GARBAGE:
                writer.write(self._chance.randbytes(GARBAGE_BYTES))
                await writer.drain()
            case Fault.TRICKLED:
                size = 1 + len(answer) // TRICKLES
                for at in range(0, len(answer), size):
                    writer.write(answer[at : at + size])
                    await writer.drain()
                    await asyncio.sleep(TRICKLE_S)
                return True
            case _:
                writer.write(answer)
                await writer.drain()
                return bool(answer)
        return False


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Return one whole request or answer, empty where the other side has closed. Bodies have a length here."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    length = LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def _found(what: re.Pattern[bytes], where: bytes) -> str:
    match = what.search(where)
    return match[1].decode() if match else ""


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset, as a router that forgot it would."""
    with suppress(OSError):
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
