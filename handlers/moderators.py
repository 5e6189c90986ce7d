"""Moderators decide in chat: by the buttons of a card, or one card at a time as a numbered menu; a reason is typed.

What a button carries is only what was shown. Who presses it, and whether they may, is looked up at the press.
"""

from dataclasses import dataclass, replace

from deeds.errors import ForPeople, NotAllowed
from deeds.kinds import Act
from deeds.said import Inbound, Option, Prompt
from deeds.statuses import ASKED, WAITING
from handlers.place import Answer, Context, Place, again, ask, put
from handlers.reading.answers import bare_word
from moderation import cards, purge
from moderation.acts import ACTS, decisions
from moderation.acts.rule import Choice, Reason, Where
from moderation.confirming import NotConfirmed
from moderation.decide import Order, decide
from storage import deeds, groups
from storage.database import Tx
from storage.deeds import DeedRow
from texts import say

REVIEW = "review"  # the conversation of somebody deciding
PRESSED = decisions(Where.CARD)
DECIDERS = frozenset(role for act in PRESSED for role in ACTS[act].who.roles)


@dataclass(frozen=True)
class Desk:
    """What deciding in chat needs."""

    tx: Tx
    event: Inbound
    context: Context


def press(desk: Desk, place: Place, choice: str) -> Answer:
    """Somebody pressed a card's button: `deed.ID.ACT.VERSION[.REASON]`. Anything else in it changes nothing."""
    parts = choice.split(".")
    try:
        deed_id, act, seen = int(parts[1]), Act(parts[2]), int(parts[3])
    except (ValueError, IndexError):
        return Answer(place, (Prompt(say("menu.stale")),))
    more = parts[4] if len(parts) > 4 else None
    if act not in PRESSED or (more == "write" and not _is_worded(act)):
        return Answer(place, (Prompt(say("menu.stale")),))
    deed = deeds.deed(desk.tx, deed_id) if 0 < deed_id < 2**63 else None
    if deed is None or not desk.context.person.is_any(*DECIDERS):
        return Answer(place, (Prompt(say("moderation.no_right", act=say(f"act.{act}"))),))
    if _is_worded(act) and more is None:
        return _ask_choice(desk, place, deed, act, seen)
    if more == "write":
        return _ask_words(desk, place, deed, act, seen)
    if ACTS[act].is_final and more is None:
        sure = Option(cards.option_id(replace(deed, version=seen), act, "sure"), say(f"mod.{act}.sure"))
        return Answer(place, (Prompt(say(f"mod.{act}.ask", number=_number(desk, deed)), (sure,)),))
    return _carry_out(desk, place, deed, ACTS[act].wants.chosen(Order(act, seen=seen), more))


def _is_worded(act: Act) -> bool:
    return isinstance(ACTS[act].wants, Reason)


def _ask_choice(desk: Desk, place: Place, deed: DeedRow, act: Act, seen: int) -> Answer:
    """Offer the canned reasons, questions or confirmers, each a button of its own; a reason also in own words."""
    wants, shown = ACTS[act].wants, replace(deed, version=seen)
    assert isinstance(wants, Choice)
    options = [Option(cards.option_id(shown, act, key), wants.label(key)) for key in wants.choices]
    if isinstance(wants, Reason):
        options.append(Option(cards.option_id(shown, act, "write"), say("mod.reason.write")))
    text = say(f"mod.{act}.choose", number=_number(desk, deed), about=cards.short_name(desk.tx, deed))
    inside = replace(place.closed(), talk=REVIEW, version=1, about={"deed": deed.id, "seen": seen, "act": act.value})
    # The ids stand by themselves, so an older list of reasons still means what it says.
    reasons = tuple(Option(option.id, option.label) for option in options)
    asking = replace(inside, asked="reason", turn=place.turn + 1, shown=reasons)
    return _about(desk, deed, Answer(asking, (Prompt(text, reasons),)))


def _ask_words(desk: Desk, place: Place, deed: DeedRow, act: Act, seen: int) -> Answer:
    inside = replace(place.closed(), talk=REVIEW, version=1, about={"deed": deed.id, "seen": seen, "act": act.value})
    answer = ask(inside, "words", f"mod.{act}.write", (), number=_number(desk, deed))
    if not desk.event.is_group:
        return answer
    return replace(answer, prompts=tuple(replace(prompt, ask_reply=True) for prompt in answer.prompts))


def _carry_out(desk: Desk, place: Place, deed: DeedRow, order: Order) -> Answer:
    """Decide, and say what was done and how to take it back."""
    person, context = desk.context.person, desk.context
    about = cards.short_name(desk.tx, deed)
    try:
        decided = decide(desk.tx, person, deed.id, order, context.now, desk.event.messenger)
    except NotConfirmed:
        return _ask_choice(desk, place, deed, order.act, deed.version if order.seen is None else order.seen)
    except ForPeople as error:
        return Answer(place.closed(), (Prompt(error.sentence),))
    number = _number(desk, deed)
    waiting = deeds.count_in(desk.tx, *WAITING)
    text = say(f"mod.done.{order.act}", number=number, about=about, waiting=waiting)
    undo = cards.option_id(decided, Act.UNDO)
    options = (
        (Option(undo, say("mod.button.undo", act=say(f"act.{order.act}"))),) if ACTS[order.act].undo is not None else ()
    )
    inside = replace(place.closed(), talk=REVIEW, version=1, about={"deed": deed.id}, asked="done")
    return _about(desk, decided, Answer(inside, (Prompt(text, options, numbered=False),)))


def _about(desk: Desk, deed: DeedRow, answer: Answer) -> Answer:
    """Mark what is said of a deed, so that it goes from the chat when the deed's words must go."""
    prompts = tuple(
        replace(prompt, send_key=f"{purge.SHOWN}:{deed.id}:{desk.event.event_key}:{number}")
        for number, prompt in enumerate(answer.prompts)
    )
    return replace(answer, prompts=prompts)


def queue(desk: Desk, place: Place, *, after: int = 0) -> Answer:
    """Open the next waiting deed as a card with a menu: the answer names the deed, a pushed alert changes nothing."""
    context = desk.context
    if not context.person.is_any(*DECIDERS):
        return Answer(place, (Prompt(say("moderation.not_moderator")),))
    # Who was asked comes last: somebody else's move is next.
    waiting = [*deeds.in_status(desk.tx, *WAITING), *deeds.in_status(desk.tx, *ASKED)]
    waiting = [deed for deed in waiting if not _own(desk, deed)]
    at = next((number for number, deed in enumerate(waiting) if deed.id == after), None)
    if at is not None:
        waiting = waiting[at + 1 :] + waiting[:at]
    if not waiting:
        return Answer(place.closed(), (Prompt(say("mod.queue.empty" if at is None else "mod.queue.no_other")),))
    deed = waiting[0]
    options = (
        *(Option(act.value, say(f"mod.button.{act}")) for act in cards.OFFERED[deed.status]),
        Option("later", say("mod.button.later")),
    )
    inside = replace(place.closed(), talk=REVIEW, version=1, about={"deed": deed.id, "seen": deed.version})
    return _about(desk, deed, put(inside, "card", cards.card_text(desk.tx, deed, context.now), options))


def answer(desk: Desk, place: Place, option: str | None, text: str) -> Answer | None:
    """Somebody deciding answers a menu or types a reason; None when they say something else."""
    deed = deeds.deed(desk.tx, place.about.get("deed", 0))
    if deed is None:
        return None
    seen = place.about.get("seen", deed.version)
    match place.asked:
        case "card" if option == "later":
            return queue(desk, place, after=deed.id)
        case "card" if option is not None:
            return press(desk, place, cards.option_id(replace(deed, version=seen), Act(option)))
        case "card" if bare_word(text):  # "ok" is said of many things; a decision is chosen
            return again(place, say("menu.not_an_option", count=len(place.shown)))
        case "reason" if option is not None:
            return press(desk, place, option)
        case "reason" if not _is_worded(Act(place.about["act"])):  # who confirmed is chosen, not typed
            return again(place, say("menu.not_an_option", count=len(place.shown)))
        case "reason" | "words" if text:
            order = Order(Act(place.about["act"]), reason=text[:1_000], seen=seen)
            return _carry_out(desk, place, deed, order)
        case _:
            return None


def undo(desk: Desk, place: Place) -> Answer:
    """Take back what this person decided last."""
    deed = deeds.deed(desk.tx, place.about.get("deed", 0)) if place.talk == REVIEW else None
    last = cards.last_decision(desk.tx, deed.id) if deed is not None else None
    if deed is None or (last is not None and last.person_id != desk.context.person.id):
        return Answer(place, (Prompt(say("mod.undo.which")),))
    return _carry_out(desk, place, deed, Order(Act.UNDO))


def register_group(desk: Desk) -> Prompt:
    """A moderator makes this group one that gets the cards."""
    event, context = desk.event, desk.context
    if not context.person.is_any(*groups.REGISTRARS):
        return Prompt(NotAllowed("moderation.not_moderator").sentence)
    if not event.is_group:
        return Prompt(say("group.only_in_group"))
    groups.register(desk.tx, event.messenger, event.chat, event.thread, context.person.id, context.now)
    return Prompt(say("group.registered"))


def _number(desk: Desk, deed: DeedRow) -> int:
    return deeds.submissions_of(desk.tx, deed.id)[0].number


def _own(desk: Desk, deed: DeedRow) -> bool:
    return any(desk.context.person.has_been(told.person_id) for told in deeds.submissions_of(desk.tx, deed.id))
