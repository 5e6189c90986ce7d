"""Redirect: what turns out to be a complaint is deleted, only counted, and its tellers hear of the right doors."""

from deeds.kinds import Act, Status
from deeds.statuses import UNDECIDED
from moderation import purge
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Who, Words, plainly
from storage.history import Entry


def _follow(case: Case, _: Entry) -> None:
    purge.as_complaint(case.tx, case.deed, case.now)


RULE = ActRule(
    Act.REDIRECT,
    who=Who(MODERATORS),
    moves=dict.fromkeys(UNDECIDED, Status.REDIRECTED),
    wants=Words(is_needed=True),
    offered=EVERYWHERE,
    is_final=True,
    do=plainly,
    follow=_follow,
)
