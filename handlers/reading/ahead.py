"""Reading done before a message's turn comes: what a conversation asks of a long text is worked out and remembered.

Reading is pure, and the transaction of one person's message must not hold up everybody else's (docs/decisions).
"""

from datetime import date

from deeds.places import Areas
from deeds.vietnamese import nfc
from handlers.reading.guards import about_child, emergency_now, sounds_like_complaint
from handlers.reading.telling import read_telling

LONG_CHARS = 400  # what is shorter is read in two or three milliseconds


def read_ahead(text: str, today: date, areas: Areas, home_commune_code: str | None) -> None:
    """Read a message as its conversation will; what was read is found there while it is among the last few."""
    for asks_at_the_door in (emergency_now, sounds_like_complaint):
        asks_at_the_door(text.strip())
    told = nfc(text).strip()  # as the form takes it
    about_child(told)
    read_telling(told, today, areas, home_commune_code)
