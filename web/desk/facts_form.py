"""The form of facts for the paper: what it shows, and how what was typed is read."""

from collections.abc import Mapping, Sequence
from datetime import date

from starlette.datastructures import FormData

from deeds.errors import NotPossible
from deeds.kinds import DeedKind, Field, Section, TargetGroup
from deeds.vietnamese import nfc
from storage.deeds import DeedRow, HonoreeRow
from texts import say

GENDERS = ("male", "female")
LISTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "kind": [(kind.value, f"deed_kind.{kind}") for kind in DeedKind],
    "section": [(section.value, f"section.{section}") for section in Section],
    "field": [(field.value, f"field.{field}") for field in Field],
    "gender": [(gender, f"desk.gender.{gender}") for gender in GENDERS],
    "target_groups": [(group.value, f"target_group.{group}") for group in TargetGroup],
}
"""Of every list: the codes with the keys of their names."""

_WORDS = (
    "movement", "summary", "when_text", "place_text", "confirmed_person", "confirmed_deed", "awards", "proposed_award",
    "title", "name", "occupation", "residence",
)  # fmt: skip
_NEVER_NONE = frozenset({"summary", "when_text", "place_text", "title", "name", "residence"})
_LONGEST = {"summary": 3_000}
_LONGEST_LINE = 300
_FIRST_BIRTH_YEAR = 1900


def fields(deed: DeedRow, honoree: HonoreeRow, typed: Mapping[str, str] | None) -> dict[str, str]:
    """Return what stands in the form: the facts as they are, or what was typed the last time."""
    now = {
        name: str(getattr(deed, name, None) or getattr(honoree, name, None) or "")
        for name in (*_WORDS, "kind", "section", "field", "happened_on", "birth_year", "gender")
    }
    now["target_groups"] = " ".join(deed.target_groups)
    now["urgent"] = "1" if deed.urgent else ""
    now["about_child"] = "1" if deed.about_child else ""
    if typed is not None:
        now = {name: typed.get(name, "") for name in now}
    return now


def say_fact(name: str, value: object) -> str:
    """Return a fact of the history as people read it, not as it is stored."""
    if isinstance(value, bool):
        return say("desk.yes" if value else "desk.no")
    if isinstance(value, list):
        return ", ".join(say_fact(name, part) for part in value) or "-"
    key = dict(LISTS.get(name, ())).get(str(value))
    return say(key) if key else str(value or "-")


def changes(form: FormData, this_year: int) -> dict[str, object]:
    """Return the facts as typed. Raises `NotPossible` with the field that cannot be read."""
    read: dict[str, object] = {}
    for name in _WORDS:
        words = " ".join(nfc(str(form.get(name, ""))).split(" ")).strip()
        longest = _LONGEST.get(name, _LONGEST_LINE)
        if len(words) > longest:
            raise NotPossible("desk.error.words_too_long", f"{name} is too long", most=longest)
        read[name] = words if words or name in _NEVER_NONE else None
    for name in ("kind", "section", "field", "gender"):
        read[name] = _one_of(name, str(form.get(name, "")))
    groups = [str(group) for group in form.getlist("target_groups")]
    read["target_groups"] = [code for code, _ in LISTS["target_groups"] if code in groups]
    read["urgent"] = form.get("urgent") == "1"
    read["about_child"] = form.get("about_child") == "1"
    read["happened_on"] = _day(str(form.get("happened_on", "")))
    read["birth_year"] = _year(str(form.get("birth_year", "")).strip(), this_year)
    return read


def _one_of(name: str, chosen: str) -> str | None:
    if chosen in dict(LISTS[name]):
        return chosen
    if not chosen and name in ("field", "gender"):
        return None
    raise NotPossible("desk.error.not_in_list", f"{name} has no {chosen[:40]!r}")


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise NotPossible("desk.error.not_a_day", "not a day") from None


def _year(typed: str, this_year: int) -> int | None:
    if not typed:
        return None
    if not typed.isdecimal() or not _FIRST_BIRTH_YEAR <= int(typed[:5]) <= this_year:
        raise NotPossible("desk.error.not_a_year", "not a birth year", first=_FIRST_BIRTH_YEAR, last=this_year)
    return int(typed)
