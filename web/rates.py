"""How often somebody may do something, and how many at a time: kept in memory; a restart forgives everybody."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64  # what one line to the Internet is given in IPv6 (RFC 6177); each has its pick of 2**64 addresses


def network(address: str) -> str:
    """Return what a network address is counted by: itself, or in IPv6 the network it belongs to."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(IPv6Address(int(known) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)))


class Rate:
    """At most `limit` times, or as much, in `window_s` seconds for each key."""

    def __init__(
        self, limit: int, window_s: float, at_most_keys: int = 50_000, by: Callable[[str], str] = lambda key: key
    ) -> None:
        """`at_most_keys` bounds the memory: past it, whoever began longest ago is forgotten. `by` joins keys."""
        self._limit = limit
        self._window_s = window_s
        self._at_most_keys = at_most_keys
        self._by = by
        self._counts: dict[str, tuple[float, int]] = {}  # key -> (when its window began, how much since), oldest first

    def allows(self, key: str, cost: int = 1) -> bool:
        """Tell whether so much more is within the limit of this key, and count it if it is."""
        key, now = self._by(key), time.monotonic()
        began, count = self._counts.get(key, (now, 0))
        if now - began >= self._window_s:
            del self._counts[key]  # begun anew, it is the youngest
            began, count = now, 0
        if key not in self._counts and len(self._counts) >= self._at_most_keys:
            del self._counts[next(iter(self._counts))]
        allowed = count + cost <= self._limit
        self._counts[key] = (began, count + cost if allowed else count)
        return allowed


class Seats:
    """At most `limit` at a time for each key."""

    def __init__(self, limit: int, by: Callable[[str], str] = lambda key: key) -> None:
        """`by` joins keys."""
        self._limit = limit
        self._by = by
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, key: str, times: int = 1) -> Iterator[bool]:
        """Hold a seat of this key until the end; False where `times` the limit are taken, and nothing is held."""
        key = self._by(key)
        if self._taken.get(key, 0) >= times * self._limit:
            yield False
            return
        self._taken[key] += 1
        try:
            yield True
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
