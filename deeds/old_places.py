"""Provinces, districts and communes as they were until 30 June 2025, and which communes took them over."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from deeds.unit_names import Index, UnitWords, by_key, exact, rows_of, squeezed
from deeds.vietnamese import fold

_LEVELS = ("district", "province")


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A unit of before; `successors` are codes of communes, of an old province the code of a province."""

    code: str
    name: str
    type: str
    above: str  # district code of a commune, old province code of a district
    successors: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Return type and name, as in a sentence."""
        return f"{self.type} {self.name}"


class OldUnits:
    """The old tables, each read when it is first asked for."""

    def __init__(self, words: UnitWords, short_names: dict[str, str]) -> None:
        self._words = words
        self._short_names = short_names

    def provinces(self, name: str) -> list[OldUnit]:
        """Return the old provinces of a bare name."""
        return _of_name(name, *self._old_provinces)

    def named(self, parts: list[str]) -> list[OldUnit]:
        """Return the old units meant by "commune, district, province" parts; the parts after the first only narrow."""
        if not parts:
            return []
        level = self._words.level(parts[0])
        found: list[OldUnit] = []
        if level != "district":
            name, kind = self._words.bare(parts[0], "commune")
            found = _of_name(name, *self._old_communes)
            found = [one for one in found if one.type == kind] or found
        if not found and level != "commune":
            found = _of_name(self._words.bare(parts[0], "district")[0], *self._old_districts)
        for part in parts[1:]:
            found = self._within(found, part)
        return found

    def _within(self, olds: list[OldUnit], part: str) -> list[OldUnit]:
        """Keep the old units that lay in the district or province named by a part."""
        wanted = self._words.level(part)
        # A city was a district or is a province; the word alone does not tell, so the other is tried next.
        for level in sorted(_LEVELS, key=lambda level: level != wanted):
            kept = [old for old in olds if self._lay_in(old, part, level)]
            if kept:
                return kept
        return []

    def _lay_in(self, old: OldUnit, part: str, level: str) -> bool:
        above = self._old_districts[1].get(old.above)
        name = fold(self._words.bare(part, level)[0])
        if level == "district":
            return above is not None and fold(above.name) == name
        province = self._old_provinces[1][above.above if above is not None else old.above]
        now = self._short_names.get(squeezed(part)) or self._now.get(name)
        return fold(province.name) == name or now in province.successors

    @cached_property
    def _now(self) -> dict[str, str]:
        """Return folded names of provinces of today -> code."""
        return {fold(name): code for code, name, *_ in rows_of("provinces.csv")}

    @cached_property
    def _old_provinces(self) -> tuple[Index, dict[str, OldUnit]]:
        units = {code: OldUnit(code, name, kind, "", (now,)) for code, name, kind, now in rows_of("old_provinces.csv")}
        return by_key((one.name, one.code) for one in units.values()), units

    @cached_property
    def _old_communes(self) -> tuple[Index, dict[str, OldUnit]]:
        units = {
            code: OldUnit(code, name, kind, district, tuple(into.split()))
            for code, name, kind, district, into in rows_of("old_communes.csv")
        }
        return by_key((one.name, one.code) for one in units.values()), units

    @cached_property
    def _old_districts(self) -> tuple[Index, dict[str, OldUnit]]:
        into: dict[str, list[str]] = defaultdict(list)
        for commune in self._old_communes[1].values():
            into[commune.above] += commune.successors
        units = {
            code: OldUnit(code, name, kind, province, tuple(dict.fromkeys(into[code])))
            for code, name, kind, province in rows_of("old_districts.csv")
        }
        return by_key((one.name, one.code) for one in units.values()), units


def _of_name(name: str, index: Index, units: dict[str, OldUnit]) -> list[OldUnit]:
    return [units[code] for code in exact(name, index, lambda code: units[code].name)]
