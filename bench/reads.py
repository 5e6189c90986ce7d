"""How long the program takes to understand a message: an ordinary one, and the worst that were thought of."""

import statistics
import time
from datetime import date

from deeds.places import areas
from handlers.reading.ahead import read_ahead
from handlers.reading.guards import about_child, emergency_now, sounds_like_complaint
from handlers.reading.telling import read_telling
from tests.floods import FLOODS, TELLING

ORDINARY_MS = 10.0
LONG_MS = {10_000: 50.0, 20_000: 120.0}
TODAY = date(2026, 11, 22)
HOME = "03549"


def ordinary_p95_ms(count: int = 200) -> float:
    """Return the time within which 95 of 100 ordinary messages are read, each another."""
    took = sorted(_took_ms(f"{number}. {TELLING}") for number in range(count))
    return took[int(count * 0.95) - 1]


def worst_ms(length: int, rounds: int = 3) -> float:
    """Return how long the worst of all floods of that length takes, in the middle of so many tries."""
    return max(statistics.median(_took_ms(flood(length)) for _ in range(rounds)) for flood in FLOODS.values())


def _took_ms(text: str) -> float:
    for remembered in (read_telling, about_child, emergency_now, sounds_like_complaint):
        remembered.cache_clear()
    began = time.perf_counter()
    read_ahead(text, TODAY, areas(), HOME)
    return (time.perf_counter() - began) * 1_000
