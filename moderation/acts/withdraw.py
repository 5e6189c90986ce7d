"""Withdraw: words, pictures and names are deleted as their teller asked. `receive.withdraw` does it for a teller."""

from deeds.kinds import Act, Status
from deeds.statuses import LEFT_OUT, STANDING, UNDECIDED
from moderation import purge
from moderation.acts.rule import MODERATORS, ActRule, Case, Done, Where, Who, Words
from storage.history import Entry


def _do(case: Case) -> Done:
    return Done({"published_at": None}, reason=case.order.reason)


def _follow(case: Case, _: Entry) -> None:
    purge.texts(case.tx, case.deed.id, case.now)


RULE = ActRule(
    Act.WITHDRAW,
    who=Who(MODERATORS),
    moves=dict.fromkeys(UNDECIDED + STANDING + LEFT_OUT, Status.WITHDRAWN),
    wants=Words(is_needed=True),
    offered=frozenset({Where.DESK, Where.COMMAND}),
    is_final=True,
    is_tellers=True,
    do=_do,
    follow=_follow,
)
