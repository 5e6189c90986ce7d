"""Somebody tells us about a good deed in their own words; we ask only for what is missing."""

from dataclasses import replace
from datetime import date

from deeds.kinds import DeedKind
from deeds.said import Prompt, Said
from handlers import engine
from handlers.engine import Field, Form
from handlers.fields import When, Where, Who, say_date
from handlers.place import Answer, Context, Place
from moderation.receive import Telling
from texts import say

INTRODUCE_DEED = Form(
    name="introduce_deed",
    version=1,
    fields=(
        Field("who", Who()),  # these three may be read out of the story;
        Field("where", Where()),  # what is certain is not asked again,
        Field("when", When()),  # all of it is shown at the check
    ),
)


def greet(place: Place, context: Context) -> Answer:
    """Somebody says hello: who we are, what happens to their words, and the invitation to tell."""
    begun = replace(INTRODUCE_DEED.begin(place), met=True)
    if place.met:
        return engine.reask(INTRODUCE_DEED, begun, context)
    answer = engine.reask(INTRODUCE_DEED, begun, context)
    return Answer(answer.place, (Prompt(say("hello.first", **who_we_are(context))),), answer.effects)


def begin(place: Place, said: Said, context: Context) -> Answer:
    """The first thing somebody says is the story, or a picture of it."""
    begun = replace(INTRODUCE_DEED.begin(place), met=True)
    answer = engine.answer(INTRODUCE_DEED, begun, said, context)
    if place.met:
        return answer
    told = said.text.strip() or said.voice
    hello = "hello.story_came_first" if told else "hello.first"
    return answer.after(Prompt(say(hello, **who_we_are(context))))


def who_we_are(context: Context) -> dict[str, str]:
    """Return what our own sentences about ourselves are filled with."""
    office = context.office
    return {
        "office": office["office"],
        "issuer": office["issuer"],
        "standing_office": office["standing_office"],
        "public_url": office["public_url"],
        "privacy_url": office.privacy_url,
        "phone": office["phone"],
    }


def as_telling(place: Place, context: Context) -> Telling:
    """Return the report as its teller agreed to it at the check."""
    who, where, when = (place.told.get(name) or {} for name in ("who", "where", "when"))
    happened_on = date.fromisoformat(when["iso"]) if when.get("iso") else None
    exact = happened_on is not None and not when.get("approximate")
    return Telling(
        story=str(place.told.get("story", "")),
        kind=DeedKind(who.get("kind", DeedKind.INDIVIDUAL)),
        honoree_title=str(who.get("title", "")),
        honoree_name=str(who.get("name", "")),
        honoree_words=str(who.get("words", "")),
        commune_code=where.get("commune"),
        place_text=str(where.get("text", "")) or say("introduce_deed.where.unknown"),
        happened_on=happened_on,
        when_text=say_date(happened_on)
        if happened_on and exact
        else str(when.get("text", "")) or say("introduce_deed.when.unknown"),
        about_child=bool(place.told.get("child")),
        told={**place.told, **({"via_unit": place.via} if place.via else {})},
    )
