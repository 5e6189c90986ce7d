"""The office this instance belongs to: who issues, who is called, who receives. One table says what may be set.

What may be set is checked by `read_setting`, whoever sets it. What stands in the database all the same and cannot be
meant - an older program took it, a list has changed - is passed over for the default: it never stops a story.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import structlog

from deeds.errors import NotPossible
from deeds.places import areas
from deeds.vietnamese import nfc
from storage.database import Tx
from storage.settings import all_settings
from texts import has, say

log = structlog.get_logger()

LONGEST = 1_000


@dataclass(frozen=True)
class Words:
    """A setting in words, on one line; what a paper `needs` and nobody has set is said to be missing."""

    needed: bool = False

    def read(self, label: str, value: str) -> str:
        """Return a value as it is kept. Raises `NotPossible` for one that cannot be meant."""
        return value

    def meaning(self, value: str) -> str:
        """Return in words what a value stands for, where it does not say so itself."""
        return ""


@dataclass(frozen=True)
class Lines(Words):
    """A setting of several lines, kept with | between them."""


@dataclass(frozen=True)
class OneOf(Words):
    """One of a few values, each with its words under `office.choice.*`; `also` are other spellings of them."""

    choices: Mapping[str, str] = field(default_factory=dict)  # value -> text key
    also: Mapping[str, str] = field(default_factory=dict)

    def read(self, label: str, value: str) -> str:
        """Return the value meant."""
        meant = self.also.get(value.casefold(), value.casefold())
        if meant not in self.choices:
            choices = "; ".join(f"{one} ({say(key)})" for one, key in self.choices.items())
            raise NotPossible("office.error.not_a_choice", f"{label} cannot be set so", label=label, choices=choices)
        return meant

    def meaning(self, value: str) -> str:
        """Return the words of a choice."""
        return say(self.choices[value])


@dataclass(frozen=True)
class Number(Words):
    """A whole number between two others."""

    least: int = 1
    most: int = 30

    def read(self, label: str, value: str) -> str:
        """Return the number in plain digits."""
        if not re.fullmatch(r"[0-9]{1,6}", value) or not self.least <= int(value) <= self.most:
            raise NotPossible(
                "office.error.not_a_number", f"{label} is no such number", label=label, least=self.least, most=self.most
            )
        return str(int(value))


@dataclass(frozen=True)
class CommuneCode(Words):
    """The code of a commune there is today."""

    def read(self, label: str, value: str) -> str:
        """Return the code, of a commune the list knows."""
        try:
            return areas().commune(value).code
        except KeyError:
            raise NotPossible("office.error.not_a_commune", "not a commune of today", code=value[:20]) from None

    def meaning(self, value: str) -> str:
        """Return the commune's name, with its province."""
        commune = areas().commune(value)
        province = areas().province(commune.province_code)
        return f"{commune.type} {commune.name}, {province.type} {province.name}"


@dataclass(frozen=True)
class Address(Words):
    """An address browsers open."""

    def read(self, label: str, value: str) -> str:
        """Return the address."""
        if not re.fullmatch(r"https?://[^\s/]+\S*", value):
            raise NotPossible("office.error.not_an_address", f"{label} is no address", label=label)
        return value


# Labels are `office.label.NAME`, defaults `office.default.NAME`.
OFFICE_SETTINGS: Mapping[str, Words] = {
    "office": Words(needed=True),  # how people call it, e.g. the commune's name
    "commune_code": CommuneCode(),  # its own commune, the default place of a deed; an office above communes has none
    "issuer": Words(needed=True),  # full name as papers say it
    "issuer_heading": Lines(needed=True),
    "superior_heading": Lines(),
    "symbol": Words(needed=True),
    "place_name": Words(needed=True),
    "addressee": Lines(needed=True),
    "standing_office": Words(needed=True),
    "signing_authority": Lines(needed=True),
    "signer_title": Words(needed=True),
    "signer_name": Words(needed=True),
    "recipients": Lines(needed=True),
    "archive": Words(needed=True),
    "basis": Words(),  # the letter that ordered the monthly introduction
    "phone": Words(needed=True),
    "address": Words(),
    "reception_days": Words(),
    "province_reception": Words(),
    "police_phone": Words(),
    "clinic_phone": Words(),
    "hamlet_words": Words(),
    "first_day": OneOf(choices={"1": "office.choice.first_day.1", "15": "office.choice.first_day.15"}),
    "reply_working_days": Number(least=1, most=30),
    "digest_files_to_standing_office": OneOf(
        choices={"no": "office.choice.files.no", "yes": "office.choice.files.yes"},
        also={"true": "yes", "1": "yes", "on": "yes", "false": "no", "0": "no", "off": "no"},
    ),
    "public_url": Address(),
    "paper_names": OneOf(  # who is named in the paper to the standing office: who was not asked yet, too?
        choices={"verified": "office.choice.paper_names.verified", "consented": "office.choice.paper_names.consented"}
    ),
}

FIRST_DAY = "first_day"  # changed by `digests.months.change_first_day` only
TELEGRAM_BOT = "telegram_bot"  # not the office's to set: noted whenever Telegram is served


def read_setting(name: str, typed: str) -> str:
    """Return a setting as it is kept. Raises `NotPossible`, with a sentence that says what it may be."""
    kind = OFFICE_SETTINGS[name]
    lines = [line.strip() for line in nfc(typed).replace("|", "\n").splitlines() if line.strip()]
    value = "|".join(lines) if isinstance(kind, Lines) else " ".join(lines)
    label = say(f"office.label.{name}")
    if len(value) > LONGEST:
        raise NotPossible("office.error.too_long", f"{name} is too long", label=label, most=LONGEST)
    # An emptied setting falls back to its default; without one it is missing again.
    return kind.read(label, value) if value else _default(name)


def meaning(name: str, value: str) -> str:
    """Return in words what a kept setting stands for; nothing where it says so itself."""
    sound = _sound(name, value) if value else None
    return OFFICE_SETTINGS[name].meaning(sound) if sound is not None else ""


@dataclass(frozen=True)
class Office:
    """The settings with their defaults; reading one that is not set, or set to nonsense, gives its default."""

    made: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a setting, or its default, or nothing."""
        if name not in OFFICE_SETTINGS:
            raise KeyError(name)
        made = self.made.get(name)
        sound = _sound(name, made) if made else None
        return _default(name) if sound is None else sound

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a setting of several lines."""
        return tuple(line.strip() for line in self[name].split("|") if line.strip())

    @property
    def missing(self) -> tuple[str, ...]:
        """The names a paper needs and nobody has set."""
        return tuple(name for name, kind in OFFICE_SETTINGS.items() if kind.needed and not self.made.get(name))

    @property
    def first_day(self) -> int:
        """The day of the month on which a period begins: 1 or 15."""
        return int(self[FIRST_DAY])

    @property
    def reply_working_days(self) -> int:
        """In how many working days a teller hears from us."""
        return int(self["reply_working_days"])

    @property
    def telegram_bot(self) -> str:
        """The name under which our bot is found on Telegram; nothing where there is none."""
        return self.made.get(TELEGRAM_BOT, "")

    @property
    def privacy_url(self) -> str:
        """Where people read who keeps what, and for what."""
        return f"{self['public_url'].rstrip('/')}/privacy"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The pages our sentences name to everybody; whoever names them, they do nothing but show themselves."""
        return (self.privacy_url, self["public_url"]) if self["public_url"] else ()


def office(tx: Tx) -> Office:
    """Return the office as it is set now."""
    return Office(all_settings(tx))


def _default(name: str) -> str:
    return say(f"office.default.{name}") if has(f"office.default.{name}") else ""


@lru_cache(maxsize=256)
def _sound(name: str, made: str) -> str | None:
    """Return what a stored setting means; None, with one line in the log, when it cannot be meant."""
    try:
        return OFFICE_SETTINGS[name].read(name, made.strip())
    except NotPossible:
        log.warning("a setting of the office is passed over: it cannot be meant", setting=name)
        return None
