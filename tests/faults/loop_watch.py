"""What held the event loop, by the processor time of its thread: other work on the machine does not count."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch


@dataclass
class Held:
    """The longest a single step held the loop, and which it was."""

    longest_ms: float = 0.0
    by: str = ""


NOMINAL_S = 0.011  # of the sum below, on the processors the bounds of these tests were set on


def slowness() -> float:
    """Return how many times slower than those this processor is at this moment; never less than one.

    A bound in milliseconds is one for a processor: measured beside the work, it is a ratio.
    """
    took_s = []
    for _ in range(3):
        began = time.thread_time()
        sum(number * number for number in range(200_000))
        took_s.append(time.thread_time() - began)
    return max(1.0, min(took_s) / NOMINAL_S)


@contextmanager
def watched() -> Iterator[Held]:
    """Measure every step of every loop of this process."""
    held = Held()
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        took_ms = (time.thread_time() - began) * 1_000
        if took_ms > held.longest_ms:
            held.longest_ms, held.by = took_ms, repr(handle)

    with patch.object(asyncio.Handle, "_run", timed):
        yield held
