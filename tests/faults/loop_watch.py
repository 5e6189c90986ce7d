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
