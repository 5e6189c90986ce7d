"""Pictures and recordings people sent, each under an address that dies."""

import secrets
from collections.abc import Callable

LIVES_S = 3_600.0  # nobody knows how long the real ones live


class Media:
    """What the media server holds."""

    def __init__(self, now: Callable[[], float], address: Callable[[], str]) -> None:
        self.lives_s = LIVES_S
        self.fetched: list[str] = []  # names, in the order of the requests
        self._now = now
        self._address = address
        self._kept: dict[str, tuple[bytes, float]] = {}

    def keep(self, content: bytes) -> str:
        """Keep some bytes; return their address."""
        name = secrets.token_hex(12)
        self._kept[name] = (content, self._now() + self.lives_s)
        return f"{self._address()}/media/{name}.jpg"

    def at(self, name: str) -> bytes | None:
        """Return the bytes of a name, or None when there are none any more."""
        self.fetched.append(name)
        content, dies_at = self._kept.get(name.removesuffix(".jpg"), (b"", 0.0))
        return content if self._now() < dies_at else None
