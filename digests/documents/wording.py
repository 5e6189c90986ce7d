"""Small habits of Vietnamese official writing: counts, days, lists, clean text, people who stay unnamed."""

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from deeds.masking import without_name
from deeds.months import Month
from digests.documents.font_metrics import printable
from digests.snapshot import DeedFacts
from texts import say

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})  # controls, private use, loose marks
_PICTOGRAMS = frozenset({"So", "Sk"})
_CLOSERS = ".;, "


def clean(text: str) -> str:
    """Return text fit for a paper: NFC, one line, only characters every style of the font can draw.

    Controls, marks left over, private-use characters and pictograms go; a letter of a script the font lacks is a "?",
    so that it is seen and mended by hand.
    """
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if char.isspace():
            kept.append(" ")
        elif ord(char) in printable():
            kept.append("" if unicodedata.category(char) in _UNSEEN else char)
        elif unicodedata.category(char) not in _UNSEEN | _PICTOGRAMS:
            kept.append("?")
    return " ".join("".join(kept).split())


def count(number: int) -> str:
    """Return a number as papers write it: 0, 01 to 09, then 1.234."""
    return f"{number:02d}" if 0 < number < 1000 else f"{number:,}".replace(",", ".")


def month_name(month: Month) -> str:
    """Return `tháng 02 năm 2026`: only January and February get a zero (Nghị định 30/2020, Phụ lục I, Mục II.4)."""
    return say("document.month", number=_month_number(month.number), year=month.year)


def day_name(day: date) -> str:
    """Return `ngày 05 tháng 01 năm 2026`."""
    return say("document.day", day=f"{day.day:02d}", number=_month_number(day.month), year=day.year)


def day_without_year(day: date) -> str:
    """Return `ngày 05 tháng 01`."""
    return say("document.day_without_year", day=f"{day.day:02d}", number=_month_number(day.month))


def year_of_issue(window_end: date) -> int:
    """Return the year in which the paper is due; its day and month are the clerk's to fill in."""
    return (window_end + timedelta(days=1)).year


def lower_first(text: str) -> str:
    """Return the text with a small first letter, as inside a sentence."""
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def bare(text: str) -> str:
    """Return cleaned text without the stops at its end, so that it can stand in a list."""
    return clean(text).rstrip(_CLOSERS)


def listed(items: Iterable[str]) -> str:
    """Join items that may hold commas themselves."""
    return "; ".join(items)


def numbers(items: list[int]) -> str:
    """Return `1, 3 và 5`."""
    if len(items) < 2:
        return "".join(map(str, items))
    return say("document.and", first=", ".join(map(str, items[:-1])), last=items[-1])


def display_name(deed: DeedFacts) -> str:
    """Return the name the paper may print; who may not be named is one person, household or collective among many."""
    if deed.prints_name:
        return bare(deed.honoree)
    return say(f"document.{'not_asked' if opinion(deed) is Opinion.NOT_ASKED else 'nameless'}.{deed.kind}")


class Opinion(StrEnum):
    """What the person praised thinks of being made an example of, as the list's column says it."""

    AGREED = "agreed"
    NOT_ASKED = "not_asked"
    NOT_PUBLIC = "not_public"


def opinion(deed: DeedFacts) -> Opinion:
    """Return what the person praised said to the deed being told in public."""
    if deed.consented.deed:
        return Opinion.AGREED
    return Opinion.NOT_PUBLIC if deed.asked else Opinion.NOT_ASKED


def told(deed: DeedFacts, text: str) -> str:
    """Return cleaned text about a deed, without the name of a person who may not be named."""
    text = clean(text)
    if deed.prints_name:
        return text
    return without_name(text, bare(deed.honoree), say("document.nameless.in_text"), with_title=True)


def _month_number(number: int) -> str:
    return f"{number:02d}" if number < 3 else str(number)
