"""One choice of a numbered menu, as people who type name it: "1.", "số 1 ạ", "một", "cái đầu", the label or its start.

A number is a choice only when the whole message is the choice: "2 cháu nhỏ", "thôn 1", "tổ 5" and "anh Ba" are words
for the question, never for its menu. A number word alone is a number where there is nothing but choices. Where words
are heard as well (who was it, where, a moderator's reason), "Ba" may be the third choice or what somebody is called, so
it is neither, and the menu is shown once more; said again, it is a name. "một" and "số ba" are no names, and a number
word out of the menu's range is no number.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from deeds.vietnamese import fold, lower
from handlers.reading.meanings import refuses_in_words, sends_in_words
from handlers.reading.telling import (
    clear_no,
    clear_yes,
    confirms,
    enough,
    greets,
    not_now,
    refuses,
    says_unknown,
    says_wrong,
    thanks,
    weak_yes,
)
from handlers.reading.words import ANSWER_MAX_CHARS, spoken, table

_FILE: Final = "choosing.toml"
_KEYCAP: Final = str.maketrans({"\ufe0f": None, "\u20e3": None})
_WORD: Final = re.compile(r"\w+")
_PARTS: Final = re.compile(r"[,;:.()]")
_NUMBERS: Final = re.compile(r"\d{1,2}(?:\s*[,;&+.)]?\s+\d{1,2}|\s*[,;&+]\s*\d{1,2}){1,3}\s*[.)]?")  # no telephone's
_SHORTEST_WORD: Final = 3  # letters of a label's one word that may stand for it


class How(StrEnum):
    """How sure it is which choice was named."""

    ITSELF = "itself"  # by its number or its whole label
    DESCRIBED = "described"  # by its place in the list or the beginning of its label
    UNSURE = "unsure"  # one of them, but which; or perhaps none
    STRAY = "stray"  # a number nobody was offered


@dataclass(frozen=True, slots=True)
class Pick:
    """What a message says of a menu; `at` counts from nought."""

    how: How
    at: int = -1


def pick(text: str, labels: Sequence[str], *, listens: bool = False) -> Pick | None:
    """Return which choice a message names, None when it is about something else.

    `listens`: words that name no choice are an answer, too, so only what can be nothing else is a choice.
    """
    count = len(labels)
    if not count or len(text) > ANSWER_MAX_CHARS:
        return None
    said = lower(_plain_digits(text)).strip()
    if not said:
        return None
    if (at := _whole_label(said, labels)) is not None:
        return Pick(How.ITSELF, at)
    if found := _position().fullmatch(said):  # before the numbers: typed bare, "sau" (the latter) is also six
        return _by_position(found, count)
    if found := _choice().fullmatch(said):
        return _by_number(found, count, listens)
    if _NUMBERS.fullmatch(said):
        return Pick(How.STRAY)  # several at once
    if listens or _answers_by_itself(text):
        return None
    return _by_beginning(said, labels)


def bare_word(text: str) -> bool:
    """Tell whether an answer is nothing but a yes, a no, "not yet", "I do not know" or a sound of listening."""
    return any(one(text) for one in (clear_yes, clear_no, weak_yes, says_unknown, not_now, says_wrong))


def is_called_by_number(text: str) -> bool:
    """Tell whether a message is only "số 1", which is also how people call a report; "chọn số 1" chooses."""
    said = lower(_plain_digits(text)).strip() if len(text) <= ANSWER_MAX_CHARS else ""
    return _numbered().fullmatch(said) is not None


def only_heard(text: str) -> bool:
    """Tell whether an open question was listened to and not answered: by "dạ", or by a yes to what is no yes or no."""
    return weak_yes(text) or clear_yes(text)


def to_settle(text: str, ids: Sequence[str]) -> str | None:
    """Return the choice that a yes, a no or "I do not know" makes; which of several places it was, no yes can say."""
    if "unknown" in ids and says_unknown(text):
        return "unknown"
    if ids[0] != "right":
        return None
    if only_heard(text):
        return "right"
    return ids[-1] if clear_no(text) or says_wrong(text) else None


def at_check(text: str) -> str | None:
    """Return what a short answer chooses at the check.

    "That is right" agrees to nothing; "not yet", "wrong", "enough" throw nothing away, nor does a plain no: it may say
    that nothing is wrong. Who refuses in so many words is asked before anything goes.
    """
    if confirms(text):
        return None
    if clear_yes(text) or sends_in_words(text):
        return "agree"
    meanings = (
        (enough, "stop"), (not_now, "later"), (says_wrong, "edit"), (refuses, "refuse"), (refuses_in_words, "refuse"),
        (clear_no, "no"),
    )  # fmt: skip
    for said, option in meanings:
        if said(text):
            return option
    return None


def _plain_digits(text: str) -> str:
    """Return the text with every digit of any script, wide or in a circle, as the plain one, and wide signs narrow."""
    signs = text.translate(_KEYCAP)
    return "".join(_plain_digit(sign) for sign in signs)


def _plain_digit(sign: str) -> str:
    if sign.isascii():
        return sign
    if "\uff01" <= sign <= "\uff5e":  # the wide forms of ASCII
        return chr(ord(sign) - 0xFEE0)
    return str(digit) if (digit := unicodedata.digit(sign, None)) is not None else sign


def _by_number(found: re.Match[str], count: int, listens: bool) -> Pick | None:
    if digits := found["digits"]:
        number = int(digits)
        return Pick(How.ITSELF, number - 1) if 1 <= number <= count else Pick(How.STRAY)
    if found["named"]:
        at = _number_of(found["named"], "counted")
        return Pick(How.ITSELF, at) if at < count else Pick(How.STRAY)
    at = _number_of(found["bare"], "words")
    if at >= count:
        return None  # what somebody is called, or when it was
    if listens and at:
        return Pick(How.UNSURE)
    return Pick(How.ITSELF, at)


def _by_position(found: re.Match[str], count: int) -> Pick:
    where: int | None = None
    if found["ordinal"]:
        where = _number_of(found["ordinal"], "ordinals")
        if where >= count:
            return Pick(How.STRAY)
    elif found["first"] or found["bare_first"]:
        where = 0
    elif found["last"] or found["bare_last"]:
        where = count - 1
    elif found["middle"]:
        where = 1 if count == 3 else None
    elif count == 2:
        where = 0 if found["former"] else 1
    return Pick(How.UNSURE) if where is None else Pick(How.DESCRIBED, where)


def _whole_label(said: str, labels: Sequence[str]) -> int | None:
    ways = _without_courtesies(said)
    return next((at for at, label in enumerate(labels) if _words(label) in ways), None)


def _by_beginning(said: str, labels: Sequence[str]) -> Pick | None:
    for words in _without_courtesies(said):
        if len(words) == 1 and len(words[0]) < _SHORTEST_WORD:
            continue
        begun = [n for n, label in enumerate(labels) if any(part[: len(words)] == words for part in _beginnings(label))]
        if not begun and len(words) > 1:
            begun = [n for n, label in enumerate(labels) if f" {' '.join(words)} " in f" {' '.join(_words(label))} "]
        if begun:
            return Pick(How.DESCRIBED, begun[0]) if len(begun) == 1 else Pick(How.UNSURE)
    return None


def _beginnings(label: str) -> list[list[str]]:
    """Return the words of a label, and those of each of its parts: "stop, keep it" also begins with "keep it"."""
    return [_words(label), *(_words(part) for part in _PARTS.split(label))]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _answers_by_itself(text: str) -> bool:
    """Tell whether what this answers is for the question to say, not for the beginning of a label."""
    return bare_word(text) or thanks(text) or greets(text)


def _without_courtesies(said: str) -> list[list[str]]:
    """Return the words as said, then without the courtesies before them, then also without those after."""
    ways = [_words(said)]
    if stripped := _courtesies().fullmatch(said):
        ways += [_words(said[stripped.start("core") :]), _words(stripped["core"])]
    return [words for words in ways if words]


def _number_of(word: str, names: str) -> int:
    wanted = " ".join(word.split())
    for at, ways in enumerate(_lists()[names]):
        if any(re.fullmatch(spoken(way), wanted) for way in ways):
            return at
    raise AssertionError(f"{word} is no number")  # the pattern is made of the same words


def _lists() -> dict[str, Any]:
    return table(_FILE)


def _any(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(spoken(one) for one in ordered)})"


def _flat(name: str) -> list[str]:
    return [way for ways in _lists()[name] for way in ways]


def _before() -> str:
    return rf"(?:{_any(_lists()['polite'])}[\s,.]++)*"


def _after() -> str:
    lists = _lists()
    return rf"(?:[\s,.!]*+\b{_any(lists['particles'])}(?:\s+{_any(lists['address'])})?)*+[\s.!,]*+"


def _chooses() -> str:
    """Return "I choose" in its ways, and "give me", which needs a word for what is given."""
    lists = _lists()
    who, thing = _any(lists["address"]), _any(lists["things"])
    return rf"(?:(?:{who}\s+)?{_any(lists['choosing'])}\s+|{_any(lists['asking'])}\s+(?:{who}\s+)?(?={thing}\b))?"


@cache
def _courtesies() -> re.Pattern[str]:
    return re.compile(rf"{_before()}{_chooses()}(?P<core>.+?){_after()}")


@cache
def _choice() -> re.Pattern[str]:
    thing, named, bare = _any(_lists()["things"]), _any(_flat("counted")), _any(_flat("words"))
    digits = r"[(\[#]?(?P<digits>\d{1,3})\s*[.)\]:/-]*"
    core = rf"(?:(?:{thing}\s*)?{digits}|{thing}\s+(?P<named>{named})|(?P<bare>{bare}))"
    return re.compile(rf"{_before()}{_chooses()}{core}{_after()}")


@cache
def _numbered() -> re.Pattern[str]:
    number = rf"(?:\d{{1,9}}|{_any(_flat('counted'))})"
    return re.compile(rf"{_before()}{_any(_lists()['called'])}\s*{number}{_after()}")


@cache
def _position() -> re.Pattern[str]:
    lists = _lists()
    thing = _any(lists["things"])
    kinds = "|".join(rf"(?P<{name}>{_any(lists[name])})" for name in ("first", "last", "middle", "former", "latter"))
    nth = rf"{spoken(lists['nth'])}\s+(?P<ordinal>{_any(_flat('ordinals'))})"
    bare = "|".join(rf"(?P<{name}>{_any(lists[name])})" for name in ("bare_first", "bare_last"))
    return re.compile(rf"{_before()}{_chooses()}(?:{thing}\s+(?:{nth}|{kinds})|{bare}){_after()}")
