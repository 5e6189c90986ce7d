"""How what a platform sends becomes an event that is kept: the same for every messenger, whichever way it comes in."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deeds.said import Inbound
from messengers.port import Accept, CannotRead, Park

Read = Callable[[bytes], Inbound | None]  # raises `CannotRead`


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)


def parsed(body: bytes) -> Any:
    """Return what a JSON body says.

    Raises `ValueError` for anything else: numbers Python reads as infinite and nesting it cannot follow included.
    """
    try:
        return _JSON.decode(body.decode("utf-8", "surrogatepass"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


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
