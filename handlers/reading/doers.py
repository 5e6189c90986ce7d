"""Who of those named did it: not whom it was done for, nor somebody whose child or husband it was."""

import re
from collections.abc import Sequence
from functools import lru_cache

from deeds.vietnamese import lower, nfc
from handlers.reading.names import PersonRead
from handlers.reading.words import just_before, opening, table, whole_words

_STOPS = re.compile(r"[.!?;\n]")


def doers(text: str, people: Sequence[PersonRead]) -> tuple[PersonRead, ...]:
    """Return those of the people named in a text who may have done what it tells, in the order they are named."""
    small = lower(opening(nfc(text)))
    may = [one for one in people if not _is_somebody_elses(one, small)]
    for one in people:
        if just_before(_words("done_by"), small, one.span[0]):  # "ông Bánh được chị Yêu trả lại ví"
            may = [each for each in may if not _in_one_sentence(each, one, small)]
    return tuple(may)


def _is_somebody_elses(one: PersonRead, small: str) -> bool:
    at = one.span[0]
    if just_before(_words("done_for"), small, at):
        return True
    if not one.title or _is_introduced(one, small) or just_before(_words("both_of_them"), small, at):
        return False
    return just_before(_words("kin"), small, at) is not None


def _is_introduced(one: PersonRead, small: str) -> bool:
    """Tell whether words stand between title and name: "chồng em tên Lò Văn Phong"."""
    return one.span[1] - one.span[0] > len(one.title) + len(one.name) + 1


def _in_one_sentence(first: PersonRead, second: PersonRead, small: str) -> bool:
    between = small[first.span[1] : second.span[0]]
    return first.span[1] <= second.span[0] and _STOPS.search(between) is None


@lru_cache(maxsize=4)
def _words(name: str) -> re.Pattern[str]:
    return re.compile(whole_words(table("names.toml")[name]).pattern + r"\s+\Z")
