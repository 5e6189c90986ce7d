"""Calls of the Bot Platform over HTTP. The token is part of every address, so no address ever leaves this file."""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from messengers.zalo_bot.abilities import ANSWER_MAX_BYTES

CALL_TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 15.0
CLOSE_WITHIN_S = 10.0
DESCRIPTION_MAX_CHARS = 200
_TOKEN = re.compile(r"\d+:[^\s/?#]+")  # "<digits>:<secret>"


class Refused(Exception):
    """The platform, or what stands in front of it, answered something else than a result."""

    def __init__(self, code: int, description: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{code} {description}".strip())
        self.code = code
        self.retry_after_s = retry_after_s


class NotReached(Exception):
    """The request never went out."""


class NoAnswer(Exception):
    """The request may have arrived; its answer did not, or could not be read."""


@dataclass(frozen=True)
class Answer:
    """A success: what was returned, and the body exactly as it came."""

    result: Any
    raw: bytes


class Client:
    """Calls for one bot."""

    def __init__(self, token: str, api_url: str) -> None:
        """Raises `ValueError` for a token or an address of no shape."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("VIECTOT_ZALO_BOT_TOKEN does not look like the token of a Zalo bot")
        if not _is_address(api_url):
            raise ValueError("VIECTOT_ZALO_BOT_API_URL is not an address to ask")
        self._token = token
        self._base = f"{api_url.rstrip('/')}/bot{quote(token, safe=':')}/"
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def call(self, method: str, timeout_s: float = CALL_TIMEOUT_S, **parameters: str) -> Answer:
        """Return the answer to a call. Raises `Refused`, `NotReached` or `NoAnswer`; none of them holds the token."""
        if self._closed:
            raise NotReached("stopped")
        self._under_way += 1
        self._idle.clear()
        try:
            failed = await self._post(method, timeout_s, parameters)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
        if isinstance(failed, Answer):
            return failed
        # Raised out here, so that no error of the HTTP library, which quotes the address, hangs on to it as its cause.
        raise failed

    async def close(self) -> None:
        """Take no more calls, let those under way end, at most ten seconds, and disconnect."""
        self._closed = True
        with suppress(TimeoutError):  # what takes longer is cut now, and its message ends as uncertain
            await asyncio.wait_for(self._idle.wait(), CLOSE_WITHIN_S)
        if self._session is not None:
            await self._session.close()

    async def _post(
        self, method: str, timeout_s: float, parameters: dict[str, str]
    ) -> Answer | Refused | NotReached | NoAnswer:
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_TIMEOUT_S)
        try:
            async with self._connected().post(
                URL(self._base + method, encoded=True),
                json=parameters,
                timeout=timeout,
                allow_redirects=False,  # the token would go along
            ) as answer:
                body = await _body(answer)
                return self._read(answer.status, answer.headers.get("Retry-After", ""), body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return NotReached(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NoAnswer(type(error).__name__)

    def _read(self, status: int, retry_after: str, body: bytes | None) -> Answer | Refused | NoAnswer:
        wait_s = float(retry_after) if re.fullmatch(r"\d{1,5}", retry_after) else None
        told: Any = None
        if body is not None:
            with suppress(ValueError, RecursionError):  # in every outage it is the page of a proxy
                told = json.loads(body)
        if not isinstance(told, dict):
            if status >= HTTPStatus.MULTIPLE_CHOICES:
                return Refused(status, "not JSON", wait_s)
            return NoAnswer("the answer is not JSON" if body is not None else "the answer is too long")
        # The same error has been seen with HTTP 4xx and with HTTP 200, so both must say that it went well.
        if told.get("ok") is True and status < HTTPStatus.MULTIPLE_CHOICES:
            return Answer(told.get("result"), body or b"")
        code = _code(told.get("error_code", told.get("errorCode")))
        if not code and status >= HTTPStatus.MULTIPLE_CHOICES:
            code = status
        return Refused(code, self._without_token(str(told.get("description") or "")), wait_s)

    def _without_token(self, text: str) -> str:
        for shape in (self._token, quote(self._token, safe=":"), quote(self._token, safe="")):
            text = text.replace(shape, "<token>")
        secret = self._token.partition(":")[2]
        return " ".join(text.replace(secret, "<token>").split())[:DESCRIPTION_MAX_CHARS]

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A connection for each call: one kept open may be closed at the other end just as it is used again, and
            # then nobody knows whether the message went out. There is a message in a minute, not thousands.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
        return self._session


def _is_address(told: str) -> bool:
    try:
        url = URL(told)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and not url.query_string and not url.fragment


async def _body(answer: aiohttp.ClientResponse) -> bytes | None:
    """Return the body, or None as soon as it is too long."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > ANSWER_MAX_BYTES:
            return None
    return bytes(body)


def _code(told: object) -> int:
    try:
        return int(str(told))
    except ValueError:
        return 0
