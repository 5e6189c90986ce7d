"""The one gate of the desk: who is signed in, what their roles open, and whether a form is really ours.

Every route of the desk is made here, so none can be without it.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import ForPeople, NotAllowed, NotFound, NotPossible, SomebodyWasFirst
from deeds.kinds import Role
from storage import web_sessions
from storage.database import Tx
from storage.people import Known
from storage.web_sessions import Session
from web.desk import cookies, readers
from web.desk.services import Services
from web.forms import read_form

T = TypeVar("T")
READERS, PAPER_READERS = readers.READERS, readers.PAPER_READERS
ANYBODY_AT_THE_DESK = PAPER_READERS
STATUS = {NotAllowed: 403, NotFound: 404, SomebodyWasFirst: 409, NotPossible: 422}
MAX_FIELDS = 200
MAX_FORM_BYTES = 200_000
SIGN_IN = "/desk/sign-in"


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    services: Services
    session: Session

    @property
    def person(self) -> Known:
        """Who is signed in, with the roles they hold now."""
        return self.session.person

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page of the desk for this person."""
        return self.services.templates.show(template, self.session, status, **values)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a view that changes nothing."""
        return await self.services.store.read(work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in one transaction, then let go out what it queued."""
        done = await self.services.store.write(f"desk:{self.person.id}", work)
        self.services.wake()
        return done

    def now(self) -> datetime:
        """Return the present instant."""
        return self.services.clock.now()


Show = Callable[[Visit], Awaitable[Response]]
Act = Callable[[Visit, FormData], Awaitable[Response]]
Roles = frozenset[Role]


async def signed_in(services: Services, request: Request) -> Session | None:
    """Return the session of this browser with the roles its person holds at this moment."""
    secret = cookies.session_cookie(services, request)
    if secret is None:
        return None
    now = services.clock.now()
    session = await services.store.read(lambda tx: web_sessions.session_of(tx, secret, now))
    if session is not None and session.is_due_for_touch(now):
        await services.store.write(f"desk:{session.person.id}", lambda tx: web_sessions.touch(tx, session.id, now))
    return session


def is_from_here(services: Services, request: Request) -> bool:
    """Tell whether an unsafe request was sent by a page of ours, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None or (origin == "null" and site == "same-origin"):
        return True
    return urlsplit(origin).netloc in {request.headers.get("host", ""), urlsplit(services.pages.public_url).netloc}


async def form_of(request: Request) -> FormData:
    """Return the fields of a form; the desk takes no files. Raises `NotPossible` for more than a person types."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_FORM_BYTES:
        raise NotPossible("desk.error.too_long", f"a form of {length or 'unknown'} bytes")
    return await read_form(request, MAX_FIELDS, MAX_FORM_BYTES)


def carries(form: FormData, token: str) -> bool:
    """Tell whether a form carries this token."""
    return hmac.compare_digest(str(form.get("token", "")).encode(), token.encode())


def said_no(services: Services, error: ForPeople, session: Session | None, back: str = "/desk") -> Response:
    """Return the page that says why something was not done, and what to do now."""
    return services.templates.tell(error.sentence, STATUS.get(type(error), 422), session, back)


def page(services: Services, path: str, show: Show, roles: Roles = READERS) -> Route:
    """Return a route that shows something to whoever holds one of `roles`."""

    async def endpoint(request: Request) -> Response:
        session = await signed_in(services, request)
        if session is None:
            return RedirectResponse(SIGN_IN, 303)
        try:
            _check_roles(session, roles)
            response = await show(Visit(request, services, session))
        except ForPeople as error:
            response = said_no(services, error, session)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return Route(path, endpoint, methods=["GET"])


def action(services: Services, path: str, act: Act, roles: Roles | None = READERS) -> Route:
    """Return a route that changes something; the finer right is checked by what it calls.

    Without `roles` it is open to everybody who is signed in.
    """

    async def endpoint(request: Request) -> Response:
        session = await signed_in(services, request)
        if session is None:
            return RedirectResponse(SIGN_IN, 303)
        try:
            if not is_from_here(services, request):
                raise NotAllowed("desk.error.foreign_form", f"a foreign page posted to {request.url.path}")
            form = await form_of(request)
            if not carries(form, session.form_token):
                raise NotAllowed("desk.error.foreign_form", f"no form token for {request.url.path}")
            if roles is not None:
                _check_roles(session, roles)
            response = await act(Visit(request, services, session), form)
        except ForPeople as error:
            response = said_no(services, error, session)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return Route(path, endpoint, methods=["POST"])


def _check_roles(session: Session, roles: Roles) -> None:
    if session.person.roles.isdisjoint(roles):
        raise NotAllowed("desk.error.no_right", f"person {session.person.id} may not open this page")
