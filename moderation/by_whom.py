"""Who a line of a deed's history is by, in words: for the desk and the command line alike."""

from moderation.acts import ACTS
from storage.history import Entry
from texts import say

TELLERS = frozenset(act for act, rule in ACTS.items() if rule.is_tellers)


def by_whom(entry: Entry) -> str:
    """Return the name of a member of staff, or that it was the teller, somebody who has left, or nobody."""
    if entry.person_name:
        return entry.person_name
    if entry.act in TELLERS:
        return say("desk.history.teller")
    return say("desk.history.left", number=entry.person_id) if entry.person_id else "-"
