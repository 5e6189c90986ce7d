"""What may become of a deed, and who may do it: two tables that tests walk and the docs draw."""

from collections.abc import Iterable, Mapping

from deeds.errors import NotAllowed, NotPossible
from deeds.kinds import Act, Role, Status
from storage.deeds import DeedRow, SubmissionRow
from storage.people import Known
from texts import say

_DECIDE = {
    Act.APPROVE: Status.APPROVED,
    Act.ASK: Status.NEEDS_INFO,
    Act.REJECT: Status.REJECTED,
    Act.REDIRECT: Status.REDIRECTED,
    Act.WITHDRAW: Status.WITHDRAWN,
}

MOVES: Mapping[Status, Mapping[Act, Status]] = {
    Status.RECEIVED: {**_DECIDE, Act.CLAIM: Status.IN_REVIEW, Act.ADD: Status.RECEIVED},
    Status.IN_REVIEW: {**_DECIDE, Act.ADD: Status.IN_REVIEW},
    Status.NEEDS_INFO: {**_DECIDE, Act.ANSWER: Status.IN_REVIEW, Act.ADD: Status.NEEDS_INFO},
    Status.APPROVED: {Act.PUBLISH: Status.PUBLISHED, Act.WITHDRAW: Status.WITHDRAWN, Act.ADD: Status.APPROVED},
    Status.PUBLISHED: {Act.UNPUBLISH: Status.APPROVED, Act.WITHDRAW: Status.WITHDRAWN, Act.ADD: Status.PUBLISHED},
    Status.REJECTED: {Act.ADD: Status.IN_REVIEW, Act.WITHDRAW: Status.WITHDRAWN},  # more was told: looked at again
    Status.REDIRECTED: {},
    Status.WITHDRAWN: {},
    Status.MERGED: {},
}
"""For every status what each act makes of it; an act that is not there cannot be done."""

STAYS: frozenset[Status] = frozenset({Status.REDIRECTED, Status.WITHDRAWN, Status.MERGED})
"""Here nothing more is written about a deed, so its facts are not corrected either."""

UNDOABLE: frozenset[Act] = frozenset({Act.CLAIM, Act.APPROVE, Act.ASK, Act.REJECT, Act.PUBLISH, Act.UNPUBLISH})
"""What can be taken back. A redirected or withdrawn deed cannot: its text is gone."""

_DESK = frozenset({Role.MODERATOR, Role.ADMIN})

WHO: Mapping[Act, frozenset[Role]] = {
    Act.CLAIM: _DESK,
    Act.APPROVE: _DESK,
    Act.ASK: _DESK,
    Act.REJECT: _DESK,
    Act.REDIRECT: _DESK,
    Act.UNDO: _DESK | {Role.PUBLISHER},
    Act.CORRECT: _DESK | {Role.PUBLISHER},
    Act.RECORD_HONOREE: _DESK | {Role.PUBLISHER},
    Act.PUBLISH: frozenset({Role.PUBLISHER, Role.ADMIN}),
    Act.UNPUBLISH: _DESK | {Role.PUBLISHER},
    Act.WITHDRAW: _DESK,  # a teller withdraws by `withdraw_submission`
}
"""Who may do what at the desk, in chat or by command; an act that is not here is nobody's button."""


def after(status: Status, act: Act) -> Status:
    """Return what `act` makes of a deed in `status`. Raises `NotPossible`."""
    try:
        return MOVES[status][act]
    except KeyError:
        raise NotPossible(
            "moderation.not_possible",
            f"cannot {act} a deed that is {status}",
            act=say(f"act.{act}"),
            status=say(f"status.desk.{status}"),
        ) from None


def check_role(actor: Known, act: Act, *, has_publisher: bool = True) -> None:
    """Raise `NotAllowed` unless the actor's roles allow the act.

    Where nobody is in charge of the page, a moderator's second tap publishes: a small commune has one clerk.
    """
    allowed = WHO.get(act, frozenset())
    if act is Act.PUBLISH and not has_publisher:
        allowed = allowed | _DESK
    if actor.roles.isdisjoint(allowed):
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
    if act in (Act.CORRECT, Act.RECORD_HONOREE):
        if deed.status in STAYS:
            after(deed.status, act)
    elif act is not Act.UNDO:
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
