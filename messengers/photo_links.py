"""Pictures that come as an address: fetched from the listed hosts alone, and never from a machine next to ours.

Whoever sends us an event chooses the address in it, so nothing of it is trusted: not the name, not what the name
resolves to, not where it sends us on to. The last check sits where the socket is made, on the address it connects to.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import (
    AddrInfoType,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from messengers.port import Failure, MessengerFailed

BEGINS_WITHIN_S: Final = 10.0  # from the first look-up to the first byte, every redirect included
ENDS_WITHIN_S: Final = 30.0  # all the bytes
MAX_REDIRECTS: Final = 2
MAX_URL_CHARS: Final = 2_048
MAX_RETRY_AFTER_S: Final = 3_600
CHUNK_BYTES: Final = 64 * 1024

_PRINTABLE: Final = re.compile(r"[!-\[\]-~]+")  # ASCII without blanks and backslashes, which parsers read differently
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_SUFFIX: Final = re.compile(rf"\*((?:\.{_LABEL}){{2,}})")
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = frozenset({408, 425, 429})

_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(line)
    for line in Path(__file__).with_name("not_public.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)

_T = TypeVar("_T")


class Refused(OSError):
    """The address is none we connect to. An OSError, because only those get through a connector in one piece."""

    def __init__(self) -> None:
        super().__init__("not an address to connect to")


@dataclass(frozen=True)
class _Rule:
    """What lets a URL through, and the port and extra addresses a connection for it may have."""

    port: int
    literal: str = ""  # the address an exact origin names
    loopback: bool = False

    def check(self, host: object, port: object = None) -> None:
        """Raise `Refused` unless a connection may go to this address."""
        try:
            address = ipaddress.ip_address(str(host))
        except ValueError:
            raise Refused from None
        allowed = (self.loopback and address.is_loopback) or str(address) == self.literal or is_public(address)
        if not allowed or port not in (None, self.port):
            raise Refused


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is one host on the open internet, and no other address in disguise."""
    # Of one family only: asked of a network of the other, `in` says no.
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


class _CheckedResolver(AbstractResolver):
    """A name that points even once to an address of ours points nowhere."""

    def __init__(self, inner: AbstractResolver, rule: _Rule) -> None:
        self._inner = inner
        self._rule = rule

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return what the name resolves to. Raises `Refused`."""
        found = await self._inner.resolve(host, port, family)
        for each in found:
            self._rule.check(each["host"])
        return found

    async def close(self) -> None:
        """Nothing of ours is open."""


class PhotoLinks:
    """The hosts pictures may come from. Nothing stays open between two fetches."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        resolver: AbstractResolver | None = None,
        begins_within_s: float = BEGINS_WITHIN_S,
        ends_within_s: float = ENDS_WITHIN_S,
    ) -> None:
        """Take `*.name` (its subdomains, https on 443) or exact origins such as `http://127.0.0.1:8099`.

        An exact origin may be http, and may be this machine. Raises ValueError for anything else.
        """
        self._suffixes: list[str] = []
        self._origins: dict[str, _Rule] = {}
        for host in filter(None, (each.strip().lower() for each in hosts)):
            if suffix := _SUFFIX.fullmatch(host):
                self._suffixes.append(suffix[1])
            else:
                self._add_origin(host)
        self._resolver = resolver
        self._begins_within_s = begins_within_s
        self._ends_within_s = ends_within_s

    async def stream(self, url: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Yield the bytes of a picture. Raises `MessengerFailed`: LATER where trying again may help, else FAILED."""
        loop = asyncio.get_running_loop()
        begins_by = loop.time() + self._begins_within_s
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            address, rule = self._allowed(target)
            async with self._session(rule) as session:
                response = await _within(begins_by, session.get(address, allow_redirects=False), address)
                async with response:
                    if response.status in _REDIRECTS:
                        target = _sent_on_to(address, response)
                        continue
                    _check_answer(response, limit_bytes)
                    ends_by = loop.time() + self._ends_within_s
                    got = 0
                    while chunk := await _within(ends_by, response.content.read(CHUNK_BYTES), address):
                        got += len(chunk)  # what really comes; the length in the header is only a claim
                        if got > limit_bytes:
                            raise _too_large(address, limit_bytes)
                        yield chunk
                    return
        raise MessengerFailed(Failure.FAILED, f"picture: sent on more than {MAX_REDIRECTS} times")

    def _add_origin(self, host: str) -> None:
        origin = URL(host)
        more = "@" in origin.raw_authority or origin.path.strip("/") or origin.query_string or origin.fragment
        if more or not origin.host or not origin.port or origin.scheme not in ("http", "https"):
            raise ValueError(f"neither *.host nor an origin: {host}")
        self._origins[_origin(origin)] = _Rule(origin.port, literal=origin.host, loopback=True)

    def _allowed(self, url: str) -> tuple[URL, _Rule]:
        """Return the address as it will be asked for. Raises `MessengerFailed` when no rule lets it through."""
        try:
            if len(url) > MAX_URL_CHARS or not _PRINTABLE.fullmatch(url):
                raise ValueError
            address = URL(url.partition("#")[0], encoded=True)
            host, port = (address.raw_host or "").lower(), address.port
        except ValueError:
            raise MessengerFailed(Failure.FAILED, "picture: not an address") from None
        if "@" in address.raw_authority or not host:
            raise MessengerFailed(Failure.FAILED, "picture: not an address of a host alone")
        if rule := self._origins.get(_origin(address)):
            return address, rule
        by_name = _NAME.fullmatch(host) and any(host.endswith(suffix) for suffix in self._suffixes)
        if address.scheme != "https" or port != 443 or not by_name:
            raise MessengerFailed(Failure.FAILED, "picture: not from a listed host over https")
        return address, _Rule(443)

    def _session(self, rule: _Rule) -> ClientSession:
        def make_socket(found: AddrInfoType) -> socket.socket:
            family, kind, protocol, _, where = found
            rule.check(where[0], where[1])
            return socket.socket(family, kind, protocol)

        connector = TCPConnector(
            resolver=_CheckedResolver(self._resolver or ThreadedResolver(), rule),
            socket_factory=make_socket,
            use_dns_cache=False,
            force_close=True,
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            headers={"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "viectot"},
            timeout=ClientTimeout(total=None),  # the deadlines are ours: they span redirects
            auto_decompress=False,
            trust_env=False,
        )


def _origin(address: URL) -> str:
    return f"{address.scheme}://{(address.raw_host or '').lower()}:{address.port}"


async def _within(deadline: float, doing: Awaitable[_T], address: URL) -> _T:
    """Return what is awaited. Raises `MessengerFailed` in terms of what it means for the picture."""
    try:
        async with asyncio.timeout_at(deadline):
            return await doing
    except ClientConnectorError as error:
        if isinstance(error.os_error, Refused):
            log = f"picture: {address.raw_host} leads to an address that is not asked"
            raise MessengerFailed(Failure.FAILED, log) from None
        raise MessengerFailed(Failure.LATER, f"picture: {address.raw_host} not reached") from None
    except (ClientError, TimeoutError, OSError) as error:
        # The text of these errors may hold the whole address.
        raise MessengerFailed(Failure.LATER, f"picture: {address.raw_host}: {type(error).__name__}") from None


def _sent_on_to(address: URL, response: ClientResponse) -> str:
    told = response.headers.get("Location", "")
    if not _PRINTABLE.fullmatch(told):
        raise MessengerFailed(Failure.FAILED, f"picture: {address.raw_host} sends on to no address")
    try:
        return str(address.join(URL(told, encoded=True)))
    except ValueError:
        raise MessengerFailed(Failure.FAILED, f"picture: {address.raw_host} sends on to no address") from None


def _check_answer(response: ClientResponse, limit_bytes: int) -> None:
    log = f"picture: {response.url.raw_host}: status {response.status}"
    if response.status >= 500 or response.status in _BUSY:
        told = response.headers.get("Retry-After", "")
        wait_s = min(int(told), MAX_RETRY_AFTER_S) if told.isascii() and told.isdigit() and len(told) < 9 else None
        raise MessengerFailed(Failure.LATER, log, retry_after_s=wait_s)
    if response.status != 200:
        raise MessengerFailed(Failure.FAILED, log)
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        # A packed kilobyte may unpack to a gigabyte; pictures gain nothing by it, and we said we take none.
        raise MessengerFailed(Failure.FAILED, f"picture: {response.url.raw_host} sent it packed")
    if response.content_length is not None and response.content_length > limit_bytes:
        raise _too_large(response.url, limit_bytes)


def _too_large(address: URL, limit_bytes: int) -> MessengerFailed:
    return MessengerFailed(Failure.FAILED, f"picture: {address.raw_host}: more than {limit_bytes} bytes")
