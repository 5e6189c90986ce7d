"""What may become of a deed, and who may do it: tables read off `moderation.acts`, and the checks that use them."""

from collections.abc import Iterable, Mapping

from deeds.errors import NotAllowed, NotPossible
from deeds.kinds import Act, Role, Status
from moderation.acts import ACTS
from storage.deeds import DeedRow, SubmissionRow
from storage.people import Known
from texts import say

MOVES: Mapping[Status, Mapping[Act, Status]] = {
    status: {act: rule.moves[status] for act, rule in ACTS.items() if rule.moves and status in rule.moves}
    for status in Status
}
"""For every status what each act makes of it; an act that is not there cannot be done."""

UNDOABLE: frozenset[Act] = frozenset(act for act, rule in ACTS.items() if rule.undo is not None)
"""What can be taken back. A redirected or withdrawn deed cannot: its text is gone."""

DECISIONS: frozenset[Act] = UNDOABLE | {Act.UNDO}
"""Of these a second person is told who was first; what is final says so by the deed's status."""

WHO: Mapping[Act, frozenset[Role]] = {act: rule.who.roles for act, rule in ACTS.items() if rule.who.roles}
"""Who may do what at the desk, in chat or by command; an act that is not here is nobody's button."""


def after(status: Status, act: Act) -> Status:
    """Return what `act` makes of a deed in `status`. Raises `NotPossible`."""
    try:
        return MOVES[status][act]
    except KeyError:
        raise impossible(status, act) from None


def impossible(status: Status, act: Act) -> NotPossible:
    """Return the refusal of an act that a deed in this status does not take."""
    return NotPossible(
        "moderation.not_possible",
        f"cannot {act} a deed that is {status}",
        act=say(f"act.{act}"),
        status=say(f"status.desk.{status}"),
    )


def check_role(actor: Known, act: Act, *, has_publisher: bool = True) -> None:
    """Raise `NotAllowed` unless the actor's roles allow the act; some do while nobody is in charge of the page."""
    who = ACTS[act].who
    if not actor.is_any(*who.roles) and (has_publisher or not actor.is_any(*who.without_publisher)):
        raise NotAllowed("moderation.no_right", f"person {actor.id} may not {act}", act=say(f"act.{act}"))


def check_not_own(actor: Known, submissions: Iterable[SubmissionRow]) -> None:
    """Raise `NotAllowed` when the actor told of this deed, by whatever account: nobody decides their own submission."""
    if any(actor.has_been(submission.person_id) for submission in submissions):
        raise NotAllowed("moderation.own", f"person {actor.id} told of this deed")


def check_may(
    actor: Known, act: Act, deed: DeedRow, submissions: Iterable[SubmissionRow], *, has_publisher: bool = True
) -> None:
    """Raise `NotAllowed` or `NotPossible` with the reason why this person may not do this to this deed now."""
    check_role(actor, act, has_publisher=has_publisher)
    check_not_own(actor, submissions)
    if ACTS[act].moves is not None:
        after(deed.status, act)


def may(
    actor: Known, act: Act, deed: DeedRow, submissions: Iterable[SubmissionRow], *, has_publisher: bool = True
) -> bool:
    """Tell whether a button for this act should show; the right itself is checked when it is pressed."""
    try:
        check_may(actor, act, deed, submissions, has_publisher=has_publisher)
    except (NotAllowed, NotPossible):
        return False
    return True
