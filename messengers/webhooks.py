"""What every webhook does with a call: who sent it, a body of a size we take, and the status it is answered with."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from messengers.port import TryLater


@dataclass(frozen=True)
class SecretWebhook:
    """A webhook whose caller proves by a secret in a header who it is."""

    path: str
    header: bytes
    secret: bytes = field(repr=False)
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
