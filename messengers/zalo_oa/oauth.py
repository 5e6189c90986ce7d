"""The token endpoint: an authorisation, or a refresh token that works once, becomes a new pair. It keeps nothing."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import aiohttp
from aiohttp import ClientConnectorError, ClientError

from deeds.clock import Clock
from deeds.codes import new_secret
from storage.accounts import Account

TIMEOUT_S = 20.0
ACCESS_LIVES = timedelta(hours=25)  # said as "90000"; where it is not said
REFRESH_LIVES = timedelta(days=90)  # three months, told by the documentation only
RETURN_PATH = "/zalo-oa/authorized"
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Pair:
    """Two tokens that belong together; the ones before are dead."""

    access_token: str = field(repr=False)
    access_until: datetime
    refresh_token: str = field(repr=False)
    refresh_until: datetime


class TokenRefused(Exception):
    """Zalo gives no tokens for this one. Holds its code, nothing that was sent."""


class NoAnswer(Exception):
    """Zalo could not be asked, or its answer was lost: the tokens may be dead or alive."""


class OAuth:
    """Asks for tokens."""

    def __init__(self, oauth_url: str, clock: Clock) -> None:
        """`oauth_url` has no slash at its end."""
        self._url = oauth_url.rstrip("/")
        self._clock = clock

    def consent_link(self, app_id: str, public_url: str, state: str, verifier: str) -> str:
        """Return where an administrator of the account allows our app to act for it."""
        asked = {
            "app_id": app_id,
            "redirect_uri": public_url.rstrip("/") + RETURN_PATH,
            "code_challenge": challenge_of(verifier),
            "state": state,
        }
        return f"{self._url}/v4/oa/permission?{urlencode(asked)}"

    async def exchange(self, account: Account, code: str, verifier: str) -> Pair:
        """Return the tokens an authorisation gives. Raises `TokenRefused` or `NoAnswer`."""
        asked = {"code": code, "grant_type": "authorization_code", "code_verifier": verifier}
        return await self._ask(account, asked)

    async def refresh(self, account: Account) -> Pair:
        """Return the next pair; the refresh token is dead then. Raises `TokenRefused` or `NoAnswer`."""
        return await self._ask(account, {"refresh_token": account.refresh_token, "grant_type": "refresh_token"})

    async def _ask(self, account: Account, asked: dict[str, str]) -> Pair:
        asked_at = self._clock.now()
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(
                    f"{self._url}/v4/oa/access_token",
                    data={"app_id": account.app_id, **asked},
                    headers={"secret_key": account.app_secret},
                    allow_redirects=False,
                ) as answer,
            ):
                status, body = answer.status, await answer.content.read(MOST_BYTES)
        except ClientConnectorError as error:
            raise NoAnswer(f"nobody there: {type(error).__name__}") from None
        except (ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(f"answer lost: {type(error).__name__}") from None
        return _pair(status, body, asked_at)


def new_verifier() -> str:
    """Return a fresh secret of 43 signs that whoever brings the code back must know."""
    return new_secret()


def challenge_of(verifier: str) -> str:
    """Return what is told of a verifier in the open (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _pair(status: int, body: bytes, asked_at: datetime) -> Pair:
    """Return the tokens of an answer: it worked only if both are there, whatever the status says."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise NoAnswer(f"no tokens and no reason: status {status}")
    access, refresh = told.get("access_token"), told.get("refresh_token")
    if isinstance(access, str) and access and isinstance(refresh, str) and refresh:
        return Pair(
            access,
            asked_at + _lives(told.get("expires_in"), ACCESS_LIVES),
            refresh,
            asked_at + _lives(told.get("refresh_token_expires_in"), REFRESH_LIVES),
        )
    if status >= 500:
        raise NoAnswer(f"no tokens: status {status}")
    code = told.get("error")
    # The words beside the code may quote what was sent.
    raise TokenRefused(str(code) if isinstance(code, int) else "no code")


def _lives(told: object, otherwise: timedelta) -> timedelta:
    try:
        seconds = int(str(told))
    except ValueError:
        return otherwise
    return timedelta(seconds=seconds) if 0 < seconds < 10**9 else otherwise
