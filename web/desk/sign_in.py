"""Signing in without a password: a one-time link, shown by GET and used up by POST, and out again."""

from datetime import timedelta
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import ForPeople, NotAllowed
from deeds.said import Prompt
from deeds.vietnamese import nfc
from storage import outbox, people, web_sessions
from storage.database import Tx
from storage.web_sessions import ASKED_LINK_LIVES
from texts import say
from web.desk import cookies
from web.desk.gate import (
    ANYBODY_AT_THE_DESK,
    SIGN_IN,
    Visit,
    action,
    carries,
    form_of,
    is_from_here,
    said_no,
    signed_in,
)
from web.desk.services import Services
from web.rates import Rate, network

LINKS_AT_MOST = 3  # asked for in one name by one browser
LINKS_WITHIN = timedelta(minutes=10)
ASKED_AT_MOST = 10  # by one address
TRIED_AT_MOST = 60


def routes(services: Services) -> list[Route]:
    """Return the only routes of the desk that need no session, and the one that ends it."""
    desk = _SignIn(services)
    return [
        Route(SIGN_IN, desk.ask, methods=["GET"]),
        Route(SIGN_IN, desk.send, methods=["POST"]),
        Route(f"{SIGN_IN}/{{link}}", desk.confirm, methods=["GET"]),
        Route(f"{SIGN_IN}/{{link}}", desk.enter, methods=["POST"]),
        action(services, "/desk/sign-out", sign_out, roles=None),
    ]


class _SignIn:
    """The four steps before anybody is known; what is remembered between them is a mark in the browser."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asking = Rate(ASKED_AT_MOST, LINKS_WITHIN.total_seconds(), by=network)
        self._trying = Rate(TRIED_AT_MOST, LINKS_WITHIN.total_seconds(), by=network)

    async def ask(self, request: Request) -> Response:
        """Show where one types one's name; who is signed in goes on to the desk."""
        if await signed_in(self._services, request):
            return RedirectResponse("/desk", 303)
        return self._page(request, "sign_in.html", sent=False)

    async def send(self, request: Request) -> Response:
        """Send a link to the messengers of whoever has this name; the answer is the same where nobody has it."""
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        name = " ".join(nfc(str(form.get("name", ""))).split())[:200]
        browser = cookies.browser_of(self._services, request)
        if not self._asking.allows(_address(request)):
            return self._page(request, "sign_in.html", 429, sent=False, problem=say("desk.sign_in.too_often"))
        if name and browser:
            await self._services.store.write("desk:sign-in", lambda tx: self._send_link(tx, name, browser))
            self._services.wake()
        return self._page(request, "sign_in.html", sent=True)

    def _send_link(self, tx: Tx, name: str, browser: str) -> None:
        now = self._services.clock.now()
        person = people.named(tx, name)
        if person is None or person.roles.isdisjoint(ANYBODY_AT_THE_DESK):
            return
        if web_sessions.links_since(tx, person.id, browser, now - LINKS_WITHIN) >= LINKS_AT_MOST:
            return
        token = web_sessions.new_link(tx, person.id, now, ASKED_LINK_LIVES, browser)
        url = f"{self._services.pages.public_url}{SIGN_IN}/{token}"
        text = say("desk.sign_in.message", url=url, seconds=int(ASKED_LINK_LIVES.total_seconds()))
        for way in people.ways_to(tx, [person.id]):
            outbox.put(tx, way.messenger, way.address, Prompt(text, links=(url,), once=True), now)

    async def confirm(self, request: Request) -> Response:
        """Show a button; a preview of the link by a messenger uses nothing up."""
        link, now = request.path_params["link"], self._services.clock.now()
        browser = cookies.browser_of(self._services, request)
        if not self._trying.allows(_address(request)):
            return self._page(request, "sign_in.html", 429, sent=False, problem=say("desk.sign_in.too_often"))
        if not await self._services.store.read(lambda tx: web_sessions.link_is_open(tx, link, now, browser)):
            return self._closed(request)
        return self._page(request, "sign_in_confirm.html", link=link)

    async def enter(self, request: Request) -> Response:
        """Use the link up and open a session with a new secret; one this browser had before is ended."""
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        link, now = request.path_params["link"], self._services.clock.now()
        browser = cookies.browser_of(self._services, request)
        before = cookies.session_cookie(self._services, request)

        def open_session(tx: Tx) -> tuple[str, str] | None:
            opened = web_sessions.consume_link(tx, link, browser, now)
            if opened and before:
                web_sessions.end_session(tx, before, now)
            return opened

        opened = await self._services.store.write("desk:sign-in", open_session)
        if opened is None:
            return self._closed(request)
        response = RedirectResponse("/desk", 303, headers={"cache-control": "no-store"})
        cookies.set_session(self._services, response, opened[0])
        return response

    def _closed(self, request: Request) -> Response:
        return self._page(request, "sign_in.html", 410, sent=False, problem=say("desk.sign_in.closed"))

    async def _form(self, request: Request) -> FormData | Response:
        """Return the form, or the answer to one that is not ours."""
        mark = cookies.browser_of(self._services, request)
        try:
            form = await form_of(request)
            if not is_from_here(self._services, request):
                raise NotAllowed("desk.error.foreign_form", "a foreign page posted to the sign-in")
            if mark is None or not carries(form, cookies.form_token_of_browser(mark)):
                raise NotAllowed("desk.error.foreign_form", "no form token at the sign-in")
        except ForPeople as error:
            return said_no(self._services, error, None, SIGN_IN)
        return form

    def _page(
        self, request: Request, template: str, status: int = 200, problem: str | None = None, **values: Any
    ) -> Response:
        mark = cookies.mark_for(self._services, request)
        browser_token = cookies.form_token_of_browser(mark)
        response = self._services.templates.show(
            template, None, status, browser_token=browser_token, problem=problem, **values
        )
        cookies.mark_browser(self._services, response, mark)
        return response


async def sign_out(visit: Visit, form: FormData) -> Response:
    """End the session of this browser."""
    secret = cookies.session_cookie(visit.services, visit.request)
    if secret is not None:
        await visit.write(lambda tx: web_sessions.end_session(tx, secret, visit.now()))
    response = RedirectResponse(SIGN_IN, 303)
    cookies.drop_session(visit.services, response)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
