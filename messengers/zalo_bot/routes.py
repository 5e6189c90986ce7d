"""What the platform asks of us: to take an update, and to hand out a picture we told it the address of."""

import asyncio
import hmac
from collections.abc import Callable
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from deeds.clock import Clock
from messengers.port import Accept, CannotRead, Park, TryLater
from messengers.webhooks import only_header, whole_body
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


class Webhook:
    """Answers the platform's deliveries."""

    def __init__(self, secret: str, accept: Accept, park: Park) -> None:
        self._secret = check_secret(secret)
        self._accept = accept
        self._park = park

    def routes(self) -> Routes:
        """Return the route to mount."""
        return [Route(PATH, self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Take one delivery: 200 kept, 401 not from the platform, 413 too big, 503 come again."""
        told = only_header(request.headers.raw, SECRET_HEADER)
        if told is None or not hmac.compare_digest(told, self._secret):
            return Response(status_code=401)
        try:
            body = await whole_body(request.stream(), BODY_MAX_BYTES)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            for raw in updates_of(body):
                await self._take(raw)
        except TryLater:
            return Response(status_code=503, headers={"Retry-After": "2"})
        return Response(status_code=200)

    async def _take(self, raw: bytes) -> None:
        try:
            event = read(raw)
        except CannotRead as unreadable:
            await self._park(NAME, unreadable)
        else:
            if event is not None:
                await self._accept(event)


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
