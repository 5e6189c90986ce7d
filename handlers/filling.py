"""What was said fills the fields of a form: the one asked, then empty ones that read it with certainty, else the story.

Pure, as the engine that calls it: each function takes a place and words and returns the place with more told.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deeds.vietnamese import lower, plain
from handlers.fields import FieldKind, Reading, offered_people, place_hint, unknown
from handlers.place import Context, Place
from handlers.reading.answers import bare_word, only_heard
from handlers.reading.fitting import begins_as_place, begins_as_time, corrected, is_beside
from handlers.reading.guards import about_child
from handlers.reading.names import find_people
from handlers.reading.telling import finished, greets, leaves_as_is, read_telling, thanks
from handlers.reading.words import word_list

STORY_MIN_CHARS = 20  # below it we ask once for a little more
STORY_MAX_CHARS = 40_000  # twice the longest message there is; what would go beyond is not taken, never cut
HEARD = "heard"  # beside the fields: every message, verbatim
SHORT_ANSWER_CHARS = 160  # what is longer tells more than one field asked for
WORTH_KEEPING_CHARS = 15  # of words nothing asked for; shorter ones are courtesies


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

    def has(self, name: str) -> bool:
        """Tell whether there is a field of this name."""
        return any(field.name == name for field in self.fields)

    def begin(self, place: Place) -> Place:
        """Return a place at the beginning of this form."""
        return replace(place.closed(), talk=self.name, version=self.version, asked="story")

    def key(self, *parts: str) -> str:
        """Return a text key of this form."""
        return ".".join((self.name, *parts))


def has_story(place: Place) -> bool:
    """Tell whether the deed itself has been told, typed or spoken."""
    return bool(place.told.get("story")) or bool(place.told.get("voice"))


def told(place: Place, name: str, value: Any) -> Place:
    """Return the place with one thing told."""
    return replace(place, told={**place.told, name: value})


def add_to_story(place: Place, text: str) -> Place:
    """Return the place with these words at the end of its story."""
    return told(place, "story", f"{place.told.get('story', '')}\n{text}".strip())


def keep_verbatim(place: Place, text: str) -> Place:
    """Return the place with these words among all that was said while the report was told, in order and as typed.

    The fields and the story are readings of them; whoever checks the report can read the words themselves.
    """
    heard = place.told.get(HEARD, ())
    if _tells_nothing(text) or text in heard[-1:] or sum(map(len, heard)) + len(text) > STORY_MAX_CHARS:
        return place
    return told(place, HEARD, [*heard, text])


def notice_child(place: Place, text: str) -> Place:
    """Return the place with a note that a child is told of, wherever in the report that was said."""
    return told(place, "child", True) if about_child(text) else place


def hear_story(form: Form, place: Place, story: str, text: str, context: Context) -> Place:
    """Return the place with the story told, and every empty field filled that the new words say with certainty."""
    telling = read_telling(text, context.today, context.areas, context.home)
    now = told(place, "story", story)
    for field in form.fields:
        if field.name not in now.told:
            reading = field.kind.spot(telling, context)
            if reading is not None:
                now = keep(now, field.name, reading)
    if "who" not in now.told and telling.doers:
        now = now.with_about(offered=offered_people(telling))
    if "where" not in now.told and (hint := place_hint(telling, context)):
        now = now.with_about(where_hint=hint)
    return now


def keep(place: Place, name: str, reading: Reading) -> Place:
    """Return the place with a field read; one that must be settled waits for its question."""
    if reading.settle is None:
        return told(place, name, reading.value)
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


def fill_asked(form: Form, place: Place, asked: list[str], text: str, context: Context) -> Place:
    """Let every field that was asked take what it reads with certainty; the rest goes to who, or to the story."""
    telling = read_telling(text, context.today, context.areas, context.home)
    now = place
    for name in asked:
        reading = form.field(name).kind.spot(telling, context)
        if reading is not None:
            now = keep(now, name, reading)
    if "where" in asked and "where" not in now.told and (hint := place_hint(telling, context)):
        now = now.with_about(where_hint=hint)
    return _rest(form, now, asked, telling.rest, text, context)


def _rest(form: Form, place: Place, asked: list[str], rest: str, text: str, context: Context) -> Place:
    """Give the words no field read to the one they most likely answer; longer ones belong to the story."""
    open_ = [name for name in asked if name not in place.told and name not in _pending(place)]
    if "who" in open_:
        people = read_telling(text, context.today, context.areas, context.home).people
        # Where the story named somebody, words that name nobody are about something else.
        offered = len(open_) > 1 and place.about.get("offered")
        if people or (has_letters(rest) and len(rest) <= SHORT_ANSWER_CHARS and not offered):
            reading = form.field("who").kind.read(text if people else rest, context)
            if reading is not None:
                return keep(place, "who", reading)
    if not has_letters(rest):
        return place
    likely = [name for name in open_ if len(open_) == 1 or ((begins := _BEGINS.get(name)) and begins(rest))]
    for name in likely:
        reading = form.field(name).kind.read(rest, context) if len(rest) <= SHORT_ANSWER_CHARS else None
        if reading is not None:
            return keep(place, name, reading)
    return add_to_story(place, text) if len(rest) > WORTH_KEEPING_CHARS else place


_BEGINS = {"where": begins_as_place, "when": begins_as_time}
"""How an answer to several questions begins that is about this one."""


def has_letters(text: str) -> bool:
    """Tell whether there is anything to read as a name or a place; a lone "1" answers a menu that is not there."""
    return any(sign.isalpha() for sign in text)


def _pending(place: Place) -> set[str]:
    return {one["field"] for one in place.about.get("settle", ())}


def leave_open(place: Place, asked: list[str]) -> Place:
    """Mark what was asked and not answered; what the story said without certainty stands until somebody corrects it."""
    now = dict(place.told)
    for name in asked:
        if name in now or name in _pending(place):
            continue
        offered = place.about.get("offered")
        if name == "who" and offered:
            now[name] = offered[0]
        elif name == "where" and place.about.get("where_hint"):
            now[name] = place.about["where_hint"]
        else:
            now[name] = unknown()
    return replace(place, told=now)


def correct(form: Form, place: Place, text: str, context: Context) -> Place:
    """At the check everything was shown, so what is said now may change any field; other words join the story."""
    instead = corrected(text)
    telling = read_telling(instead or text, context.today, context.areas, context.home)
    if telling.day is not None and is_beside(text):
        telling = replace(telling, day=replace(telling.day, certain=True))  # "nhầm, thứ sáu": no second day is told of
    now, read_something = place, False
    if instead is not None and (reading := form.field("who").kind.read(instead, context)) and find_people(instead):
        return add_to_story(keep(place, "who", reading), text)
    for field in form.fields:
        reading = field.kind.spot(telling, context)
        if reading is not None:
            now, read_something = keep(now, field.name, reading), True
    if read_something and len(telling.rest) <= STORY_MIN_CHARS:
        return now
    return add_to_story(now, text)


def read_anew(form: Form, place: Place, old: str, new: str, context: Context) -> Place:
    """Return the place after its words were rewritten: what was read out of the old ones is read out of the new."""
    was, is_ = (read_telling(each, context.today, context.areas, context.home) for each in (old, new))
    now = place
    for field in form.fields:
        before, after = field.kind.spot(was, context), field.kind.spot(is_, context)
        if before is None or before.value is None or now.told.get(field.name) != before.value:
            continue
        if after is not None and after.value != before.value:
            now = keep(now, field.name, after)
    return now


def nothing_lost(before: Place, place: Place, text: str) -> Place:
    """Return the place with every word of an answer in it: whatever no field took stands at the end of the story.

    A field took an answer when all its words, courtesies aside, are in the values told; then it *is* that value. Of one
    that waits to be settled the words are remembered, and join the story if what is settled in the end is something
    else.
    """
    now = place
    waiting = {one["field"]: one for one in place.about.get("settle", ())}
    for one in before.about.get("settle", ()):
        if one["field"] not in waiting and one.get("said"):
            now = _with_words(now, one["said"], ())
    new = [one for one in waiting.values() if "said" not in one]
    if _tells_nothing(text):
        return now
    now = _with_words(now, text, new)
    if new:
        owed = [{**one, "said": text} if one in new else one for one in now.about["settle"]]
        now = now.with_about(settle=owed)
    return now


def _with_words(place: Place, text: str, waiting: Sequence[Any]) -> Place:
    story = str(place.told.get("story", ""))
    if " ".join(plain(text).split()) in " ".join(plain(story).split()):
        return place
    values = [value for name, value in place.told.items() if name not in ("story", HEARD)]
    left = _words(text) - _words(*_strings([values, list(waiting)]))
    return add_to_story(place, text) if left else place


def _tells_nothing(text: str) -> bool:
    """Tell whether an answer holds no word of the deed: a yes, a no, a greeting, a lone number or sign."""
    if not has_letters(text):
        return True
    return any(one(text) for one in (bare_word, only_heard, greets, thanks, finished, leaves_as_is))


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", word_list("particles.txt").sub(" ", lower(text)))}


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [each for part in parts for each in _strings(part)]
