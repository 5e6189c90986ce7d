"""An engine without a database: a context as an event would find it, and a teller who talks to the form alone."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deeds.months import local_day
from deeds.places import areas
from deeds.said import FileSource, Prompt, Said
from handlers import engine
from handlers.introduce_deed import INTRODUCE_DEED
from handlers.place import Context, Place
from storage.office import Office
from storage.people import Known

OFFICE = Office({"office": "xã Suối Lành", "issuer": "UBND xã Suối Lành", "commune_code": "03808", "phone": "0200"})
NOW = datetime(2026, 5, 5, 1, 0, tzinfo=UTC)


def context(now: datetime = NOW, photos: int = 0) -> Context:
    """Return what an answer may depend on."""
    return Context(now, local_day(now), areas(), OFFICE, Known(1, None), "plain", photos)


@dataclass
class Teller:
    """Talks to the form; between two messages the place is JSON, as in the database."""

    place: Place = field(default_factory=lambda: INTRODUCE_DEED.begin(Place(met=True)))
    prompts: tuple[Prompt, ...] = ()
    effects: list[Any] = field(default_factory=list)
    at: Context = field(default_factory=context)

    def says(self, text: str = "", **more: Any) -> "Teller":
        """Say something and hear the answer."""
        given = engine.answer(INTRODUCE_DEED, self.place, Said(text=text, **more), self.at)
        self.place = stored(given.place)
        self.prompts = given.prompts
        self.effects += given.effects
        return self

    def shows(self, photos: int = 1, text: str = "") -> "Teller":
        """Send pictures."""
        return self.says(text, photos=tuple(FileSource(remote=f"p{number}") for number in range(photos)))

    def presses(self, option: str) -> "Teller":
        """Press a choice of the present question."""
        return self.says(choice=f"{self.place.turn}.{option}")

    @property
    def heard(self) -> str:
        """Everything that was just said."""
        return "\n".join(prompt.text for prompt in self.prompts)

    @property
    def told(self) -> dict[str, Any]:
        """What the place remembers."""
        return dict(self.place.told)


def stored(place: Place) -> Place:
    """Return a place as it comes back from the database; it must be the same."""
    kept = json.dumps(place.to_json(), ensure_ascii=False)
    again = Place.from_json(json.loads(kept))
    assert json.dumps(again.to_json(), ensure_ascii=False) == kept
    return again
