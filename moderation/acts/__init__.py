"""Every act, one row each: the tables of moves and rights, buttons, forms, commands and docs are derived from these.

An act with a `do` is decided, by `moderation.decide`; the others are only recorded (`recorded.py`). The order is that
of the buttons.
"""

from collections.abc import Mapping

from deeds.kinds import Act
from moderation.acts import approve, ask, claim, publish, recorded, redirect, reject, undo, unpublish, withdraw
from moderation.acts.rule import ActRule, Where

_DECISIONS = (
    approve.RULE,
    publish.RULE,
    claim.RULE,
    ask.RULE,
    reject.RULE,
    unpublish.RULE,
    redirect.RULE,
    withdraw.RULE,
)

ACTS: Mapping[Act, ActRule] = {rule.act: rule for rule in (*_DECISIONS, undo.of(_DECISIONS), *recorded.RULES)}


def decisions(where: Where) -> tuple[Act, ...]:
    """Return what can be decided here."""
    return tuple(act for act, rule in ACTS.items() if rule.do is not None and where in rule.offered)
