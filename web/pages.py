"""What every page shares: templates that escape, static files under their hash, headers that keep browsers strict."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deeds.errors import ForPeople, NotAllowed, NotFound, NotPossible, SomebodyWasFirst
from deeds.months import VIET_NAM
from storage import away
from storage.database import DATABASE_ERRORS, is_worth_a_retry
from texts import has, say

_HERE = Path(__file__).parent
# No source is ever 'unsafe-inline', and no host but our own is named: a story with markup in it stays a text.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # browsers of old telephones know no frame-ancestors
    # Not no-referrer: with that, a browser posts our own forms with `Origin: null`.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_ADDRESS_ENDS = r"(?![\w/?=&%#~-]|[.:@]\w)"  # a longer address is another one; chat.js knows it as well
_ONE_YEAR_S = 31_536_000
_STATUS = {NotFound: 404, NotAllowed: 403, SomebodyWasFirst: 409, NotPossible: 409}


@dataclass(frozen=True)
class _Static:
    body: bytes
    packed: bytes
    media_type: str
    mark: str


class Pages:
    """Renders templates of `web/templates` and serves `web/static`; everything is read once, at start."""

    def __init__(self, public_url: str) -> None:
        """`public_url` is where people reach us; it decides about https."""
        self.public_url = public_url.rstrip("/")
        self._static = _read_static(_HERE / "static")
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(say=say, static=self.static, public_url=self.public_url)
        self._environment.filters.update(day=_day, moment=_moment, linked=_linked)

    @property
    def is_https(self) -> bool:
        """Tell whether people reach us by https; cookies are `Secure` and `__Host-` exactly then."""
        return self.public_url.startswith("https://")

    def text(self, template: str, **values: Any) -> str:
        """Return a template filled in: with `say(key)`, `static(name)`, `public_url`, `|day`, `|moment`, `|linked`."""
        return self._environment.get_template(template).render(**values)

    def show(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """Return a page. Nothing keeps a copy unless `headers` say otherwise."""
        return HTMLResponse(
            self.text(template, **values), status_code=status, headers={"cache-control": "no-store", **(headers or {})}
        )

    def static(self, name: str) -> str:
        """Return the address of a static file; it changes with the file's bytes."""
        return f"/static/{self._static[name].mark}/{name}"

    def routes(self) -> list[Route]:
        """Return the routes of the static files."""
        return [Route("/static/{mark}/{name:path}", self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        found = self._static.get(request.path_params["name"])
        if found is None or found.mark != request.path_params["mark"]:
            raise HTTPException(404)
        headers = {"cache-control": f"public, max-age={_ONE_YEAR_S}, immutable", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", "") and len(found.packed) < len(found.body):
            return Response(found.packed, headers={**headers, "content-encoding": "gzip"}, media_type=found.media_type)
        return Response(found.body, headers=headers, media_type=found.media_type)


def error_handlers(pages: Pages) -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """Return what Starlette's `exception_handlers` wants: every failure is a sentence, on a page or as JSON."""

    def tell(request: Request, status: int, sentence: str) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return pages.show("error.html", status=status, sentence=sentence)
        return JSONResponse({"error": sentence}, status_code=status, headers={"cache-control": "no-store"})

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        key = f"page.error.{error.status_code}"
        answer = tell(request, error.status_code, say(key if has(key) else "page.error.400"))
        answer.headers.update(error.headers or {})
        return answer

    async def for_people(request: Request, error: Exception) -> Response:
        assert isinstance(error, ForPeople)
        return tell(request, _STATUS.get(type(error), 400), error.sentence)

    async def ours(request: Request, error: Exception) -> Response:
        answer = tell(request, 500, say("page.error.500"))
        answer.headers.update(_HEADERS)  # Starlette gives this answer outside of all middleware
        return answer

    async def away_now(request: Request, error: Exception) -> Response:
        if not is_worth_a_retry(error):
            raise error  # ours after all
        away.tell("page", error)
        answer = tell(request, 503, say("page.error.503"))
        answer.headers["retry-after"] = "5"
        return answer

    kinds = dict.fromkeys((*DATABASE_ERRORS, OSError), away_now)
    return {HTTPException: known, ForPeople: for_people, **kinds, Exception: ours}


class SecurityHeaders:
    """ASGI middleware that puts the strict headers on every answer; one an answer brings itself is kept."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        """With `https`, browsers are told never to come without it."""
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["strict-transport-security"] = f"max-age={_ONE_YEAR_S}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _read_static(folder: Path) -> dict[str, _Static]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            body = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            mark = hashlib.sha256(body).hexdigest()[:12]
            found[path.relative_to(folder).as_posix()] = _Static(body, gzip.compress(body, mtime=0), kind, mark)
    return found


def _linked(text: str, links: Sequence[str]) -> Markup:
    """Make links of these addresses; any other one, whoever wrote it, stays a text."""
    ours = "|".join(map(re.escape, links))
    pieces = re.split(rf"({ours}){_ADDRESS_ENDS}", text) if ours else [text]
    link = Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>')
    return Markup().join(link.format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces))


def _day(when: date | datetime) -> str:
    """Return a day as people write it; an instant is told in Viet Nam's time."""
    return (when.astimezone(VIET_NAM) if isinstance(when, datetime) else when).strftime("%d/%m/%Y")


def _moment(when: datetime) -> str:
    return when.astimezone(VIET_NAM).strftime("%H:%M %d/%m/%Y")
