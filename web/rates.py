"""How often somebody may do something: a count a window, kept in memory; a restart forgives everybody."""

import time


class Rate:
    """At most `limit` times in `window_s` seconds for each key."""

    def __init__(self, limit: int, window_s: float, at_most_keys: int = 50_000) -> None:
        """`at_most_keys` bounds the memory: past it, windows that are over are forgotten, then everything."""
        self._limit = limit
        self._window_s = window_s
        self._at_most_keys = at_most_keys
        self._counts: dict[str, tuple[float, int]] = {}  # key -> (when its window began, how often since)

    def allows(self, key: str) -> bool:
        """Count one more for this key, and tell whether it is still within the limit."""
        now = time.monotonic()
        began, count = self._counts.get(key, (now, 0))
        if now - began >= self._window_s:
            began, count = now, 0
        if len(self._counts) >= self._at_most_keys and key not in self._counts:
            self._forget(now)
        self._counts[key] = (began, count + 1)
        return count < self._limit

    def _forget(self, now: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if now - kept[0] < self._window_s}
        if len(self._counts) >= self._at_most_keys:
            self._counts.clear()
