"""What the desk adds to a deed: facts for the paper, corrections, the answer of the person praised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deeds.errors import NotFound, SomebodyWasFirst
from deeds.kinds import HONOREE_THINGS, Act, Thing
from deeds.vietnamese import fold, nfc
from moderation import cards
from moderation.moves import check_may
from storage import deeds, history
from storage.database import Tx
from storage.deeds import DeedRow
from storage.people import Known

DEED_FACTS = (
    "kind", "section", "field", "movement", "target_groups", "about_child", "urgent", "summary", "happened_on",
    "when_text", "place_text", "confirmed_person", "confirmed_deed", "awards", "proposed_award",
)  # fmt: skip
HONOREE_FACTS = ("title", "name", "birth_year", "gender", "occupation", "residence")


@dataclass(frozen=True)
class Answer:
    """What the person praised (or, for a child, family and child) answered when asked."""

    allowed: frozenset[Thing]
    how: str  # met, called, written
    witness: str | None = None


def correct(
    tx: Tx, actor: Known, deed_id: int, seen: int, changes: Mapping[str, object], now: datetime, via: str
) -> DeedRow:
    """Change facts of a deed or of who is praised; before and after stand in the history. Errors as `decide`."""
    deed = _held(tx, actor, deed_id, Act.CORRECT)
    if seen != deed.version:
        raise SomebodyWasFirst(
            "mod.changed_meanwhile", f"deed {deed_id}: version {seen} was seen, {deed.version} is there"
        )
    honoree = deeds.honoree_of(tx, deed_id)
    before: dict[str, object] = {}
    of_deed: dict[str, object] = {}
    of_honoree: dict[str, object] = {}
    for name, value in changes.items():
        new = nfc(value).strip() if isinstance(value, str) else value
        if name in DEED_FACTS and getattr(deed, name) != new:
            before[name], of_deed[name] = getattr(deed, name), new
        elif name in HONOREE_FACTS and getattr(honoree, name) != new:
            before[name], of_honoree[name] = getattr(honoree, name), new
    if not before:
        return deed
    if "name" in of_honoree:
        of_honoree["name_folded"] = fold(str(of_honoree["name"]))
    if of_honoree:
        deeds.change_honoree(tx, honoree.id, **of_honoree)
    changed = deeds.honoree_of(tx, deed_id)
    place = str(of_deed.get("place_text", deed.place_text))
    of_deed["search"] = fold(f"{deed.story} {of_deed.get('summary', deed.summary)} {changed.display} {place}")
    deeds.change(tx, deed.id, deed.version, **of_deed)
    after = {name: of_deed.get(name, of_honoree.get(name)) for name in before}
    details = {"before": _plain(before), "after": _plain(after)}
    return _noted(tx, actor, deed, Act.CORRECT, details, now, via)


def record_honoree(tx: Tx, actor: Known, deed_id: int, answer: Answer, now: datetime, via: str) -> DeedRow:
    """Keep what the person praised allows, thing by thing; who asked and how stand with it. Errors as `decide`."""
    deed = _held(tx, actor, deed_id, Act.RECORD_HONOREE)
    honoree = deeds.honoree_of(tx, deed_id)
    for thing in HONOREE_THINGS:
        # Without the deed itself told there is nothing to name, show or read out.
        allowed = thing in answer.allowed and Thing.DEED in answer.allowed
        history.allow(
            tx, thing, allowed, how=answer.how, words="honoree.ask", now=now,
            honoree_id=honoree.id, asked_by=actor.id, witness=answer.witness or None,
        )  # fmt: skip
    deeds.change(tx, deed.id, deed.version)
    details = {"allowed": sorted(thing.value for thing in answer.allowed), "how": answer.how, "witness": answer.witness}
    return _noted(tx, actor, deed, Act.RECORD_HONOREE, details, now, via)


def _held(tx: Tx, actor: Known, deed_id: int, act: Act) -> DeedRow:
    deed = deeds.deed(tx, deed_id, hold=True)
    if deed is None:
        raise NotFound("moderation.no_deed", f"no deed {deed_id}")
    check_may(actor, act, deed, deeds.submissions_of(tx, deed_id))
    return deed


def _noted(
    tx: Tx, actor: Known, deed: DeedRow, act: Act, details: Mapping[str, object], now: datetime, via: str
) -> DeedRow:
    history.record(
        tx, deed.id, act, deed.status, deed.status,
        version=deed.version + 1, person_id=actor.id, via=via, now=now, details=details,
    )  # fmt: skip
    cards.refresh(tx, deed.id, now)
    changed = deeds.deed(tx, deed.id)
    assert changed is not None
    return changed


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    plain_types = (str, int, bool, list, type(None))
    return {name: value if isinstance(value, plain_types) else str(value) for name, value in values.items()}
