"""The two codes (design 5): a receipt is a secret of its teller, a deed code is for desks, papers and addresses."""

import hashlib
import hmac
import re
import secrets

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
AS_DIGITS = str.maketrans("OIL", "011")  # letters people write for the digits they resemble
_RECEIPT = re.compile(r"\b[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}\b")
_DEED_CODE = re.compile(r"^VT-\d{4}-\d{6}$")


def new_receipt() -> str:
    """Return a fresh receipt of 60 random bits as three groups of four Crockford digits."""
    digits = _random_digits(12)
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _random_digits(count: int) -> str:
    return "".join(secrets.choice(_CROCKFORD) for _ in range(count))


def read_receipt(text: str) -> str | None:
    """Return the receipt found in `text` in its one written form, or None; O, I and L are read as digits."""
    for found in _RECEIPT.finditer(text):
        digits = found.group().replace("-", "").upper().translate(AS_DIGITS)
        if set(digits) <= set(_CROCKFORD) and ("-" in found.group() or any(sign.isdigit() for sign in found.group())):
            return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
    return None


def receipt_hmac(receipt: str, key: bytes) -> str:
    """Return what we keep of a receipt: a leaked database does not open anybody's report."""
    return hmac.new(key, receipt.replace("-", "").encode(), hashlib.sha256).hexdigest()


def new_secret() -> str:
    """Return a fresh 256-bit secret for links and sessions, safe in addresses."""
    return secrets.token_urlsafe(32)


def new_invitation() -> str:
    """Return a fresh one-time code a person types to the bot: eight Crockford digits in two groups."""
    digits = _random_digits(8)
    return f"{digits[:4]}-{digits[4:]}"


def new_link_secret() -> str:
    """Return a fresh one-time code nobody types, for a link: 130 random bits."""
    return _random_digits(26)


def secret_hash(secret: str) -> str:
    """Return what we keep of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def deed_code(year: int, number: int) -> str:
    """Return the public code of the `number`-th deed of a year, e.g. `VT-2026-000123`."""
    return f"VT-{year}-{number:06d}"


def is_deed_code(text: str) -> bool:
    """Tell whether `text` has the form of a deed code."""
    return _DEED_CODE.fullmatch(text) is not None
