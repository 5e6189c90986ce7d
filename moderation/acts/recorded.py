"""Acts that nobody decides: each is recorded by who carries it out, and here is what it makes of a deed.

Tellers report, answer and add (`moderation.receive`); the desk writes down facts and what the person praised said
(`moderation.facts`, `moderation.hearing`). Nothing merges deeds yet.
"""

from deeds.kinds import Act, Role, Status
from deeds.statuses import ASKED, GONE, LEFT_OUT, STANDING, UNDECIDED
from moderation.acts.rule import MODERATORS, ActRule, Where, Who

_STAYS = {status: status for status in Status if status not in GONE}
_WRITES = Who(MODERATORS | {Role.PUBLISHER})

RULES = (
    ActRule(Act.RECEIVE, is_tellers=True),
    ActRule(
        Act.ADD,
        # More was told of what had been left out: it is looked at again.
        moves={status: status for status in UNDECIDED + STANDING} | dict.fromkeys(LEFT_OUT, Status.IN_REVIEW),
        is_tellers=True,
    ),
    ActRule(Act.ANSWER, moves=dict.fromkeys(ASKED, Status.IN_REVIEW), is_tellers=True),
    ActRule(Act.CORRECT, who=_WRITES, moves=_STAYS, offered=frozenset({Where.DESK})),
    ActRule(Act.RECORD_HONOREE, who=_WRITES, moves=_STAYS, offered=frozenset({Where.DESK})),
    ActRule(Act.MERGE),
)
