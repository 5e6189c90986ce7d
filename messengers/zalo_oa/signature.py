"""Whether an event is from Zalo: a plain SHA-256 over app, body, time and a key only Zalo and the account share.

It is no HMAC. Which of two timestamps signs is told differently by different sources, so both are tried; neither can be
made to fit without the key.
"""

import hashlib
import hmac
import re

SIGNATURE_HEADER = b"x-zevent-signature"
TIMESTAMP_HEADER = b"x-zevent-timestamp"
_TOLD = re.compile(rb"(?:mac ?= ?|sha256=)?([0-9a-f]{64})")


def signature(app_id: str, body: bytes, timestamp: bytes, secret_key: str) -> str:
    """Return the signature of an event, in hex."""
    return hashlib.sha256(app_id.encode() + body + timestamp + secret_key.encode()).hexdigest()


def signed_by(
    told: bytes, app_id: str, secret_key: str, body: bytes, *, header: bytes | None, inside: str | None
) -> str | None:
    """Return which timestamp the signature `told` was made with, `header` or `inside`; None: it is not from Zalo."""
    found = _TOLD.fullmatch(told.strip())
    if found is None or not secret_key:
        return None
    matched = None
    for name, timestamp in (
        ("inside", inside.encode(errors="replace") if inside is not None else None),
        ("header", header),
    ):
        if timestamp is None:
            continue
        right = signature(app_id, body, timestamp, secret_key).encode()
        if hmac.compare_digest(found[1], right):
            matched = name
    return matched
