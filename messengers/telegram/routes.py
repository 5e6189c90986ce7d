"""The webhook: checks the secret before anything else, carries the update through, says 200 only when it is kept."""

import hmac

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from messengers.port import Accept, CannotRead, Park, TryLater
from messengers.telegram.abilities import BODY_MAX_BYTES, SECRET_MIN_BYTES
from messengers.telegram.incoming import NAME, Decoder
from messengers.webhooks import only_header, whole_body

PATH = "/webhooks/telegram"
SECRET_HEADER = b"x-telegram-bot-api-secret-token"


def check_secret(secret: str) -> bytes:
    """Return the secret as it is compared. Raises `ValueError` for one that protects nothing."""
    told = secret.encode()
    if len(told) < SECRET_MIN_BYTES:
        raise ValueError(f"VIECTOT_TELEGRAM_SECRET must have at least {SECRET_MIN_BYTES} bytes")
    return told


class Webhook:
    """Answers Telegram. `decoder` may be replaced once the name of the bot is known."""

    def __init__(self, secret: str, decoder: Decoder, accept: Accept, park: Park) -> None:
        self.decoder = decoder
        self._secret = check_secret(secret)
        self._accept = accept
        self._park = park

    def routes(self) -> list[Route]:
        """Return the route to mount."""
        return [Route(PATH, self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Take one update: 200 kept, 401 not from Telegram, 413 too big, 503 come again."""
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
            try:
                event = self.decoder.read(body)
            except CannotRead as unreadable:
                await self._park(NAME, unreadable)
            else:
                if event is not None:
                    await self._accept(event)
        except TryLater:
            return Response(status_code=503, headers={"Retry-After": "2"})
        return Response(status_code=200)
