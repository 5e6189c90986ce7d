"""Publish: the page shows what the person praised allowed, and its tellers hear where."""

from deeds.kinds import Act, Role, Status
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Done, Who
from moderation.acts.undo import as_it_was
from moderation.notices import Outcome
from publishing.gate import check
from texts import say


def _check(case: Case) -> None:
    check(case.tx, case.deed)


def _do(case: Case) -> Done:
    return Done({"published_at": case.now}, reason=case.order.reason)


def _tells(of: Outcome) -> str:
    return say("outcome.published", number=of.number, url=of.page)


RULE = ActRule(
    Act.PUBLISH,
    # In a small commune one clerk does everything: a moderator's second tap publishes.
    who=Who(frozenset({Role.PUBLISHER, Role.ADMIN}), without_publisher=MODERATORS),
    moves={Status.APPROVED: Status.PUBLISHED},
    offered=EVERYWHERE,
    shows_pictures=True,
    check=_check,
    do=_do,
    undo=as_it_was,
    tells=_tells,
)
