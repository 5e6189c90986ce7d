"""Every event of every messenger comes in here: who is it, where do they stand, which conversation answers.

Somebody in danger is answered first. Then commands, which mean the same everywhere; then the conversation that is open;
what no conversation takes begins a report.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from deeds.errors import AskAgain
from deeds.months import local_day
from deeds.places import Areas
from deeds.said import Happening, Inbound, Prompt, Said
from handlers import asides, belongs, engine, held, linking, moderators, story, unfinished
from handlers.at_any_moment import from_unit, out_of, wanted
from handlers.carry_out import MOST_PHOTOS, Scene, settle
from handlers.commands import command
from handlers.effects import (
    Attach,
    ForgetEvent,
    GiveLoosePhotos,
    GoOn,
    NoteBeside,
)
from handlers.filling import has_letters
from handlers.introduce_deed import INTRODUCE_DEED, begin, greet
from handlers.keeping import keep, recall
from handlers.moderators import Desk
from handlers.phone import after_receipt
from handlers.place import (
    Answer,
    Context,
    Place,
    Stale,
    again,
    chosen,
    chosen_at_once,
)
from handlers.questions import put_next_question
from handlers.reading.answers import bare_word
from handlers.reading.fitting import asks_something, wants_removed
from handlers.reading.guards import (
    emergency_now,
    hints_at_danger,
    may_be_danger,
    sounds_like_complaint,
    stays_in_danger,
)
from handlers.reading.intents import Intent, means
from handlers.reading.meanings import keeps_in_words
from handlers.reading.telling import clear_no, clear_yes, greets, keeps, says_unknown, thanks, weak_yes
from handlers.sent_already import about_what_was_sent, addition, late_photos, same_album
from moderation.purge import complaint_doors
from storage import attachments, drafts, groups, outbox, people, windows
from storage.database import Tx
from storage.office import office
from texts import say

REGISTER = "/nhomduyet"
DANGER_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Town:
    """What every conversation shares and no event changes."""

    areas: Areas
    receipt_key: bytes
    windowed: frozenset[str] = frozenset()  # messengers that let us write only a while after somebody wrote


def hear(tx: Tx, event: Inbound, town: Town, now: datetime) -> None:
    """Answer one event: place, replies and everything it causes are in this transaction."""
    if event.messenger in town.windowed:
        windows.release(tx, event.messenger, event.chat, now)
    if event.said.happening is not Happening.SAID:
        _happened(tx, event, now)
        return
    if event.is_group and not _for_us(event.said):
        return  # people talking to each other: nobody we know by it
    address = event.sender if event.is_group else event.chat
    person = people.identify(tx, event.messenger, address, event.sender_name, now)
    stood = place = recall(tx, person.id)
    photos = attachments.count_photos(tx, place.draft) if place.draft else 0
    if place.talk == asides.LATE_PHOTOS:
        photos += attachments.offered(tx, person.id)
    photos = min(MOST_PHOTOS, photos + len(event.said.photos))
    pushes_end = event.messenger in town.windowed
    context = Context(now, local_day(now), town.areas, office(tx), person, event.messenger, photos, pushes_end)
    place = unfinished.known(place, context)
    desk = Desk(tx, event, context)
    place = from_unit(desk, place, event.said.via)
    answer = _in_group(desk, place) if event.is_group else _answer(desk, place)
    answer = _with_draft(tx, event, answer, person.id, now)
    answer = settle(answer, Scene(tx, event, context, town.receipt_key))
    if not event.is_group:
        answer = put_next_question(tx, answer, person.id, context)
    if answer.place.turn != place.turn:
        answer = replace(answer, place=replace(answer.place, put_at=now.isoformat()))
    if answer.place != stood:
        keep(tx, person.id, answer.place, now)
    for prompt in answer.prompts:
        ours = (address for address in context.office.addresses if address in prompt.text)
        said = replace(prompt, links=(*prompt.links, *ours))
        outbox.put(tx, event.messenger, event.chat, said, now, event.thread)


def _happened(tx: Tx, event: Inbound, now: datetime) -> None:
    match event.said.happening:
        case Happening.BLOCKED:
            people.mark_unreachable(tx, event.messenger, event.chat, now)
        case Happening.CAME_BACK:
            people.identify(tx, event.messenger, event.chat, event.sender_name, now)
        case Happening.LEFT_GROUP:
            groups.lose(tx, event.messenger, event.chat, now)
        case Happening.JOINED_GROUP:
            outbox.put(
                tx, event.messenger, event.chat, Prompt(say("group.hello"), links=(REGISTER,)), now, event.thread
            )


def _with_draft(tx: Tx, event: Inbound, answer: Answer, person_id: int, now: datetime) -> Answer:
    """Give a report that has just begun its draft, where pictures and what is told so far belong."""
    place = answer.place
    if place.talk != INTRODUCE_DEED.name or place.draft is not None:
        return answer
    if not engine.has_story(place) and not any(_for_draft(effect) for effect in answer.effects):
        return answer
    told_on = (event.messenger, event.sender if event.is_group else event.chat)
    return replace(answer, place=replace(place, draft=drafts.open_draft(tx, person_id, now, told_on)))


def _for_draft(effect: object) -> bool:
    if isinstance(effect, GiveLoosePhotos):
        return effect.submission is None
    return isinstance(effect, Attach) and not effect.loose


def _for_us(said: Said) -> bool:
    """Tell whether what was said in a group may concern us: a press, a reply to us, a command."""
    return said.choice is not None or bool(said.reply_to) or command(said.text) is not None


def _in_group(desk: Desk, place: Place) -> Answer:
    """In a group only moderators' business is heard: registering, presses, and reasons typed as a reply."""
    said = desk.event.said
    given = command(said.text)
    if given is not None and given.name == "group":
        return Answer(place, (moderators.register_group(desk),))
    if said.choice is not None and said.choice.startswith("deed."):
        return moderators.press(desk, place, said.choice)
    if place.talk == moderators.REVIEW and not said.edits and _answers_what_was_asked(desk, place):
        return moderators.answer(desk, place, None, said.text.strip()) or Answer(place)
    return Answer(place)


def _answers_what_was_asked(desk: Desk, place: Place) -> bool:
    """Tell whether this replies to the message that asked for a reason; a card is talked about by others as well."""
    event = desk.event
    if not event.said.reply_to or not place.put_at:
        return False
    since = datetime.fromisoformat(place.put_at)
    return outbox.was_put_here(desk.tx, event.messenger, event.chat, event.said.reply_to, since)


def _answer(desk: Desk, place: Place) -> Answer:
    answer = belongs.nothing_lost(place, _heard(desk, place))
    here, said = answer.place, desk.event.said
    hinted = said.choice is None and here.talk in (INTRODUCE_DEED.name, asides.COMPLAINT) and hints_at_danger(said.text)
    if not hinted or here.about.get("numbers") or _in_danger(here, desk.context):
        return answer
    in_case = Prompt(say("emergency.in_case", numbers=_emergency_numbers(desk.context)))
    return replace(answer, place=here.with_about(numbers=True)).after(in_case)


def _heard(desk: Desk, place: Place) -> Answer:
    said, context = desk.event.said, desk.context
    text = said.text.strip()
    is_over = wants_removed(text) or (place.talk == asides.DANGER and clear_no(text))
    goes_on = _in_danger(place, context) and command(text) is None and stays_in_danger(text) and not is_over
    if emergency_now(text) or goes_on:
        if place.talk == asides.DANGER:
            place = place.with_about(held=f"{place.about['held']}\n{text}")
        return Answer(place.with_about(danger=context.now.isoformat()), (Prompt(_emergency(context)),))
    if said.choice is not None and said.choice.startswith("deed."):
        return moderators.press(desk, place, said.choice)
    if said.choice is not None and said.choice.startswith(linking.PRESSED):
        return linking.press(desk, place, said.choice)
    if said.edits:
        in_form = place.talk == INTRODUCE_DEED.name
        if in_form:
            return story.rewrite(INTRODUCE_DEED, place, said, context)
        return Answer(place, (), (NoteBeside(text),) if text and command(text) is None else ())
    if said.photos and (late := same_album(desk, place)):
        return late
    if _at_once(desk, place):
        return again(place, say("menu.at_once"))
    if said.choice is None and (asked_for := wanted(desk, place, said)) is not None:
        return asked_for
    if held.is_too_much(place, said):
        return again(place, say("held.full"))
    if place.talk == asides.COMPLAINT:
        return _complaint(desk, place)
    begins = said.choice is None and not _is_answer(place) and not engine.has_story(place)
    if begins and place.talk != asides.DANGER and not said.photos and may_be_danger(text):
        return _ask_danger(place, text, context)
    accuses = sounds_like_complaint(text) or (begins and means(text, Intent.COMPLAINT))
    if text and said.choice is None and accuses and not _is_answer(place):
        return asides.ask_complaint(place, text)
    answer = (
        after_receipt(desk.tx, place, said, context)
        or addition(desk, place, said)
        or _courtesy(desk, place, said)
        or _open_talk(desk, place, said)
        or _idle(desk, out_of(place), said)
    )
    if not begins and said.choice is None and place.talk == INTRODUCE_DEED.name and may_be_danger(text):
        told = answer.place.with_about(numbers=True)
        return replace(answer, place=told).after(Prompt(_emergency(context)))  # and the telling keeps it
    if place.talk == asides.LATE_PHOTOS and answer.place.talk == INTRODUCE_DEED.name:
        return answer.then(GiveLoosePhotos(None))  # the pictures were of another deed, and here it comes
    return answer


def _in_danger(place: Place, context: Context) -> bool:
    cried = place.about.get("danger")
    return cried is not None and context.now - datetime.fromisoformat(cried) < DANGER_LASTS


def _ask_danger(place: Place, text: str, context: Context) -> Answer:
    """No rule is sure of it, and the numbers cost nothing: what was said is held, should it be a story after all."""
    asked = asides.ask_danger(place, text, _emergency_numbers(context))
    return replace(asked, place=asked.place.with_about(danger=context.now.isoformat()))


def _at_once(desk: Desk, place: Place) -> bool:
    event, now = desk.event, desk.context.now
    return chosen_at_once(place, event.said, lambda: outbox.last_sent_at(desk.tx, event.messenger, event.chat), now)


def _courtesy(desk: Desk, place: Place, said: Said) -> Answer | None:
    """A greeting or thanks is never an answer: somebody who greets in the middle of a report has come back to it."""
    if said.photos or said.voice or said.choice is not None or _is_answer(place):
        return None
    in_form = place.talk == INTRODUCE_DEED.name
    if in_form and place.draft is not None and engine.has_story(place) and greets(said.text):
        drafts.set_aside(desk.tx, place.draft, place.to_json(), desk.context.now)
        return unfinished.offer_draft(desk, place.closed())
    if place.talk in asides.PASSING and greets(said.text):
        return again(place, say("hello.again"))
    if thanks(said.text) and not (in_form and place.asked == "check"):
        return Answer(place, (Prompt(say("thanks")),), (GoOn(),))
    return None


def _is_answer(place: Place) -> bool:
    return place.talk in (moderators.REVIEW, asides.QUESTION)


def _back_to_form(answer: Answer | None) -> Answer | None:
    """Put the question again that an aside interrupted: its buttons have grown stale meanwhile."""
    if answer is None or answer.place.talk != INTRODUCE_DEED.name:
        return answer
    return answer.then(GoOn())


def _open_talk(desk: Desk, place: Place, said: Said) -> Answer | None:
    """Let the open conversation answer; None when none is open or it does not take this."""
    if place.talk == INTRODUCE_DEED.name:
        return engine.answer(INTRODUCE_DEED, place, said, desk.context)
    if not place.talk:
        return again(place, say("menu.stale")) if said.choice is not None else None
    try:
        option = None if said.choice is None and asides.says_choice(place, said.text) else chosen(place, said)
    except Stale:
        return again(place, say("menu.stale"))
    except AskAgain as error:
        return again(place, error.sentence)
    if said.photos or said.voice:
        return None
    if option is None and place.shown and said.text and not has_letters(said.text):
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    if place.talk == unfinished.WAITS:
        return unfinished.answer(desk, place, option, said)
    if place.talk == moderators.REVIEW:
        return moderators.answer(desk, place, option, said.text.strip())
    if place.talk == asides.BELONGS:
        return belongs.answer(desk, place, option, said.text.strip())
    if place.talk in (asides.TAKE_DOWN, asides.DANGER):
        return held.answer(desk, place, option, said.text.strip())
    return _back_to_form(asides.answer(place, said, option, desk.context))


def _idle(desk: Desk, place: Place, said: Said) -> Answer:
    """Nothing is open: a greeting is greeted, pictures may belong to what was just told, anything else is a story."""
    context = desk.context
    if place.talk:  # an aside was left and the report it interrupted goes on
        return engine.answer(INTRODUCE_DEED, place, said, context)
    if said.photos and not said.text.strip():
        late = late_photos(desk, place, said)
        if late is not None:
            return late
    if not (said.photos or said.voice):
        if (about := about_what_was_sent(desk, place, said.text)) is not None:
            return about
        if unfinished.goes_on(said.text) and (waiting := unfinished.offer_draft(desk, place)):
            return waiting
        if place.met and _answers_nothing(said.text):
            return Answer(place, (Prompt(say("not_a_deed")),))
        if greets(said.text) or _says_nothing(said) or _answers_nothing(said.text):
            return unfinished.offer_draft(desk, place) or greet(place, context)
    return belongs.ask_whose(desk, place, said) or begin(place, said, context)


def _says_nothing(said: Said) -> bool:
    return sum(1 for _ in islice((sign for sign in said.text if sign.isalpha()), 3)) < 3


def _answers_nothing(text: str) -> bool:
    """Tell whether this is a "yes", "no" or "I do not know" to a question nobody asked."""
    return any(one(text) for one in (clear_yes, keeps, keeps_in_words, weak_yes, says_unknown))


def _complaint(desk: Desk, place: Place) -> Answer:
    """The person says whether what they wrote is praise or a complaint."""
    said = desk.event.said
    try:
        option = asides.answer_complaint(place, chosen(place, said), said.text)
    except (Stale, AskAgain):
        option = None
    if option == "complaint":
        doors = Prompt(complaint_doors(desk.tx))
        return Answer(asides.leave(place), (doors,), (ForgetEvent("redirected"), GoOn()))
    if option == "praise":
        praise = Said(text=str(place.about["held"]))
        before = asides.leave(place)
        if before.draft is not None and held.goes_beyond(before, praise.text):
            drafts.set_aside(desk.tx, before.draft, before.to_json(), desk.context.now)  # both are kept, each by itself
            before = before.closed()
        return _open_talk(desk, before, praise) or _idle(desk, before, praise)
    asking = place.about.get("asked_again", False)
    if said.text.strip() and not (asks_something(said.text) or bare_word(said.text)):
        place = place.with_about(held=f"{place.about['held']}\n{said.text.strip()}")  # more of it, whichever it is
    shown = again(place.with_about(asked_again=True), say("complaint.ask"))
    if asking:  # who complains has the addresses, and who praises need only say so
        shown = shown.after(Prompt(complaint_doors(desk.tx)))
    return replace(shown, effects=(ForgetEvent(),))


def _emergency(context: Context) -> str:
    return say("emergency.now", numbers=_emergency_numbers(context))


def _emergency_numbers(context: Context) -> str:
    set_up = context.office
    return say("emergency.numbers", police_phone=set_up["police_phone"], clinic_phone=set_up["clinic_phone"])
