"""What is turned away before anything parses it: odd encodings, bodies too large or too slow. One ASGI middleware.

Parsing is pure work on the event loop. A body decoded as punycode took it fourteen seconds, and everybody waited.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence

from python_multipart.multipart import parse_options_header
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from texts import say

MAX_BODY_BYTES = 200_000
PAUSE_AT_MOST_S = 20.0  # between two pieces of a body
SLOWEST_BYTES_PER_S = 2_000  # a photo over the worst of networks
GRACE_S = 20.0  # before a body must have kept that pace
PIECE_BYTES = 32 * 1024  # parsed at once; then it is the others' turn
LONGEST_KIND = 500  # a kind, a boundary, a charset; taking more apart is slow
_OUR_LETTERS = (b"utf-8", b"utf8")
_ONE_SLASH_TOO_MANY = re.compile(r"(/[^/\\]+(?:/[^/\\]+)*)/")


class TooMuch(Exception):
    """The body is longer than this address takes."""


class TooSlow(Exception):
    """The body comes so slowly that it holds its place for nothing."""


class Edges:
    """Passes on only what may be parsed."""

    def __init__(self, app: ASGIApp, own_limits: tuple[str, ...] = ()) -> None:
        """Paths that begin with one of `own_limits` bound their bodies themselves."""
        self._app = app
        self._own_limits = own_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call that is turned away; pass everything else on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most = None if scope["path"].startswith(self._own_limits or "\n") else MAX_BODY_BYTES
        refused = _refused(scope, headers, most)
        if refused is not None:
            await refused(scope, receive, send)
            return
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, _Body(receive, most).receive, note)
        except (TooMuch, TooSlow) as error:
            if not begun:
                status = 413 if isinstance(error, TooMuch) else 408
                await _turned_away(scope, status)(scope, receive, send)


def _refused(scope: Scope, headers: Mapping[bytes, bytes], most: int | None) -> Response | None:
    if _names_other_letters([value for name, value in scope["headers"] if name == b"content-type"]):
        return _turned_away(scope, 415)
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:  # a sign nobody types and PostgreSQL keeps nowhere
        return _turned_away(scope, 400)
    length = headers.get(b"content-length", b"0")
    if most is not None and (not length.isdigit() or int(length[:20]) > most):
        return _turned_away(scope, 413)
    too_many = _ONE_SLASH_TOO_MANY.fullmatch(scope["path"])
    if too_many is not None and scope["method"] in ("GET", "HEAD"):
        # A path alone: the host a proxy forwards and its scheme are not ours to repeat.
        return RedirectResponse(too_many[1], 308)
    return None


def _names_other_letters(kinds: Sequence[bytes]) -> bool:
    """Tell whether these Content-Type headers leave any doubt that letters are UTF-8.

    What the form parser would understand must be it, and no second word on the matter may stand beside it, nor so many
    others that this is hard to tell.
    """
    told = b";".join(kinds).lower()
    if len(kinds) > 1 or len(told) > LONGEST_KIND or b"*" in told:  # RFC 2231 writes `charset*=`, nobody else a star
        return True
    if b"charset" not in told:
        return False
    understood = parse_options_header(told)[1].get(b"charset", b"")
    return told.count(b"charset") > 1 or understood.lower() not in _OUR_LETTERS


def _turned_away(scope: Scope, status: int) -> Response:
    headers = {"connection": "close", "cache-control": "no-store"}
    return PlainTextResponse(say(f"page.error.{status}"), status, headers)


class _Body:
    """A request's body, bounded in length and in the time it may take."""

    def __init__(self, receive: Receive, most: int | None) -> None:
        self._receive = receive
        self._most = most
        self._bytes = 0
        self._is_whole = False
        self._began: float | None = None
        self._left = memoryview(b"")  # of what came in one piece, and is handed on in several

    async def receive(self) -> Message:
        """Return the next piece. Raises `TooMuch` and `TooSlow`."""
        if self._bytes:  # what was handed on is parsed by now, and more may lie ready
            await asyncio.sleep(0)
        if self._left:
            return self._piece()
        if self._is_whole:  # what is awaited now is that the other side goes away, and that may take long
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        left_s = GRACE_S + self._bytes / SLOWEST_BYTES_PER_S - (now - self._began)
        try:
            async with asyncio.timeout(max(0.0, min(PAUSE_AT_MOST_S, left_s))):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        body = message.get("body", b"")
        self._bytes += len(body)
        self._is_whole = not message.get("more_body", False)
        if self._most is not None and self._bytes > self._most:
            raise TooMuch
        if len(body) <= PIECE_BYTES:
            return message
        self._left = memoryview(body)
        return self._piece()

    def _piece(self) -> Message:
        piece, self._left = self._left[:PIECE_BYTES], self._left[PIECE_BYTES:]
        more = bool(self._left) or not self._is_whole
        return {"type": "http.request", "body": bytes(piece), "more_body": more}
