"""One way to decide, for chat, desk and command line: status, history and what follows, in one transaction.

What each act does stands in its own module of `moderation.acts`; here is what is the same for all.
"""

from dataclasses import replace
from datetime import datetime

from deeds.errors import NotFound, NotPossible, SomebodyWasFirst
from deeds.kinds import Role, Status
from deeds.months import VIET_NAM
from moderation import cards, notices
from moderation.acts import ACTS
from moderation.acts.rule import Case, Choice, Done
from moderation.acts.rule import Order as Order
from moderation.facts import facts_of, keep_version
from moderation.moves import DECISIONS, after, check_may, impossible
from storage import deeds, history, people
from storage.database import Tx
from storage.deeds import DeedRow
from storage.history import Entry
from storage.people import Known
from texts import say


def decide(tx: Tx, actor: Known, deed_id: int, order: Order, now: datetime, via: str) -> DeedRow:
    """Carry out an order and return the deed as it is now.

    Raises `NotAllowed`, `NotPossible` (`NotConfirmed` where an approval must say who confirmed), `SomebodyWasFirst` or
    `NotFound`; then nothing was changed.
    """
    deed = deeds.deed(tx, deed_id, hold=True)
    if deed is None:
        raise NotFound("moderation.no_deed", f"no deed {deed_id}")
    rule, case = ACTS[order.act], Case(tx, actor, deed, deeds.submissions_of(tx, deed_id), order, now)
    _check_first(case)
    check_may(actor, order.act, deed, case.submissions, has_publisher=people.anybody_is(tx, Role.PUBLISHER))
    if rule.do is None:
        raise impossible(deed.status, order.act)
    rule.check(case)
    done = rule.do(case)
    becomes = done.becomes or after(deed.status, order.act)
    _change(case, becomes, done)
    entry = _record(case, becomes, done, via)
    rule.follow(replace(case, deed=replace(deed, status=becomes, version=entry.version)), entry)
    if rule.tells is not None:
        history.cancel_questions(tx, deed.id, now)
        notices.tell_outcome(tx, deed, entry, rule.tells, now)
    cards.refresh(tx, deed.id, now)
    changed = deeds.deed(tx, deed.id)
    assert changed is not None
    return changed


def _check_first(case: Case) -> None:
    """Raise `SomebodyWasFirst` when the deed was decided since this person looked at it."""
    tx, deed, seen = case.tx, case.deed, case.order.seen
    if seen is None or seen == deed.version:
        return
    if seen > deed.version:  # nobody has seen that yet: the button was made up
        raise SomebodyWasFirst("mod.too_late_unknown", f"deed {deed.id}: version {seen} is not there")
    since = [entry for entry in history.of_deed(tx, deed.id) if entry.version > seen and entry.person_id]
    decided = [entry for entry in since if entry.act in DECISIONS]
    if not decided and ACTS[case.order.act].shows_pictures and any(entry.details.get("photos") for entry in since):
        number = case.submissions[0].number
        raise NotPossible("mod.new_pictures", f"deed {deed.id}: pictures nobody has looked at", number=number)
    if not decided:
        return  # more was told meanwhile; the order still fits
    last = decided[-1]
    raise SomebodyWasFirst(
        "mod.too_late",
        f"deed {deed.id}: version {seen} was seen, {deed.version} is there; person {case.actor.id} was second",
        number=case.submissions[0].number,
        name=last.person_name or "",
        act=say(f"act.{last.act}"),
        at=f"{last.at.astimezone(VIET_NAM):%H:%M}",
    )


def _change(case: Case, becomes: Status, done: Done) -> None:
    """Change a deed; where that changes facts, they are kept as a version."""
    tx, deed = case.tx, case.deed
    before = facts_of(tx, deed) if done.facts_by else {}
    if not deeds.change(tx, deed.id, deed.version, status=becomes.value, **done.columns):
        raise SomebodyWasFirst("mod.too_late_unknown", f"deed {deed.id} changed under our hands")
    if done.facts_by:
        keep_version(tx, deed, before, done.facts_by, case.actor, case.now)


def _record(case: Case, becomes: Status, done: Done, via: str) -> Entry:
    """Append the line of history, with what an undo needs of the deed before."""
    deed, order, actor = case.deed, case.order, case.actor
    before: dict[str, history.Detail] = {"approved_at": _iso(deed.approved_at), "published_at": _iso(deed.published_at)}
    wants = ACTS[order.act].wants
    known = isinstance(wants, Choice) and order.reason_key in wants.choices  # the form of a page may say anything
    chosen: dict[str, history.Detail] = {"reason_key": order.reason_key} if known else {}
    details = {**before, **chosen, **done.details}
    version = deed.version + 1
    entry_id = history.record(
        case.tx, deed.id, order.act, deed.status, becomes,
        version=version, person_id=actor.id, via=via, now=case.now, reason=done.reason, details=details,
    )  # fmt: skip
    return Entry(
        entry_id, deed.id, order.act, deed.status, becomes, version, actor.id, actor.name, via, done.reason, details,
        None, case.now,
    )  # fmt: skip


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
