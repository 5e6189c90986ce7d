"""The desk's two cookies: the session, and the mark of a browser that asks for a sign-in link."""

from starlette.requests import Request
from starlette.responses import Response

from deeds.codes import new_secret, secret_hash
from storage.web_sessions import SESSION_LIVES
from web.desk.services import Services

_LONGEST = 200  # of our own secrets; anything longer was never given out by us
BROWSER_LIVES_S = 3600


def _name(services: Services, short: str) -> str:
    # A browser takes a __Host- cookie over https only, and then no neighbour of the domain can set it.
    return f"__Host-viectot_{short}" if services.pages.is_https else f"viectot_{short}"


def _set(services: Services, response: Response, short: str, value: str, lives_s: int) -> None:
    response.set_cookie(
        _name(services, short),
        value,
        max_age=lives_s,
        path="/",
        secure=services.pages.is_https,
        httponly=True,
        samesite="lax",
    )


def session_cookie(services: Services, request: Request) -> str | None:
    """Return the secret of the session this browser claims."""
    value = request.cookies.get(_name(services, "desk"), "")
    return value if 0 < len(value) <= _LONGEST else None


def set_session(services: Services, response: Response, secret: str) -> None:
    """Sign a browser in."""
    _set(services, response, "desk", secret, int(SESSION_LIVES.total_seconds()))


def drop_session(services: Services, response: Response) -> None:
    """Make a browser forget its session."""
    _set(services, response, "desk", "", 0)


def browser_of(services: Services, request: Request) -> str | None:
    """Return the mark of this browser, None where it has none yet."""
    value = request.cookies.get(_name(services, "browser"), "")
    return value if 0 < len(value) <= _LONGEST else None


def mark_browser(services: Services, response: Response, mark: str) -> None:
    """Keep the mark in the browser for as long as signing in may take."""
    _set(services, response, "browser", mark, BROWSER_LIVES_S)


def mark_for(services: Services, request: Request) -> str:
    """Return the mark of this browser, or a new one for it."""
    return browser_of(services, request) or new_secret()


def form_token_of_browser(mark: str) -> str:
    """Return the token forms carry before anybody is signed in: only the site that set the mark can know it."""
    return secret_hash(f"sign-in form {mark}")
