"""Provinces and communes of Viet Nam since 1 July 2025, found by what people type, old names too.

The tables in `data/` are made by `scripts/make_places.py`. Codes are the official ones and stay while names and
types change, so everything we keep about a place is a code.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from deeds.old_places import OldUnits
from deeds.unit_names import How, Index, UnitWords, by_key, exact, key_of, loosely_by, rows_of, squeezed
from deeds.vietnamese import fold, lower

__all__ = ["Areas", "Commune", "How", "Match", "Province", "Renamed", "Split", "areas"]


@dataclass(frozen=True, slots=True)
class Province:
    """A province-level unit as it is called from `valid_from` on."""

    code: str
    name: str
    type: str
    valid_from: date

    @property
    def full_name(self) -> str:
        """Return type and name, as in a sentence."""
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune-level unit: xã, phường or đặc khu."""

    code: str
    name: str
    type: str
    province_code: str
    valid_from: date

    @property
    def full_name(self) -> str:
        """Return type and name, as in a sentence."""
        return f"{self.type} {self.name}"


Found = TypeVar("Found", Province, Commune)


@dataclass(frozen=True, slots=True)
class Match(Generic[Found]):
    """One unit that a typed name may mean."""

    area: Found
    how: How


@dataclass(frozen=True, slots=True)
class Renamed:
    """An old unit that went whole into one commune."""

    old: str
    new: Commune


@dataclass(frozen=True, slots=True)
class Split:
    """An old name that leads to several communes: ask, never guess."""

    old: str
    into: tuple[Commune, ...]


class Areas:
    """The whole table in memory, handed around as a value; nothing in it changes after it was read."""

    def __init__(self) -> None:
        dates: dict[str, date] = {}

        def day(iso: str) -> date:
            return dates.setdefault(iso, date.fromisoformat(iso))

        self._history: dict[str, list[Province]] = defaultdict(list)
        for code, name, kind, since, *_ in rows_of("provinces.csv"):
            self._history[code].append(Province(code, name, kind, day(since)))
        for rows in self._history.values():
            rows.sort(key=lambda row: row.valid_from)
        self.provinces: tuple[Province, ...] = tuple(rows[-1] for rows in self._history.values())
        self._communes = {
            code: Commune(code, name, kind, province, day(since))
            for code, name, kind, province, since, *_ in rows_of("communes.csv")
        }
        self._words = UnitWords()
        self._short_names = {squeezed(short): code for short, code in rows_of("province_short_names.csv")}
        self._old = OldUnits(self._words, self._short_names)
        self._indexes: dict[str, Index] = {}
        self._commune_index = by_key((one.name, one.code) for one in self._communes.values())
        self._province_index = by_key((one.name, one.code) for one in self.provinces)

    @property
    def communes(self) -> Iterable[Commune]:
        """Return every commune of the country."""
        return self._communes.values()

    def unit_words(self, level: str) -> list[str]:
        """Return the words that introduce a unit of a level ("province", "commune", "district"), short forms too."""
        return self._words.of(level)

    def province(self, code: str, on: date | None = None) -> Province:
        """Return the province as it is called on a day (now, when none is given). KeyError for an unknown code."""
        rows = self._history.get(code)
        if rows is None:
            raise KeyError(code)
        if on is None:
            return rows[-1]
        return next((row for row in reversed(rows) if row.valid_from <= on), rows[0])

    def commune(self, code: str) -> Commune:
        """Return the commune. KeyError for an unknown code."""
        return self._communes[code]

    def communes_of(self, province_code: str) -> list[Commune]:
        """Return a province's communes by name."""
        return sorted((one for one in self._communes.values() if one.province_code == province_code), key=_by_name)

    def find_provinces(self, text: str, *, loosely: bool = True) -> list[Match[Province]]:
        """Return the provinces a name may mean: the best kind of match only; old provinces lead to the new."""
        name, _ = self._words.bare(text, "province")
        short = self._short_names.get(squeezed(text))
        if short:
            return [Match(self.province(short), How.EXACT)]
        whole = exact(name, self._province_index, lambda code: self.province(code).name)
        if whole:
            return [Match(self.province(code), How.EXACT) for code in whole]
        old = self._old.provinces(name)
        if old:
            return [Match(self.province(code), How.OLD) for one in old for code in one.successors]
        found = loosely_by(key_of(name), self._province_index) if loosely else []
        return [Match(self.province(code), how) for code, how in found]

    def find_communes(
        self, text: str, province_code: str | None = None, *, loosely: bool = True
    ) -> list[Match[Commune]]:
        """Return the communes a name may mean: the best kind of match only, in the order of province and name.

        With `loosely=False` only names that are typed whole and right, which costs next to nothing.
        """
        name, kind = self._words.bare(text, "commune")
        index = self._commune_index if province_code is None else self._index_of(province_code)
        found = [(code, How.EXACT) for code in exact(name, index, lambda code: self._communes[code].name)]
        # "xa" is a word for a commune, and xã Xa Dung begins with it; "xã dùng" does not.
        if not found and name != text:
            whole = exact(text, index, lambda code: self._communes[code].name)
            found = [(code, How.EXACT) for code in whole if lower(self._communes[code].name) == lower(text)]
        if not found and loosely:
            found = loosely_by(key_of(name), index)
        matches = [Match(self._communes[code], how) for code, how in found]
        of_kind = [one for one in matches if one.area.type == kind]
        return sorted(of_kind or matches, key=lambda one: (one.area.province_code, *_by_name(one.area)))

    def renamed(self, text: str, province_code: str | None = None) -> Renamed | Split | None:
        """Return what an old name became; the text may go on with the old district and province.

        An old name that several places had, and an old district, lead to all their successors (a `Split`).
        `province_code` is a province of today.
        """
        whole, cut = self._words.parts(text, cut=False), self._words.parts(text, cut=True)
        for parts in (whole,) if cut == whole else (whole, cut):
            found = self._old.named(parts)
            if province_code is not None:
                found = [one for one in found if any(self._lies_in(code, province_code) for code in one.successors)]
            codes = list(dict.fromkeys(code for old in found for code in old.successors))
            if not codes:
                continue
            new = tuple(self._communes[code] for code in codes)
            old_name = found[0].full_name
            if len(new) == 1:
                return Renamed(old_name, new[0])
            return Split(old_name, tuple(sorted(new, key=lambda one: (one.province_code, *_by_name(one)))))
        return None

    def _lies_in(self, commune_code: str, province_code: str) -> bool:
        return self._communes[commune_code].province_code == province_code

    def _index_of(self, province_code: str) -> Index:
        return self._indexes.setdefault(
            province_code, by_key((one.name, one.code) for one in self.communes_of(province_code))
        )


def _by_name(one: Commune) -> tuple[str, str]:
    return fold(one.name), one.code


@lru_cache(maxsize=1)
def areas() -> Areas:
    """Return the table, read once for the process."""
    return Areas()
