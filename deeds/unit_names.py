"""Names of provinces, districts and communes as people type them: the unit word before, accents or none, slips."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from functools import cached_property
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from deeds.vietnamese import accented, fold, has_marks, plain

Index = dict[str, list[str]]

_DATA = Path(__file__).parent / "data"
_DOT = re.compile(r"\.(?=\S)")
_NEAR_FROM = 5  # a shorter name is one slip away from too many others


class How(IntEnum):
    """How a typed name fits, best first."""

    EXACT = 1
    OLD = 2
    PREFIX = 3
    CONTAINS = 4
    NEAR = 5


def rows_of(file: str) -> Iterable[list[str]]:
    """Yield the rows of one of our tables without its head."""
    with (_DATA / file).open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table)
        next(rows)  # the head
        yield from rows


def squeezed(text: str) -> str:
    """Return only letters and digits, folded: "TP. HCM" and "tphcm" are one."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


def key_of(name: str) -> str:
    """Return what a name is found by; few people type the apostrophe of names such as Ea H'Leo."""
    return fold(name).replace("'", "")


def by_key(names: Iterable[tuple[str, str]]) -> Index:
    """Return an index of (name, code): what a name is found by -> the codes of that name."""
    index: dict[str, list[str]] = defaultdict(list)
    for name, code in names:
        index[key_of(name)].append(code)
    return dict(index)


def _written(typed: str, names: Sequence[str]) -> list[bool]:
    """Return which names are accented as typed; all of them when the accents decide nothing.

    A slip in one tone is common, so a name of several words is still found; one word is then another word
    (a market is not the town whose name differs by a tone).
    """
    if has_marks(typed):
        wanted = accented(typed)
        same = [accented(name) == wanted for name in names]
        if any(same) or " " not in wanted:
            return same
    return [True] * len(names)


def exact(name: str, index: Index, name_of: Callable[[str], str]) -> list[str]:
    """Return the codes of a name typed whole; accents that were typed are honoured."""
    codes = index.get(key_of(name), [])
    return [code for code, same in zip(codes, _written(name, [name_of(one) for one in codes]), strict=True) if same]


def loosely_by(name: str, index: Index) -> list[tuple[str, How]]:
    """Return the codes whose folded name begins with, else contains, else is one slip away from the folded name."""
    if len(name) < 2:
        return []
    tiers: list[tuple[How, Iterable[str]]] = [
        (How.PREFIX, (key for key in index if key.startswith(name))),
        (How.CONTAINS, (key for key in index if f" {name}" in key or f"{name} " in key)),
    ]
    if len(name) >= _NEAR_FROM:
        tiers.append((How.NEAR, (key for key in index if Levenshtein.distance(name, key, score_cutoff=1) <= 1)))
    for how, keys in tiers:
        codes = [(code, how) for key in keys for code in index[key]]
        if codes:
            return codes
    return []


class UnitWords:
    """The words that introduce a unit of every level with their short forms, read from the table beside us."""

    def __init__(self) -> None:
        self._words = {plain(word): (level, means) for word, level, means in rows_of("unit_words.csv")}
        self._folded_words = {fold(word): level for word, (level, _) in self._words.items()}

    def of(self, level: str) -> list[str]:
        """Return the words of a level ("province", "commune", "district"), short forms too."""
        return [word for word, (at, _) in self._words.items() if at == level]

    def bare(self, text: str, level: str) -> tuple[str, str | None]:
        """Return the name without a leading word of its level, and the type that word stands for."""
        name = " ".join(_DOT.sub(". ", plain(text)).split()).strip(" ,;:!?")
        for lead, means in self._leads[level]:
            if name.startswith(lead):
                return name[len(lead) :].strip(" ."), means
        return name.strip(" ."), None

    def level(self, part: str) -> str | None:
        """Return the level a part of an address names by its first word."""
        words = fold(part).replace(".", " ").split()
        for count in (2, 1):
            found = self._folded_words.get(" ".join(words[:count]))
            if found and len(words) > count and (count == 2 or len(words[0]) > 1 or "." in part):
                return found
        return None

    def parts(self, text: str, *, cut: bool) -> list[str]:
        """Return the units named, smallest first: cut at commas, and if wished before every unit word."""
        parts = [part.strip() for part in re.split(r"[,;]", plain(text))]
        if cut:
            parts = [piece.strip() for part in parts for piece in self._before_unit_words.split(part)]
        return [part for part in parts if part]

    @cached_property
    def _before_unit_words(self) -> re.Pattern[str]:
        words = [way for word, (level, _) in self._words.items() if level != "commune" for way in {word, fold(word)}]
        ways = "|".join(sorted((re.escape(way) for way in words if len(way) > 2), key=len, reverse=True))
        return re.compile(rf"(?<=\w)\s+(?=(?:{ways})\s)")

    @cached_property
    def _leads(self) -> dict[str, list[tuple[str, str]]]:
        """Return for each level what a name may begin with, longest first; one letter counts only with its dot."""
        leads: dict[str, list[tuple[str, str]]] = {"province": [], "commune": [], "district": []}
        for word, (level, means) in self._words.items():
            found = [(f"{way}. ", means) for way in {word, fold(word)}]
            found += [(f"{way} ", means) for way in {word, fold(word)} if len(way) > 1]
            # A city may also be what once was a district .
            for one in ("province", "district") if level == "province" else (level,):
                leads[one] += found
        return {level: sorted(found, key=lambda lead: -len(lead[0])) for level, found in leads.items()}
