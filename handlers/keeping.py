"""A place is remembered in two rows: where the person stands, and - what they have told so far - in their draft.

So a draft that is dropped takes every word of it along, whoever drops it: the person, or the thirty days.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.place import Place
from storage import drafts
from storage.database import Tx

IN_DRAFT = ("told", "about", "shown", "asked_once")  # what may hold words of the person


def recall(tx: Tx, person_id: int) -> Place:
    """Return where a person stands; what they were telling is gone where its draft is."""
    place = Place.from_json(drafts.place_of(tx, person_id))
    before = place.about.get("before") or {}
    if place.draft is None and not before.get("draft"):
        return place
    kept = {waiting.id: waiting.state for waiting in drafts.waiting_of(tx, person_id)}
    if place.draft is not None:
        state = kept.get(place.draft)
        return replace(Place.from_json(state), turn=place.turn) if state else place.closed()
    state = kept.get(before["draft"])
    return place.with_about(before={**state, "turn": before.get("turn", 0)} if state else None)


def keep(tx: Tx, person_id: int, place: Place, now: datetime) -> None:
    """Remember where a person stands."""
    state = place.to_json()
    before = place.about.get("before") or {}
    if place.draft is not None:
        drafts.set_aside(tx, place.draft, state, now)
        state = _without_words(state)
    elif before.get("draft"):
        drafts.set_aside(tx, before["draft"], before, now)
        state["about"] = {**place.about, "before": _without_words(before)}
    drafts.keep_place(tx, person_id, state, now)


def _without_words(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in IN_DRAFT}
