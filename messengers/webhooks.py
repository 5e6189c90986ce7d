"""What every webhook does with a call before anything else: one header's bytes, and a body of a size we take."""

from collections.abc import AsyncIterator, Iterable


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
