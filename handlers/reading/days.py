"""The day somebody means: "hôm qua", "sáng chủ nhật", "hôm 3 tây", "18/10", "đầu tháng 11", typed in any way.

Choices, since speech leaves them open. A weekday is its last occurrence up to today. "Hôm 3 tây" is the last 3rd.
A day and month without a year is in this year, and `in_future` then tells that somebody has to ask; a month alone is
its last occurrence. A stretch of time (a week, "đầu tháng 11") is approximate and filed under a day inside it. The
moon's days and "hôm nọ" are kept as said, without a date. Days that do not exist are not read.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from deeds.vietnamese import fold, has_marks, lower, nfc
from handlers.reading.words import ANSWER_MAX_CHARS, just_before, opening, spoken, table, word_list

LONG_PAST_DAYS = 180
_MOST_BEGINNINGS = 500  # numbers and words with which a day may begin; a story has a few dozen
_OLDEST_YEAR = 1945
# The day a part of a month, and the month a part of a year, is filed under.
_THIRD = {"dau": (3, 2), "giua": (15, 6), "cuoi": (26, 11)}
_TWO_WAYS = {"toi qua", "nam nay", "nam truoc", "nam ngoai"}  # bare, these may also be "I come over", "Nam outside" ...


@dataclass(frozen=True, slots=True)
class DayRead:
    """A day as somebody said it.

    `certain`: the words mean a time, no need to ask again. `iso` is None where no calendar date follows from them
    (the moon's calendar, "hôm nọ"); `approximate`: it lies near `iso`. `text` is what was typed.
    """

    iso: date | None
    text: str
    approximate: bool
    certain: bool
    in_future: bool
    long_past: bool


@dataclass(frozen=True, slots=True)
class DayFound:
    """A day inside a longer text; the span counts in `nfc(text)`."""

    day: DayRead
    start: int
    end: int

    def is_all_of(self, text: str) -> bool:
        """Tell whether the text it was found in says nothing else."""
        said = nfc(text)
        return re.search(r"\w", said[: self.start] + said[self.end :]) is None


@dataclass(frozen=True, slots=True)
class _Pattern:
    form: re.Pattern[str]
    facts: dict[str, Any]
    never_before: re.Pattern[str] | None


_BEGINNING = re.compile(r"(?<![\w/])(?:\d|[^\W\d_]++)")
_DIGIT = "0"


@lru_cache(maxsize=1)
def _patterns() -> tuple[_Pattern, ...]:
    data = table("days.toml")
    groups = dict(data["groups"])
    groups["weekday2"] = groups["weekday"].replace("<weekday>", "<weekday2>")
    made = []
    for facts in data["pattern"]:
        said = spoken(facts["say"].format(**groups))
        never = facts.get("never_before")
        stop = re.compile(rf"\s{{1,9}}(?:{never})\b") if never else None
        made.append(_Pattern(re.compile(rf"(?:{said})(?!\w)"), facts, stop))
    return tuple(made)


@lru_cache(maxsize=1)
def _beginning_with() -> dict[str, list[int]]:
    """Return for each word the patterns it may begin, so that no other is tried where it stands.

    A pattern is taken to begin with any word that occurs in it; digits are one word.
    """
    begun: dict[str, list[int]] = {}
    for number, pattern in enumerate(_patterns()):
        said = re.sub(r"\\d|\d", _DIGIT, re.sub(r"\?P<\w+>|\{[\d,]+\}", "", pattern.form.pattern))
        for word in set(re.findall(r"[^\W\d_]+|0", re.sub(r"\\.", "", said))):
            begun.setdefault(word, []).append(number)
    return begun


@lru_cache(maxsize=1)
def _guards() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(spoken(said) + r"\Z") for name, said in table("days.toml")["unless_after"].items()}


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    words: dict[str, int] = table("days.toml")["numbers"]
    return {fold(word): number for word, number in words.items()}


def read_day(text: str, today: date) -> DayRead | None:
    """Return the day an answer means, or None; `today` is the day in Viet Nam on which it was said."""
    found = find_day(text, today)
    return found.day if found else None


def find_day(text: str, today: date) -> DayFound | None:
    """Return the most telling day of a longer text: a date before a stretch of time, then the first and longest."""
    found = list(_all(opening(nfc(text)), today))
    if not found:
        return None
    return min(found)[-1]


def _all(text: str, today: date) -> Iterator[tuple[bool, bool, bool, bool, int, DayFound]]:
    """Yield every day said, after what decides between them; "thứ Sáu, 13/11" is the 13th."""
    small = lower(text)
    longest: dict[int, tuple[int, _Pattern, re.Match[str]]] = {}
    patterns, begun = _patterns(), _beginning_with()
    ends = [0] * len(patterns)
    words = ((_DIGIT if one.group().isdigit() else one.group(), one.start()) for one in _BEGINNING.finditer(small))
    for word, start in islice((one for one in words if one[0] in begun), _MOST_BEGINNINGS):
        for number in begun[word]:
            found = patterns[number].form.match(small, start) if start >= ends[number] else None
            if found is None:
                continue
            ends[number] = found.end()
            if _stands(patterns[number], found, small) and found.end() > longest.get(start, (0,))[0]:
                longest[start] = (found.end(), patterns[number], found)
    taken = 0
    for start, (end, pattern, found) in longest.items():
        if start < taken:
            continue
        taken = end
        day = _day(pattern.facts, found, text[start:end], today, alone=_alone(small, start, end))
        if day is not None:
            weekday = pattern.facts["means"] == "weekday"
            yield day.iso is None, day.approximate, not day.certain, weekday, start, DayFound(day, start, end)


def _alone(small: str, start: int, end: int) -> bool:
    """Return whether the words are the whole answer, but for polite ones."""
    if len(small) - (end - start) > ANSWER_MAX_CHARS:
        return False
    return not re.search(r"\w", word_list("polite.txt").sub(" ", f"{small[:start]} {small[end:]}"))


def _stands(pattern: _Pattern, found: re.Match[str], small: str) -> bool:
    """Return whether the words around and the way of typing allow this reading."""
    facts = pattern.facts
    guard = facts.get("guard")
    if guard and just_before(_guards()[guard], small, found.start()):
        return False
    if facts.get("marked") and not has_marks(found.group()):
        return False
    if facts.get("alone") and not _alone(small, found.start(), found.end()):
        return False
    return pattern.never_before is None or not pattern.never_before.match(small, found.end())


def _day(facts: dict[str, Any], found: re.Match[str], text: str, today: date, *, alone: bool) -> DayRead | None:
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    means = facts["means"]
    if means in ("moon", "vague"):
        return DayRead(None, text, approximate=True, certain=True, in_future=False, long_past=False)
    iso, approximate = _MEANINGS[means](said, facts, today)
    if iso is None or iso.year < _OLDEST_YEAR:
        return None
    certain = not facts.get("unsure") and (alone or not facts.get("bare") or not _doubtful(said))
    if text.isascii() and fold(text) in _TWO_WAYS and not alone:
        certain = False
    return DayRead(iso, text, approximate, certain, iso > today, (today - iso).days > LONG_PAST_DAYS)


def _doubtful(said: dict[str, str]) -> bool:
    """Return whether "1/2" may be a half, and "thứ hai" the second."""
    if "weekday" in said:
        return True
    number, month = _number(said["num"]), _number(said["month"])
    return number is None or month is None or number < month <= 10


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() else _numbers().get(fold(word))


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _before(today: date, months: int) -> tuple[int, int]:
    """Return year and month so many months before today's."""
    count = today.year * 12 + today.month - 1 - months
    return count // 12, count % 12 + 1


def _last(said: dict[str, str]) -> bool:
    """Return whether "trước", "rồi", "qua" was said, not "này"."""
    word = said.get("thislast")
    return word is not None and fold(word) != "nay"


def _years_back(said: dict[str, str]) -> int:
    """Return how many years "last year" and its kin go back: nought where none was said."""
    if "lastyear" not in said:
        return 0
    return 2 if fold(said["lastyear"]).endswith("kia") else 1


def _date(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    day, month = _number(said["num"]), _number(said["month"])
    typed = said.get("year") or said.get("year2")
    year = int(typed) if typed else today.year - _years_back(said)
    if typed and len(typed) == 2:
        year += 2000
    return (_make(year, month, day) if day and month else None), False


def _date_in_month(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    day = _number(said["num"])
    return (_make(*_before(today, int(_last(said))), day) if day else None), False


def _day_of_month(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    day = _number(said["num"])
    for months in range(3):  # the 31st may need to go back two months
        found = _make(*_before(today, months), day) if day else None
        if found and found <= today:
            return found, False
    return None, False


def _days_ago(_said: dict[str, str], facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    return today - timedelta(days=facts["days"]), False


def _ago(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    count, unit = _number(said["num"]), fold(said["unit"])
    if count is None:  # half a month, half a year
        half = {"thang": 15, "nam": 182}.get(unit)
        return (today - timedelta(days=half) if half else None), True
    if unit == "tuan":
        return today - timedelta(weeks=count), True
    if unit in ("thang", "nam"):
        year, month = _before(today, count * (12 if unit == "nam" else 1))
        return _make(year, month, min(today.day, monthrange(year, month)[1])), True
    return today - timedelta(days=count), False


def _weekday(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    word = " ".join(next(said[name] for name in ("weekday", "weekday2", "weekday3") if name in said).split())
    days = {fold(name): number for name, number in table("days.toml")["weekdays"].items()}
    wanted = days.get(fold(word))
    if wanted is None:
        number = _number(word[1:]) if len(word) == 2 else _number(word.split()[-1])
        if number is None:
            return None, False
        wanted = number - 2
    monday = today - timedelta(days=today.weekday())
    if "lastweek" in said:
        return monday + timedelta(days=wanted - 7), False
    if "nextweek" in said:
        return monday + timedelta(days=wanted + 7), False
    return today - timedelta(days=(today.weekday() - wanted) % 7), False


def _week(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    third = fold(said.get("third") or said.get("third2") or "giua")
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days={"dau": 0, "giua": 2, "cuoi": 5}[third] - (7 if _last(said) else 0))
    if "thislast" not in said and day > today:  # "cuối tuần" told on a Wednesday is the one that was
        day -= timedelta(days=7)
    return min(day, today) if not _last(said) else day, True


def _month(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    third = fold(said.get("third") or "giua")
    if "month" in said:
        month = _number(said["month"])
        if month is None:
            return None, True
        year = int(said["year"]) if "year" in said else today.year - (_years_back(said) or month > today.month)
    else:
        year, month = _before(today, int(_last(said)))
    day = _make(year, month, _THIRD[third][0])
    this_month = (year, month) == (today.year, today.month)
    return (min(day, today) if day and this_month else day), True


def _year(said: dict[str, str], _facts: dict[str, Any], today: date) -> tuple[date | None, bool]:
    month = _THIRD[fold(said.get("third") or "giua")][1]
    if "lastyear" in said:
        year = today.year - _years_back(said)
    elif "year" in said:
        year = today.year if fold(said["year"]) == "nay" else int(said["year"])
    else:  # the end of the year, told in spring, is that of the year before
        year = today.year - (month > today.month)
    day = _make(year, month, 15)
    return (min(day, today) if day and year == today.year else day), True


_MEANINGS = {
    "date": _date,
    "date_in_month": _date_in_month,
    "day_of_month": _day_of_month,
    "days_ago": _days_ago,
    "ago": _ago,
    "weekday": _weekday,
    "week": _week,
    "month": _month,
    "year": _year,
}
