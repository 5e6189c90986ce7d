"""What may be a cry, or a wish to have something down, is held until its teller says which; a story loses nothing.

What is held is bounded: it is read all at once, in its teller's turn, when it turns out to be a story.
"""

from dataclasses import replace

from deeds.said import Prompt, Said
from handlers import asides, engine
from handlers.belongs import tells_a_deed
from handlers.commands import command
from handlers.effects import TellStaff
from handlers.filling import STORY_MAX_CHARS, has_letters
from handlers.introduce_deed import INTRODUCE_DEED, begin
from handlers.moderators import Desk
from handlers.place import Answer, Place, again
from handlers.reading.answers import bare_word
from handlers.reading.fitting import asks_something, says_who_they_are, takes_down
from handlers.reading.intents import GOES, means
from handlers.reading.telling import clear_no, sends
from texts import say

MOST_CHARS = 20_000  # what one message may hold


def is_too_much(place: Place, said: Said) -> bool:
    """Tell whether more is said than is held; nothing of what is held goes by it."""
    now = str(place.about.get("held") or "")
    return bool(now) and said.choice is None and command(said.text) is None and len(now) + len(said.text) > MOST_CHARS


def goes_beyond(place: Place, text: str) -> bool:
    """Tell whether words are too many for the report that is being told."""
    return len(str(place.told.get("story", ""))) + len(text) >= STORY_MAX_CHARS


def answer(desk: Desk, place: Place, option: str | None, text: str) -> Answer | None:
    """Hear what somebody makes of what was taken for danger, or for a wish to have something down."""
    held, phone = str(place.about["held"]), desk.context.office["phone"]
    if place.about.get("passed_on"):
        return _after_it(desk, place, text)
    if option == "tell_office":
        return _on(place, held)
    if option == "telling" or (place.talk == asides.DANGER and clear_no(text)):
        return _told(desk, place, held)
    if asks_something(text):
        return again(place, say("asked.other", phone=phone))
    if place.talk == asides.TAKE_DOWN and _still_wants_it_down(text):
        return _on(place, f"{held}\n{text}")
    if place.talk == asides.TAKE_DOWN and sends(text):
        return _told(desk, place, held)
    if bare_word(text):
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    return _told(desk, place, f"{held}\n{text}")


def _after_it(desk: Desk, place: Place, text: str) -> Answer:
    """Which story, whose name: it goes where the first words went; a yes or a sign tells the office nothing."""
    if tells_a_deed(text):
        return _told(desk, place, text)
    if bare_word(text) or not has_letters(text):
        return Answer(asides.leave(place), (Prompt(say("thanks")),))
    return _on(place, text)


def _told(desk: Desk, place: Place, words: str) -> Answer:
    """It was told after all: the report it stood in goes on, or one begins."""
    before, said = asides.leave(place), Said(text=words)
    if before.talk == INTRODUCE_DEED.name:
        return engine.answer(INTRODUCE_DEED, before, said, desk.context)
    return begin(before, said, desk.context)


def _on(place: Place, words: str) -> Answer:
    stays = replace(place.with_about(held="", passed_on=True), shown=())
    return Answer(stays, (), (TellStaff(words),))


def _still_wants_it_down(text: str) -> bool:
    wants = means(text, *GOES)
    return wants or takes_down(text) or says_who_they_are(text)
