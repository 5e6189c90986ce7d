"""One message after the other: a kill repeats at most the one that went out and is not written down yet."""

import asyncio
from collections import deque

SLOW_AFTER_S = 2.0  # what takes longer no longer holds up the others
HURRIED_S = 0.1  # the same after one that took long: a messenger that hangs is not waited for each time


class Turns:
    """The turns of one messenger, first come, first served."""

    def __init__(self) -> None:
        self.patience_s = SLOW_AFTER_S
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, *, next_one: bool = False) -> "Turn":
        """Return once it is the caller's turn; `next_one`: before all who wait."""
        if self._taken:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._waiting.appendleft if next_one else self._waiting.append)(mine)
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():
                    self.go_on()
                raise
        self._taken = True
        return Turn(self)

    def go_on(self) -> None:
        """Let the next one begin."""
        while self._waiting:
            following = self._waiting.popleft()
            if not following.done():
                following.set_result(None)
                return
        self._taken = False


class Turn:
    """The right to send, until it is given back or took long."""

    def __init__(self, turns: Turns) -> None:
        self._turns: Turns | None = turns
        self._late = asyncio.get_running_loop().call_later(turns.patience_s, self._go_on, HURRIED_S)

    def end(self) -> None:
        """Give it back; one that took long has lost it already."""
        self._late.cancel()
        self._go_on(SLOW_AFTER_S)

    def _go_on(self, patience_s: float) -> None:
        if self._turns is not None:
            turns, self._turns = self._turns, None
            turns.patience_s = patience_s
            turns.go_on()
