"""What a question to us is about, weighed by its words, so that whoever asks is answered and not only given a number.

The second step of `intents`: asked of what is a question, never of what tells, deletes or consents. The samples of each
topic stand in a file of its name; what is about none of them is OTHER, and stories with a question in them are as well.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from handlers.reading.fitting import asks_something, takes_down
from handlers.reading.intents import Intent, means
from handlers.reading.weighing import chances, pairs
from handlers.reading.words import ANSWER_MAX_CHARS, remembered

WEIGHTS = Path(__file__).parent / "data" / "topics.json"
SURE = 0.5
SURELY = 0.75  # of words that may be no question
_MAY_ASK = 0.3
_RATHER = 0.5  # likelier than everything else together


class Topic(StrEnum):
    """What people ask us; the answer stands under `asked.TOPIC`."""

    WHO = "who"
    KEPT = "kept"
    COST = "cost"
    REWARD = "reward"
    NAMED = "named"
    WHEN = "when"
    WHERE = "where"
    MINE = "mine"
    DELETE = "delete"
    CHANGE = "change"
    PERSON = "person"
    COMPLAIN = "complain"
    WHOM = "whom"
    OLD = "old"
    WHAT = "what"
    PROOF = "proof"
    PICTURES = "pictures"
    VOICE = "voice"
    AID = "aid"
    OTHER = "other"


ACTED_ON = frozenset({Topic.MINE, Topic.COMPLAIN})
"""Topics with something to show instead of a sentence: what the person sent, the doors for complaints."""


_TELLS = (Intent.DANGER, Intent.COMPLAINT, Intent.TAKEDOWN, Intent.REVOKE, Intent.STORY)


@remembered
def asks_us(text: str) -> bool:
    """Tell whether a message is surely a question to us: none inside a story, none that wants something down."""
    if takes_down(text):
        return False
    return means(text, Intent.QUESTION) or (asks_something(text) and not means(text, *_TELLS, at_least=_RATHER))


@remembered
def asked_about(text: str) -> Topic | None:
    """Return what we are asked about; None for what is no question, or none there is an answer to.

    Where it is no sure question, the topic must be the surer, and nothing told may be likelier.
    """
    if len(text) > ANSWER_MAX_CHARS or takes_down(text):
        return None
    known = topics(text)
    best = max(known, key=lambda topic: known[topic])
    if best is Topic.OTHER:
        return None
    may_ask = means(text, Intent.QUESTION, at_least=_MAY_ASK) and not means(text, *_TELLS, at_least=_RATHER)
    sure = known[best] >= (SURE if asks_us(text) else SURELY)
    return best if sure and (asks_us(text) or may_ask) else None


@remembered
def topics(text: str) -> Mapping[Topic, float]:
    """Return how likely each topic is, of one altogether."""
    return chances(text, Topic, WEIGHTS, pairs)
