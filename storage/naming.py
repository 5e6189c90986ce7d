"""Other words for a name inside what was said in chats, wherever a body is kept that says it."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from deeds.masking import titles

SAID = ("text", "instead")  # of a body: what people read


def says(body: InstrumentedAttribute[dict[str, Any]], named: Mapping[str, str]) -> ColumnElement[bool]:
    """Return the condition that a body says one of these names."""
    return or_(False, *(body[field].as_string().contains(name, autoescape=True) for field in SAID for name in named))


def renamed(body: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """Return a body in which each name is put in other words."""
    kept = dict(body)
    for field in SAID:
        for name, words in named.items():
            if kept.get(field):
                kept[field] = _put(kept[field], name, words)
    return kept


def _put(text: str, name: str, words: str) -> str:
    """Put words in place of a name where it stands alone: not in a longer name, nor behind a title.

    "chị Lò Thị Hòa", "thôn Hòa Bình" and "anh Hòa" are others; our own sentences call staff by their name alone.
    """

    def put(found: re.Match[str]) -> str:
        line = text[: found.start()].rpartition("\n")[2]
        before = line.split() if line.endswith(" ") else []
        in_longer_name = len(before) > 1 and before[-1][:1].isupper()
        titled = bool(before) and before[-1].lower() in titles()
        goes_on = re.match(r" \w", text[found.end() :]) is not None and text[found.end() + 1].isupper()
        return found.group() if " " not in name and (in_longer_name or titled or goes_on) else words

    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", put, text)
