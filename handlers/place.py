"""Where a person is in a conversation: all we remember of it, JSON only, so that a restart changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from deeds.errors import AskAgain
from deeds.places import Areas
from deeds.said import Option, Prompt, Said
from deeds.vietnamese import fold
from handlers.reading.answers import How, Pick, is_called_by_number, pick
from handlers.reading.telling import clear_no
from storage.office import Office
from storage.people import Known
from texts import say

FORMAT = 1  # raise it when a key of the stored JSON changes its meaning


@dataclass(frozen=True)
class Place:
    """A person's place. `turn` counts the questions asked; a button carries the turn it belongs to."""

    talk: str = ""  # the open conversation; "" when none is
    version: int = 0  # of that conversation
    asked: str = ""
    turn: int = 0
    shown: tuple[Option, ...] = ()  # the choices exactly as this person saw them
    told: Mapping[str, Any] = field(default_factory=dict)
    asked_once: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    draft: int | None = None
    met: bool = False  # has been greeted
    seen_menu: bool = False
    via: str = ""  # code of the unit whose poster led here
    put_at: str = ""  # when the present question was put, ISO 8601

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"format": FORMAT, **vars(self), "shown": [[option.id, option.label] for option in self.shown]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> "Place":
        """Return the stored place; what an older or newer program stored is kept as far as it is understood."""
        if not kept:
            return cls()
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        known["shown"] = tuple(Option(*option) for option in kept.get("shown", ()))
        known["asked_once"] = tuple(kept.get("asked_once", ()))
        return cls(**known)

    def closed(self) -> "Place":
        """Return the place of the same person with no conversation open."""
        return Place(turn=self.turn, met=self.met, seen_menu=self.seen_menu, via=self.via)

    def with_about(self, **changes: Any) -> "Place":
        """Return the place with some of what the conversation remembers changed; None forgets."""
        about = {**self.about, **changes}
        return replace(self, about={name: value for name, value in about.items() if value is not None})


@dataclass(frozen=True)
class Context:
    """Everything an answer may depend on besides place and words; frozen for the length of one event."""

    now: datetime
    today: date  # in Viet Nam
    areas: Areas
    office: Office
    person: Known
    messenger: str
    photos: int = 0  # of the open draft, the ones in this event included
    pushes_end: bool = False  # where they write from, they cannot be written to for long after

    @property
    def home(self) -> str | None:
        """The code of the instance's own commune, where a deed is taken to have happened unless another is named."""
        return self.office["commune_code"] or None

    @property
    def home_name(self) -> str | None:
        """The name of our own commune where it has no code: the office's, if it is a commune's office."""
        name = self.office["office"]
        words = tuple(f"{fold(word)} " for word in self.areas.unit_words("commune"))
        return name if not self.home and fold(name).startswith(words) else None


@dataclass(frozen=True)
class Answer:
    """What an event leads to: the next place, what is said, what is to be carried out."""

    place: Place
    prompts: tuple[Prompt, ...] = ()
    effects: tuple[object, ...] = ()

    def after(self, *prompts: Prompt) -> "Answer":
        """Return the same answer with something said before it."""
        return replace(self, prompts=(*prompts, *self.prompts))

    def then(self, *effects: object) -> "Answer":
        """Return the same answer with more to carry out."""
        return replace(self, effects=(*self.effects, *effects))


class Stale(Exception):
    """A button of an earlier question was pressed."""


def ask(place: Place, asked: str, key: str, options: tuple[Option, ...] = (), /, **values: object) -> Answer:
    """Put a question under a text key; its choices are remembered as this person sees them."""
    return put(place, asked, say(key, **values), options)


def put(place: Place, asked: str, text: str, options: tuple[Option, ...] = ()) -> Answer:
    """Put a question in these words."""
    turn = place.turn + 1
    first_menu = bool(options) and not place.seen_menu
    asked_now = replace(place, asked=asked, turn=turn, shown=options, seen_menu=place.seen_menu or bool(options))
    buttons = tuple(Option(f"{turn}.{option.id}", option.label) for option in options)
    return Answer(asked_now, (Prompt(text, buttons, first_menu=first_menu),))


def labelled(prefix: str, *ids: str) -> tuple[Option, ...]:
    """Return options whose labels stand under `prefix.id`."""
    return tuple(Option(each, say(f"{prefix}.{each}")) for each in ids)


_ONLY_ITSELF = frozenset({"agree", "refuse", "drop", "both", "words", "delete", "withdraw", "join", "replace"})
"""Choices that consent, delete or join: by their number, their whole label, a button; never by interpretation."""

_NOT_AT_ONCE = _ONLY_ITSELF | {"none", "complaint"}
"""Choices whose button is not obeyed as soon as it stands there: the finger may have meant what stood there before."""

AT_ONCE = timedelta(seconds=2)

_LISTENING = frozenset({"missing", "who", "where", "when", "reason"})
"""Questions whose menu only helps: any other words are an answer to them."""

_SEVERAL_NOS = frozenset({"draft_waits", "late_photos"})
"""Conversations where two of the choices are a no, so that "no" alone chooses neither."""


class Numbered(AskAgain):
    """ "Số 1" is how a report is called as well: it agrees to nothing and deletes nothing."""


class Unsure(AskAgain):
    """It may be one of the choices, or a word for something else: the person says it with the number."""


def chosen(place: Place, said: Said) -> str | None:
    """Return the id of the choice somebody made by button, number, label or description; None when it is none.

    Raises `Stale` for a button of an earlier question, `AskAgain` for a number nobody was offered and wherever it is
    not clear which choice was meant. What consents or deletes is only chosen by what can mean nothing else.
    """
    if said.choice is not None:
        turn, _, option_id = said.choice.rpartition(".")
        if turn and turn != str(place.turn):
            raise Stale
        if any(option.id == option_id for option in place.shown):
            return option_id
        raise Stale
    key = "menu.not_an_option" if len(place.shown) > 1 else "menu.not_the_option"
    if place.talk in _SEVERAL_NOS and clear_no(said.text):
        raise AskAgain(key, count=len(place.shown))
    found = _pick(place, said)
    match found:
        case None:
            return None
        case Pick(How.ITSELF, at) if place.shown[at].id in _ONLY_ITSELF and is_called_by_number(said.text):
            raise Numbered(key, count=len(place.shown))
        case Pick(How.ITSELF, at):
            return place.shown[at].id
        case Pick(How.DESCRIBED, at) if place.talk != "review" and place.shown[at].id not in _ONLY_ITSELF:
            return place.shown[at].id
        case Pick(How.UNSURE):
            raise Unsure(key, count=len(place.shown))
        case _:
            raise AskAgain(key, count=len(place.shown))


def names_choice(place: Place, said: Said) -> bool:
    """Tell whether typed words name a choice of the menu on the screen, so that they are no command ("so 1")."""
    found = _pick(place, said) if said.choice is None else None
    if found is None or found.how not in (How.ITSELF, How.DESCRIBED):
        return False
    return place.shown[found.at].id not in _ONLY_ITSELF or not is_called_by_number(said.text)


def chosen_at_once(place: Place, said: Said, seen_at: Callable[[], datetime | None], now: datetime) -> bool:
    """Tell whether a choice that consents or deletes was made before anybody can have read what it stands under.

    Pressed or typed: a second "1" was meant for the question before. `seen_at` is when the newest message went out to
    this chat, which may be well after the question was put.
    """
    if _id_of_choice(place, said) not in _NOT_AT_ONCE or not place.put_at:
        return False
    put_at = datetime.fromisoformat(place.put_at)
    # What seems to come later than now was written down before the clock was put back, and has been read since.
    return any(timedelta() <= now - at < AT_ONCE for at in (put_at, seen_at() or put_at))


def _id_of_choice(place: Place, said: Said) -> str | None:
    if said.choice is not None:
        turn, _, option_id = said.choice.rpartition(".")
        return option_id if turn == str(place.turn) else None
    found = _pick(place, said) if not said.photos and not said.voice else None
    return place.shown[found.at].id if found is not None and found.how is How.ITSELF else None


def _pick(place: Place, said: Said) -> Pick | None:
    listens = place.talk == "review" or place.asked in _LISTENING
    return pick(said.text, [option.label for option in place.shown], listens=listens)


def again(place: Place, text: str) -> Answer:
    """Say something and show the open choices once more, unchanged: the numbers people saw keep their meaning."""
    buttons = tuple(Option(f"{place.turn}.{option.id}", option.label) for option in place.shown)
    return Answer(place, (Prompt(text, buttons),))
