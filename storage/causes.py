"""Which event caused what a transaction queues: its id goes with each message, and through every line of the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from storage.database import Tx

_CAUSE = "caused by"  # what a transaction's connection remembers it under: works share one


@contextmanager
def caused_by(tx: Tx, event_id: str) -> Iterator[None]:
    """Let what is queued in this block be known as caused by an event."""
    tx.info[_CAUSE] = event_id
    try:
        yield
    finally:
        tx.info.pop(_CAUSE, None)


def cause(tx: Tx) -> str | None:
    """Return the id of the event at work; None where a timetable, a desk or a command is."""
    found: str | None = tx.info.get(_CAUSE)
    return found
