"""The hamlet a text names: "bản Nà Phiêng", "tổ 5", "thon ben go"."""

import re
from dataclasses import dataclass
from functools import lru_cache

from deeds.places import Areas, Commune
from deeds.vietnamese import fold, has_marks, lower
from handlers.reading.words import Token, just_before, table, tokens_after, whole_words, word_list


@dataclass(frozen=True, slots=True)
class Hamlet:
    """A hamlet in a text, with its word; unsure where nobody types capitals, or it is where somebody comes from."""

    name: str
    start: int
    end: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A text and what is asked of it again and again, found once."""

    text: str
    small: str
    capitals_mean_nothing: bool
    areas: Areas
    home: Commune | None

    def may_name(self, words: list[Token]) -> bool:
        """Return whether the words may be a name: in a text with capitals each begins with one."""
        return self.capitals_mean_nothing or all(word.capital or word.text.isdigit() for word in words)


@lru_cache(maxsize=1)
def hamlet_words() -> re.Pattern[str]:
    """Return the words a hamlet's name begins with."""
    return whole_words(table("places.toml")["hamlet_words"])


@lru_cache(maxsize=1)
def _not_hamlet() -> re.Pattern[str]:
    return whole_words(table("places.toml")["not_hamlet"])


@lru_cache(maxsize=1)
def _ends() -> re.Pattern[str]:
    return whole_words(table("places.toml")["ends"])


@lru_cache(maxsize=1)
def home_words() -> re.Pattern[str]:
    """Return what stands in place of a name where our own is meant: "mình", "ta"."""
    return whole_words(table("places.toml")["home"])


@lru_cache(maxsize=1)
def _heads() -> re.Pattern[str]:
    return re.compile(whole_words(table("places.toml")["heads"]).pattern + r"\s+\Z")


def find_hamlet(told: Told) -> Hamlet | None:
    """Return the first hamlet named: "bản Nà Phiêng", "tổ 5", "thon ben go"."""
    no = {place for one in _not_hamlet().finditer(told.small) for place in range(*one.span())}
    for word in hamlet_words().finditer(told.small):
        found = None if word.start() in no else _hamlet_at(told, word)
        if found is None:
            continue
        after = hamlet_words().match(told.small, found.end + 1) or hamlet_words().match(told.small, found.end + 2)
        wider = _hamlet_at(told, after) if after and after.start() not in no else None
        if wider:  # "tổ 3 bản Hùng Pèng": the group inside a village
            name = told.text[found.start : wider.end]
            return Hamlet(name, found.start, wider.end, found.certain and wider.certain)
        return found
    return None


def _hamlet_at(told: Told, word: re.Match[str]) -> Hamlet | None:
    words = tokens_after(told.text, word.end(), 4)
    if not words:
        return None
    if just_before(_heads(), told.small, word.start()) and word_list("surnames.txt").fullmatch(lower(words[0].text)):
        return None
    numbered = words[0].text[0].isdigit()
    if numbered and len(words) > 1 and _measures().fullmatch(lower(words[1].text)):
        return None
    if numbered:
        name = words[:1]
    elif fold(word.group()) in _number_only():
        return None
    else:
        name = _small(words) if told.capitals_mean_nothing else _capital(words)
    if not name:
        return None
    end = name[-1].end
    sure = (numbered or not told.capitals_mean_nothing) and not just_before(_comes_from(), told.small, word.start())
    return Hamlet(told.text[word.start() : end], word.start(), end, sure)


@lru_cache(maxsize=1)
def _measures() -> re.Pattern[str]:
    return whole_words(table("places.toml")["measures"])


@lru_cache(maxsize=1)
def _comes_from() -> re.Pattern[str]:
    return re.compile(whole_words(table("places.toml")["comes_from"]).pattern + r"\s+\Z")


@lru_cache(maxsize=1)
def _number_only() -> frozenset[str]:
    return frozenset(fold(word) for word in table("places.toml")["number_only"])


def _capital(words: list[Token]) -> list[Token]:
    name: list[Token] = []
    for word in words:
        if word.text.isdigit() and name:
            return [*name, word]
        if not word.capital or (name and _ends().fullmatch(lower(word.text))):
            break
        name.append(word)
    return name


def _small(words: list[Token]) -> list[Token]:
    name: list[Token] = []
    for word in words[:3]:
        # "thon ben go": bare, nearly every first word is also another word; only "thôn mình" is surely no name
        stops = _ends() if name or has_marks(word.text) else home_words()
        if stops.fullmatch(lower(word.text)):
            break
        name.append(word)
    return name
