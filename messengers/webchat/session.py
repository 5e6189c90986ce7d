"""Who a browser is: a random cookie of its own; we know it by the cookie's hash only, and that hash is its chat."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from deeds.codes import new_secret, secret_hash

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ONE_YEAR_S = 31_536_000


@dataclass(frozen=True)
class Session:
    """A browser: the address of its chat, and the cookie to set where it has none yet."""

    chat: str
    set_cookie: str | None


def cookie_name(https: bool) -> str:
    """Return the cookie's name; with the prefix, browsers take it from this very host and by https only."""
    return "__Host-chat" if https else "chat"


def session(cookies: Mapping[str, str], https: bool) -> Session:
    """Return whose browser this is; one that has no cookie of ours gets a fresh one."""
    name = cookie_name(https)
    secret = cookies.get(name, "")
    if _SECRET.fullmatch(secret):
        return Session(secret_hash(secret), None)
    secret = new_secret()
    cookie = f"{name}={secret}; Path=/; Max-Age={_ONE_YEAR_S}; HttpOnly; SameSite=Lax" + ("; Secure" if https else "")
    return Session(secret_hash(secret), cookie)


def comes_from_us(headers: Mapping[str, str], public_url: str) -> bool:
    """Tell whether a request that changes something was made by a page of ours; what is no browser says nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    sent_from = urlsplit(origin)
    # The host alone: behind a proxy that ends https we do not see the scheme.
    return bool(sent_from.netloc) and sent_from.netloc in (headers.get("host"), urlsplit(public_url).netloc)
