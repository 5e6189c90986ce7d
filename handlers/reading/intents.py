"""What a short message most likely means, weighed by its words, where no rule knows it.

People say the same in ten thousand ways, and a list knows some. So the words of written samples have been weighed, and
the weights add up (`weighing`). It is a second opinion and never a consent: what follows from it asks, or tells whom to
call.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from handlers.reading.weighing import chances, runs
from handlers.reading.words import ANSWER_MAX_CHARS, remembered

WEIGHTS = Path(__file__).parent / "data" / "intents.json"
FEWEST_WORDS = 3
SURE = 0.8  # of ten messages taken for something at this level, about nine are it: docs/decisions


class Intent(StrEnum):
    """What a message may be."""

    DANGER = "danger"
    COMPLAINT = "complaint"
    TAKEDOWN = "takedown"
    REVOKE = "revoke"
    DELETE = "delete"
    QUESTION = "question"
    STORY = "story"
    ANSWER = "answer"


GOES = (Intent.REVOKE, Intent.TAKEDOWN, Intent.DELETE)
"""Meanings by which something is to go."""


def means(text: str, *intents: Intent, at_least: float = SURE) -> bool:
    """Tell whether a message most likely means one of these; what is longer than an answer is a story.

    A word or two may be anybody's name ("Huy"): those are for the rules.
    """
    if len(text) > ANSWER_MAX_CHARS or len(text.split()) < FEWEST_WORDS:
        return False
    known = likely(text)
    return sum(known[intent] for intent in intents) >= at_least


@remembered
def likely(text: str) -> Mapping[Intent, float]:
    """Return how likely each meaning is, of one altogether."""
    return chances(text, Intent, WEIGHTS, runs)
