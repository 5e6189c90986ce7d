"""The engine of a form that fills itself (design 2.5), pure: place and words in; next place, prompts and effects out.

What was said goes to the question just asked; then to fields still empty that read it with certainty; else it is added
to the story. A field that was not asked is never overwritten. Everything still missing is asked in one message, each
thing once; all of it is shown once before it is handed in, and there every field can be changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deeds.errors import AskAgain
from deeds.said import Option, Prompt, Said
from deeds.vietnamese import cut_at_sentence, nfc
from handlers.effects import AcknowledgePhotos, Attach, DropDraft, HandIn, SetAside
from handlers.fields import FieldKind, Reading, Value, offered_people, unknown
from handlers.place import Answer, Context, Place, Stale, again, ask, chosen, labelled, put
from handlers.reading.guards import about_child
from handlers.reading.telling import clear_no, clear_yes, greets, read_telling, says_unknown, weak_yes
from texts import say

STORY_MIN_CHARS = 20  # below it we ask once for a little more
STORY_MAX_CHARS = 4_000
SHOWN_STORY_CHARS = 160


@dataclass(frozen=True)
class Field:
    """One thing a report must say; its questions stand under `FORM.FIELD.ask`."""

    name: str
    kind: FieldKind


@dataclass(frozen=True)
class Form:
    """A report, declared in the order people check it."""

    name: str
    version: int  # raise it when a field is renamed, moved or removed
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of this name."""
        return next(field for field in self.fields if field.name == name)

    def begin(self, place: Place) -> Place:
        """Return a place at the beginning of this form."""
        return replace(place.closed(), talk=self.name, version=self.version, asked="story")

    def key(self, *parts: str) -> str:
        """Return a text key of this form."""
        return ".".join((self.name, *parts))


def answer(form: Form, place: Place, said: Said, context: Context) -> Answer:
    """Carry one thing a person said into the form."""
    option = _choice(place, said)
    if isinstance(option, Answer):
        return option
    if said.photos or said.voice:
        return _with_files(form, place, said, context)
    text = nfc(said.text).strip()
    if said.unreadable or (not text and option is None):
        return again(place, say("story.cannot_read", phone=context.office["phone"]))
    match place.asked:
        case "story":
            return _story(form, place, text, context)
        case "missing":
            return _missing(form, place, text, option, context)
        case "settle":
            return _settle(form, place, text, option, context)
        case "check":
            return _check(form, place, text, option, context)
        case "edit":
            return _edit(form, place, text, option, context)
        case "stop":
            return _stop(form, place, text, option, context)
        case name:
            return _field(form, place, name, text, option, context)


def _choice(place: Place, said: Said) -> str | Answer | None:
    try:
        return chosen(place, said)
    except Stale:
        return again(place, say("menu.stale"))
    except AskAgain as error:
        return again(place, error.sentence)


def _with_files(form: Form, place: Place, said: Said, context: Context) -> Answer:
    """Pictures and recordings are kept whatever was asked; words that came with them are heard as any other."""
    effects: list[object] = [Attach(said.photos, said.voice)]
    prompts: tuple[Prompt, ...] = ()
    now = replace(place, told={**place.told, "voice": True}) if said.voice else place
    if said.voice:
        prompts = (Prompt(say("story.voice", seconds=said.voice.seconds or 0)),)
    if said.text.strip():
        heard = answer(form, now, replace(said, photos=(), voice=None), context)
        key = "photos.got"
        files = Answer(heard.place, heard.prompts, (*effects, *heard.effects))
        return files.then(AcknowledgePhotos(key)) if said.photos else files.after(*prompts)
    if said.photos:
        waiting_for_words = not has_story(now)
        effects.append(AcknowledgePhotos("story.photo_only" if waiting_for_words else "photos.got"))
    if said.voice and now.asked == "story":
        return go_on(form, now, context).after(*prompts).then(*effects)
    return Answer(now, prompts, tuple(effects))


def has_story(place: Place) -> bool:
    """Tell whether the deed itself has been told, typed or spoken."""
    return bool(place.told.get("story")) or bool(place.told.get("voice"))


def _story(form: Form, place: Place, text: str, context: Context) -> Answer:
    before = str(place.told.get("story", ""))
    if place.about.get("rewriting"):
        before = ""
    if not before and greets(text):
        return ask(place, "story", "story.ask")
    story = f"{before}\n{text}".strip()[:STORY_MAX_CHARS]
    now = hear_story(form, place.with_about(rewriting=None), story, text, context)
    if len(story) < STORY_MIN_CHARS and "story" not in place.asked_once:
        now = replace(now, asked_once=(*now.asked_once, "story"))
        return ask(now, "story", "story.more")
    return go_on(form, now, context)


def hear_story(form: Form, place: Place, story: str, text: str, context: Context) -> Place:
    """Return the place with the story told, and every empty field filled that the new words say with certainty."""
    told: dict[str, Any] = {**place.told, "story": story}
    if about_child(text):
        told["child"] = True
    telling = read_telling(text, context.today, context.areas, context.home)
    now = replace(place, told=told)
    for field in form.fields:
        if field.name not in now.told:
            reading = field.kind.spot(telling, context)
            if reading is not None:
                now = _keep(now, field.name, reading)
    if "who" not in now.told and telling.people:
        now = now.with_about(offered=offered_people(telling))
    return now


def _keep(place: Place, name: str, reading: Reading) -> Place:
    """Return the place with a field read; one that must be settled waits for its question."""
    if reading.settle is None:
        return replace(place, told={**place.told, name: reading.value})
    pending = [one for one in place.about.get("settle", ()) if one["field"] != name]
    settle = reading.settle
    pending.append(
        {
            "field": name,
            "key": settle.key,
            "values": dict(settle.values),
            "choices": [list(each) for each in settle.choices],
        }
    )
    return place.with_about(settle=pending)


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
        return ask(now, names[0], form.key(key), options, **_place_words(context))
    lines = [say(form.key("missing.head"))]
    lines += [say(form.key("missing", name), **_place_words(context)) for name in names]
    lines.append(say(form.key("missing.tail")))
    return put(now.with_about(missing=list(names)), "missing", "\n".join(lines), options)


def _offers(place: Place) -> tuple[Option, ...]:
    return tuple(
        Option(f"p{number}", say("introduce_deed.who.offer", name=_named(value)))
        for number, value in enumerate(place.about.get("offered", ()))
    )


def _named(value: Value) -> str:
    return f"{value['title']} {value['name']}".strip()


def _place_words(context: Context) -> Mapping[str, str]:
    return {"office": context.office["office"], "hamlets": context.office["hamlet_words"]}


def _missing(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    """One answer to several questions: each field takes what it reads with certainty, the rest goes to who, or the story."""
    if option is not None:
        return _took_offer(form, place, option, context)
    asked = [name for name in place.about.get("missing", ()) if name not in place.told]
    now = place.with_about(missing=None)
    if not says_unknown(text):
        telling = read_telling(text, context.today, context.areas, context.home)
        for name in asked:
            reading = form.field(name).kind.spot(telling, context)
            if reading is not None:
                now = _keep(now, name, reading)
        now = _rest(form, now, asked, telling.rest, text, context)
    return go_on(form, _unknown(now, asked), context)


def _rest(form: Form, place: Place, asked: list[str], rest: str, text: str, context: Context) -> Place:
    """Give the words no field read to the one they most likely answer; longer ones belong to the story."""
    pending = {one["field"] for one in place.about.get("settle", ())}
    open_ = [name for name in asked if name not in place.told and name not in pending]
    if "who" in open_:
        people = read_telling(text, context.today, context.areas, context.home).people
        if people or 0 < len(rest) <= SHOWN_STORY_CHARS:
            return _keep(place, "who", form.field("who").kind.read(text if people else rest, context))
    if not rest:
        return place
    if len(open_) == 1 and len(rest) <= SHOWN_STORY_CHARS:
        return _keep(place, open_[0], form.field(open_[0]).kind.read(rest, context))
    if len(rest) > 15:
        return replace(place, told={**place.told, "story": f"{place.told.get('story', '')}\n{text}".strip()})
    return place


def _unknown(place: Place, asked: list[str]) -> Place:
    """Mark what was asked and not answered; a name out of the story stands for who until somebody says otherwise."""
    told = dict(place.told)
    pending = {one["field"] for one in place.about.get("settle", ())}
    for name in asked:
        if name not in told and name not in pending:
            offered = place.about.get("offered") if name == "who" else None
            told[name] = offered[0] if offered else unknown()
    return replace(place, told=told)


def _took_offer(form: Form, place: Place, option: str, context: Context) -> Answer:
    value = place.about["offered"][int(option[1:])]
    now = replace(place, told={**place.told, "who": value}, shown=())
    rest = [name for name in place.about.get("missing", ()) if name not in now.told]
    now = replace(now.with_about(missing=None), asked_once=tuple(n for n in now.asked_once if n not in rest))
    return go_on(form, now, context)


def _settle(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    first, *others = place.about["settle"]
    now = place.with_about(settle=others or None)
    name = first["field"]
    if option is None:
        if weak_yes(text) or clear_yes(text):
            option = first["choices"][0][0]
        elif clear_no(text):
            option = first["choices"][-1][0]
        else:
            return go_on(form, _keep(now, name, form.field(name).kind.read(text, context)), context)
    value = next(value for option_id, _, value in first["choices"] if option_id == option)
    if value is None:
        now = replace(now, asked_once=tuple(each for each in now.asked_once if each != name))
        return ask(
            replace(now, asked_once=(*now.asked_once, name)), name, form.key(f"{name}.ask"), **_place_words(context)
        )
    return go_on(form, replace(now, told={**now.told, name: value}), context)


def _field(form: Form, place: Place, name: str, text: str, option: str | None, context: Context) -> Answer:
    """The answer to one field asked by itself."""
    if all(field.name != name for field in form.fields):
        return go_on(form, place, context)
    if name == "who" and option is not None:
        return _took_offer(form, place, option, context)
    now = place
    if says_unknown(text):
        now = _unknown(replace(place, told={k: v for k, v in place.told.items() if k != name}), [name])
    else:
        now = _keep(now, name, form.field(name).kind.read(text, context))
    return go_on(form, now, context)


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


def _check(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    if option is None:
        option = "agree" if clear_yes(text) else "refuse" if clear_no(text) else None
    match option:
        case "agree":
            return Answer(place, (), (HandIn(),))
        case "edit":
            return ask(place, "edit", form.key("edit.ask"), labelled(form.key("edit.option"), *_editable(form)))
        case "later":
            return set_aside(form, place, "stop.kept")
        case "refuse":
            drop = (DropDraft(place.draft),) if place.draft is not None else ()
            return Answer(place.closed(), (Prompt(say(form.key("refused"))),), drop)
    if weak_yes(text):
        return again(place, say(form.key("check.unclear_yes")))
    return check(form, _corrected(form, place, text, context), context)


def _corrected(form: Form, place: Place, text: str, context: Context) -> Place:
    """At the check everything was shown, so what is said now may change any field; other words join the story."""
    telling = read_telling(text, context.today, context.areas, context.home)
    now, read_something = place, False
    for field in form.fields:
        reading = field.kind.spot(telling, context)
        if reading is not None and reading.settle is None:
            now, read_something = _keep(now, field.name, reading), True
    if read_something and len(telling.rest) <= STORY_MIN_CHARS:
        return now
    return replace(now, told={**now.told, "story": f"{now.told.get('story', '')}\n{text}".strip()[:STORY_MAX_CHARS]})


def _ask_field(form: Form, place: Place, name: str, context: Context) -> Answer:
    return ask(place, name, form.key(f"{name}.ask"), (), **_place_words(context))


def _editable(form: Form) -> tuple[str, ...]:
    return ("story", *(field.name for field in form.fields), "photos")


def _edit(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    match option:
        case None:
            return check(form, _corrected(form, place, text, context), context)
        case "story":
            return ask(place.with_about(rewriting=True), "story", "story.rewrite")
        case "photos":
            return ask(place, "photos", "photos.ask")
        case name:
            return _ask_field(form, place, name, context)


STOP = ("stop", "go_on", "drop")


def stop(form: Form, place: Place, context: Context) -> Answer:
    """Ask once whether to stop; the draft stays."""
    return ask(place.with_about(back_to=place.asked), "stop", "stop.ask", labelled("stop.option", *STOP))


def _stop(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    if option == "stop" or (option is None and (clear_yes(text) or weak_yes(text))):
        return set_aside(form, place, "stop.kept")
    if option == "drop":
        drop = (DropDraft(place.draft),) if place.draft is not None else ()
        return Answer(place.closed(), (Prompt(say("stop.dropped")),), drop)
    now = replace(place.with_about(back_to=None), asked=str(place.about.get("back_to", "story")))
    if option == "go_on" or clear_no(text):
        return reask(form, now, context)
    return answer(form, replace(now, shown=()), Said(text=text), context)


def set_aside(form: Form, place: Place, key: str) -> Answer:
    """Close the conversation and keep the draft with its place for 30 days."""
    waits = replace(place.with_about(back_to=None), asked="story" if not has_story(place) else "check")
    keep = (SetAside(place.draft, waits.to_json()),) if place.draft is not None else ()
    return Answer(place.closed(), (Prompt(say(key)),), keep)


def reask(form: Form, place: Place, context: Context) -> Answer:
    """Put the present question again."""
    match place.asked:
        case "story":
            return ask(place, "story", "story.ask")
        case "check":
            return check(form, place, context)
        case name if any(field.name == name for field in form.fields):
            return _ask_field(form, place, name, context)
        case _:
            back = tuple(each for each in place.asked_once if each in place.told or each == "story")
            return go_on(form, replace(place, asked_once=back), context)


def back(form: Form, place: Place, context: Context) -> Answer:
    """Go one step back: from the check to what can be changed, from a question to the story, else to the check."""
    match place.asked:
        case "check":
            return ask(place, "edit", form.key("edit.ask"), labelled(form.key("edit.option"), *_editable(form)))
        case "story" if not has_story(place):
            return reask(form, place, context)
        case "missing" | "settle":
            return ask(place.with_about(rewriting=True, settle=None, missing=None), "story", "story.rewrite")
        case _:
            return go_on(form, place.with_about(rewriting=None), context)
