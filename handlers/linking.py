"""One person on several messengers: a short-lived code typed at the other account makes both one, with one list."""

from datetime import timedelta

from deeds.said import Prompt
from handlers.moderators import Desk
from storage import people
from texts import say

LINK_LIVES = timedelta(minutes=10)


def offer(desk: Desk) -> Prompt:
    """Give out a code that ties the account it is typed at to this person, once."""
    code = people.invite(desk.tx, desk.context.person.id, desk.context.now, LINK_LIVES)
    return Prompt(say("link.offer", code=code, minutes=LINK_LIVES.seconds // 60))


def undo(desk: Desk) -> Prompt:
    """Make this account a person of its own again, with what was told from it."""
    event = desk.event
    parted = people.unlink(desk.tx, event.messenger, event.chat, desk.context.now)
    return Prompt(say("link.removed" if parted else "link.none"))
