"""What a month was when it closed: the only thing a document is ever built from.

Nothing here looks anything up. A closed month is stored as the JSON of its snapshot, so that the paper built from it
years later is the paper that was built on the day.
"""

import hashlib
import json
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

FORMAT = 1  # raise it when a field changes its meaning; adding one with a default does not need it

Count = tuple[str, int]


class NotASnapshot(ValueError):
    """The JSON is no snapshot this version can read."""


@dataclass(frozen=True)
class OfficeFacts:
    """Who issues the paper, in the words of its own settings; an empty string is something not set yet."""

    issuer_lines: tuple[str, ...] = ()
    superior_lines: tuple[str, ...] = ()
    symbol: str = ""
    place_name: str = ""
    issuer_name: str = ""
    issuer_short: str = ""
    addressees: tuple[str, ...] = ()  # a line break inside one starts a second line under it
    basis: str = ""  # the directing letter: symbol, day, whose, about what
    authority_lines: tuple[str, ...] = ()
    signer_title: str = ""
    signer_name: str = ""
    recipients: tuple[str, ...] = ()  # without dash and semicolon, without the archive line
    archive_line: str = ""
    standing_office: str = ""
    commune_name: str = ""


@dataclass(frozen=True)
class Consented:
    """What the person praised said yes to, thing by thing; silence is no."""

    deed: bool = False
    name: bool = False
    photo: bool = False
    loudspeaker: bool = False
    press: bool = False


@dataclass(frozen=True)
class PhotoFacts:
    """One picture: its SHA-256, where it is kept (relative), what it shows."""

    sha256: str
    path: str = ""
    caption: str = ""


@dataclass(frozen=True)
class DeedFacts:
    """One deed as the annexes tell it."""

    code: str
    section: str
    kind: str
    honoree: str
    field: str
    birth_year: int | None = None
    occupation: str = ""
    residence: str = ""
    movement: str = ""
    summary: str = ""
    story: tuple[str, ...] = ()
    when_text: str = ""
    place_text: str = ""
    confirmations: tuple[str, ...] = ()
    awards_already: tuple[str, ...] = ()
    awards_proposed: tuple[str, ...] = ()
    consented: Consented = Consented()
    photos: tuple[PhotoFacts, ...] = ()
    late: bool = False
    target_groups: tuple[str, ...] = ()
    asked: bool = False  # did the person praised say anything?
    named: bool | None = None  # may the name be printed? None: closed when only a yes named somebody

    @property
    def prints_name(self) -> bool:
        """Tell whether this paper names the person: the office's own list also names who was not asked yet."""
        return self.consented.name if self.named is None else self.named


@dataclass(frozen=True)
class Figures:
    """The counts of the period. `women`, `broadcast` and `hard_areas` are None where nobody counted them."""

    received_submissions: int = 0
    received_deeds: int = 0
    from_citizens: int = 0
    from_units: int = 0
    verified: int = 0  # somebody vouches for the person and somebody for the deed
    confirming: int = 0  # approved, and one of the two is still missing
    in_review: int = 0
    not_enough_grounds: int = 0
    by_section: tuple[Count, ...] = ()
    by_field: tuple[Count, ...] = ()
    by_kind: tuple[Count, ...] = ()
    by_target_group: tuple[Count, ...] = ()
    women: int | None = None
    left_out: int = 0  # the person praised said no to being listed; only counted
    awarded_left_out: int = 0  # of those, how many have an award all the same
    published: int = 0
    broadcast: int | None = None
    hard_areas: int | None = None


@dataclass(frozen=True)
class MonthSnapshot:
    """Everything frozen when a month closes; `draft` while it is still open."""

    period: str
    window_start: date
    window_end: date
    office: OfficeFacts
    deeds: tuple[DeedFacts, ...] = ()
    figures: Figures = Figures()
    adjustments: tuple[str, ...] = ()
    draft: bool = False
    window_changed: date | None = None  # the day the office changed its windows, where this one is not as long as usual


@dataclass(frozen=True)
class Issued:
    """Number and day the clerk gave a paper, once they are on record; they are no part of what was frozen."""

    number: str  # with the symbol: 05/UBND-VHXH
    day: date


def to_json(snapshot: MonthSnapshot) -> str:
    """Return the canonical JSON: sorted keys, no spaces, NFC, so that equal snapshots give equal bytes."""
    return _canonical({"format": FORMAT, "snapshot": asdict(snapshot)})


def from_json(text: str) -> MonthSnapshot:
    """Return the snapshot written by `to_json`. Raises `NotASnapshot`."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise NotASnapshot(f"format {told['format']} is not {FORMAT}")
        return _read(MonthSnapshot, told["snapshot"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotASnapshot(str(error)) from error


def content_hash(snapshot: MonthSnapshot) -> str:
    """Return the SHA-256 of the canonical JSON, in hex."""
    return _hash(to_json(snapshot))


def kept_hash(kept: Mapping[str, Any]) -> str:
    """Return the same of a stored snapshot, over the fields it was stored with: one added since changes no old hash."""
    return _hash(_canonical(kept))


def _canonical(told: Mapping[str, Any]) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return unicodedata.normalize("NFC", text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a snapshot cannot hold {type(value).__name__}")


_T = TypeVar("_T")


def _read(kind: type[_T], told: dict[str, Any]) -> _T:
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = told.keys() - known
    if unknown:
        raise NotASnapshot(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: _value(hints[name], value) for name, value in told.items()})


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        if value is None:
            return None
        return _value(next(one for one in get_args(hint) if one is not type(None)), value)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise NotASnapshot(f"a list is needed, not {type(value).__name__}")
        inside = get_args(hint)
        if len(inside) == 2 and inside[1] is Ellipsis:
            return tuple(_value(inside[0], one) for one in value)
        return tuple(_value(part, one) for part, one in zip(inside, value, strict=True))
    if is_dataclass(hint) and isinstance(hint, type):
        return _read(hint, value)
    if hint is date:
        return date.fromisoformat(value)
    if type(value) is not hint:
        raise NotASnapshot(f"{hint.__name__} is needed, not {type(value).__name__}")
    return value
