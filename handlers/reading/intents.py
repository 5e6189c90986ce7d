"""What a short message most likely means, weighed by its words, where no rule knows it.

People say the same in ten thousand ways, and a list knows some. So the words of written samples have been weighed
(`scripts/weigh_intents.py`), and this adds the weights up: a logistic regression over runs of one to three words, as
typed and without marks. It is a second opinion and never a consent: what follows from it asks, or tells whom to call.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from deeds.vietnamese import fold, lower, nfc
from handlers.reading.words import ANSWER_MAX_CHARS, remembered

WEIGHTS = Path(__file__).parent / "data" / "intents.json"
LONGEST_RUN = 3
FEWEST_WORDS = 3
SURE = 0.8  # of ten messages taken for something at this level, about nine are it: docs/decisions
_WORD = re.compile(r"\w+")
_STOPS = re.compile(r"[.!?;\n]+")


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


def means(text: str, *intents: Intent, at_least: float = SURE) -> bool:
    """Tell whether a message most likely means one of these; what is longer than an answer is a story.

    A word or two may be anybody's name ("Huy"): those are for the rules.
    """
    if len(text) > ANSWER_MAX_CHARS or len(text.split()) < FEWEST_WORDS:
        return False
    chances = likely(text)
    return sum(chances[intent] for intent in intents) >= at_least


@remembered
def likely(text: str) -> Mapping[Intent, float]:
    """Return how likely each meaning is, of one altogether."""
    known = _weights()
    sums = list(known["bias"])
    found = [weights for feature in set(features(text)) if (weights := known["words"].get(feature))]
    scale = 1 / math.sqrt(max(1, sum(1 for _ in _WORD.finditer(text))))
    for weights in found:
        for at, weight in enumerate(weights):
            sums[at] += weight * scale
    highest = max(sums)
    parts = [math.exp(each - highest) for each in sums]
    return {intent: part / sum(parts) for intent, part in zip(Intent, parts, strict=True)}


def features(text: str) -> Iterator[str]:
    """Yield the runs of words of a text, as typed and, after a tilde, without marks; a number is a number."""
    said = lower(nfc(text))
    for sentence in _STOPS.split(said):
        words = ["#" if word.isdigit() else word for word in _WORD.findall(sentence)]
        yield from _runs(words, "")
        yield from _runs([fold(word) for word in words], "~")
    if "?" in said:
        yield "?"


def _runs(words: list[str], mark: str) -> Iterator[str]:
    padded = ["<", *words, ">"]
    for length in range(1, LONGEST_RUN + 1):
        for at in range(len(padded) - length + 1):
            yield mark + " ".join(padded[at : at + length])


@lru_cache(maxsize=1)
def _weights() -> dict[str, Any]:
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
