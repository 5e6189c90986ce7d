"""Who vouches for a deed: chosen with one tap as it is approved, and kept in the words that page and paper print."""

import re
from collections.abc import Mapping
from datetime import datetime

from deeds.errors import NotPossible
from deeds.months import local_day
from storage.deeds import DeedRow
from storage.history import Entry
from texts import say

CONFIRMERS = ("village_head", "unit", "police", "witness", "called", "known")
"""Who may have confirmed, `confirmed_by.*` on the button and `confirmed.*` in what is kept of it."""

_COLUMNS = ("confirmed_person", "confirmed_deed")  # right person, right deed


class NotConfirmed(NotPossible):
    """Nobody vouches for person or deed yet, and the order does not say who does."""


def missing_confirmations(deed: DeedRow, confirmed_by: str | None, now: datetime) -> Mapping[str, str]:
    """Return what stands of person and deed once this is chosen; nothing where both are confirmed already.

    Raises `NotConfirmed` where something is missing and nobody known was chosen.
    """
    missing = [name for name in _COLUMNS if not (getattr(deed, name) or "").strip()]
    if missing and confirmed_by not in CONFIRMERS:
        raise NotConfirmed("moderation.not_confirmed", f"deed {deed.id}: nobody confirmed {missing}")
    return {name: _words(str(confirmed_by), now) for name in missing}


def taken_back(deed: DeedRow, approval: Entry) -> Mapping[str, None]:
    """Return the confirmations that came with an approval and still stand as they were tapped, emptied."""
    chosen = approval.details.get("confirmed_by")
    if chosen not in CONFIRMERS:
        return {}
    return {name: None for name in _COLUMNS if getattr(deed, name) == _words(str(chosen), approval.at)}


def tapped(deed: DeedRow) -> tuple[str, ...]:
    """Return the confirmations in our own words. What somebody typed may name a person, and stays inside."""
    words = dict.fromkeys(getattr(deed, name) or "" for name in _COLUMNS)
    ours = re.compile("|".join(re.escape(say(f"confirmed.{key}", day="DAY")) for key in CONFIRMERS))
    return tuple(one for one in words if ours.fullmatch(re.sub(r"\d{2}/\d{2}/\d{4}$", "DAY", one)))


def _words(confirmer: str, at: datetime) -> str:
    return say(f"confirmed.{confirmer}", day=f"{local_day(at):%d/%m/%Y}")
