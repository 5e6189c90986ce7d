"""A report half told waits for its teller, who goes on with it, leaves it or has it dropped."""

from dataclasses import replace

from deeds.said import Prompt, Said
from deeds.vietnamese import cut_at_sentence
from handlers import engine
from handlers.filling import HEARD, STORY_MIN_CHARS, has_letters, hear_story
from handlers.introduce_deed import INTRODUCE_DEED, greet
from handlers.moderators import Desk
from handlers.place import Answer, Context, Place, ask, labelled
from handlers.reading.answers import bare_word
from handlers.reading.meanings import keeps_in_words, leaves_off, sends_in_words
from handlers.reading.telling import sends
from storage import drafts
from texts import say

WAITS = "draft_waits"


def known(place: Place, context: Context) -> Place:
    """Return a place this program can go on from; of one it cannot, what was told is kept and read anew."""
    form = INTRODUCE_DEED
    if place.talk != form.name or place.version == form.version:
        return place
    kept = {name: value for name, value in place.told.items() if name in ("story", "voice", "child", HEARD)}
    begun = replace(form.begin(place), told=kept, draft=place.draft)
    story = str(kept.get("story", ""))
    if not story:
        return begun
    read = hear_story(form, begun, story, story, context)
    told = {name: value for name, value in read.told.items() if name != "when"}  # "yesterday" was another day then
    return replace(read, told=told)


def offer_draft(desk: Desk, place: Place) -> Answer | None:
    """Somebody comes back who left a report half told."""
    waiting = drafts.waiting_of(desk.tx, desk.context.person.id)
    if not waiting:
        return None
    place = replace(place, met=True)
    told = Place.from_json(waiting[0].state).told
    about = (told.get("who") or {}).get("name") or cut_at_sentence(str(told.get("story", "")), 60)
    inside = replace(place.closed(), talk=WAITS, version=1, about={"draft": waiting[0].id})
    options = labelled("hello.draft_waits.option", "go_on", "new", "drop")
    return ask(inside, "which", "hello.draft_waits", options, about=about or say("hello.draft_waits.nothing"))


def answer(desk: Desk, place: Place, option: str | None, said: Said) -> Answer | None:
    """Go on with what waits, or leave it; None for another story: the old one goes on waiting."""
    waiting = drafts.waiting_of(desk.tx, desk.context.person.id)
    draft = next((one for one in waiting if one.id == place.about["draft"]), None)
    if option == "new" or draft is None:
        return greet(place.closed(), desk.context)
    if option is None and len(said.text.strip()) >= STORY_MIN_CHARS:
        return None
    kept = Place.from_json(draft.state)
    kept = replace(kept, turn=place.turn, met=True, seen_menu=place.seen_menu, draft=draft.id)
    kept = known(kept, desk.context)
    meant = leaves_off(said.text) if option is None else None
    if option == "drop" or meant == "delete":
        return engine.ask_drop(INTRODUCE_DEED, kept)
    if meant == "not_send":
        return Answer(place.closed(), (Prompt(say("stop.kept")),))
    if option is None and has_letters(said.text) and not bare_word(said.text):
        return engine.answer(INTRODUCE_DEED, replace(kept, shown=()), said, desk.context)
    return engine.reask(INTRODUCE_DEED, kept, desk.context)


def goes_on(text: str) -> bool:
    """Tell whether all somebody says is to send it, or to go on with it: "kể tiếp", "gửi cái lúc nãy đi"."""
    return sends(text) or sends_in_words(text) or keeps_in_words(text)
