"""Taking names out of a text that may be shown, one person's or everybody's: the one masker for page, paper and feed.

A whole name goes wherever it stands, typed with marks or without. A given name alone is also a word and a part of
other names ("miền Nam", "Hà Nam"): it goes after a title, at the head of a clause, and as a capital among small words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from deeds.places import areas
from deeds.unit_names import rows_of
from deeds.vietnamese import fold, has_marks, lower, nfc, spellings

_DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[\u0300-\u036f'’])*")
_CLAUSE_ENDS = re.compile(r"[.!?,;:…\n()\"“”]|\s[-–—]\s")


@dataclass(frozen=True)
class _Token:
    word: str
    start: int
    end: int
    is_head: bool  # of a clause
    is_joined: bool  # to the word before it, by white space alone


def without_name(text: str, name: str, instead: str, *, with_title: bool = False) -> str:
    """Return NFC text in which `instead` stands for a person's name; a name of other letters than ours stays.

    `with_title` puts it in the place of the title before the name, too, with a capital at the head of a sentence.
    """
    text = nfc(text)
    parts = _WORD.findall(nfc(name))
    for length in (3, 2, 1):  # a name may be told with its title
        if len(parts) > length and _small(" ".join(parts[:length])) in titles():
            parts = parts[length:]
            break
    if len("".join(parts)) < 2:
        return text
    shown, at = [], 0
    for start, end in _spans(text, parts, with_title=with_title):
        before = text[:start].rstrip()
        is_first = with_title and (not before or before[-1] in ".!?:")
        shown += [text[at:start], instead[:1].upper() + instead[1:] if is_first else instead]
        at = end
    return "".join([*shown, text[at:]])


def without_people(text: str, instead: str, *, but: str = "") -> str:
    """Return NFC text in which `instead` stands for whoever is named: after a title, by a family name, beside another.

    `but` is a name that may stand. Where nothing is written with capitals only whole names after a title are seen.
    """
    text = nfc(text)
    told, allowed = _Told.of(text), tuple(_small(word) for word in _WORD.findall(nfc(but)))
    shown, at, named_until = [], 0, 0
    first = 0
    while first < len(told.tokens):
        length = _named_here(told, first, beside=named_until > 0 and first == named_until)
        if length == 0:
            is_link = told.small[first] in _small_words("links.txt") and first == named_until
            named_until = first + 1 if is_link else 0
            first += 1
            continue
        words = tuple(told.small[first : first + length])
        if words != allowed[-length:] and not text.startswith(instead, told.tokens[first].start):
            shown += [text[at : told.tokens[first].start], instead]
            at = told.tokens[first + length - 1].end
        first = named_until = first + length
    return "".join([*shown, text[at:]])


_LONGEST_NAME = 5


def _named_here(told: "_Told", at: int, *, beside: bool) -> int:
    """Return of how many words the name is that begins here, 0 for none; `beside`: one stands right before."""
    titled = _title_before(told, at)
    if not told.is_cased:
        is_family = told.small[at] in _surnames() and _joined(told, at, 2)
        return (3 if _joined(told, at, 3) else 2) if titled and is_family else 0
    length = 0
    while length < _LONGEST_NAME and _joined(told, at, length + 1) and told.tokens[at + length].word[0].isupper():
        length += 1
    if length == 0 or (told.tokens[at].word.isupper() and length > 1 and len(told.tokens[at].word) > 1):
        return 0  # an office or a headline, all in capitals
    run = " ".join(told.small[at : at + length])
    if " ".join(told.small[at : at + 2]) in _small_words("offices.txt"):
        return 0
    if titled and f"{told.small[at - 1]} {told.small[at]}" not in _whole_places():  # "Bà Rịa"
        return length
    before = told.small[at - 1] if at else ""
    if run in _whole_places() or before in _small_words("named_after.txt"):
        return 0
    if length >= 3 and told.small[at] in _surnames():
        return length
    return length if beside and not told.tokens[at].is_head else 0


def _joined(told: "_Told", at: int, count: int) -> bool:
    return at + count <= len(told.tokens) and all(one.is_joined for one in told.tokens[at + 1 : at + count])


def _spans(text: str, parts: Sequence[str], *, with_title: bool) -> Iterator[tuple[int, int]]:
    told = _Told.of(text)
    spelled = [frozenset(spellings(_small(part))) for part in parts]
    at = named_until = 0
    while at < len(told.tokens):
        length = _whole(told, at, spelled)
        if length == 0 and told.small[at] in spelled[-1]:
            length = int(0 < at == named_until or _is_given_name(told, at, parts[-1]))
        if length == 0:
            at += 1
            continue
        titled = _title_before(told, at) if with_title else 0
        yield told.tokens[at - titled].start, told.tokens[at + length - 1].end
        at = named_until = at + length


@dataclass(frozen=True)
class _Told:
    """A text word by word, and what its writer's habits tell."""

    tokens: Sequence[_Token]
    small: Sequence[str]  # the same words
    is_bare: bool  # typed without marks
    has_casing: bool  # capitals and small letters are both there, so that a capital means something
    is_cased: bool  # the same of names: some capital stands inside a clause, and not every word has one

    @classmethod
    def of(cls, text: str) -> "_Told":
        tokens = tuple(_tokens(text))
        capitals = sum(token.word[0].isupper() for token in tokens)
        has_casing = 0 < capitals < len(tokens) / 2 + 1 and not text.isupper()
        inside = any(token.word[0].isupper() and not token.is_head for token in tokens)
        is_cased = inside and capitals < len(tokens) and not text.isupper()
        return cls(tokens, [_small(token.word) for token in tokens], not has_marks(text), has_casing, is_cased)


def _small(words: str) -> str:
    return lower(words).replace("’", "'")


def _tokens(text: str) -> Iterator[_Token]:
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        is_head = end == 0 or _CLAUSE_ENDS.search(between) is not None
        yield _Token(found.group(), found.start(), found.end(), is_head, bool(between) and between.isspace())
        end = found.end()


def _whole(told: _Told, at: int, spelled: Sequence[frozenset[str]]) -> int:
    """Return how many words from here are the name: all of it, its end, or its first and last word; 0 for none."""
    ends = [spelled[first:] for first in range(len(spelled) - 1)]
    for wanted in (*ends, *([[spelled[0], spelled[-1]]] if len(spelled) > 2 else [])):
        there = range(at, at + len(wanted))
        if (
            there.stop <= len(told.small)
            and all(told.small[one] in ways for one, ways in zip(there, wanted, strict=True))
            and all(told.tokens[one].is_joined for one in there[1:])
        ):
            return len(wanted)
    return 0


def _is_given_name(told: _Told, at: int, given: str) -> bool:
    token = told.tokens[at]
    before = told.tokens[at - 1] if at and token.is_joined else None
    behind = next((one for one in told.tokens[at + 1 : at + 2] if one.is_joined), None)
    if has_marks(given) and not has_marks(token.word) and not told.is_bare:
        return False  # who writes with marks and leaves them out here means another word
    if _title_before(told, at):
        return not (behind and _is_pair(token.word, behind.word, _places()))
    for first, second in ((before, token), (token, behind)):
        if first and second and (_is_pair(first.word, second.word, _phrases()) or _is_place(told, first, second)):
            return False
    is_capital = token.word[0].isupper()
    if is_capital and _small(given) not in _ambiguous():
        return True
    if not told.has_casing:
        return token.is_head
    is_other_name = (behind is not None and behind.word[0].isupper()) or (
        before is not None and before.word[0].isupper() and not before.is_head
    )
    return is_capital and not is_other_name


def _is_place(told: _Told, first: _Token, second: _Token) -> bool:
    is_written_as_one = not told.has_casing or (first.word[0].isupper() and second.word[0].isupper())
    return is_written_as_one and _is_pair(first.word, second.word, _places())


@lru_cache(maxsize=1_024)
def _is_pair(first: str, second: str, known: frozenset[str]) -> bool:
    return fold(f"{first} {second}") in known


def _title_before(told: _Told, at: int) -> int:
    """Return of how many words the title is that stands right before this one; 0 where none does."""
    for length in (3, 2, 1):
        joined = all(one.is_joined for one in told.tokens[at - length + 1 : at + 1])
        if at >= length and joined and " ".join(told.small[at - length : at]) in titles():
            return length
    return 0


def _read(file: str) -> Iterable[str]:
    lines = (line.split("#", 1)[0].strip() for line in (_DATA / file).read_text(encoding="utf-8").splitlines())
    return (line for line in lines if line)


@cache
def titles() -> frozenset[str]:
    """Return the words that stand before a name, small, with marks and without."""
    spelled = set()
    for title in _read("titles.txt"):
        spelled |= {title, fold(title), lower(nfc(title))}
    return frozenset(spelled)


@cache
def _small_words(file: str) -> frozenset[str]:
    return frozenset(each for word in _read(file) for each in (lower(nfc(word)), fold(word)))


@cache
def _surnames() -> frozenset[str]:
    return frozenset(each for name in _read("surnames.txt") for each in (name, fold(name), lower(nfc(name))))


@cache
def _phrases() -> frozenset[str]:
    return _pairs(_read("not_the_name.txt"))


@cache
def _place_names() -> Sequence[str]:
    """The places of today and those of before the mergers."""
    known = areas()
    today = [*(one.name for one in known.provinces), *(one.name for one in known.communes)]
    return [*today, *(row[1] for file in ("old_provinces.csv", "old_districts.csv") for row in rows_of(file))]


@cache
def _whole_places() -> frozenset[str]:
    return frozenset(_small(nfc(name)) for name in _place_names())


@cache
def _places() -> frozenset[str]:
    return _pairs(_place_names())


@cache
def _ambiguous() -> frozenset[str]:
    """Every word that is a part of some place or phrase: of a capital that is none of them there is no doubt."""
    return frozenset(
        word for name in (*_place_names(), *_read("not_the_name.txt")) for word in _small(nfc(name)).split()
    )


def _pairs(names: Iterable[str]) -> frozenset[str]:
    """Return every two words that stand side by side, folded."""
    return frozenset(f"{first} {second}" for name in names for first, second in pairwise(fold(name).split()))
