"""The engine of a form that fills itself (design 2.5), pure: place and words in; next place, prompts and effects out.

What was said goes to the question just asked; then to fields still empty that read it with certainty; whatever no field
took is added to the story, so that no word told is lost. A field that was not asked is never overwritten. Everything
still missing is asked in one message, each thing once; all of it is shown once before it is handed in, and there every
field can be changed.
"""

from dataclasses import replace

from deeds.errors import AskAgain
from deeds.said import Prompt, Said
from deeds.vietnamese import fold, nfc, same_words
from handlers import story
from handlers.asides import names_for_certain, names_something
from handlers.asking import (
    CHECK,
    ask_field,
    check,
    check_text,
    editable,
    go_on,
    place_words,
    reask,
    resumed,
)
from handlers.commands import may_be_a_name
from handlers.effects import AcknowledgePhotos, Attach, DropDraft, HandIn, LeaveFile, SetAside
from handlers.fields import map_point, unknown
from handlers.filling import (
    STORY_MAX_CHARS,
    Field,
    Form,
    correct,
    fill_asked,
    has_letters,
    has_story,
    keep,
    keep_verbatim,
    leave_open,
    nothing_lost,
    notice_child,
    told,
)
from handlers.place import Answer, Context, Numbered, Place, Stale, Unsure, again, ask, chosen, labelled
from handlers.reading.answers import at_check, bare_word, is_called_by_number, only_heard, to_settle
from handlers.reading.fitting import asks_something, declines, leaves_open, waits, wants_it_gone
from handlers.reading.meanings import keeps_in_words, puts_off, surely_deletes
from handlers.reading.telling import (
    agrees_to_send,
    clear_no,
    clear_yes,
    confirms,
    enough,
    keeps,
    leaves_as_is,
    not_now,
    refuses,
    says_unknown,
    thanks,
    weak_yes,
)
from texts import say

__all__ = [
    "CHECK", "Field", "Form", "answer", "ask_drop", "back", "check", "check_text", "go_on", "has_story", "reask",
    "stop",
]  # fmt: skip


MOST_RECORDINGS = 10  # of one report


def answer(form: Form, place: Place, said: Said, context: Context) -> Answer:
    """Carry one thing a person said into the form."""
    option = _choice(form, place, said, context)
    if isinstance(option, Answer):
        return option
    if said.photos or said.voice:
        return _with_files(form, place, said, context)
    text = nfc(said.text).strip()
    if said.location is not None and not text and form.has("where"):
        return _on_map(form, place, said.location, context)
    if said.unreadable and text:
        words = answer(form, place, replace(said, unreadable=False), context)
        return words.after(Prompt(say("story.words_only")))
    if not text and option is None:
        return again(place, say("story.cannot_read", phone=context.office["phone"]))
    before, unheard = str(place.told.get("story", "")), place
    if option is None:
        place = notice_child(keep_verbatim(place, text), text)
    heard = _heard(form, place, text, option, context)
    if isinstance(heard, Place):
        heard = go_on(form, nothing_lost(place, heard, text if option is None else ""), context)
    elif heard.place.talk == form.name:
        heard = replace(heard, place=nothing_lost(place, heard.place, ""))
    if len(before) < len(str(heard.place.told.get("story", ""))) > STORY_MAX_CHARS:
        return again(unheard, say("story.full"))
    if said.message and text and heard.place.told.get("story", before) != before:
        # Which message brought which words, so that one rewritten on the phone changes these words and no others.
        parts = {**place.about.get("parts", {}), said.message: text} if text in heard.place.told["story"] else {}
        return replace(heard, place=heard.place.with_about(parts=parts or None))
    return heard


def _heard(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    """Give an answer to the question it answers; a place means: go on from here, all of these words are heard."""
    match place.asked:
        case "story":
            return story.hear(form, place, text, context)
        case "rewritten":
            return story.settle_rewritten(form, place, text, option, context)
        case "missing":
            return _missing(form, place, text, option, context)
        case "settle":
            return _settle(form, place, text, option, context)
        case "check":
            return _check(form, place, text, option, context)
        case "edit":
            return _edit(form, place, text, option, context)
        case "drop":
            return _drop(form, place, text, option, context)
        case "stop":
            return _stop(form, place, text, option, context)
        case name:
            return _field(form, place, name, text, option, context)


def _on_map(form: Form, place: Place, point: tuple[float, float], context: Context) -> Answer:
    now = told(place, "where", map_point(point))
    return go_on(form, now, context) if place.asked == "where" else reask(form, now, context)


def _choice(form: Form, place: Place, said: Said, context: Context) -> str | Answer | None:
    if said.choice is None and place.asked == "drop" and surely_deletes(said.text):
        return None
    try:
        return chosen(place, said)
    except Stale:
        stale = say("menu.stale")
        return again(place, stale) if place.shown else reask(form, place, context).after(Prompt(stale))
    except Numbered:
        key = form.key("check.unclear_yes") if place.asked == "check" else "menu.not_an_option"
        return again(place, say(key, count=len(place.shown)))
    except Unsure as error:
        if place.about.get("unsure") == fold(said.text):
            return None  # said a second time: it is a name
        return again(place.with_about(unsure=fold(said.text)), error.sentence)
    except AskAgain as error:
        return again(place, error.sentence)


def _with_files(form: Form, place: Place, said: Said, context: Context) -> Answer:
    """Pictures and recordings are kept whatever was asked; words that came with them are heard as any other."""
    recordings = int(place.told.get("voice", 0))
    if said.voice and recordings >= MOST_RECORDINGS:
        full = again(place, say("story.too_many_voices", most=MOST_RECORDINGS))
        return full.then(LeaveFile(said.voice))
    effects: list[object] = [Attach(said.photos, said.voice)]
    prompts: tuple[Prompt, ...] = ()
    now = told(place, "voice", recordings + 1) if said.voice else place
    if said.voice:
        prompts = (Prompt(say("story.voice", seconds=said.voice.seconds or 0)),)
    if said.text.strip():
        heard = answer(form, now, replace(said, photos=(), voice=None), context)
        files = Answer(heard.place, heard.prompts, (*effects, *heard.effects))
        if not said.photos:
            return files.after(*prompts)
        if files.place.asked == "check":  # it is shown with the acknowledgement, when all pictures are counted
            files = replace(files, prompts=files.prompts[:-1])
        return files.then(AcknowledgePhotos("photos.got"))
    if said.photos:
        waiting_for_words = not has_story(now)
        effects.append(AcknowledgePhotos("story.photo_only" if waiting_for_words else "photos.got"))
    if said.voice and now.asked == "story":
        return go_on(form, now, context).after(*prompts).then(*effects)
    return Answer(now, prompts, tuple(effects))


def _missing(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    """One answer to several questions; what nobody answered is left open."""
    if option is not None:
        return _took_offer(place, option)
    if clear_yes(text) and len(place.shown) == 1:
        return _took_offer(place, place.shown[0].id)
    if only_heard(text) and not place.about.get("listened"):
        return reask(form, place.with_about(listened=True), context)
    asked = [name for name in place.about.get("missing", ()) if name not in place.told]
    now = place.with_about(missing=None)
    if not bare_word(text) or ("who" in asked and may_be_a_name(text)):
        now = fill_asked(form, now, asked, text, context)
        read = (now.told.keys(), now.about.get("settle"), now.about.get("where_hint"))
        if (
            not place.about.get("again")
            and not leaves_open(text)
            and read == (place.told.keys(), None, place.about.get("where_hint"))
        ):
            # Kept with the story; asked once more, since whoever tells more has not said that they do not know.
            left = tuple(name for name in now.asked_once if name not in asked)
            return replace(now.with_about(again=True), asked_once=left)
    return leave_open(now, asked)


def _took_offer(place: Place, option: str) -> Place:
    value = place.about["offered"][int(option[1:])]
    now = replace(told(place, "who", value), shown=())
    rest = [name for name in place.about.get("missing", ()) if name not in now.told]
    return replace(now.with_about(missing=None), asked_once=tuple(n for n in now.asked_once if n not in rest))


def _settle(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    first, *others = place.about["settle"]
    now = place.with_about(settle=others or None)
    name = first["field"]
    if option is None:
        option = to_settle(text, [choice[0] for choice in first["choices"]])
    if option is None and says_unknown(text):
        return told(now, name, unknown())
    if option is None and bare_word(text):
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    if option is None:
        reading = form.field(name).kind.read(text, context)
        return keep(now, name, reading) if reading is not None else place
    value = next(value for option_id, _, value in first["choices"] if option_id == option)
    if value is None:
        now = replace(now, asked_once=tuple(each for each in now.asked_once if each != name))
        return ask(
            replace(now, asked_once=(*now.asked_once, name)), name, form.key(f"{name}.ask"), **place_words(context)
        )
    return told(now, name, value)


def _field(form: Form, place: Place, name: str, text: str, option: str | None, context: Context) -> Answer | Place:
    """The answer to one field asked by itself."""
    if not form.has(name):
        return place
    if name == "who" and option is not None:
        return _took_offer(place, option)
    if name != "when" and not has_letters(text) and option is None and name != "photos":
        return reask(form, place, context)
    if clear_yes(text) and len(place.shown) == 1:
        return _took_offer(place, place.shown[0].id)
    if name in place.told and leaves_as_is(text):
        return check(form, place, context)
    if only_heard(text) and not place.about.get("listened"):
        return reask(form, place.with_about(listened=True), context)
    if bare_word(text) and not (name == "who" and may_be_a_name(text)):
        return leave_open(replace(place, told={k: v for k, v in place.told.items() if k != name}), [name])
    reading = form.field(name).kind.read(text, context)
    if reading is not None:
        return keep(place, name, reading)
    # Kept with the story; asked once more, since whoever tells more has not said that they do not know.
    if place.about.get("again") or leaves_open(text):
        return leave_open(place.with_about(again=None), [name])
    again_ = tuple(each for each in place.asked_once if each != name)
    return replace(place.with_about(again=True), asked_once=again_)


def _check(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    if option is None:
        option = "later" if waits(text) else at_check(text)
    match option:
        case "stop":
            return stop(form, place, context)
        case "agree":
            return Answer(place, (), (HandIn(),))
        case "edit":
            return ask(place, "edit", form.key("edit.ask"), labelled(form.key("edit.option"), *editable(form)))
        case "later":
            return set_aside(form, place, "stop.kept")
        case "refuse":
            return ask_drop(form, place)
        case "no":
            return again(place, say(form.key("check.unclear_no")))
    if weak_yes(text) or confirms(text) or thanks(text) or (option is None and is_called_by_number(text)):
        return again(place, say(form.key("check.unclear_yes")))
    if leaves_as_is(text):
        return check(form, place, context)
    if option is None and (declines(text) or (wants_it_gone(text) and not names_something(text, context))):
        return ask_drop(form, place)
    for field in labelled(form.key("edit.option"), *editable(form)):
        if same_words(text, field.label):
            return _edit(form, place, text, field.id, context)
    if option is None and asks_something(text) and not names_for_certain(text, context):
        # Asked of us, so no word of the deed; it would be sent in the teller's name.
        return check(form, place, context).after(Prompt(say("asked.other", phone=context.office["phone"])))
    now = correct(form, place, text, context)
    if {**now.told, "story": ""} != {**place.told, "story": ""} or now.about != place.about:
        return now
    added = check(form, nothing_lost(place, now, text), context)
    return added.after(Prompt(say(form.key("check.added"))))


def _edit(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer | Place:
    match option:
        case None if leaves_as_is(text) or keeps(text):
            return check(form, place, context)
        case None:
            return correct(form, place, text, context)
        case "story":
            return ask(place.with_about(rewriting=True), "story", "story.rewrite")
        case "photos":
            return ask(place, "photos", "photos.ask")
        case name:
            return ask_field(form, place, name, context)


DROP = ("drop", "go_on")


def ask_drop(form: Form, place: Place) -> Answer:
    """Ask once before a report is deleted; until the answer all of it is there."""
    if place.asked == "drop":
        return _dropped(form, place)
    waits = _interrupted(place)
    return ask(waits, "drop", form.key("drop.ask"), labelled(form.key("drop.option"), *DROP))


def _dropped(form: Form, place: Place) -> Answer:
    drop = (DropDraft(place.draft),) if place.draft is not None else ()
    return Answer(place.closed(), (Prompt(say(form.key("refused"))),), drop)


def _drop(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    if option == "drop" or (
        option is None and (surely_deletes(text) or refuses(text) or (clear_yes(text) and not agrees_to_send(text)))
    ):
        return _dropped(form, place)
    if option == "go_on" or keeps(text) or keeps_in_words(text) or not_now(text) or puts_off(text):
        return reask(form, resumed(place), context)
    if weak_yes(text) or bare_word(text) or wants_it_gone(text):
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    return answer(form, replace(resumed(place), shown=()), Said(text=text), context)


def _interrupted(place: Place) -> Place:
    """Return a place that knows which question a question about the report itself interrupts."""
    asked = place.about.get("back_to", "story") if place.asked in ("stop", "drop") else place.asked
    return place.with_about(back_to=asked)


STOP = ("stop", "go_on", "drop")


def stop(form: Form, place: Place, context: Context) -> Answer:
    """Ask once whether to stop; the draft stays. Who says it again to that question, means it."""
    if place.asked == "stop":
        return set_aside(form, place, "stop.kept")
    return ask(_interrupted(place), "stop", "stop.ask", labelled("stop.option", *STOP))


def _stop(form: Form, place: Place, text: str, option: str | None, context: Context) -> Answer:
    if option == "stop" or (option is None and (clear_yes(text) or weak_yes(text) or enough(text))):
        return set_aside(form, place, "stop.kept")
    if option == "drop":
        drop = (DropDraft(place.draft),) if place.draft is not None else ()
        return Answer(place.closed(), (Prompt(say("stop.dropped")),), drop)
    if option == "go_on" or clear_no(text):
        return reask(form, resumed(place), context)
    return answer(form, replace(resumed(place), shown=()), Said(text=text), context)


def set_aside(form: Form, place: Place, key: str) -> Answer:
    """Close the conversation and keep the draft with its place for 30 days."""
    asked = str(place.about.get("back_to") or place.asked) if has_story(place) else "story"
    waits = replace(place.with_about(back_to=None), asked=asked)
    keep = (SetAside(place.draft, waits.to_json()),) if place.draft is not None else ()
    return Answer(place.closed(), (Prompt(say(key)),), keep)


def back(form: Form, place: Place, context: Context) -> Answer:
    """Go one step back: from the check to what can be changed, from a question to the story, else to the check."""
    match place.asked:
        case "check":
            return ask(place, "edit", form.key("edit.ask"), labelled(form.key("edit.option"), *editable(form)))
        case "story" if not has_story(place):
            return reask(form, place, context)
        case "rewritten":
            heard = story.settle_rewritten(form, place, "", "add", context)
            return heard if isinstance(heard, Answer) else go_on(form, heard, context)
        case "missing" | "settle":
            return ask(place.with_about(rewriting=True, settle=None, missing=None), "story", "story.rewrite")
        case _:
            return go_on(form, place.with_about(rewriting=None), context)
