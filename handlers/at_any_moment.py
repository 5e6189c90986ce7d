"""What people may ask for at any moment: a command, or a wish in ordinary words; the open conversation waits."""

from dataclasses import replace
from datetime import datetime

from deeds.deep_links import UNIT
from deeds.said import Prompt, Said
from handlers import asides, engine, linking, moderators
from handlers.commands import Command, command, may_be_a_name
from handlers.effects import AskWithdraw, DropPictures, ForgetEvent, GoOn, ListMine, NoteBeside, TakeBackUse, TellStatus
from handlers.filling import add_to_story
from handlers.introduce_deed import INTRODUCE_DEED, greet, who_we_are
from handlers.moderators import Desk
from handlers.place import AT_ONCE, Answer, Place, again, names_choice
from handlers.reading.fitting import is_beyond_words, takes_words_too, wants_removed
from handlers.reading.intents import Intent, means
from handlers.reading.meanings import leaves_off, means_all
from handlers.reading.names import find_people
from handlers.reading.telling import leaves_as_is
from handlers.reading.topics import Topic, asked_about, asks_us
from handlers.reading.words import ANSWER_MAX_CHARS
from handlers.unfinished import WAITS, offer_draft
from handlers.wishes import ELSE, REPORT, Wish, wish
from moderation.purge import complaint_doors
from storage import deeds, org_units
from texts import say

_HEARD_THERE = (asides.QUESTION, asides.COMPLAINT, asides.TAKE_DOWN)
"""Conversations that take questions for what they are there: an answer to a moderator, more of a complaint."""


def wanted(desk: Desk, place: Place, said: Said) -> Answer | None:
    """Answer a command or a wish in ordinary words; None for everything else."""
    text = said.text.strip()
    if not text or asides.understands(place, said):
        return None
    given = command(text)
    if given is not None and not (may_be_a_name(text) and _asks_for_a_name(place)):
        answer = _command(desk, place, given)
        if answer is not None:
            return answer
    if said.photos or said.voice or place.talk == moderators.REVIEW:
        return None
    if asides.says_choice(place, text):
        return again(place, say("menu.at_once")) if _just_put(desk, place) else None
    if names_choice(place, said):
        return None
    if place.talk == asides.COMPLAINT and leaves_off(text) == "delete":
        refused = Prompt(say(INTRODUCE_DEED.key("refused")))
        return Answer(asides.leave(place), (refused,), (ForgetEvent(), GoOn()))
    if given is not None and may_be_a_name(text):
        return None
    telling = place.talk == INTRODUCE_DEED.name and (engine.has_story(place) or place.draft is not None)
    meant = wish(text, REPORT if telling else ELSE)
    if meant is None and (answered := _asked(desk, place, text, telling=telling)) is not None:
        return answered
    deletes = means(text, Intent.DELETE) and not leaves_as_is(text) and not is_beyond_words(text)
    if meant is None and telling and place.asked != "drop" and deletes:
        meant = Wish("drop")
    return _wish(desk, place, meant, telling=telling) if meant is not None else None


def _asked(desk: Desk, place: Place, text: str, *, telling: bool) -> Answer | None:
    """Answer a question to us in whatever words, which is no part of what is told; None when it is none."""
    if place.talk in _HEARD_THERE or len(text) > ANSWER_MAX_CHARS:
        return None  # a long text is a story, and reading it here would hold up everybody
    if any(person.full for person in find_people(text)):
        return None
    match asked_about(text):
        case Topic.MINE:
            return Answer(place, (), (ListMine(), GoOn()))
        case Topic.COMPLAIN:
            return _say_and_go_on(place, complaint_doors(desk.tx))
        case None:
            just_greeted = place.talk == INTRODUCE_DEED.name and not telling
            return _say_and_go_on(place, _reply(desk, "asked.other")) if just_greeted and asks_us(text) else None
        case topic:
            return _say_and_go_on(place, _reply(desk, f"asked.{topic}"))


def _reply(desk: Desk, key: str) -> str:
    return say(key, **who_we_are(desk.context))


def _say_and_go_on(place: Place, text: str) -> Answer:
    """Say something, and put again what is open."""
    if place.talk == asides.CONSENT_PUBLISH:
        return again(place, say("consent.publish.unclear")).after(Prompt(text))
    if place.shown and place.talk != INTRODUCE_DEED.name:
        return again(place, text)
    return Answer(place, (Prompt(text),), (GoOn(),))


def _asks_for_a_name(place: Place) -> bool:
    if place.talk != INTRODUCE_DEED.name:
        return place.talk == asides.QUESTION
    return place.asked == "who" or (place.asked == "missing" and "who" in place.about.get("missing", ()))


def _wish(desk: Desk, place: Place, meant: Wish, *, telling: bool) -> Answer | None:
    """Do what somebody wants done with their own words; what deletes is asked once."""
    match meant.name:
        case "asked":
            return _say_and_go_on(place, _reply(desk, meant.answer))
        case "nameless":
            noted = add_to_story(place, desk.event.said.text.strip()) if telling else place
            beside = () if telling else (NoteBeside(desk.event.said.text.strip()),)
            return _say_and_go_on(noted, _reply(desk, "use.nameless")).then(*beside)
        case "mine":
            return Answer(place, (), (ListMine(),))
        case "no_pictures" if telling and desk.context.photos:
            return Answer(place, (), (DropPictures(),))
        case "later":
            return engine.stop(INTRODUCE_DEED, place, desk.context) if telling else None
        case "drop" | "keep_nothing" | "erase" if place.asked in ("drop", "sure") and _just_put(desk, place):
            return again(place, say("menu.at_once"))  # sent twice, before the question could be read: no answer to it
        case "not_send" if telling and place.asked == "drop":
            return again(place, say("menu.not_an_option", count=len(place.shown)))  # not to send is not to delete
        case "drop" | "not_send" | "keep_nothing" if telling:
            return engine.ask_drop(INTRODUCE_DEED, place)
        case "keep_nothing" | "erase" if place.talk == asides.DELETE:
            return asides.deleted(place)  # said again to the question whether to: meant
        case "keep_nothing" | "erase":
            return asides.ask_delete(place)
        case "withdraw" | "drop" | "not_send" if place.talk == WAITS:
            return None  # it is about the report that is asked about
        case "withdraw" if meant.number is None and not _has_told(desk):
            waiting = offer_draft(desk, out_of(place).closed())  # among its choices is to drop it
            return waiting or asides.ask_take_down(place, desk.event.said.text.strip(), desk.context.office["phone"])
        case "withdraw":
            everything = means_all(desk.event.said.text)
            return Answer(place, (), (AskWithdraw(meant.number, everything=everything),))
        case "no_more" | "no_pictures" if not _has_told(desk) and (not telling or wants_removed(desk.event.said.text)):
            return asides.ask_take_down(place, desk.event.said.text.strip(), desk.context.office["phone"])
        case "no_more" | "no_pictures" if not _has_told(desk):
            # It is about what is being told, or of somebody praised elsewhere: the moderator reads it, they the way.
            noted = add_to_story(place, desk.event.said.text.strip())
            return Answer(noted, (Prompt(say("use.while_telling", phone=desk.context.office["phone"])),), (GoOn(),))
        case _:
            pictures_only = meant.pictures and not takes_words_too(desk.event.said.text)
            return Answer(place, (), (TakeBackUse(meant.number, pictures_only=pictures_only), GoOn()))


def _just_put(desk: Desk, place: Place) -> bool:
    return bool(place.put_at) and desk.context.now - datetime.fromisoformat(place.put_at) < AT_ONCE


def _has_told(desk: Desk) -> bool:
    told = deeds.of_person(desk.tx, desk.context.person.id)
    return any(one.withdrawn_at is None for one in told)


def _command(desk: Desk, place: Place, given: Command) -> Answer | None:
    """Answer a command; None when here the word means something else."""
    context = desk.context
    in_form = place.talk == INTRODUCE_DEED.name
    match given.name:
        case "invitation":
            return linking.typed(desk, place, given.value)
        case "help":
            shown = Prompt(say("help"))
            return engine.reask(INTRODUCE_DEED, place, context).after(shown) if in_form else Answer(place, (shown,))
        case "stop":
            if in_form and engine.has_story(place):
                return engine.stop(INTRODUCE_DEED, place, context)
            return Answer(out_of(place).closed(), (Prompt(say("stop.nothing")),))
        case "back":
            return engine.back(INTRODUCE_DEED, place, context) if in_form else greet(out_of(place), context)
        case "mine":
            return Answer(place, (), (ListMine(),))
        case "status":
            return _status(desk, place, int(given.value))
        case "receipt":
            return Answer(place, (), (TellStatus(receipt=given.value),))
        case "withdraw":
            return Answer(place, (), (AskWithdraw(int(given.value)),))
        case "delete":
            return asides.ask_delete(place)
        case "call":
            return Answer(place, (Prompt(say("call", phone=context.office["phone"])),))
        case "doors":
            return Answer(place, (Prompt(complaint_doors(desk.tx)),))
        case "link":
            return Answer(place, (linking.offer(desk),))
        case "unlink":
            return Answer(place, (linking.undo(desk),))
        case "its_me" | "not_me":
            return linking.said(desk, place, sure=given.name == "its_me")
        case "tell" | "start":
            place = from_unit(desk, place, given.value)
            if in_form and engine.has_story(place):
                return engine.reask(INTRODUCE_DEED, place, context)
            return offer_draft(desk, out_of(place).closed()) or greet(out_of(place).closed(), context)
        case "queue" if context.person.roles:
            return moderators.queue(desk, place)
        case "undo" if context.person.roles:
            return moderators.undo(desk, place)
        case "group":
            return Answer(place, (moderators.register_group(desk),))
        case _:
            return None


def _status(desk: Desk, place: Place, number: int) -> Answer | None:
    """Say how a report stands; under a menu "số 1" of somebody without a report of that number is no question."""
    mine = any(told.number == number for told in deeds.of_person(desk.tx, desk.context.person.id))
    if not mine and place.shown and number <= len(place.shown):
        return None
    told = TellStatus(number=number)
    return Answer(place, (), (told, GoOn()) if place.shown else (told,))


def from_unit(desk: Desk, place: Place, payload: str) -> Place:
    """Remember the unit whose poster somebody followed here."""
    unit = payload.removeprefix(UNIT)
    if unit == payload or org_units.coded(desk.tx, unit) is None:
        return place
    return replace(place, via=unit)


def out_of(place: Place) -> Place:
    """Return the place once an aside is left; nothing open stays nothing open."""
    return asides.leave(place) if place.talk else place
