"""What Zalo opens here: the webhook, the proof that the domain is ours, and the way back from an authorisation."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from deeds.said import Inbound
from messengers.port import Accept, Park, TryLater
from messengers.receiving import Receiver, parsed
from messengers.webhooks import answered, only_header
from messengers.zalo_oa.abilities import BODY_MAX_BYTES, NAME
from messengers.zalo_oa.consent import Ended
from messengers.zalo_oa.incoming import account_of, read
from messengers.zalo_oa.oauth import RETURN_PATH
from messengers.zalo_oa.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_by
from storage.accounts import Account

log = structlog.get_logger()

PATH = "/webhooks/zalo-oa"
PROBE = b"{}"  # what Zalo sends, unsigned, when the address is saved
VERIFIER_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
VERIFIER_MAX_BYTES = 64 * 1024
Routes = list[Route]
Known = Callable[[], Awaitable[Sequence[Account]]]
Finish = Callable[[str, str, str], Awaitable[Ended]]  # state, code, id of the account


class Door:
    """Answers Zalo."""

    def __init__(self, known: Known, finish: Finish, data_dir: Path, accept: Accept, park: Park) -> None:
        """`known` gives the accounts, `finish` ends an authorisation."""
        self._known = known
        self._finish = finish
        self._data_dir = data_dir
        self._accept = accept
        self._park = park

    def routes(self) -> Routes:
        """Return the routes to mount."""
        return [
            Route(PATH, self.receive, methods=["POST"]),
            Route(PATH, self.is_here, methods=["GET"]),
            Route("/zalo_verifier{code}.html", self.verifier, methods=["GET"]),
            Route(RETURN_PATH, self.authorized, methods=["GET"]),
        ]

    async def receive(self, request: Request) -> Response:
        """Take one event: 200 kept, 401 not from Zalo, 413 too big, 503 come again."""
        return await answered(request, BODY_MAX_BYTES, partial(self._take, request))

    async def _take(self, request: Request, body: bytes) -> int:
        if body.strip() == PROBE:
            return 200
        try:
            account = await self._signed_for(request, body)
        except Exception as error:
            log.warning("the accounts cannot be read", error=type(error).__name__)
            raise TryLater from error
        if account is None:
            return 401
        await Receiver(NAME, partial(_read_for, account), self._accept, self._park).take(body)
        return 200

    async def is_here(self, _: Request) -> Response:
        """Say that something listens."""
        return Response(status_code=200)

    async def verifier(self, request: Request) -> Response:
        """Give out the page with which the operator proves to Zalo whose domain this is."""
        code = request.path_params["code"]
        if not VERIFIER_CODE.fullmatch(code):
            return Response(status_code=404)
        path = self._data_dir / f"zalo_verifier{code}.html"
        if not path.is_file() or path.stat().st_size > VERIFIER_MAX_BYTES:
            return Response(status_code=404)
        return HTMLResponse(path.read_bytes())

    async def authorized(self, request: Request) -> Response:
        """Finish an authorisation and say how it went."""
        asked = request.query_params
        ended = await self._finish(asked.get("state", ""), asked.get("code", ""), asked.get("oa_id", ""))
        # The address holds a code: nothing keeps it, nothing is told where it came from.
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return PlainTextResponse(ended.sentence, 200 if ended.worked else 400, headers)

    async def _signed_for(self, request: Request, body: bytes) -> Account | None:
        """Return the account in whose name Zalo signed this; None when nobody did."""
        told = only_header(request.headers.raw, SIGNATURE_HEADER)
        if told is None:
            return None
        event = _parsed(body)
        if event is None:
            return None
        inside = event.get("timestamp")
        for account in await self._candidates(event):
            matched = signed_by(
                told,
                account.app_id,
                account.secret_key,
                body,
                header=only_header(request.headers.raw, TIMESTAMP_HEADER),
                inside=str(inside) if isinstance(inside, str | int) else None,
            )
            if matched is not None:
                log.debug("an event is signed", account=account.account, timestamp=matched)
                return account
        return None

    async def _candidates(self, event: Mapping[str, Any]) -> Sequence[Account]:
        """Return the account an event names, or all of its app where it names none."""
        ours = [account for account in await self._known() if account.app_id == str(event.get("app_id", ""))]
        try:
            named = account_of(event)
        except TypeError:
            named = ""
        return [account for account in ours if named in ("", account.account)]


def _parsed(body: bytes) -> Mapping[str, Any] | None:
    try:
        event = parsed(body)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _read_for(account: Account, raw: bytes) -> Inbound | None:
    """Read an event signed by an account: whoever holds the key of one speaks for that one only."""
    event = read(raw)
    return event if event is not None and event.chat.startswith(f"{account.account}:") else None
