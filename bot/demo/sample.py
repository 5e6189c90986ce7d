"""The sample commune as its file tells it, with every instant counted from now."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from deeds.kinds import Act, DeedKind, Role, Thing
from deeds.months import VIET_NAM, Month, Window, local_day, month_of, month_window
from moderation.facts import Answer

_DAY = re.compile(r"\{day(?:\+(\d+))?\}")


@dataclass(frozen=True)
class Worker:
    """Somebody at the desk."""

    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Checked:
    """What a moderator found out: the facts for the paper, and the answer of the person praised if they were asked."""

    at: datetime
    by: str
    facts: Mapping[str, object]
    praised: Answer | None


@dataclass(frozen=True)
class Step:
    """One decision."""

    at: datetime
    by: str
    act: Act
    reason_key: str | None
    confirmed_by: str | None


@dataclass(frozen=True)
class Story:
    """One deed: how it was told, and what became of it."""

    told_at: datetime
    teller: str
    words: str
    kind: DeedKind
    title: str
    name: str
    honoree_words: str
    place: str
    happened_on: date
    about_child: bool
    pictures: tuple[str, ...]
    allows: Mapping[Thing, bool]
    checked: Checked | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Sample:
    """The whole commune."""

    office: Mapping[str, str]
    units: Sequence[Mapping[str, str]]
    staff: Sequence[Worker]
    stories: Sequence[Story]
    last_month: Window

    @property
    def pictures(self) -> tuple[str, ...]:
        """The names of all pictures, each once."""
        return tuple(dict.fromkeys(name for story in self.stories for name in story.pictures))


def read_sample(now: datetime) -> Sample:
    """Return the sample commune as of `now`."""
    kept = tomllib.loads((files(__package__) / "sample.toml").read_text(encoding="utf-8"))
    last_month = month_window(month_of(now).previous)
    moments = _Moments(now, last_month)
    return Sample(
        kept["office"],
        kept["units"],
        [Worker(one["name"], tuple(Role(role) for role in one["roles"])) for one in kept["staff"]],
        [_story(told, moments) for told in kept["deeds"]],
        last_month,
    )


@dataclass(frozen=True)
class _Moments:
    """Reads the instants of the file; none of them lies ahead."""

    now: datetime
    last_month: Window

    def told(self, text: str) -> datetime:
        if text.endswith("h"):
            return self.now + timedelta(hours=int(text[:-1]))
        day, at = text.split()
        if day.startswith("-"):
            return self._at(local_day(self.now) + timedelta(days=int(day)), at)
        month: Month = self.last_month.month
        return self._at(date(month.year, month.number, int(day)), at)

    def decided(self, text: str) -> datetime:
        """Counted from today, a decision still belongs to this month, also on the month's first days."""
        return max(self.told(text), self.last_month.ends) if text.startswith("-") else self.told(text)

    @staticmethod
    def _at(day: date, at: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(at), VIET_NAM).astimezone(UTC)


def _story(told: Mapping[str, Any], moments: _Moments) -> Story:
    told_at, who = moments.told(told["told"]), told["who"]
    happened_on = local_day(told_at) - timedelta(days=told["days_before"])
    return Story(
        told_at=told_at,
        teller=told["teller"],
        words=told["story"],
        kind=DeedKind(who.get("kind", DeedKind.INDIVIDUAL)),
        title=who["title"],
        name=who["name"],
        honoree_words=who["words"],
        place=told["where"],
        happened_on=happened_on,
        about_child=told.get("child", False),
        pictures=tuple(told.get("photos", ())),
        allows={Thing(thing): allowed for thing, allowed in told.get("allows", {}).items()},
        checked=_checked(told["checked"], happened_on, moments) if "checked" in told else None,
        steps=tuple(
            Step(
                moments.decided(step["at"]),
                step["by"],
                Act(step["act"]),
                step.get("reason_key"),
                step.get("confirmed_by"),
            )
            for step in told.get("steps", ())
        ),
    )


def _checked(found: Mapping[str, Any], happened_on: date, moments: _Moments) -> Checked:
    facts = {name: _dated(value, happened_on) for name, value in found["facts"].items()}
    praised = found.get("praised")
    return Checked(
        moments.decided(found["at"]),
        found["by"],
        facts,
        Answer(frozenset(map(Thing, praised["allowed"])), praised["how"], praised.get("witness")) if praised else None,
    )


def _dated(value: object, day: date) -> object:
    """Return a fact with its days written out: {day} in full, {day+2} as the paper writes a confirmation's day."""
    if not isinstance(value, str):
        return value

    def write(found: re.Match[str]) -> str:
        if found[1] is None:
            return f"{day:%d/%m/%Y}"
        return f"{day + timedelta(days=int(found[1])):%d/%m}"

    return _DAY.sub(write, value)
