"""What the desk adds to a deed: facts for the paper, corrections, the answer of the person praised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deeds.errors import NotFound, SomebodyWasFirst
from deeds.kinds import HONOREE_THINGS, PUBLICATION, Act, Thing
from deeds.vietnamese import fold, nfc
from moderation import cards
from moderation.moves import check_may
from storage import attachments, deeds, history, versions
from storage.database import Tx
from storage.deeds import DeedRow
from storage.people import Known

DEED_FACTS = (
    "kind", "section", "field", "movement", "target_groups", "about_child", "urgent", "summary", "happened_on",
    "when_text", "place_text", "confirmed_person", "confirmed_deed", "awards", "proposed_award",
)  # fmt: skip
HOW_ASKED = ("met", "called", "written")
"""How somebody asked the person praised, `desk.how.*`."""
HONOREE_FACTS = ("title", "name", "birth_year", "gender", "occupation", "residence")


@dataclass(frozen=True)
class Answer:
    """What the person praised (or, for a child, family and child) answered when asked."""

    allowed: frozenset[Thing]
    how: str  # one of HOW_ASKED
    witness: str | None = None


def correct(
    tx: Tx, actor: Known, deed_id: int, seen: int, changes: Mapping[str, object], now: datetime, via: str
) -> DeedRow:
    """Change facts of a deed or of who is praised; before and after are kept beside the history. Errors as `decide`."""
    deed = _held(tx, actor, deed_id, Act.CORRECT)
    if seen != deed.version:
        raise SomebodyWasFirst(
            "mod.changed_meanwhile", f"deed {deed_id}: version {seen} was seen, {deed.version} is there"
        )
    honoree = deeds.honoree_of(tx, deed_id)
    before = facts_of(tx, deed)
    of_deed: dict[str, object] = {}
    of_honoree: dict[str, object] = {}
    for name, value in changes.items():
        new = nfc(value).strip() if isinstance(value, str) else value
        if name in DEED_FACTS and getattr(deed, name) != new:
            of_deed[name] = new
        elif name in HONOREE_FACTS and getattr(honoree, name) != new:
            of_honoree[name] = new
    if not of_deed and not of_honoree:
        return deed
    if "name" in of_honoree:
        of_honoree["name_folded"] = fold(str(of_honoree["name"]))
    if of_honoree:
        deeds.change_honoree(tx, honoree.id, **of_honoree)
    changed = deeds.honoree_of(tx, deed_id)
    place = str(of_deed.get("place_text", deed.place_text))
    of_deed["search"] = fold(f"{deed.story} {of_deed.get('summary', deed.summary)} {changed.display} {place}")
    deeds.change(tx, deed.id, deed.version, **of_deed)
    keep_version(tx, deed, before, versions.CORRECTED, actor, now)
    return _noted(tx, actor, deed, Act.CORRECT, {}, now, via)


def facts_of(tx: Tx, deed: DeedRow) -> dict[str, Any]:
    """Return everything that is known of a deed and of who is praised, as JSON keeps it."""
    honoree = deeds.honoree_of(tx, deed.id)
    facts = {name: getattr(deed, name) for name in ("story", *DEED_FACTS)}
    facts |= {name: getattr(honoree, name) for name in HONOREE_FACTS}
    heard = [piece for piece in attachments.of_deed(tx, deed.id) if piece.transcript]
    return _plain(facts) | {f"transcript.{piece.id}": piece.transcript for piece in heard}


def keep_version(tx: Tx, deed: DeedRow, before: versions.Facts, how: str, actor: Known, now: datetime) -> None:
    """Keep what a deed that was just changed says now, and the first time also what it said when it was told."""
    if not versions.is_kept(tx, deed.id):
        versions.keep(tx, deed.id, deed.version, before, how=versions.TOLD, person_id=None, now=deed.received_at)
    changed = deeds.deed(tx, deed.id)
    assert changed is not None
    versions.keep(tx, deed.id, changed.version, facts_of(tx, changed), how=how, person_id=actor.id, now=now)


def record_honoree(tx: Tx, actor: Known, deed_id: int, answer: Answer, now: datetime, via: str) -> DeedRow:
    """Keep what the person praised allows, thing by thing; who asked and how stand with it. Errors as `decide`."""
    deed = _held(tx, actor, deed_id, Act.RECORD_HONOREE)
    honoree = deeds.honoree_of(tx, deed_id)
    for thing in HONOREE_THINGS:
        # Without the deed itself told there is nothing to show or read out; the office's own list is another matter.
        allowed = thing in answer.allowed and (thing not in PUBLICATION or Thing.DEED in answer.allowed)
        history.allow(
            tx, thing, allowed, how=answer.how, words="honoree.ask", now=now,
            honoree_id=honoree.id, asked_by=actor.id, witness=answer.witness or None,
        )  # fmt: skip
    deeds.change(tx, deed.id, deed.version)
    details = {"allowed": sorted(thing.value for thing in answer.allowed), "how": answer.how}
    return _noted(tx, actor, deed, Act.RECORD_HONOREE, details, now, via)


def _held(tx: Tx, actor: Known, deed_id: int, act: Act) -> DeedRow:
    deed = deeds.deed(tx, deed_id, hold=True)
    if deed is None:
        raise NotFound("moderation.no_deed", f"no deed {deed_id}")
    check_may(actor, act, deed, deeds.submissions_of(tx, deed_id))
    return deed


def _noted(
    tx: Tx, actor: Known, deed: DeedRow, act: Act, details: Mapping[str, history.Detail], now: datetime, via: str
) -> DeedRow:
    history.record(
        tx, deed.id, act, deed.status, deed.status,
        version=deed.version + 1, person_id=actor.id, via=via, now=now, details=details,
    )  # fmt: skip
    cards.refresh(tx, deed.id, now)
    changed = deeds.deed(tx, deed.id)
    assert changed is not None
    return changed


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    plain_types = (str, int, bool, list, type(None))
    return {name: value if isinstance(value, plain_types) else str(value) for name, value in values.items()}
