"""What the platform asks of us: to take an update, and to hand out a picture we told it the address of."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deeds.clock import Clock
from messengers.port import Accept, Park
from messengers.receiving import Receiver
from messengers.webhooks import SecretWebhook
from messengers.zalo_bot.abilities import BODY_MAX_BYTES, SECRET_MAX_BYTES, SECRET_MIN_BYTES
from messengers.zalo_bot.incoming import NAME, read, updates_of
from messengers.zalo_bot.photo_addresses import PATH as PHOTOS
from messengers.zalo_bot.photo_addresses import PhotoAddresses

Routes = list[Route]
PATH = "/webhooks/zalo-bot"
SECRET_HEADER = b"x-bot-api-secret-token"
KEPT_BY_CACHES_S = 3_600  # not longer: a picture may be taken back


def check_secret(secret: str) -> bytes:
    """Return the secret as it is compared. Raises `ValueError` for one that protects nothing or cannot be a header."""
    told = secret.encode()
    if not SECRET_MIN_BYTES <= len(told) <= SECRET_MAX_BYTES:
        raise ValueError(f"VIECTOT_ZALO_BOT_SECRET must have {SECRET_MIN_BYTES} to {SECRET_MAX_BYTES} bytes")
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValueError("VIECTOT_ZALO_BOT_SECRET must be letters, digits and signs without blanks")
    return told


def webhook(secret: str, accept: Accept, park: Park) -> SecretWebhook:
    """Return the webhook to mount; a body may hold several updates. Raises `ValueError` as `check_secret` does."""
    receiver = Receiver(NAME, read, accept, park)

    async def take(body: bytes) -> None:
        for raw in updates_of(body):
            await receiver.take(raw)

    return SecretWebhook(PATH, SECRET_HEADER, check_secret(secret), BODY_MAX_BYTES, take)


class Photos:
    """Hands out published copies by their unguessable addresses, as often as they are asked for."""

    def __init__(self, addresses: PhotoAddresses, photo_path: Callable[[str], Path], clock: Clock) -> None:
        self._addresses = addresses
        self._photo_path = photo_path
        self._clock = clock

    def routes(self) -> Routes:
        """Return the route to mount; it answers GET and HEAD."""
        return [Route(PHOTOS + "{token}.jpg", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Return the picture; 404 for an address that is not ours, no longer holds, or whose picture is gone."""
        known = self._addresses.picture(request.path_params["token"], self._clock.now())
        if known is None:
            return _not_here()
        sha256, left_s = known
        try:
            content = await asyncio.to_thread(self._photo_path(sha256).read_bytes)
        except OSError:
            return _not_here()
        headers = {
            "Cache-Control": f"private, max-age={min(left_s, KEPT_BY_CACHES_S)}",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }
        return Response(content, media_type="image/jpeg", headers=headers)


def _not_here() -> Response:
    return Response(status_code=404, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
