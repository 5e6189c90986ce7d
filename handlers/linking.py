"""One person on several messengers: a short-lived code typed at the other account makes both one, with one list.

Nothing is joined by opening or typing anything: whoever typed the code is shown both accounts and says yes. Rights move
only by a code the member of staff made, and only after a second yes at their own account. Everybody else concerned
hears of it at once, with the word that undoes it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from deeds.codes import new_link_secret
from deeds.deep_links import ACCOUNT, telegram_link
from deeds.months import local_day
from deeds.said import Inbound, Option, Prompt
from handlers import asides
from handlers.keeping import keep, recall
from handlers.moderators import DECIDERS, Desk
from handlers.place import Answer, Context, Place, ask, labelled
from storage import invitations, joining, outbox, people, web_sessions
from storage.database import Tx
from storage.invitations import Invited
from storage.joining import Account
from storage.people import Known
from texts import say

LINK_LIVES = timedelta(minutes=10)
NAME_MAX_CHARS = 40
PRESSED = "link."  # the buttons of the second yes: `link.ID.join` or `link.ID.stranger`


def offer(desk: Desk) -> Prompt:
    """Give out a code that ties this person to the account it is typed at, once."""
    context, minutes = desk.context, LINK_LIVES.seconds // 60
    here = (desk.tx, context.person.id, context.now, LINK_LIVES)
    words = say("link.offer", code=invitations.invite(*here, by_account=True), minutes=minutes)
    bot = context.office.telegram_bot
    if not bot or desk.event.messenger == "telegram":
        return Prompt(words, once=True)
    address = telegram_link(bot, ACCOUNT + invitations.invite(*here, new_link_secret(), by_account=True))
    return Prompt(f"{words}\n{say('link.offer.telegram', address=address)}", links=(address,), once=True)


def typed(desk: Desk, place: Place, code: str) -> Answer:
    """Somebody typed a code, or followed a link that holds one: they are asked whether they are who it is for."""
    tx, me, now = desk.tx, desk.context.person, desk.context.now
    if not invitations.may_type_a_code(tx, me.id, now):
        minutes = invitations.WRONG_WITHIN.seconds // 60
        return Answer(place, (Prompt(say("link.locked", minutes=minutes)),))
    found = invitations.invited(tx, now, code=code)
    owner = people.person(tx, found.person_id) if found else None
    if found is None or owner is None or found.typed_by not in (None, me.id):
        invitations.count_wrong_code(tx, me.id, now)
        return Answer(place, (Prompt(say("invitation.unknown")),))
    if not found.by_account and not owner.roles | {*found.roles}:
        return Answer(place, (Prompt(say("invitation.unknown")),))  # whoever it was for has no role any more
    if found.by_account and owner.id == me.id:
        return Answer(place, (Prompt(say("link.same")),))
    if found.by_account and me.name:
        return Answer(place, (Prompt(say("link.refused")),))
    if found.by_account and found.typed_by is None and not invitations.take_code(tx, found.id, me.id):
        return Answer(place, (Prompt(say("invitation.unknown")),))
    inside = asides.open_aside(place, asides.LINK, invitation=found.id)
    sure = labelled("link.option", "join", "stranger")
    if not found.by_account:
        return ask(inside, "sure", "invitation.ask", sure, name=owner.name, roles=_roles(owner.roles | {*found.roles}))
    accounts = joining.accounts_of(tx, owner.id)
    here = _shown(joining.account(tx, desk.event.messenger, desk.event.chat))
    return ask(inside, "sure", "link.ask", sure, here=here, there=_all_shown(accounts))


def join(tx: Tx, event: Inbound, context: Context, place: Place, invitation: int) -> Answer:
    """Whoever typed a code says it is them: an invitation and a citizen's code count now, staff is asked again."""
    me, now = context.person, context.now
    found = invitations.invited(tx, now, invitation_id=invitation)
    owner = people.person(tx, found.person_id) if found else None
    if found is None or owner is None or (found.by_account and (me.name or found.typed_by != me.id)):
        return Answer(place, (Prompt(say("link.over")),))
    here = joining.account(tx, event.messenger, event.chat)
    theirs = joining.accounts_of(tx, owner.id)
    if found.by_account and owner.name:
        invitations.agree(tx, found.id, now)
        options = tuple(
            Option(f"{PRESSED}{found.id}.{each}", say(f"link.option.{each}")) for each in ("join", "stranger")
        )
        # Every account that would come along is shown: one of them may be somebody else's.
        question = say("link.confirm", account=_all_shown(joining.accounts_of(tx, me.id)), name=owner.name)
        _tell(tx, theirs, Prompt(question, options, numbered=False), context)
        return Answer(place, (Prompt(say("link.waits", account=_all_shown(theirs))),))
    mine = [account for account in joining.accounts_of(tx, me.id) if account.address != here.address]
    known = invitations.accept(tx, found, event.messenger, event.chat, now)
    if known is None:
        return Answer(place, (Prompt(say("link.over")),))
    _tell_joined(tx, here, theirs, mine, context)
    if place.talk and known.id != me.id and not recall(tx, known.id).talk:
        keep(tx, known.id, place, now)  # what was being told here goes on
    return Answer(place.closed(), (Prompt(_welcome(known)),))


def refuse(tx: Tx, context: Context, place: Place, invitation: int) -> Answer:
    """Whoever typed a code says it is not them: nothing happens, and a code of an account is good for nobody else."""
    found = invitations.invited(tx, context.now, invitation_id=invitation)
    if found is not None and found.by_account and found.typed_by == context.person.id:
        invitations.use_up(tx, found.id, context.now)
        _tell(tx, joining.accounts_of(tx, found.person_id), Prompt(say("link.no.theirs")), context)
    return Answer(place, (Prompt(say("link.no")),))


def press(desk: Desk, place: Place, choice: str) -> Answer:
    """A member of staff presses a button of the second yes. What it carries is which code, never a right."""
    number, _, option = choice.removeprefix(PRESSED).partition(".")
    found = None
    if number.isdecimal() and len(number) < 19 and option in ("join", "stranger"):
        found = invitations.invited(desk.tx, desk.context.now, invitation_id=int(number))
    return _settled(desk, place, found, sure=option == "join") or Answer(place, (Prompt(say("link.over")),))


def said(desk: Desk, place: Place, *, sure: bool) -> Answer | None:
    """The second yes, typed where there are no buttons; None when nothing was asked."""
    found = invitations.invited(desk.tx, desk.context.now, agreed=desk.context.person.id)
    return _settled(desk, place, found, sure=sure)


def _settled(desk: Desk, place: Place, found: Invited | None, *, sure: bool) -> Answer | None:
    tx, me, context = desk.tx, desk.context.person, desk.context
    if found is None or not found.by_account or found.person_id != me.id or found.agreed_at is None:
        return None
    asked = joining.accounts_of(tx, found.typed_by or 0)
    if not asked:
        return None
    if not sure:
        invitations.use_up(tx, found.id, context.now)
        _tell(tx, asked, Prompt(say("link.no.theirs")), context)
        return Answer(place, (Prompt(say("link.no")),))
    here = joining.account(tx, desk.event.messenger, desk.event.chat)
    theirs = [account for account in joining.accounts_of(tx, me.id) if account != here]
    known = people.person(tx, asked[0].person_id)
    if (
        known is None
        or known.name
        or not invitations.accept(tx, found, asked[0].messenger, asked[0].address, context.now)
    ):
        return None
    _tell(tx, asked, Prompt(say("link.done")), context)
    _tell(tx, theirs, Prompt(say("link.joined", account=_all_shown(asked))), context)
    return Answer(place, (Prompt(say("link.joined", account=_all_shown(asked))),))


def undo(desk: Desk) -> Prompt:
    """Part what was joined last, with what was told there, and sign its desk out."""
    tx, context = desk.tx, desk.context
    gone = joining.part(tx, context.person.id, context.now)
    if not gone:
        return Prompt(say("link.none"))
    if context.person.name:
        web_sessions.end_sessions_of(tx, context.person.id, context.now)
    here = joining.account(tx, desk.event.messenger, desk.event.chat)
    went, stayed = Prompt(say("link.left")), Prompt(say("link.removed", account=_all_shown(gone)))
    leaving = {(account.messenger, account.address) for account in gone}
    is_gone = (here.messenger, here.address) in leaving
    _tell(tx, [account for account in gone if account.address != here.address], went, context)
    stay = joining.accounts_of(tx, context.person.id)
    _tell(tx, [account for account in stay if account.address != here.address], stayed, context)
    return went if is_gone else stayed


def _welcome(known: Known) -> str:
    if known.name is None:
        return say("link.done")
    key = "invitation.moderator" if known.is_any(*DECIDERS) else "invitation.done"
    return say(key, name=known.name, roles=_roles(known.roles))


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(say(f"role.{role}") for role in sorted(roles))


def _tell_joined(tx: Tx, here: Account, theirs: Iterable[Account], mine: Iterable[Account], context: Context) -> None:
    theirs = list(theirs)
    _tell(tx, theirs, Prompt(say("link.joined", account=_shown(here))), context)
    if theirs:
        _tell(tx, mine, Prompt(say("link.joined", account=_all_shown(theirs))), context)


def _tell(tx: Tx, accounts: Iterable[Account], prompt: Prompt, context: Context) -> None:
    for account in accounts:
        outbox.put(tx, account.messenger, account.address, prompt, context.now)


def _all_shown(accounts: Iterable[Account]) -> str:
    return ", ".join(map(_shown, accounts))


def others_were_shown(tx: Tx, person_id: int) -> dict[str, str]:
    """Return how a person's accounts stand in other people's chats, and how they may go on standing there."""
    accounts = joining.accounts_of(tx, person_id)
    return {_shown(account): _shown(replace(account, display_name="")) for account in accounts if account.display_name}


def _shown(account: Account) -> str:
    """Name an account as its owner knows it; its name is what somebody typed, so it stays one short line."""
    name = " ".join(account.display_name.replace('"', " ").split())[:NAME_MAX_CHARS]
    since = local_day(account.created_at)
    told = {"messenger": say(f"messenger.{account.messenger}"), "day": f"{since:%d/%m/%Y}"}
    return say("link.account", name=name, **told) if name else say("link.account.nameless", **told)
