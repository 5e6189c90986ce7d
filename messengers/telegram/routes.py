"""Where Telegram brings updates to, and the secret it proves itself with."""

from collections.abc import Awaitable, Callable

from messengers.telegram.abilities import BODY_MAX_BYTES, SECRET_MIN_BYTES
from messengers.webhooks import SecretWebhook

PATH = "/webhooks/telegram"
SECRET_HEADER = b"x-telegram-bot-api-secret-token"


def check_secret(secret: str) -> bytes:
    """Return the secret as it is compared. Raises `ValueError` for one that protects nothing."""
    told = secret.encode()
    if len(told) < SECRET_MIN_BYTES:
        raise ValueError(f"VIECTOT_TELEGRAM_SECRET must have at least {SECRET_MIN_BYTES} bytes")
    return told


def webhook(secret: str, take: Callable[[bytes], Awaitable[None]]) -> SecretWebhook:
    """Return the webhook to mount; a body is one update. Raises `ValueError` for a secret that protects nothing."""
    return SecretWebhook(PATH, SECRET_HEADER, check_secret(secret), BODY_MAX_BYTES, take)
