"""Unpublish: the page no longer shows it; the deed stands. `receive.take_down` does it for a teller."""

from deeds.kinds import Act, Role, Status
from moderation.acts.rule import MODERATORS, ActRule, Case, Done, Where, Who, Words
from moderation.acts.undo import as_it_was
from moderation.notices import cancel_outcomes
from publishing.gate import check
from storage.history import Entry


def _do(case: Case) -> Done:
    return Done({"published_at": None}, reason=case.order.reason)


def _follow(case: Case, _: Entry) -> None:
    cancel_outcomes(case.tx, case.deed)  # nobody hears that it stands where it no longer does


def _undo(case: Case, entry: Entry) -> Done:
    """Put it back, where it may be published still: somebody may have said no meanwhile."""
    check(case.tx, case.deed)
    return as_it_was(case, entry)


RULE = ActRule(
    Act.UNPUBLISH,
    who=Who(MODERATORS | {Role.PUBLISHER}),
    moves={Status.PUBLISHED: Status.APPROVED},
    wants=Words(),
    offered=frozenset({Where.DESK, Where.COMMAND}),
    do=_do,
    follow=_follow,
    undo=_undo,
)
