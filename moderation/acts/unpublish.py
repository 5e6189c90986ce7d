"""Unpublish: the page no longer shows it; the deed stands. `receive.take_down` does it for a teller."""

from deeds.kinds import Act, Role, Status
from moderation.acts.rule import MODERATORS, ActRule, Case, Done, Where, Who, Words
from moderation.acts.undo import as_it_was


def _do(case: Case) -> Done:
    return Done({"published_at": None}, reason=case.order.reason)


RULE = ActRule(
    Act.UNPUBLISH,
    who=Who(MODERATORS | {Role.PUBLISHER}),
    moves={Status.PUBLISHED: Status.APPROVED},
    wants=Words(),
    offered=frozenset({Where.DESK, Where.COMMAND}),
    do=_do,
    undo=as_it_was,
)
