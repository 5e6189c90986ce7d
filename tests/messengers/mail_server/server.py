"""The mail server, and how it fails when told to."""

import asyncio
import base64
import binascii
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.messengers.mail_server.letters import Letter
from tests.serving import Threaded

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


class MailServer(Threaded):
    """A mail server on 127.0.0.1, to be used with `with`; with `users` it takes letters of these only.

    `encryption` lets it offer STARTTLS, or expect an encrypted line at once where it `speaks_encrypted_only`.
    """

    def __init__(
        self,
        users: dict[str, str] | None = None,
        encryption: ssl.SSLContext | None = None,
        *,
        speaks_encrypted_only: bool = False,
    ) -> None:
        super().__init__("mail-server")
        self.users = users or {}
        self.encryption = encryption
        self._only = encryption if speaks_encrypted_only else None
        self.letters: list[Letter] = []
        self.lines: list[str] = []  # every line the client sent that is no part of a letter
        self.most_at_once = 0
        self._faults: list[Fault] = []
        self._connections = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def fail_next(self, step: str, reply: str = "", *, slow_s: float = 0.0, dropped: bool = False) -> None:
        """Plan what happens the next time a client comes to a step."""
        self._faults.append(Fault(step, reply, slow_s, dropped))

    def planned(self) -> Sequence[Fault]:
        """Return the planned failures that have not happened."""
        return self._faults

    async def serve(self, until_stopped: Callable[[], Awaitable[None]]) -> None:
        """Take letters."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0, ssl=self._only)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            await until_stopped()
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
        except (_LineBroken, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except Exception as error:
            self.broken.append(error)
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
            if word == "STARTTLS" and self._server.encryption is not None:
                await self._writer.start_tls(self._server.encryption)
            if word == "QUIT":
                return

    async def _answer(self, word: str, more: str) -> str:
        match word:
            case "EHLO":
                return "\r\n".join((*(f"250-{can}" for can in self._abilities()), "250 8BITMIME"))
            case "STARTTLS" if self._server.encryption is not None:
                return "220 2.0.0 Ready to start TLS"
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

    def _abilities(self) -> Iterator[str]:
        yield "mail.example.vn"
        encrypted = self._writer.get_extra_info("ssl_object") is not None
        if self._server.encryption is not None and not encrypted:
            yield "STARTTLS"
        elif self._server.users:
            yield "AUTH PLAIN"

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
