"""The server's patience, counted for real: per chat, per group and over all chats."""

import math
from collections import defaultdict, deque

from tests.messengers.telegram_api.errors import ApiError

CHAT_PER_S = 1.0
CHAT_BURST = 5
GROUP_PER_MINUTE = 20
ALL_PER_S = 30


class Limits:
    """Counts what was sent; off unless switched on, so that plots need not wait."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self._chat_debt: dict[int, tuple[float, float]] = {}
        self._group: dict[int, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def spend(self, chat_id: int, *, group: bool, cost: int, now: float) -> None:
        """Count `cost` messages to a chat. Raises the server's 429, and then counts nothing."""
        if not self.on:
            return
        debt, since = self._chat_debt.get(chat_id, (0.0, now))
        debt = max(0.0, debt - (now - since) * CHAT_PER_S)
        # A full album must fit into one call even when it is more than the burst.
        wait = debt + cost - max(CHAT_BURST, cost)
        if group:
            wait = max(wait, _wait(self._group[chat_id], GROUP_PER_MINUTE, 60.0, cost, now))
        wait = max(wait, _wait(self._all, ALL_PER_S, 1.0, cost, now))
        if wait > 1e-6:
            seconds = math.ceil(wait)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self._chat_debt[chat_id] = (debt + cost, now)
        for window in (self._group[chat_id], self._all):
            window.extend([now] * cost)


def _wait(window: deque[float], most: int, span_s: float, cost: int, now: float) -> float:
    while window and window[0] <= now - span_s:
        window.popleft()
    over = len(window) + cost - most
    return window[min(over, len(window)) - 1] + span_s - now if over > 0 and window else 0.0
