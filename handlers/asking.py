"""What a report asks next, and how: what must be settled, what is missing, the check; pure, as the engine is."""

from collections.abc import Mapping
from dataclasses import replace

from deeds.said import Option
from deeds.vietnamese import cut_at_sentence
from handlers.fields import Value, unknown
from handlers.filling import Form, has_story
from handlers.place import Answer, Context, Place, ask, labelled, put
from texts import say

SHOWN_STORY_CHARS = 160


def go_on(form: Form, place: Place, context: Context) -> Answer:
    """Ask what must be settled, else what is missing, else show the check."""
    if not has_story(place):
        return ask(place, "story", "story.ask")
    if place.about.get("settle"):
        first = place.about["settle"][0]
        options = tuple(Option(option_id, label) for option_id, label, _ in first["choices"])
        return ask(place, "settle", first["key"], options, **first["values"])
    missing = [field for field in form.fields if field.name not in place.told and field.name not in place.asked_once]
    if not missing:
        return check(form, place, context)
    names = tuple(field.name for field in missing)
    now = replace(place, asked_once=(*place.asked_once, *names))
    options = _offers(now) if "who" in names else ()
    if len(missing) == 1:
        key = "who.ask_offered" if options else f"{names[0]}.ask"
        return ask(now, names[0], form.key(key), options, **place_words(context))
    lines = [say(form.key("missing.head"))]
    lines += [say(form.key("missing", name), **place_words(context)) for name in names]
    lines.append(say(form.key("missing.tail")))
    return put(now.with_about(missing=list(names)), "missing", "\n".join(lines), options)


def _offers(place: Place) -> tuple[Option, ...]:
    return tuple(
        Option(f"p{number}", say("introduce_deed.who.offer", name=_named(value)))
        for number, value in enumerate(place.about.get("offered", ()))
    )


def _named(value: Value) -> str:
    return f"{value['title']} {value['name']}".strip()


def place_words(context: Context) -> Mapping[str, str]:
    """Return the words of the office that stand in questions about the place."""
    return {"office": context.office["office"], "hamlets": context.office["hamlet_words"]}


CHECK = ("agree", "edit", "later", "refuse")


def check(form: Form, place: Place, context: Context) -> Answer:
    """Show all of it once; the first choice is the consent to keep and check."""
    return put(place, "check", check_text(form, place, context), labelled(form.key("check.option"), *CHECK))


def check_text(form: Form, place: Place, context: Context) -> str:
    """Return the check screen: the person's own words, then field by field."""
    story = str(place.told.get("story", ""))
    shown = cut_at_sentence(story, SHOWN_STORY_CHARS) if story else say(form.key("check.voice"))
    lines = [say(form.key("check.head")), say(form.key("check.story"), story=shown)]
    for field in form.fields:
        value = place.told.get(field.name) or unknown()
        label = f"check.{field.name}"
        if field.name == "who" and value.get("kind") not in (None, "individual"):
            label = f"check.who.{value['kind']}"
        lines.append(say(form.key(label), value=field.kind.show(value, context)))
    lines.append(say(form.key("check.photos"), n=context.photos))
    if place.told.get("child"):
        lines.append(say(form.key("check.child")))
    lines.append(say(form.key("check.consent"), issuer=context.office["issuer"]))
    return "\n".join(lines)


def ask_field(form: Form, place: Place, name: str, context: Context) -> Answer:
    """Ask one field by itself."""
    return ask(place, name, form.key(f"{name}.ask"), (), **place_words(context))


def editable(form: Form) -> tuple[str, ...]:
    """Return what can be changed at the check, in the order it is shown."""
    return ("story", *(field.name for field in form.fields), "photos")


def ask_rewritten(place: Place) -> Answer:
    """Ask whether the few words just told anew take the place of the story or belong to it."""
    options = labelled("story.replace_or_add.option", "add", "replace")
    return ask(place, "rewritten", "story.replace_or_add", options)


def reask(form: Form, place: Place, context: Context) -> Answer:
    """Put the present question again."""
    match place.asked:
        case "story":
            return ask(place, "story", "story.ask")
        case "rewritten":
            return ask_rewritten(place)
        case "check":
            return check(form, place, context)
        case "stop" | "drop":
            return reask(form, resumed(place), context)
        case name if form.has(name):
            return ask_field(form, place, name, context)
        case _:
            back = tuple(each for each in place.asked_once if each in place.told or each == "story")
            return go_on(form, replace(place, asked_once=back), context)


def resumed(place: Place) -> Place:
    """Return the place that a question about the report itself interrupted."""
    return replace(place.with_about(back_to=None), asked=str(place.about.get("back_to", "story")))
