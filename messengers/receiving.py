"""How what a platform sends becomes an event that is kept: the same for every messenger, whichever way it comes in."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from deeds.said import Inbound
from messengers.port import Accept, CannotRead, Park, TryLater

Read = Callable[[bytes], Inbound | None]  # raises `CannotRead`


@dataclass(frozen=True)
class Receiver:
    """Carries single events through: an authentic one that does not parse is parked, so the ones behind it go on."""

    messenger: str
    read: Read
    accept: Accept
    park: Park

    async def take(self, raw: bytes) -> None:
        """Return once an event is committed or parked, or is none of ours. Raises `TryLater`."""
        try:
            event = self.read(raw)
        except CannotRead as unreadable:
            await self.park(self.messenger, unreadable)
        else:
            if event is not None:
                await self.accept(event)


@dataclass(frozen=True)
class SecretWebhook:
    """A webhook whose caller proves by a secret in a header who it is."""

    path: str
    header: bytes
    secret: bytes
    most_bytes: int
    take: Callable[[bytes], Awaitable[None]]  # a whole body; raises `TryLater`

    def routes(self) -> list[Route]:
        """Return the route to mount."""
        return [Route(self.path, self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Take one body: 200 kept, 401 not from the platform, 413 too big, 503 come again."""
        told = only_header(request.headers.raw, self.header)
        if told is None or not hmac.compare_digest(told, self.secret):
            return Response(status_code=401)
        return await answered(request, self.most_bytes, self._kept)

    async def _kept(self, body: bytes) -> int:
        await self.take(body)
        return 200


async def answered(request: Request, most_bytes: int, take: Callable[[bytes], Awaitable[int]]) -> Response:
    """Answer a call with the status `take` gives its body: 413 where it is too big, 503 where `TryLater` is raised."""
    try:
        body = await whole_body(request.stream(), most_bytes)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return Response(status_code=413)
    try:
        return Response(status_code=await take(body))
    except TryLater:
        return Response(status_code=503, headers={"Retry-After": "2"})


def only_header(raw: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes | None:
    """Return a header's value; None where it is missing or stands there twice.

    As bytes: one with letters beyond ASCII must be refused like any other, not break the comparison.
    """
    told = [value for name, value in raw if name == wanted]
    return told[0] if len(told) == 1 else None


async def whole_body(chunks: AsyncIterator[bytes], most_bytes: int) -> bytes | None:
    """Return a body, or None as soon as it is too big."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > most_bytes:
            return None
    return bytes(body)
