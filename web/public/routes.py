"""The public pages: what is published, how a teller looks up a report, who keeps what."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from deeds.codes import is_deed_code, read_receipt, receipt_hmac
from deeds.kinds import Status
from storage import accounts, deeds
from storage.accounts import Account
from storage.database import Tx
from storage.office import Office, office
from storage.photos.files import NotOurs, PhotoFiles
from storage.store import Store
from texts import say
from web.forms import read_form
from web.pages import Pages
from web.public import stories

DEEDS_ON_PAGE = 20
DEEDS_IN_FEED = 50
LOOK_UP_TAKES_S = 0.25  # found or not, so that the time tells nothing
_ASK_AGAIN = {"cache-control": "no-cache"}  # what is taken down must be gone at the next look


@dataclass(frozen=True)
class PublicServices:
    """What the public pages need; `may_look_up` is `web.rates.Rate(5, 60).allows`, asked by network address."""

    store: Store
    files: PhotoFiles
    pages: Pages
    receipt_key: bytes
    may_look_up: Callable[[str], bool]


def routes(services: PublicServices) -> list[Route]:
    """Return the routes of the public pages."""
    site = _Site(services)
    return [
        Route("/", site.front, methods=["GET"]),
        Route("/deeds/{code}", site.deed, methods=["GET"]),
        Route("/photos/{sha256}.jpg", site.photo, methods=["GET"]),
        Route("/privacy", site.privacy, methods=["GET"]),
        Route("/look-up", site.look_up, methods=["GET"]),
        Route("/look-up", site.looked_up, methods=["POST"]),
        Route("/feed.atom", site.feed, methods=["GET"]),
        Route("/robots.txt", site.robots, methods=["GET"]),
        Route("/favicon.ico", site.favicon, methods=["GET"]),
    ]


class _Site:
    def __init__(self, services: PublicServices) -> None:
        self._services = services
        self._pages = services.pages

    async def front(self, request: Request) -> Response:
        """The published deeds, newest first."""
        before = _instant(request.query_params.get("before", ""))

        def look(tx: Tx) -> tuple[Office, list[stories.Story], Sequence[Account]]:
            return office(tx), stories.newest(tx, DEEDS_ON_PAGE, before), accounts.accounts(tx, "zalo_oa")

        set_up, found, zalo = await self._services.store.read(look)
        older = found[-1].published_at.isoformat() if len(found) == DEEDS_ON_PAGE else None
        return self._show(
            "public/front.html", set_up, stories=found, older=older, zalo=zalo, telegram=set_up.telegram_bot
        )

    async def deed(self, request: Request) -> Response:
        """One published deed."""
        code = request.path_params["code"]
        if not is_deed_code(code):
            raise HTTPException(404)
        set_up, found = await self._services.store.read(lambda tx: (office(tx), stories.story(tx, code)))
        if found is None:
            raise HTTPException(404)
        return self._show("public/deed.html", set_up, story=found)

    async def photo(self, request: Request) -> Response:
        """A clean copy, as long as a published deed shows it."""
        sha256 = request.path_params["sha256"]
        found = await self._services.store.read(lambda tx: stories.picture_file(tx, sha256))
        try:
            if found is None or not self._services.files.has(*found):
                raise HTTPException(404)
        except NotOurs:
            raise HTTPException(404) from None
        headers = {**_ASK_AGAIN, "etag": f'"{sha256}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return FileResponse(self._services.files.path(*found), media_type="image/jpeg", headers=headers)

    async def privacy(self, request: Request) -> Response:
        """Who keeps what, and what people may demand."""
        set_up = await self._services.store.read(office)
        return self._show(
            "public/privacy.html",
            set_up,
            standing_office=set_up["standing_office"],
            address=set_up["address"],
        )

    async def look_up(self, request: Request) -> Response:
        """Ask for a receipt."""
        return self._show("public/look_up.html", await self._services.store.read(office), answer=None, typed="")

    async def looked_up(self, request: Request) -> Response:
        """Tell where the report with this receipt stands, and nothing else about it."""
        began = time.monotonic()
        if not self._services.may_look_up(request.client.host if request.client else ""):
            set_up = await self._services.store.read(office)
            said = say("public.look_up.too_often")
            return self._show("public/look_up.html", set_up, status=429, answer=said, typed="")
        typed = str((await read_form(request, 5, 1_000)).get("receipt", ""))[:40]
        # A code that cannot be one is looked for as well: the answer and its time are those of an unknown one.
        receipt = read_receipt(typed) or typed
        hashed = receipt_hmac(receipt, self._services.receipt_key)
        set_up, found = await self._services.store.read(lambda tx: (office(tx), deeds.by_receipt(tx, hashed)))
        if found is not None:
            status = Status.WITHDRAWN if found.withdrawn else found.status
            answer = say("public.look_up.found", status=say(f"status.citizen.{status}"))
        elif set_up["phone"]:
            answer = say("public.look_up.unknown", phone=set_up["phone"])
        else:
            answer = say("public.look_up.unknown_no_phone")
        await asyncio.sleep(max(0.0, LOOK_UP_TAKES_S - (time.monotonic() - began)))
        return self._show("public/look_up.html", set_up, answer=answer, typed=typed)

    async def feed(self, request: Request) -> Response:
        """The published deeds as an Atom feed (RFC 4287)."""
        set_up, found = await self._services.store.read(lambda tx: (office(tx), stories.newest(tx, DEEDS_IN_FEED)))
        body = self._pages.text("public/feed.xml", stories=found, **_names(set_up))
        return Response(body, media_type="application/atom+xml", headers=_ASK_AGAIN)

    async def robots(self, request: Request) -> Response:
        """What search engines should leave alone."""
        closed = ("/desk", "/chat", "/look-up", "/api", "/webhooks", "/metrics")
        return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in closed))

    async def favicon(self, request: Request) -> Response:
        """Browsers ask for it by this name whatever the page says."""
        return Response(status_code=308, headers={"location": self._pages.static("favicon.svg")})

    def _show(self, template: str, set_up: Office, *, status: int = 200, **values: object) -> Response:
        return self._pages.show(template, status=status, headers=_ASK_AGAIN, **_names(set_up), **values)


def _names(set_up: Office) -> dict[str, str]:
    return {"office": set_up["office"], "issuer": set_up["issuer"] or set_up["office"], "phone": set_up["phone"]}


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
