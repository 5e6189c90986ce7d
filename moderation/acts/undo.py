"""Undo: the last decision is taken back, by what its own act says of that; the deed is again where it was."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from deeds.errors import NotPossible
from deeds.kinds import Act, Role
from moderation import notices
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Done, Who
from storage import deeds, history
from storage.database import Tx
from storage.history import Detail, Entry


def last_of(tx: Tx, deed_id: int, acts: Collection[Act]) -> Entry | None:
    """Return the latest of these decisions of a deed that stands.

    What its teller took from the page is no decision: nobody puts it back by taking something back.
    """
    standing = [entry for entry in history.of_deed(tx, deed_id) if entry.act in acts and entry.undone_at is None]
    if not standing:
        return None
    tellers = {told.person_id for told in deeds.submissions_of(tx, deed_id)} - {None}
    decided = [entry for entry in standing if entry.person_id not in tellers]
    return decided[-1] if decided else None


def as_it_was(_: Case, entry: Entry) -> Done:
    """Return what every decision keeps of the deed before it."""
    return Done({name: _instant(entry.details.get(name)) for name in ("approved_at", "published_at")})


def _instant(kept: Detail) -> datetime | None:
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def of(rules: Iterable[ActRule]) -> ActRule:
    """Return the act that takes back these, as far as each can be."""
    undoable = {rule.act: rule for rule in rules if rule.undo is not None}

    def do(case: Case) -> Done:
        last = last_of(case.tx, case.deed.id, undoable)
        if last is None or last.before is None or last.after is not case.deed.status:
            raise NotPossible("moderation.nothing_to_undo", f"deed {case.deed.id} has nothing to take back")
        rule = undoable[last.act]
        assert rule.undo is not None
        taken_back = replace(
            rule.undo(case, last), becomes=last.before, details={"undid": last.id, "undid_act": last.act.value}
        )
        history.mark_undone(case.tx, last.id, case.now)
        if rule.tells is not None:
            notices.take_back_outcome(case.tx, case.deed, last, case.now)
        return taken_back

    return ActRule(
        Act.UNDO,
        who=Who(MODERATORS | {Role.PUBLISHER}),
        moves=None,
        offered=EVERYWHERE,
        do=do,
    )
