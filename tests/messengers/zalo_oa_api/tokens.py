"""Tokens: a refresh works once and kills both tokens before it; an authorisation is proved by its verifier."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.messengers.zalo_oa_api.errors import ApiError

ACCESS_LIVES = timedelta(seconds=90_000)
CODE_LIVES = timedelta(minutes=10)


class TokenOffice:
    """Gives out the tokens of one account."""

    def __init__(self, app_id: str, app_secret: str, oa_id: str, clock: Callable[[], datetime]) -> None:
        self.refresh_token = secrets.token_urlsafe(48)
        self.access_token = secrets.token_urlsafe(64)
        self.access_until = clock() + ACCESS_LIVES
        self.every_token: list[str] = [self.refresh_token, self.access_token]
        self.refreshes = 0  # calls that worked
        self.asked = 0  # calls of any kind
        self._app_id, self._app_secret, self._oa_id = app_id, app_secret, oa_id
        self._clock = clock
        self._codes: dict[str, tuple[str, datetime]] = {}  # code: challenge, until

    def check(self, access_token: str) -> None:
        """Raise what the API says to a token that does not work."""
        if access_token != self.access_token:
            raise ApiError(-216)
        if self._clock() >= self.access_until:
            raise ApiError(-220)

    def consent(self, link: str, *, as_oa: str | None = None) -> str:
        """Let an administrator agree on the page behind a link; returns where their browser is sent."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        if asked.get("app_id") != self._app_id:
            raise AssertionError("the link names another app")
        code = secrets.token_urlsafe(32)
        self._codes[code] = (asked["code_challenge"], self._clock() + CODE_LIVES)
        back = {"code": code, "state": asked["state"], "oa_id": as_oa or self._oa_id}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def answer(self, form: Mapping[str, str], secret_key: str) -> dict[str, Any]:
        """Carry out a call of the token endpoint; errors are bodies with HTTP 200."""
        self.asked += 1
        if form.get("app_id") != self._app_id:
            return _no(-14002, "Invalid app id")
        if secret_key != self._app_secret:
            return _no(-14004, "Invalid secret key")
        if form.get("grant_type") == "authorization_code":
            challenge, until = self._codes.pop(form.get("code", ""), ("", self._clock()))
            if not challenge or self._clock() >= until:
                return _no(-14019, "Invalid authorization code")
            if _challenge(form.get("code_verifier", "")) != challenge:
                return _no(-14010, "Invalid code verifier")
            return self._new_pair()
        if form.get("grant_type") != "refresh_token":
            return _no(-14001, "Invalid grant type")
        if form.get("refresh_token") != self.refresh_token:
            return _no(-14014, "Invalid refresh token")
        self.refreshes += 1
        return self._new_pair()

    def revoke(self) -> None:
        """Let everything die, as when the account takes the right away."""
        self.refresh_token, self.access_token = secrets.token_urlsafe(48), secrets.token_urlsafe(64)

    def _new_pair(self) -> dict[str, Any]:
        self.revoke()
        self.every_token += [self.refresh_token, self.access_token]
        self.access_until = self._clock() + ACCESS_LIVES
        lives = str(int(ACCESS_LIVES.total_seconds()))
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": lives}


def _no(code: int, said: str) -> dict[str, Any]:
    return {"error": code, "error_name": said, "error_reason": said, "error_description": said}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
