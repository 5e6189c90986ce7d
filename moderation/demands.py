"""Somebody told of, who told us nothing, wants it down: the moderators read it where they read everything else."""

from datetime import datetime

from deeds.kinds import Role
from deeds.said import Prompt
from deeds.vietnamese import cut_at_sentence
from storage import groups, outbox, people
from storage.database import Tx
from storage.outbox import DEMAND
from texts import say

WORDS_SHOWN = 600


def tell(tx: Tx, person_id: int, messenger: str, name: str, words: str, now: datetime) -> bool:
    """Put somebody's demand to the moderators' groups, else to every moderator; it goes with whoever made it.

    Returns False where no moderator can be written to.
    """
    way = say(f"messenger.{messenger}")
    # In one line: what somebody typed must not look like lines of ours.
    said = cut_at_sentence(" ".join(words.split()), WORDS_SHOWN)
    text = say("mod.demand", name=name or say("mod.demand.nameless"), messenger=way, words=said)
    moderators = people.holding(tx, Role.MODERATOR)
    ways = [(group.messenger, group.chat, group.thread) for group in groups.registered(tx)]
    ways = ways or [(chat.messenger, chat.address, None) for chat in people.ways_to(tx, moderators)]
    for to, chat, thread in ways:
        key = f"{DEMAND}{person_id}:{now.isoformat()}:{to}:{chat}"
        outbox.put(tx, to, chat, Prompt(text, send_key=key), now, thread)
    for mail in people.only_by_mail(tx, moderators):
        # A letter holds no words of anybody, and one a day is enough.
        key = f"{DEMAND}{person_id}:{now.date().isoformat()}:{mail.messenger}:{mail.address}"
        outbox.put(tx, mail.messenger, mail.address, Prompt(say("mod.demand.mail", messenger=way), send_key=key), now)
    return bool(ways)
