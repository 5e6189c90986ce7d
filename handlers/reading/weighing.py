"""Adding up the weights of a message's words: which of several meanings it most likely has.

The words of written samples have been weighed (`scripts/weigh_intents.py`): a logistic regression over runs of one to
three words, or over pairs of words. The file of weights says for every one how much it speaks for each meaning.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from deeds.vietnamese import fold, lower, nfc
from handlers.reading.words import spoken, table, whole_words

Meaning = TypeVar("Meaning", bound=StrEnum)

LONGEST_RUN = 3
NEAR = 4
WORD = re.compile(r"\w+")
_STOPS = re.compile(r"[.!?;\n]+")


def chances(
    text: str, meanings: type[Meaning], weights: Path, features: Callable[[str], Iterator[str]]
) -> Mapping[Meaning, float]:
    """Return how likely each meaning is, of one altogether; `features` are those that were weighed."""
    known = _read(weights)
    sums = list(known["bias"])
    found = [row for feature in set(features(text)) if (row := known["words"].get(feature))]
    scale = scale_of(text)
    for row in found:
        for at, weight in enumerate(row):
            sums[at] += weight * scale
    highest = max(sums)
    parts = [math.exp(each - highest) for each in sums]
    return {meaning: part / sum(parts) for meaning, part in zip(meanings, parts, strict=True)}


def scale_of(text: str) -> float:
    """Return what the weights of a text are made smaller by, so that a long one is not surer than a short one."""
    return 1 / math.sqrt(max(1, sum(1 for _ in WORD.finditer(text))))


def runs(text: str) -> Iterator[str]:
    """Yield the runs of words of a text, as typed and, after a tilde, without marks; a number is a number."""
    said = lower(nfc(text))
    for sentence in _STOPS.split(said):
        words = ["#" if word.isdigit() else word for word in WORD.findall(sentence)]
        yield from _runs(words, "")
        yield from _runs([fold(word) for word in words], "~")
    if "?" in said:
        yield "?"


def _runs(words: list[str], mark: str) -> Iterator[str]:
    padded = ["<", *words, ">"]
    for length in range(1, LONGEST_RUN + 1):
        for at in range(len(padded) - length + 1):
            yield mark + " ".join(padded[at : at + length])


def pairs(text: str) -> Iterator[str]:
    """Yield the words of a question without marks and, in any order, what stands near each other; dialects are one."""
    words = [fold(word) for word in _alike(" ".join(WORD.findall(lower(nfc(text))))).split()]
    words = ["#" if word.isdigit() else word for word in words]
    yield from words
    for at, word in enumerate(words):
        for other in words[at + 1 : at + 1 + NEAR]:
            yield " ".join(sorted((word, other)))
    for first, second in pairwise(("<", *words, ">")):
        yield f"{first}>{second}"


def _alike(said: str) -> str:
    small, same = _same_words()
    return small.sub(" ", same.sub(lambda found: _first_of(found.group()), said))


@lru_cache(maxsize=1_024)
def _first_of(word: str) -> str:
    for row in table("same_words.toml")["same"]:
        if any(re.fullmatch(spoken(each), word) for each in row):
            return f"{row[0]}".replace(" ", "_")
    return word


@lru_cache(maxsize=1)
def _same_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    known = table("same_words.toml")
    return whole_words(known["small"]), whole_words([each for row in known["same"] for each in row])


@lru_cache(maxsize=4)
def _read(weights: Path) -> dict[str, Any]:
    return json.loads(weights.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
