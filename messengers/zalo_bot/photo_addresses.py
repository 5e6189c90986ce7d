"""Addresses under which the platform, then every telephone, fetches a picture of ours: nobody can guess one.

An address says by itself which picture it is, until when it holds, and that it is ours, so nothing is kept about it.
"""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime

from messengers.zalo_bot.abilities import PHOTO_ADDRESS_LIVES

PATH = "/zalo-photos/"
_SHA_BYTES = 32
_UNTIL_BYTES = 5
_LABEL = b"zalo-photos:1:"  # the key signs other things too
_SHAPE = re.compile(r"[A-Za-z0-9_-]{92}")  # 69 bytes: no bits are left over, so a picture has one spelling


class PhotoAddresses:
    """Makes and checks the part of an address that cannot be guessed."""

    def __init__(self, key: bytes) -> None:
        """Raises `ValueError` for a key that protects nothing."""
        if len(key) < 16:
            raise ValueError("the key of the photo addresses is too short")
        self._key = key

    def token(self, sha256: str, now: datetime) -> str:
        """Return the token of a picture; it holds for a week."""
        until = int((now + PHOTO_ADDRESS_LIVES).timestamp())
        signed = bytes.fromhex(sha256) + until.to_bytes(_UNTIL_BYTES, "big")
        return base64.urlsafe_b64encode(signed + self._mac(signed)).decode()

    def picture(self, token: str, now: datetime) -> tuple[str, int] | None:
        """Return the SHA-256 a token stands for and how many seconds it still holds; None for any other token."""
        if not _SHAPE.fullmatch(token):
            return None
        told = base64.urlsafe_b64decode(token)
        signed, mac = told[: _SHA_BYTES + _UNTIL_BYTES], told[_SHA_BYTES + _UNTIL_BYTES :]
        if not hmac.compare_digest(mac, self._mac(signed)):
            return None
        left_s = int.from_bytes(signed[_SHA_BYTES:], "big") - int(now.astimezone(UTC).timestamp())
        return (signed[:_SHA_BYTES].hex(), left_s) if left_s > 0 else None

    def _mac(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, _LABEL + signed, hashlib.sha256)
