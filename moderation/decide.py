"""One way to decide, for chat, desk and command line: status, history and what follows, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from deeds.errors import NotFound, NotPossible, SomebodyWasFirst
from deeds.kinds import Act, Role, Status
from deeds.months import VIET_NAM
from moderation import cards, confirming, notices, purge
from moderation.facts import facts_of, keep_version
from moderation.moves import UNDOABLE, after, check_may
from moderation.publishing import allowances, check_publishable
from storage import deeds, history, people, versions
from storage.database import Tx
from storage.deeds import DeedRow
from storage.history import Entry
from storage.office import office
from storage.people import Known
from texts import say

SHOWS_PICTURES = (Act.APPROVE, Act.PUBLISH)  # after these, what is there may be shown outside


@dataclass(frozen=True)
class Order:
    """What somebody wants done to a deed. `seen` is the version they looked at; None decides on what is there."""

    act: Act
    reason_key: str | None = None  # one of the canned reasons or questions
    reason: str | None = None  # or their own words
    seen: int | None = None
    confirmed_by: str | None = None  # who vouches for person and deed, where an approval finds that missing


def decide(tx: Tx, actor: Known, deed_id: int, order: Order, now: datetime, via: str) -> DeedRow:
    """Carry out an order and return the deed as it is now.

    Raises `NotAllowed`, `NotPossible` (`NotConfirmed` where an approval must say who confirmed), `SomebodyWasFirst` or
    `NotFound`; then nothing was changed.
    """
    deed = deeds.deed(tx, deed_id, hold=True)
    if deed is None:
        raise NotFound("moderation.no_deed", f"no deed {deed_id}")
    submissions = deeds.submissions_of(tx, deed_id)
    _check_first(tx, deed, order, actor)
    check_may(actor, order.act, deed, submissions, has_publisher=people.anybody_is(tx, Role.PUBLISHER))
    if order.act is Act.UNDO:
        return _undo(tx, actor, deed, now, via)
    becomes = after(deed.status, order.act)
    columns: dict[str, object] = {"status": becomes.value}
    confirmed: Mapping[str, str] = {}
    if order.act is Act.APPROVE:
        confirmed = confirming.missing_confirmations(deed, order.confirmed_by, now)
        columns |= {"approved_at": now, **confirmed}
    elif order.act is Act.PUBLISH:
        check_publishable(deed, allowances(tx, deed, deeds.honoree_of(tx, deed.id)))
        columns["published_at"] = now
    elif order.act is Act.UNPUBLISH:
        columns["published_at"] = None
    reason = _reason(order)
    _change(tx, deed, columns, actor, now, versions.CONFIRMED if confirmed else None)
    details: dict[str, history.Detail] = {
        "approved_at": _iso(deed.approved_at),
        "published_at": _iso(deed.published_at),
    }
    if order.reason_key:
        details["reason_key"] = order.reason_key
    if confirmed:
        details["confirmed_by"] = order.confirmed_by
    entry = _record(tx, deed, order.act, becomes, actor, now, via, reason, details)
    now_deed = replace(deed, status=becomes, version=deed.version + 1)
    _follow(tx, now_deed, entry, actor, now)
    cards.refresh(tx, deed.id, now)
    return deeds.deed(tx, deed.id) or now_deed


def _check_first(tx: Tx, deed: DeedRow, order: Order, actor: Known) -> None:
    """Raise `SomebodyWasFirst` when the deed was decided since this person looked at it."""
    if order.seen is None or order.seen == deed.version:
        return
    if order.seen > deed.version:  # nobody has seen that yet: the button was made up
        raise SomebodyWasFirst("mod.too_late_unknown", f"deed {deed.id}: version {order.seen} is not there")
    since = [entry for entry in history.of_deed(tx, deed.id) if entry.version > order.seen and entry.person_id]
    decided = [entry for entry in since if entry.act in UNDOABLE or entry.act is Act.UNDO]
    if not decided and order.act in SHOWS_PICTURES and any(entry.details.get("photos") for entry in since):
        number = deeds.submissions_of(tx, deed.id)[0].number
        raise NotPossible("mod.new_pictures", f"deed {deed.id}: pictures nobody has looked at", number=number)
    if not decided:
        return  # more was told meanwhile; the order still fits
    last = decided[-1]
    raise SomebodyWasFirst(
        "mod.too_late",
        f"deed {deed.id}: version {order.seen} was seen, {deed.version} is there; person {actor.id} was second",
        number=deeds.submissions_of(tx, deed.id)[0].number,
        name=last.person_name or "",
        act=say(f"act.{last.act}"),
        at=f"{last.at.astimezone(VIET_NAM):%H:%M}",
    )


def _reason(order: Order) -> str | None:
    if order.act is Act.ASK:
        if order.reason_key in notices.CANNED_QUESTIONS:
            return say(f"question.{order.reason_key}")
        if not order.reason:
            raise NotPossible("moderation.question_missing", "a question needs words")
        return order.reason
    if order.act is Act.REJECT:
        if order.reason_key in notices.CANNED_REASONS:
            return say(f"mod.reason.{order.reason_key}")
        if not order.reason:
            raise NotPossible("moderation.reason_missing", "leaving out needs a reason")
        return order.reason.strip().rstrip(" .")  # it stands in the middle of the teller's sentence
    return order.reason


def _follow(tx: Tx, deed: DeedRow, entry: Entry, actor: Known, now: datetime) -> None:
    """Do what a decision causes besides the new status."""
    match entry.act:
        case Act.ASK:
            _ask(tx, deed, entry, actor, now)
        case Act.REDIRECT:
            purge.as_complaint(tx, deed, now)
        case Act.WITHDRAW:
            purge.texts(tx, deed.id, now)
        case Act.APPROVE | Act.REJECT | Act.PUBLISH:
            history.cancel_questions(tx, deed.id, now)
            notices.tell_outcome(tx, deed, entry, office(tx), now)


def _ask(tx: Tx, deed: DeedRow, entry: Entry, actor: Known, now: datetime) -> None:
    reachable = [told for told in deeds.submissions_of(tx, deed.id) if told.person_id and not told.withdrawn_at]
    if not reachable:
        raise NotPossible("moderation.nobody_to_ask", f"deed {deed.id} has no teller that can be asked")
    told = reachable[0]
    closes = notices.add_working_days(now.astimezone(VIET_NAM).date(), notices.ANSWER_WORKING_DAYS)
    end_of_day = datetime(closes.year, closes.month, closes.day, 23, 59, tzinfo=VIET_NAM)
    history.ask(tx, deed.id, told.id, told.person_id, entry.reason or "", actor.id, now, end_of_day)


def _undo(tx: Tx, actor: Known, deed: DeedRow, now: datetime, via: str) -> DeedRow:
    last = cards.last_decision(tx, deed.id)
    if last is None or last.before is None or last.after is not deed.status:
        raise NotPossible("moderation.nothing_to_undo", f"deed {deed.id} has nothing to take back")
    columns: dict[str, object] = {
        "status": last.before.value,
        "approved_at": _instant(last.details.get("approved_at")),
        "published_at": _instant(last.details.get("published_at")),
    }
    confirmed = confirming.taken_back(deed, last)
    _change(tx, deed, {**columns, **confirmed}, actor, now, versions.CONFIRMED if confirmed else None)
    history.mark_undone(tx, last.id, now)
    if last.act is Act.ASK:
        history.cancel_questions(tx, deed.id, now)
    notices.take_back_outcome(tx, deed, last, now)
    _record(tx, deed, Act.UNDO, last.before, actor, now, via, None, {"undid": last.id, "undid_act": last.act.value})
    cards.refresh(tx, deed.id, now)
    return deeds.deed(tx, deed.id) or deed


def _change(tx: Tx, deed: DeedRow, columns: Mapping[str, object], actor: Known, now: datetime, how: str | None) -> None:
    """Change a deed; where that changes facts, `how` says how, and they are kept as a version."""
    before = facts_of(tx, deed) if how else {}
    if not deeds.change(tx, deed.id, deed.version, **columns):
        raise SomebodyWasFirst("mod.too_late_unknown", f"deed {deed.id} changed under our hands")
    if how:
        keep_version(tx, deed, before, how, actor, now)


def _record(
    tx: Tx,
    deed: DeedRow,
    act: Act,
    becomes: Status,
    actor: Known,
    now: datetime,
    via: str,
    reason: str | None,
    details: Mapping[str, history.Detail],
) -> Entry:
    version = deed.version + 1
    entry_id = history.record(
        tx, deed.id, act, deed.status, becomes,
        version=version, person_id=actor.id, via=via, now=now, reason=reason, details=details,
    )  # fmt: skip
    return Entry(
        entry_id, deed.id, act, deed.status, becomes, version, actor.id, actor.name, via, reason, details, None, now
    )


def _instant(kept: history.Detail) -> datetime | None:
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
