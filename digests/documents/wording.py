"""Small habits of Vietnamese official writing: counts, days, lists, clean text, people who stay unnamed."""

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

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


def month_of_issue(window_end: date) -> Month:
    """Return the month in which the paper goes out: that of the day after the window closes."""
    after = window_end + timedelta(days=1)
    return Month(after.year, after.month)


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
    """Return the name the paper may print: a person who did not allow the name stays unnamed."""
    if deed.consented.name:
        return bare(deed.honoree)
    return say(f"document.{'nameless' if deed.consented.deed else 'not_asked'}.{deed.kind}")


def told(deed: DeedFacts, text: str) -> str:
    """Return cleaned text about a deed, without the name of a person who did not allow it."""
    text = clean(text)
    if deed.consented.name:
        return text
    return without_name(text, bare(deed.honoree), say("document.nameless.in_text"), with_title=True)


def _month_number(number: int) -> str:
    return f"{number:02d}" if number < 3 else str(number)
