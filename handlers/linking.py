"""One person on several messengers: a short-lived code typed at the other account makes both one, with one list."""

from datetime import timedelta

from deeds.codes import new_link_secret
from deeds.deep_links import ACCOUNT, telegram_link
from deeds.said import Prompt
from handlers.moderators import Desk
from storage import people
from texts import say

LINK_LIVES = timedelta(minutes=10)


def offer(desk: Desk) -> Prompt:
    """Give out a code that ties the account it is typed at to this person, once."""
    context, minutes = desk.context, LINK_LIVES.seconds // 60
    code = people.invite(desk.tx, context.person.id, context.now, LINK_LIVES)
    words = say("link.offer", code=code, minutes=minutes)
    bot = context.office.telegram_bot
    if bot and desk.event.messenger != "telegram":
        secret = people.invite(desk.tx, context.person.id, context.now, LINK_LIVES, new_link_secret())
        words += "\n" + say("link.offer.telegram", address=telegram_link(bot, ACCOUNT + secret))
    return Prompt(words)


def undo(desk: Desk) -> Prompt:
    """Make this account a person of its own again, with what was told from it."""
    event = desk.event
    parted = people.unlink(desk.tx, event.messenger, event.chat, desk.context.now)
    return Prompt(say("link.removed" if parted else "link.none"))
