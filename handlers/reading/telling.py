"""Everything a telling holds, read at once: the day, the place, the people; and what a short answer means."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from deeds.places import Areas
from deeds.vietnamese import fold, lower, nfc
from handlers.reading.days import DayRead, find_day
from handlers.reading.doers import doers
from handlers.reading.meanings import keeps_in_words
from handlers.reading.names import PersonRead, find_kind, find_people
from handlers.reading.wheres import PlaceRead, find_place
from handlers.reading.words import has, just_before, lines, only, remembered, spoken, word_list

_EMPTY_PAIRS = re.compile(r"\(\s*\)|\[\s*\]|\"\s*\"|\u201c\s*\u201d")


@dataclass(frozen=True, slots=True)
class Telling:
    """What was read out of a text; `rest` is the text without the words for day, place and people."""

    day: DayRead | None
    place: PlaceRead | None
    people: tuple[PersonRead, ...]
    doers: tuple[PersonRead, ...]  # those of them who may have done it
    kind: str
    rest: str


@remembered
def read_telling(text: str, today: date, areas: Areas, home_commune_code: str | None) -> Telling:
    """Return all that a story or an answer holds."""
    text = nfc(text)
    day = find_day(text, today)
    place = find_place(text, areas, home_commune_code)
    named = find_people(text)
    people = tuple(person for person in named if place is None or not _inside(person.span, place.span))
    spans = [person.span for person in people]
    if day:
        spans.append((day.start, day.end))
    if place:
        spans.append(place.span)
    return Telling(
        day.day if day else None, place, people, doers(text, people), find_kind(text, named), _without(text, spans)
    )


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text without the spans, and without the commas, brackets and small words they leave behind."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        piece = text[at : max(at, start)]
        left = just_before(_left_behind(), piece, len(piece))
        pieces.append(piece[: len(piece) - len(left.group())] if left else piece)
        at = max(at, end)
    text = " ".join([*pieces, text[at:]])
    text = " ".join(_EMPTY_PAIRS.sub(" ", text).split())
    text = re.sub(r"\s([,.;:!?])", r"\1", text)
    text = re.sub(r"[,;:](?=[,.;:!?])|(?<=[.!?])[,;:]", "", text)
    return text.strip(" ,;:-")


@lru_cache(maxsize=1)
def _left_behind() -> re.Pattern[str]:
    words = "|".join(spoken(word) for word in lines("left_behind.txt"))
    return re.compile(rf"(?<!\w)(?:{words})\s+\Z", re.IGNORECASE)


def says_unknown(text: str) -> bool:
    """Return whether an answer is nothing but "I do not know", "skip it"."""
    return only("unknown.txt", text) or only("unknown.txt", text, "polite_yes.txt")


def clear_yes(text: str) -> bool:
    """Return whether an answer agrees in so many words; a polite "dạ" alone shows only that it was heard."""
    return only("yes.txt", text, "polite_yes.txt")


def weak_yes(text: str) -> bool:
    """Return whether an answer is only a sound of listening: "dạ", "ừ", "ok"."""
    return only("weak_yes.txt", text, "polite_yes.txt") and not clear_yes(text)


def clear_no(text: str) -> bool:
    """Return whether an answer refuses in so many words."""
    return only("no.txt", text, "polite_yes.txt")


def leaves_as_is(text: str) -> bool:
    """Return whether an answer only says that what was to be changed shall stay: "thôi không sửa nữa"."""
    return only("unchanged.txt", text, "polite_yes.txt") or keeps_in_words(text)


def adds(text: str) -> bool:
    """Return whether words begin by saying that they come on top of what was told: "thêm là", "à quên"."""
    return word_list("adding.txt").match(lower(text.strip())) is not None


def another(text: str) -> bool:
    """Return whether words say that something else comes, beside what was told: "thêm một việc nữa"."""
    return has("another.txt", text)


def keeps(text: str) -> bool:
    """Return whether an answer only wants something left as it is, asked whether it shall go: "không, giữ lại"."""
    return only("keeping.txt", text, "polite_yes.txt") or clear_no(text)


def refuses(text: str) -> bool:
    """Return whether an answer only refuses to have something kept or sent: "không đồng ý"."""
    return only("refusing.txt", text, "polite_yes.txt")


def confirms(text: str) -> bool:
    """Return whether an answer only says that what was shown is right; nobody has agreed to anything by that."""
    return only("right.txt", text, "polite_yes.txt")


def says_wrong(text: str) -> bool:
    """Return whether an answer only says that what was shown is not right."""
    return only("wrong.txt", text, "polite_yes.txt")


def not_now(text: str) -> bool:
    """Return whether an answer only puts things off: "chưa", "để sau"."""
    return only("not_now.txt", text, "polite_yes.txt")


def enough(text: str) -> bool:
    """Return whether an answer only wants to leave off: "thôi ạ"."""
    return only("enough.txt", text, "polite_yes.txt")


def sends(text: str) -> bool:
    """Return whether an answer only says "send it", which is a yes to sending and to nothing else."""
    return only("sending.txt", text, "polite_yes.txt")


def agrees_to_send(text: str) -> bool:
    """Return whether a yes is the one a report is sent with: asked whether to delete, it was meant for that."""
    return sends(text) or "dong y" in fold(text)


def finished(text: str) -> bool:
    """Return whether an answer only says that there are no more pictures."""
    return only("finished.txt", text)


def thanks(text: str) -> bool:
    """Return whether a message only thanks or says goodbye."""
    return only("thanks.txt", text, "polite_greeting.txt")


def greets(text: str) -> bool:
    """Return whether a message is only a greeting or the messenger's start button."""
    return only("greetings.txt", text, "polite_greeting.txt")
