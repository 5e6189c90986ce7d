"""Other words for a name inside what was said in chats, wherever a body is kept that says it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

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
                kept[field] = kept[field].replace(name, words)
    return kept
