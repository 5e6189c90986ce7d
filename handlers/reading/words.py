"""Word lists and patterns of spoken Vietnamese: kept in `data/`, written with accents, read with or without them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import deeds
from deeds.vietnamese import lower, spellings

remembered = lru_cache(maxsize=32)
"""For what takes long to read: a message is asked the same several times, and long ones are read ahead."""

_DATA = Path(__file__).parent / "data"
_SHARED = Path(deeds.__file__).parent / "data"  # lists the masker needs as well
_PIECE = re.compile(r"\\.|[^\W\d_]+| +")
_NAME = re.compile(r"(?<!\?P)<(\w+)>")
_GAP = r"\s{1,9}"  # between two words; without a bound a flood of spaces is walked through from every one of its places

READ_MAX_CHARS = 8_000
"""How much of a text is read for its day, place and people. All of it is kept; twice a messenger's longest message is
more than anybody needs to come to who, where and when, and reading must end whatever is typed."""

ANSWER_MAX_CHARS = 300
"""What is longer is no mere yes, no or thanks, whatever it is made of."""

_REACH_CHARS = 40  # of the words just before a place: longer than any list has, with the spaces after them


@lru_cache(maxsize=2_048)
def spoken(pattern: str) -> str:
    """Return a regular expression where every accented word may be typed bare, in the other tone style or dialect.

    It is meant for `lower(text)`. A word typed with other accents than the pattern's is another word and never fits:
    "tôi qua" (I come over) is not "tối qua" (last night).
    """

    also = table("also_said.toml")

    def ways(found: re.Match[str]) -> str:
        piece = found.group()
        if piece.isspace():
            return _GAP
        if piece.isascii():
            return piece
        return f"(?:{'|'.join((*spellings(piece), *also.get(piece, ())))})"

    return _PIECE.sub(ways, pattern)


def written_out(pattern: str, words: Mapping[str, str]) -> str:
    """Return the pattern with every <name> in it replaced by the line of that name; lines may hold names as well."""
    while (written := _NAME.sub(lambda found: words[found[1]], pattern)) != pattern:
        pattern = written
    return pattern


def whole_words(patterns: list[str]) -> re.Pattern[str]:
    """Return one expression for any of the patterns, standing as whole words; the longest is tried first."""
    ordered = sorted(patterns, key=len, reverse=True)
    start = r"(?<!\w)(?=\w)" if all(one[:1].isalnum() for one in patterns) else r"(?<!\w)"  # none is tried on a sign
    return re.compile(rf"{start}(?:{'|'.join(spoken(one) for one in ordered)})(?!\w)")


def lines(file: str) -> list[str]:
    """Return the entries of a word list: one a line, "#" starts a comment."""
    path = next(folder / file for folder in (_DATA, _SHARED) if (folder / file).exists())
    entries = (line.split("#", 1)[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [entry for entry in entries if entry]


@lru_cache(maxsize=64)
def word_list(file: str) -> re.Pattern[str]:
    """Return a word list as one expression for `lower(text)`."""
    return whole_words(lines(file))


@lru_cache(maxsize=16)
def table(file: str) -> dict[str, Any]:
    """Return a TOML file of the reading data."""
    return tomllib.loads((_DATA / file).read_text(encoding="utf-8"))


def has(file: str, text: str) -> bool:
    """Return whether the text has an entry of the list."""
    return word_list(file).search(lower(text)) is not None


def opening(text: str) -> str:
    """Return as much of a text as is read, to the end of a word."""
    if len(text) <= READ_MAX_CHARS:
        return text
    head = text[:READ_MAX_CHARS]
    return head[: max(head.rfind(" "), head.rfind("\n"))] or head


def just_before(words: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    """Return the words, an expression that ends with `\\Z`, where they stand right before a place."""
    return words.search(text[max(0, at - _REACH_CHARS) : at])


def only(file: str, text: str, polite: str = "polite.txt") -> bool:
    """Return whether the text is nothing but entries of the list, with polite small words around them."""
    said = text.strip()
    if len(said) > ANSWER_MAX_CHARS:
        return False
    said = lower(said)
    rest, count = word_list(file).subn(" ", said)
    return count > 0 and not re.search(r"\w", word_list(polite).sub(" ", rest))


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text, with where it stands in `nfc(text)`."""

    text: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Return whether it begins with a capital letter."""
        return self.text[0].isupper()


_TOKEN = re.compile(r"[^\W_]++(?:['\u2019][^\W_]++)*+")
_SPACES = re.compile("[ \u00a0]*+")


def tokens_after(text: str, start: int, most: int, *, dashes: bool = False) -> list[Token]:
    """Return up to `most` words from a place on, as long as nothing but spaces stands between them.

    With `dashes` also " - ", as in the names of places that were two.
    """
    return list(islice(_tokens(text, start, dashes=dashes), most))


def _tokens(text: str, at: int, *, dashes: bool) -> Iterator[Token]:
    first = True
    while True:
        if spaces := _SPACES.match(text, at):
            at = spaces.end()
        if dashes and not first and text.startswith("- ", at) and text[at - 1] == " ":
            at += 2
        word = _TOKEN.match(text, at)
        if word is None:
            return
        yield Token(word.group(), word.start(), word.end())
        at, first = word.end(), False


def typed_without_capitals(text: str) -> bool:
    """Return whether capitals mean nothing here: there are none but at sentence starts, or nothing but capitals."""
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return True
    if len(letters) > 3 and sum(sign.isupper() for sign in letters) > 0.8 * len(letters):
        return True
    return not re.search(r"(?<![.!?\n])(?<![.!?\n:]\s)(?<!^)[^\W\d_]", _only_capitals(text))


def _only_capitals(text: str) -> str:
    return "".join(sign if sign.isupper() or not sign.isalpha() else "_" for sign in text)
