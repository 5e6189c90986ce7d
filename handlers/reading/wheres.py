"""The place somebody means: hamlet, commune, province, old names too; without a commune named it is at home."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from deeds.places import Areas, Commune, Match, Province, Renamed, Split
from deeds.vietnamese import fold, has_marks, lower, nfc
from handlers.reading.hamlets import Hamlet, Told, find_hamlet, hamlet_words, home_words
from handlers.reading.words import (
    opening,
    spoken,
    tokens_after,
    typed_without_capitals,
    word_list,
)

_MOST_NAME_WORDS = 5
_MOST_TO_ASK = 5
_MOST_LOOKED_UP = 40  # names of one kind in a text; looking one up costs as much as reading a page
_LONGEST_NAME_CHARS = 120  # of a name with polite words around it
_PIECE = re.compile(r"[^,;\n]++")
_GAP = re.compile(r"\s*+[,(;:-]?\s*+")


@dataclass(frozen=True, slots=True)
class PlaceRead:
    """A place as somebody said it.

    `ask` is what has to be asked before the commune is sure: an old name that became another one, one that was split,
    or the communes of that name. `certain`: nothing has to be asked. `by_name`: it was named, where "xã mình" tells
    nothing new. The span counts in `nfc(text)`.
    """

    hamlet: str | None
    commune_code: str | None
    province_code: str | None
    ask: Renamed | Split | tuple[Commune, ...] | None
    text: str
    span: tuple[int, int]
    certain: bool
    by_name: bool = True


@dataclass(frozen=True, slots=True)
class _Named:
    commune: Commune | None
    ask: Renamed | Split | tuple[Commune, ...] | None
    province_code: str | None
    start: int
    end: int
    only: bool = True  # the text names no other commune


def find_place(text: str, areas: Areas, home_commune_code: str | None) -> PlaceRead | None:
    """Return the first place a text names, or None; `home_commune_code` is the commune the office belongs to."""
    text = opening(nfc(text))
    home = areas.commune(home_commune_code) if home_commune_code else None
    told = Told(text, lower(text), typed_without_capitals(text), areas, home)
    hamlet = find_hamlet(told)
    named = _commune(told) or _listed(told)
    if named is None:
        own = _own_commune(told)
        if hamlet is None and own is None:
            return _only_province(told)
        start, end = _around(hamlet, own)
        sure = hamlet.certain if hamlet else True
        return PlaceRead(
            hamlet.name if hamlet else None,
            home.code if home else None,
            home.province_code if home else None,
            None,
            text[start:end],
            (start, end),
            sure and home is not None,
            by_name=hamlet is not None,
        )
    near = hamlet if hamlet and -1 <= named.start - hamlet.end <= 6 else None
    start, end = _around(near, (named.start, named.end))
    return PlaceRead(
        hamlet.name if hamlet else None,
        named.commune.code if named.commune else None,
        named.commune.province_code if named.commune else named.province_code,
        named.ask,
        text[start:end],
        (start, end),
        named.ask is None and named.only and (hamlet is None or hamlet.certain),
    )


def _around(hamlet: Hamlet | None, other: tuple[int, int] | None) -> tuple[int, int]:
    spans = [(one.start, one.end) for one in (hamlet,) if one] + [one for one in (other,) if one]
    if len(spans) == 2 and abs(spans[1][0] - spans[0][1]) > 6:
        spans = spans[:1]
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _own_commune(told: Told) -> tuple[int, int] | None:
    """Return where "xã mình", "phường ta" stands."""
    for word in _unit_word(told.areas, "commune").finditer(told.small):
        own = home_words().match(told.small, word.end())
        if own:
            return word.start(), own.end()
    return None


@lru_cache(maxsize=4)
def _unit_word(areas: Areas, level: str) -> re.Pattern[str]:
    """Return the words of a level; one letter ("x.", "p.") only with its dot."""
    ways = [spoken(word) + (r"\s?\." if len(word) == 1 else r"\.?") for word in areas.unit_words(level)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(ways, key=len, reverse=True))})\s*+(?=\w)")


def _commune(told: Told) -> _Named | None:
    """Return the first commune named after a word such as "xã"; unsure when the text names another one too."""
    first: _Named | None = None
    looked_up = 0
    for word in _unit_word(told.areas, "commune").finditer(told.small):
        if word.group()[-1] != "." and not word.group()[-1].isspace():
            continue
        words = tokens_after(told.text, word.end(), _MOST_NAME_WORDS, dashes=True)
        looked_up += told.may_name(words[:1])
        if looked_up > _MOST_LOOKED_UP:
            break
        for count in range(len(words), 0, -1):
            if not told.may_name(words[:count]):
                continue
            named = _named(told, word.start(), words[count - 1].end)
            if named and first and named.commune != first.commune:
                return replace(first, only=False)
            if named:
                first = first or named
                break
    return first


def _named(told: Told, start: int, end: int) -> _Named | None:
    """Return the commune called by the words of a span, with the district and province said after it."""
    said, areas, home = told.text[start:end], told.areas, told.home
    exact = areas.find_communes(said, loosely=False)
    old = areas.renamed(said)
    if not exact and old is None:
        return None
    whole, district, province = _said_after(told, end)
    code = province.code if province else None
    if district or not exact:
        old_name = f"{said}, {district}" if district else said
        old = areas.renamed(old_name, code) or (None if exact else areas.renamed(said, code))
    if code is None and district is None and home is not None:
        near = _at_home(said, exact, areas, home)
        if near is not None:
            if isinstance(near, Commune):
                return _Named(near, None, home.province_code, start, whole)
            return _Named(_new_of(near), near, home.province_code, start, whole)
    if exact and district is None:
        return _chosen(exact, code, start, whole, old=old)
    if old is not None:
        if isinstance(old, Renamed) and fold(old.old) == fold(old.new.full_name):
            return _Named(old.new, None, old.new.province_code, start, whole)
        return _Named(_new_of(old), old, code, start, whole)
    return _chosen(exact, code, start, whole, old=None)


def _at_home(said: str, exact: list[Match[Commune]], areas: Areas, home: Commune) -> Commune | Renamed | Split | None:
    """Return what a name without a province means in the home province, when it means one thing there."""
    here = [one.area for one in exact if one.area.province_code == home.province_code]
    if len(here) == 1:
        return here[0]
    return areas.renamed(said, home.province_code) if not here else None


def _new_of(old: Renamed | Split) -> Commune | None:
    return old.new if isinstance(old, Renamed) else None


def _chosen(
    exact: list[Match[Commune]], province_code: str | None, start: int, end: int, *, old: Renamed | Split | None
) -> _Named | None:
    """Return the one commune of that name, or all to ask about; in another province an old name may be meant."""
    there = [one.area for one in exact if province_code in (None, one.area.province_code)]
    if len(there) == 1:
        return _Named(there[0], None, there[0].province_code, start, end)
    if there:
        return _Named(None, tuple(there[:_MOST_TO_ASK]), province_code, start, end)
    return _Named(_new_of(old), old, province_code, start, end) if old is not None else None


def _said_after(told: Told, end: int) -> tuple[int, str | None, Province | None]:
    """Return how far the address goes on, the old district and the province it names."""
    text, areas = told.text, told.areas
    district: str | None = None
    at = _GAP.match(text, end)
    start = at.end() if at else end
    word = _unit_word(areas, "district").match(told.small, start)
    if word:
        words = tokens_after(text, word.end(), 4)
        for count in range(len(words), 0, -1):
            said = text[start : words[count - 1].end]
            if areas.renamed(said) is not None:
                district, end = said, words[count - 1].end
                break
    province_end, province = _province_at(told, end)
    if province is None and district is None and not word:
        # "xã Mường So, Phong Thổ, Lai Châu": the district without its word
        gap = _GAP.match(text, end)
        words = tokens_after(text, gap.end(), 4) if gap and "," in gap.group() else []
        for count in range(len(words), 0, -1):
            later, found = _province_at(told, words[count - 1].end)
            if found is not None and told.may_name(words[:count]):
                return later, text[words[0].start : words[count - 1].end], found
    return (province_end if province else end), district, province


def _province_at(told: Told, end: int) -> tuple[int, Province | None]:
    gap = _GAP.match(told.text, end)
    start = gap.end() if gap else end
    word = _unit_word(told.areas, "province").match(told.small, start)
    words = tokens_after(told.text, word.end() if word else start, 4)
    for count in range(len(words), 0, -1):
        if not (word or told.may_name(words[:count])):
            continue
        sure = told.areas.find_provinces(told.text[start : words[count - 1].end], loosely=False)
        if len(sure) == 1:
            return words[count - 1].end, sure[0].area
    return end, None


def _listed(told: Told) -> _Named | None:
    """Return the commune of an answer that is a bare address: "Phong Thổ", "bản Nà Phiêng, Phong Thổ, Lai Châu"."""
    pieces = [one for one in _PIECE.finditer(told.text) if not one.group().isspace()]
    short = len(told.text.split()) <= 10
    looked_up = 0
    for piece in pieces:
        if len(piece.group()) > _LONGEST_NAME_CHARS:
            continue
        said = _without_polite(piece.group())
        start = piece.start() + piece.group().find(said)
        if not said or len(said.split()) > _MOST_NAME_WORDS or hamlet_words().match(lower(said)):
            continue
        end = start + len(said)
        looked_up += 1
        if looked_up > _MOST_LOOKED_UP:
            return None
        if not told.areas.find_communes(said, loosely=False) and told.areas.renamed(said) is None:
            continue
        follows = _said_after(told, end)[2] is not None
        alone = len(pieces) == 1 or (piece is pieces[-1] and short)
        if (follows or alone) and (len(fold(said)) > 3 or follows) and not _is_province(said, told.areas):
            return _named(told, start, end)
    return None


def _without_polite(said: str) -> str:
    """Return the words without "ở", "dạ", "ạ" around them."""
    words = said.split()
    polite = word_list("polite.txt")
    while words and polite.fullmatch(lower(words[0])) and (has_marks(said) or len(words) > 2):
        words.pop(0)
    while words and polite.fullmatch(lower(words[-1].strip(".!"))) and len(words) > 1:
        words.pop()
    inner = " ".join(words).strip(" .!?")
    return inner if inner in said else said.strip()


def _is_province(said: str, areas: Areas) -> bool:
    return bool(areas.find_provinces(said, loosely=False))


def _only_province(told: Told) -> PlaceRead | None:
    """Return a province named alone: another place than home, so the commune has to be asked."""
    text = told.text
    for word in islice(_unit_word(told.areas, "province").finditer(told.small), _MOST_LOOKED_UP):
        end, province = _province_at(told, word.start())
        if province is not None:
            span = (word.start(), end)
            return PlaceRead(None, None, province.code, None, text[word.start() : end], span, certain=False)
    if len(text) > _LONGEST_NAME_CHARS:
        return None
    said = _without_polite(text)
    sure = [one.area for one in told.areas.find_provinces(said, loosely=False)]
    if len(sure) == 1:
        start = text.find(said)
        return PlaceRead(None, None, sure[0].code, None, said, (start, start + len(said)), certain=False)
    return None
