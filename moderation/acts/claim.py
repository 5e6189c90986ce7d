"""Claim: somebody looks into a deed, so that others need not."""

from deeds.kinds import Act, Status
from moderation.acts.rule import MODERATORS, ActRule, Where, Who, plainly
from moderation.acts.undo import as_it_was

RULE = ActRule(
    Act.CLAIM,
    who=Who(MODERATORS),
    moves={Status.RECEIVED: Status.IN_REVIEW},
    offered=frozenset({Where.DESK}),
    do=plainly,
    undo=as_it_was,
)
