"""Calls of the Official Account API. The token travels in a header and never in an address, a log or an error."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import ClientError, FormData

from deeds.clock import Clock
from messengers.port import Failure, MessengerFailed
from messengers.zalo_oa.failures import TOKEN_CODES, Refused, failure_of_line, failure_of_status, refusal
from messengers.zalo_oa.tokens import Tokens
from storage.accounts import Account

TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 10.0
LAST_CALLS_S = 10.0  # for what is on the wire when we stop
MOST_BYTES = 1024 * 1024
Form = Callable[[], FormData]  # made anew for every try: it can be sent once


class Client:
    """One connection pool for all accounts."""

    def __init__(self, api_url: str, tokens: Tokens, clock: Clock, *, prove_calls: bool, paid: bool) -> None:
        """`prove_calls`: the app's console asks for `appsecret_proof`."""
        self._url = api_url.rstrip("/")
        self._tokens = tokens
        self._clock = clock
        self._prove_calls = prove_calls
        self._paid = paid
        self._session: aiohttp.ClientSession | None = None
        self._under_way = 0
        self._nothing_under_way = asyncio.Event()
        self._closed = False

    async def send(self, account: str, user: str, message: dict[str, Any]) -> str:
        """Send a consultation message; returns its id. Raises `MessengerFailed`."""
        body = {"recipient": {"user_id": user}, "message": message}
        data = await self._call(account, "send", "POST", "/v3.0/oa/message/cs", body=body)
        # An older shape of the answer names it otherwise; without any name it is out all the same.
        return str(data.get("message_id") or data.get("msg_id") or "")

    async def upload(self, account: str, kind: str, name: str, content: bytes, content_type: str) -> str:
        """Upload an `image` or a `file`; returns what a message names it by. Raises `MessengerFailed`."""

        def form() -> FormData:
            made = FormData()
            # Without an ending in the name the answer comes back empty.
            made.add_field("file", io.BytesIO(content), filename=name, content_type=content_type)
            return made

        try:
            data = await self._call(account, "upload", "POST", f"/v2.0/oa/upload/{kind}", form=form)
        except MessengerFailed as failed:
            if failed.failure is Failure.UNCERTAIN:
                failed.failure = Failure.LATER  # the same upload twice does no harm
            raise
        remote = data.get("attachment_id") or data.get("token")
        if not remote:
            raise MessengerFailed(Failure.FAILED, "Zalo OA upload: taken, but no name for it came back")
        return str(remote)

    async def name_of(self, account: str) -> str:
        """Return what an account is called where people see it. Raises `MessengerFailed`."""
        data = await self._call(account, "getoa", "GET", "/v2.0/oa/getoa")
        return str(data.get("name") or "")

    async def close(self) -> None:
        """Let what is on the wire end, so that we know how it ended, then close the connections."""
        self._closed = True
        if self._under_way:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_CALLS_S):
                    await self._nothing_under_way.wait()
        if self._session is not None:
            await self._session.close()

    async def _call(
        self, account: str, doing: str, method: str, path: str, *, body: Any = None, form: Form | None = None
    ) -> dict[str, Any]:
        """Return the `data` of an answer; a dead access token is replaced once and the call made again."""
        if self._closed:
            raise MessengerFailed(Failure.LATER, f"Zalo OA {doing}: we are stopping")
        self._under_way += 1
        self._nothing_under_way.clear()
        try:
            row = await self._tokens.access(account)
            try:
                return await self._ask(row, doing, method, path, body, form)
            except Refused as refused:
                if refused.code not in TOKEN_CODES:
                    raise
            row = await self._tokens.renewed(row)
            return await self._ask(row, doing, method, path, body, form)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._nothing_under_way.set()

    async def _ask(
        self, row: Account, doing: str, method: str, path: str, body: Any, form: Form | None
    ) -> dict[str, Any]:
        headers = {"access_token": row.access_token}
        if self._prove_calls:
            proof = hmac.new(row.app_secret.encode(), row.access_token.encode(), hashlib.sha256)
            headers["appsecret_proof"] = proof.hexdigest()
        sent: dict[str, Any] = {"json": body} if body is not None else {"data": form()} if form else {}
        try:
            # Followed elsewhere, the token in the header would go along.
            async with self._connections().request(
                method, self._url + path, headers=headers, allow_redirects=False, **sent
            ) as answer:
                status, raw = answer.status, await answer.content.read(MOST_BYTES)
        except (ClientError, TimeoutError, OSError) as error:
            raise failure_of_line(error, doing) from None
        return self._data(status, raw, doing)

    def _data(self, status: int, raw: bytes, doing: str) -> dict[str, Any]:
        try:
            told = json.loads(raw)
            code = int(told["error"])
        except (ValueError, TypeError, KeyError, RecursionError):
            if status == 200:
                raise MessengerFailed(Failure.UNCERTAIN, f"Zalo OA {doing}: the answer could not be read") from None
            raise failure_of_status(status, doing) from None
        if code:
            raise refusal(code, doing, self._clock.now(), paid=self._paid)
        data = told.get("data")
        return data if isinstance(data, dict) else {}

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=50))
        return self._session
