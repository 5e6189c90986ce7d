"""Reject: a deed is left out of the list, and its tellers read why."""

from deeds.kinds import Act, Status
from deeds.statuses import UNDECIDED
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Done, Reading, Reason, Who
from moderation.acts.undo import as_it_was
from moderation.notices import Outcome
from storage.office import Office
from texts import say

CANNED_REASONS = ("unverified", "duty", "advert")
"""Reasons for leaving a deed out, each with a sentence for the teller under `outcome.rejected.*`."""


def _do(case: Case) -> Done:
    return Done(reason=WANTS.said(case.order).strip().rstrip(" ."))  # it stands in the middle of the teller's sentence


def _left_out(office: Office, number: int, key: str, words: str) -> str:
    if key in CANNED_REASONS:
        return say(f"outcome.rejected.{key}", number=number, phone=office["phone"])
    return say("outcome.rejected.written", number=number, reason=words, phone=office["phone"])


def _reads(to: Reading, key: str, words: str) -> str:
    return _left_out(to.office, to.number, key, words)


def _tells(of: Outcome) -> str:
    return _left_out(of.office, of.number, str(of.entry.details.get("reason_key")), of.entry.reason or "")


WANTS = Reason(CANNED_REASONS, "mod.reason", reads=_reads, missing="moderation.reason_missing")
RULE = ActRule(
    Act.REJECT,
    who=Who(MODERATORS),
    moves=dict.fromkeys(UNDECIDED, Status.REJECTED),
    wants=WANTS,
    offered=EVERYWHERE,
    do=_do,
    undo=as_it_was,
    tells=_tells,
)
