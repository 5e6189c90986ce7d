"""How what a platform sends becomes an event that is kept: the same for every messenger, whichever way it comes in."""

from collections.abc import Callable
from dataclasses import dataclass

from deeds.said import Inbound
from messengers.port import Accept, CannotRead, Park

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
