"""The server: a thread with a loop of its own, so that plain tests can start it with `with`."""

import asyncio
import base64
import binascii
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.messengers.mail_server.letters import Letter

STARTS_WITHIN_S = 10.0
LINE_MAX_BYTES = 1_000  # RFC 5321, 4.5.3.1.6


@dataclass
class Fault:
    """What happens instead of the yes to one step: a reply, a pause before it, or the end of the line."""

    step: str  # connect, EHLO, AUTH, MAIL, RCPT, DATA, letter (its last dot), QUIT
    reply: str = ""  # the plain yes when empty
    slow_s: float = 0.0
    dropped: bool = False


class _LineBroken(Exception):
    """The server hangs up without a word."""


class MailServer:
    """A mail server on 127.0.0.1, to be used with `with`; with `users` it takes letters of these only."""

    def __init__(self, users: dict[str, str] | None = None) -> None:
        self.users = users or {}
        self.letters: list[Letter] = []
        self.lines: list[str] = []  # every line the client sent that is no part of a letter
        self.most_at_once = 0
        self._faults: list[Fault] = []
        self._connections = 0
        self._broken: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mail-server", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def fail_next(self, step: str, reply: str = "", *, slow_s: float = 0.0, dropped: bool = False) -> None:
        """Plan what happens the next time a client comes to a step."""
        self._faults.append(Fault(step, reply, slow_s, dropped))

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(STARTS_WITHIN_S):
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        if kind is None and self._broken:
            raise self._broken[0]
        if kind is None and self._faults:
            raise AssertionError(f"planned failures that never happened: {self._faults}")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        async with server:
            await self._stop.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._connections += 1
        self.most_at_once = max(self.most_at_once, self._connections)
        try:
            await _Talk(self, reader, writer).hold()
        except (_LineBroken, ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self._broken.append(error)
        finally:
            self._connections -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def at(self, step: str) -> str:
        """Let happen what is planned for a step; returns the reply that takes the place of the yes, or nothing."""
        fault = next((one for one in self._faults if one.step == step), None)
        if fault is None:
            return ""
        self._faults.remove(fault)
        await asyncio.sleep(fault.slow_s)
        if fault.dropped:
            raise _LineBroken
        return fault.reply


class _Talk:
    """One connection."""

    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._user = ""
        self._sender = ""
        self._to: list[str] = []

    async def hold(self) -> None:
        """Talk until the client says goodbye or is gone."""
        await self._reply(await self._server.at("connect") or "220 mail.example.vn ESMTP")
        while line := await self._reader.readline():
            assert len(line) <= LINE_MAX_BYTES, "a command longer than a server takes"
            assert line.endswith(b"\r\n"), f"a line that does not end as one: {line!r}"
            word, _, more = line[:-2].decode("ascii").partition(" ")
            word = word.upper()
            self._server.lines.append(f"{word} {more}".rstrip())
            await self._reply(await self._server.at(word) or await self._answer(word, more))
            if word == "QUIT":
                return

    async def _answer(self, word: str, more: str) -> str:
        match word:
            case "EHLO":
                return "250-mail.example.vn\r\n250-8BITMIME\r\n250 AUTH PLAIN" if self._server.users else "250 hello"
            case "AUTH":
                return self._sign_in(more)
            case "MAIL":
                if self._server.users and not self._user:
                    return "530 5.7.0 Authentication required"
                self._sender, self._to = _address(more, "FROM:"), []
                return "250 2.1.0 Ok"
            case "RCPT":
                self._to.append(_address(more, "TO:"))
                return "250 2.1.5 Ok"
            case "DATA":
                return await self._letter() if self._to else "503 5.5.1 nobody to send it to"
            case "RSET" | "NOOP":
                return "250 Ok"
            case "QUIT":
                return "221 Bye"
            case _:
                return "502 5.5.2 Error: command not recognized"

    def _sign_in(self, more: str) -> str:
        method, _, secret = more.partition(" ")
        try:
            _, user, password = base64.b64decode(secret, validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            return "501 5.5.2 cannot be read"
        if method != "PLAIN" or self._server.users.get(user) != password:
            return "535 5.7.8 Authentication credentials invalid"
        self._user = user
        return "235 2.7.0 Accepted"

    async def _letter(self) -> str:
        await self._reply("354 go ahead")
        lines = []
        while (line := await self._reader.readuntil(b"\n")) != b".\r\n":
            assert line.endswith(b"\r\n"), f"a line that does not end as one: {line!r}"
            assert len(line) <= LINE_MAX_BYTES, "a line longer than servers take"
            lines.append(line[1:] if line.startswith(b".") else line)
        instead = await self._server.at("letter")
        if not instead or instead.startswith("2"):
            self._server.letters.append(Letter(self._sender, tuple(self._to), b"".join(lines), self._user))
        return instead or "250 2.0.0 queued"

    async def _reply(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()


def _address(more: str, before: str) -> str:
    said = more.partition(" ")[0]
    assert said.upper().startswith(f"{before}<"), said
    assert said.endswith(">"), said
    return said[len(before) + 1 : -1]
