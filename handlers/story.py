"""The story of a report: told, told on, told anew, or a message of it rewritten on the phone; pure, as the engine."""

from dataclasses import replace

from deeds.said import Said
from deeds.vietnamese import nfc
from handlers.asking import ask_rewritten, check
from handlers.filling import (
    HEARD,
    STORY_MAX_CHARS,
    STORY_MIN_CHARS,
    Form,
    has_letters,
    hear_story,
    notice_child,
    read_anew,
    told,
)
from handlers.place import Answer, Context, Place, again, ask
from handlers.reading.answers import bare_word
from handlers.reading.telling import adds, greets, leaves_as_is
from texts import say


def hear(form: Form, place: Place, text: str, context: Context) -> Answer | Place:
    """Take an answer to what happened; a place means: go on from here."""
    before = str(place.told.get("story", ""))
    now = place.with_about(rewriting=None)
    if not before and greets(text):
        return ask(place, "story", "story.ask")
    if bare_word(text) or (before and not has_letters(text)):
        return now  # words of listening tell nothing; a number is for a menu that is no longer there
    if place.about.get("rewriting") and not adds(text):
        if leaves_as_is(text):
            return now
        if len(text) < len(before) / 3:
            return ask_rewritten(now.with_about(rewritten=text))
        before = ""
    story = f"{before}\n{text}".strip()
    now = hear_story(form, now, story, text, context)
    if len(story) < STORY_MIN_CHARS and "story" not in place.asked_once:
        now = replace(now, asked_once=(*now.asked_once, "story"))
        return ask(now, "story", "story.more")
    return now


def settle_rewritten(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    """Few words were told in place of many: unless it is said that they replace them, they stand beside them."""
    new, before = str(place.about["rewritten"]), str(place.told.get("story", ""))
    now = place.with_about(rewritten=None)
    if option is None and leaves_as_is(text):
        return now
    if option is None and len(text) < STORY_MIN_CHARS:
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    story = new if option == "replace" else f"{before}\n{new}"
    return hear_story(form, now, story, new, context)


def rewrite(form: Form, place: Place, said: Said, context: Context) -> Answer:
    """A message was rewritten on the phone: its words in the story change, and a check on the screen is shown anew."""
    parts = place.about.get("parts", {})
    old, new = parts.get(said.edits), nfc(said.text).strip()
    story = str(place.told.get("story", ""))
    if not old or not new or old not in story:
        return Answer(place)
    rewritten = story.replace(old, new, 1)
    if len(story) < len(rewritten) > STORY_MAX_CHARS:
        return again(place, say("story.full"))
    now = notice_child(told(place, "story", rewritten), new)
    now = read_anew(form, now, story, rewritten, context)
    heard = [new if each == old else each for each in now.told.get(HEARD, ())]
    now = told(now, HEARD, heard).with_about(parts={**parts, said.edits: new})
    return check(form, now, context) if now.asked == "check" else Answer(now)
