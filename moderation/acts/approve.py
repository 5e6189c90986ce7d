"""Approve: somebody vouches for person and deed, and from now on papers tell of it."""

from dataclasses import replace

from deeds.kinds import Act, Status
from deeds.statuses import UNDECIDED
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Done, Vouching, Who
from moderation.acts.undo import as_it_was
from moderation.confirming import CONFIRMERS, missing_confirmations, taken_back
from moderation.notices import Outcome
from storage import versions
from storage.history import Entry
from texts import say


def _do(case: Case) -> Done:
    confirmed = missing_confirmations(case.deed, case.order.confirmed_by, case.now)
    return Done(
        {"approved_at": case.now, **confirmed},
        reason=case.order.reason,
        details={"confirmed_by": case.order.confirmed_by} if confirmed else {},
        facts_by=versions.CONFIRMED if confirmed else None,
    )


def _undo(case: Case, approval: Entry) -> Done:
    before, emptied = as_it_was(case, approval), taken_back(case.deed, approval)
    return replace(before, columns={**before.columns, **emptied}, facts_by=versions.CONFIRMED if emptied else None)


def _tells(of: Outcome) -> str:
    month = f"{of.month.number}/{of.month.year}"
    return say("outcome.approved", number=of.number, month=month, office=of.office["office"])


RULE = ActRule(
    Act.APPROVE,
    who=Who(MODERATORS),
    moves=dict.fromkeys(UNDECIDED, Status.APPROVED),
    wants=Vouching(CONFIRMERS, "confirmed_by"),
    offered=EVERYWHERE,
    shows_pictures=True,
    do=_do,
    undo=_undo,
    tells=_tells,
)
