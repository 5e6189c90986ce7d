"""The kinds of fields a report has: each reads an answer to its question, spots itself in free words, and shows itself.

A value is plain JSON. What can be read in several ways comes with a `Settle`: one more question with its choices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from deeds.kinds import DeedKind
from deeds.places import Commune, Renamed, Split
from deeds.vietnamese import cut_at_sentence, fold
from handlers.place import Context
from handlers.reading.days import DayRead, find_day, read_day
from handlers.reading.doers import doers
from handlers.reading.fitting import corrected, is_aside, may_be_people, may_be_place, may_be_time
from handlers.reading.names import PersonRead, find_kind, find_people
from handlers.reading.telling import Telling
from handlers.reading.wheres import PlaceRead, find_place
from texts import say

Value = Mapping[str, Any]

MOST_OFFERED = 3  # names out of the story
SHORT_CHARS = 80


@dataclass(frozen=True)
class Settle:
    """A question that settles what was meant; a choice without a value means: ask the field again."""

    key: str
    values: Mapping[str, str]
    choices: tuple[tuple[str, str, Value | None], ...]  # option id, label, value


@dataclass(frozen=True)
class Reading:
    """What was read: a value, or a question first."""

    value: Value | None
    settle: Settle | None = None


class FieldKind(Protocol):
    """How one kind of field reads and shows itself."""

    def read(self, text: str, context: Context) -> Reading | None:
        """Read the answer to this field's own question, at worst in its own words; None where it can be no answer."""
        ...

    def spot(self, telling: Telling, context: Context) -> Reading | None:
        """Return what free words say of this field with certainty, else None."""
        ...

    def show(self, value: Value, context: Context) -> str:
        """Return the line people check."""
        ...


class Who:
    """The person, household, collective or model praised."""

    def read(self, text: str, context: Context) -> Reading | None:
        """Take the first person named; else the whole answer names a collective or describes somebody."""
        if is_aside(text):
            return None
        text = corrected(text) or text
        if (day := find_day(text, context.today)) is not None and day.is_all_of(text):
            return None
        kind = find_kind(text)
        people = doers(text, find_people(text))
        place = find_place(text, context.areas, context.home)
        residence = _place_text(place, context) if place is not None else ""
        # "bà cụ bán rau": typed small, what follows a title may be no name but what the person does.
        if kind == DeedKind.INDIVIDUAL and people and (people[0].full or people[0].name[:1].isupper()):
            return Reading(_person(people[0], kind, residence))
        if not may_be_people(text):
            return None
        words = cut_at_sentence(text.strip(), SHORT_CHARS * 2)
        if kind == DeedKind.INDIVIDUAL and _looks_like_a_name(text):
            return Reading({"kind": kind, "title": "", "name": words, "words": residence})
        if kind == DeedKind.INDIVIDUAL:
            return Reading({"kind": kind, "title": "", "name": "", "words": words})
        return Reading({"kind": kind, "title": "", "name": words, "words": residence})

    def spot(self, telling: Telling, context: Context) -> Reading | None:
        """A full name is certain; a given name alone is only offered when this is asked."""
        if telling.doers and telling.doers[0].full:
            return Reading(_person(telling.doers[0], telling.kind, ""))
        return None

    def show(self, value: Value, context: Context) -> str:
        """The name with its title, then where they live or how they were described."""
        name = f"{value.get('title', '')} {value.get('name', '')}".strip()
        shown = ", ".join(part for part in (name, value.get("words", "")) if part)
        return shown or say("introduce_deed.who.unknown")


def offered_people(telling: Telling) -> list[Value]:
    """Return the people a story names without saying for certain who did it."""
    return [_person(person, telling.kind, "") for person in telling.doers[:MOST_OFFERED]]


def _person(person: PersonRead, kind: str, words: str) -> Value:
    title = person.title[:1].lower() + person.title[1:]  # capital only where it began the sentence
    return {"kind": kind, "title": title, "name": person.name, "words": words}


def _looks_like_a_name(text: str) -> bool:
    words = text.split()
    return 1 <= len(words) <= 5 and all(word[:1].isupper() and word.isalpha() for word in words)


class Where:
    """The hamlet, and the commune where it is not our own."""

    def read(self, text: str, context: Context) -> Reading | None:
        """Take the place named; words that name no place we know are a hamlet of our own commune."""
        text = corrected(text) or text
        found = find_place(text, context.areas, context.home)
        if is_aside(text) or (found is None and not may_be_place(text)):
            return None
        if found is None:
            hamlet = cut_at_sentence(text.strip(), SHORT_CHARS)
            return Reading(_place(hamlet, context.home, context))
        return _settled(found, context)

    def spot(self, telling: Telling, context: Context) -> Reading | None:
        """A hamlet or commune named in the story, where nothing has to be asked."""
        if telling.place is None or not (telling.place.ask or _is_certain(telling.place, context)):
            return None
        return _settled(telling.place, context)

    def show(self, value: Value, context: Context) -> str:
        """The place as people write it."""
        return str(value.get("text") or say("introduce_deed.where.unknown"))


def place_hint(telling: Telling, context: Context) -> Value | None:
    """Return the place a story seems to name, not certain enough to go unasked: it stands where nobody says better."""
    place = telling.place
    if place is None or place.certain or place.ask:
        return None
    return _settled(place, context).value


def map_point(point: tuple[float, float]) -> Value:
    """Return a place somebody sent as a point on the map."""
    latitude, longitude = point
    text = say("introduce_deed.where.on_map", latitude=f"{latitude:.5f}", longitude=f"{longitude:.5f}")
    return {"commune": None, "hamlet": "", "text": text}


def _is_certain(found: PlaceRead, context: Context) -> bool:
    """A hamlet named as people name one is our own commune's, also where that commune has no code to know it by."""
    if found.certain or found.hamlet is None or found.commune_code or found.province_code:
        return found.certain
    return context.home_name is not None and any(word[:1].isupper() for word in found.hamlet.split()[1:])


def _settled(found: PlaceRead, context: Context) -> Reading:
    hamlet = found.hamlet or ""
    if found.ask is None:
        return Reading(_place(hamlet, found.commune_code or context.home, context))
    unsure: Value = {"commune": None, "hamlet": hamlet, "text": found.text}
    unknown = ("unknown", say("introduce_deed.where.split.unknown"), unsure)
    match found.ask:
        case Renamed(old, new) if fold(old).endswith(f" {fold(new.name)}"):
            return Reading(_place(hamlet, new.code, context))  # only its type changed, which nobody need be asked about
        case Renamed(old, new):
            values = {
                "old": old,
                "new": new.full_name,
                "province": context.areas.province(new.province_code).full_name,
            }
            choices = (
                ("right", say("introduce_deed.where.renamed.right"), _place(hamlet, new.code, context)),
                ("wrong", say("introduce_deed.where.renamed.wrong"), None),
            )
            return Reading(None, Settle("introduce_deed.where.renamed", values, choices))
        case Split(old, into):
            listed = tuple(_commune_choice(commune, hamlet, context) for commune in into[:5])
            return Reading(None, Settle("introduce_deed.where.split", {"old": old}, (*listed, unknown)))
        case communes:
            listed = tuple(_commune_choice(commune, hamlet, context) for commune in communes[:5])
            return Reading(None, Settle("introduce_deed.where.which", {"said": found.text}, (*listed, unknown)))


def _commune_choice(commune: Commune, hamlet: str, context: Context) -> tuple[str, str, Value]:
    label = f"{commune.full_name}, {context.areas.province(commune.province_code).full_name}"
    return (f"c{commune.code}", label, _place(hamlet, commune.code, context))


def _place(hamlet: str, commune_code: str | None, context: Context) -> Value:
    parts = [hamlet] if hamlet else []
    if commune_code:
        commune = context.areas.commune(commune_code)
        parts.append(commune.full_name)
        home = context.home
        if not home or context.areas.commune(home).province_code != commune.province_code:
            parts.append(context.areas.province(commune.province_code).full_name)
    elif context.home_name:
        parts.append(context.home_name)
    return {"commune": commune_code, "hamlet": hamlet, "text": ", ".join(parts)}


def _place_text(found: PlaceRead, context: Context) -> str:
    settled = _settled(found, context)
    return str(settled.value["text"]) if settled.value else found.text


class When:
    """The day, or the words for it."""

    def read(self, text: str, context: Context) -> Reading | None:
        """Take the day named; words for a time that is no day are kept as they are."""
        if is_aside(text):
            return None
        text = corrected(text) or text
        day = read_day(text, context.today)
        if day is None and (found := find_day(text, context.today)):
            day = found.day
        if day is None and not may_be_time(text):
            return None
        if day is None:
            return Reading({"iso": None, "text": cut_at_sentence(text.strip(), SHORT_CHARS)})
        return _day(day)

    def spot(self, telling: Telling, context: Context) -> Reading | None:
        """A day named in the story."""
        return _day(telling.day) if telling.day and telling.day.certain else None

    def show(self, value: Value, context: Context) -> str:
        """The day with its weekday, or the words."""
        if value.get("iso") and not value.get("approximate"):
            return say_date(date.fromisoformat(value["iso"]))
        return str(value.get("text") or say("introduce_deed.when.unknown"))


def say_date(day: date) -> str:
    """Return a day with its weekday, as the check and the desk show it."""
    return say("day.full", weekday=say(f"weekday.{day.weekday()}"), date=f"{day:%d/%m/%Y}")


def _day(day: DayRead) -> Reading:
    value: Value = {"iso": day.iso.isoformat() if day.iso else None, "text": day.text, "approximate": day.approximate}
    if day.iso is None or not (day.in_future or (day.long_past and not day.approximate)):
        return Reading(value)  # "last year" is a year ago, and no day that could be wrong
    values = {"weekday": say(f"weekday.{day.iso.weekday()}"), "date": f"{day.iso:%d/%m/%Y}"}
    choices = (
        ("right", say("introduce_deed.when.check.right"), value),
        ("other", say("introduce_deed.when.check.other"), None),
    )
    return Reading(None, Settle("introduce_deed.when.check", values, choices))


def unknown() -> Value:
    """Return the value of a field whose answer nobody knows: the moderator finds it out."""
    return {"unknown": True}
