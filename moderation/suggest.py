"""First guesses about a new deed from its words: its field of life, and whether it is urgent. People correct them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deeds.kinds import Field
from deeds.vietnamese import fold

READ_CHARS = 8_000  # of a story: what it is about shows long before
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Suggestion:
    """A guess; `field` is None where no known word occurs."""

    field: Field | None
    urgent: bool


@cache
def _words() -> Mapping[Field, tuple[str, ...]]:
    lists = tomllib.loads((files(__package__) / "field_words.toml").read_text(encoding="utf-8"))
    return {Field(code): tuple(f" {fold(word)} " for word in words) for code, words in lists.items()}


def suggest(story: str) -> Suggestion:
    """Return the field whose words occur most; saving a life is urgent (fast lane, praise within the day)."""
    told = f" {_NO_WORD.sub(' ', fold(story[:READ_CHARS])).strip()} "
    scores = {field: sum(told.count(word) for word in words) for field, words in _words().items()}
    best = max(scores, key=lambda field: scores[field])
    field = best if scores[best] else None
    return Suggestion(field, urgent=field is Field.RESCUE)
