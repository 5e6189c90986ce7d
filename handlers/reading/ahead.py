"""Reading done before a message's turn comes: what a conversation asks of a long text is worked out and remembered.

Reading is pure, and the transaction of one person's message must not hold up everybody else's (docs/decisions).
"""

from collections.abc import Callable
from datetime import date

from deeds.places import Areas
from deeds.vietnamese import nfc
from handlers.reading.guards import about_child, emergency_now, sounds_like_complaint
from handlers.reading.telling import read_telling

LONG_CHARS = 400  # what is shorter is read in two or three milliseconds


def read_ahead(text: str, today: date, areas: Areas, home_commune_code: str | None) -> None:
    """Read a message as its conversation will; what was read is found there while it is among the last few."""
    text = nfc(text).strip()
    asked: tuple[Callable[[str], object], ...] = (emergency_now, sounds_like_complaint, about_child)
    for asks in asked:
        asks(text)
    read_telling(text, today, areas, home_commune_code)
