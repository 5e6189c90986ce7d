"""The people somebody tells of, and whether it is one person, a household, a group or a way of doing things."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from deeds.vietnamese import accented, fold, has_marks, lower, nfc
from handlers.reading.words import (
    Token,
    just_before,
    lines,
    opening,
    spoken,
    table,
    tokens_after,
    typed_without_capitals,
    whole_words,
    word_list,
)

_MOST_SYLLABLES = 6
_MOST_PEOPLE = 60  # far more than anybody praises at once; each is compared with each
_NAMED = re.compile(r"(?:nguoi )?ten(?: la)?")
_BARE_FATHER = "ba"  # without accents also "bà"; as a word of its own it is father or three


@dataclass(frozen=True, slots=True)
class PersonRead:
    """A person named in a story.

    `full`: family and given name stand there, so it is read with certainty; a given name alone is a candidate.
    The span counts in `nfc(text)` and covers title and name; `title` is "" where none was said.
    """

    title: str
    name: str
    full: bool
    span: tuple[int, int]


def find_people(story: str) -> list[PersonRead]:
    """Return the people named in a story in the order they are named, each name once (the fullest form)."""
    text = opening(nfc(story))
    small = lower(text)
    bare = typed_without_capitals(text)
    marked = has_marks(text)
    found: list[PersonRead] = []
    _fill(found, _titled(text, small, bare=bare, marked=marked))
    if not marked:
        _fill(found, _bare_fathers(text, small))
    if not bare:
        _fill(found, _untitled(text, small))
    told_of = [one for one in found if not _is_teller(one, small)]
    return _each_once(sorted(told_of, key=lambda one: one.span))


def _is_teller(one: PersonRead, small: str) -> bool:
    """Tell whether somebody says their own name: "con tên Bảo An", "tôi là Lò Văn Páo"."""
    at = one.span[1] - len(one.name)
    myself = just_before(_myself(), small, at)
    if myself is None:
        return False
    begins = at - (myself.end() - myself.start())
    return just_before(_whose(), small, begins) is None  # "chị hàng xóm nhà tôi tên Lan"


@lru_cache(maxsize=1)
def _whose() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(spoken(one) for one in table('names.toml')['whose'])})\s+\Z")


@lru_cache(maxsize=1)
def _myself() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{spoken(table('fitting.toml')['myself'])})\s+\Z")


def _titled(text: str, small: str, *, bare: bool, marked: bool) -> Iterator[PersonRead | None]:
    risky = _bare("risky_among_accents" if marked else "risky_bare")
    paired = _paired(small, marked=marked)
    for title in word_list("titles.txt").finditer(small):
        said = title.group()
        if (said.isascii() and said in risky) or title.start() in paired:  # "o Bac Ninh" is "ở", and "chị em" are two
            continue
        if _needs_surname(said, bare=bare) and not _surname_at(small, title.end()):
            continue
        yield _after_title(text, said, title.start(), title.end(), bare=bare)


def _bare_fathers(text: str, small: str) -> Iterator[PersonRead | None]:
    for father in re.finditer(rf"\b{_BARE_FATHER}\b", small):
        yield _after_title(text, father.group(), father.start(), father.end(), bare=False)


def _paired(small: str, *, marked: bool) -> set[int]:
    """Return every place inside two words that together are no title."""
    pairs = _pairs()
    return {
        place
        for pair in pairs.form.finditer(small)
        # Among accents a bare "ba" is no "bà": "Ông Ba" is a man.
        if not marked or accented(pair.group()) in pairs.typed
        for place in range(*pair.span())
    }


@dataclass(frozen=True, slots=True)
class _Pairs:
    form: re.Pattern[str]
    typed: frozenset[str]


@lru_cache(maxsize=1)
def _pairs() -> _Pairs:
    words = table("names.toml")["pairs"]
    return _Pairs(whole_words(words), frozenset(accented(one) for one in words))


@lru_cache(maxsize=8)
def _bare(kind: str) -> frozenset[str]:
    """Return a list of words as they are typed without accents."""
    return frozenset(fold(word) for word in table("names.toml")[kind])


def _needs_surname(title: str, *, bare: bool) -> bool:
    """Return whether only a family name shows that somebody in particular is meant."""
    return fold(title) in _bare("offices") or (bare and fold(title) in _bare("generic"))


def _surname_at(small: str, start: int) -> bool:
    words = tokens_after(small, start, 1)
    return bool(words) and word_list("surnames.txt").fullmatch(words[0].text) is not None


def _fill(found: list[PersonRead], people: Iterator[PersonRead | None]) -> None:
    """Keep people, as many as are read for each way of naming them."""
    most = len(found) + _MOST_PEOPLE
    for person in people:
        if person is not None:
            _add(found, person)
        if len(found) >= most:
            return


def _add(found: list[PersonRead], person: PersonRead) -> None:
    """Keep a person unless the words were already taken; a longer reading of the same words replaces a shorter."""
    for index, other in enumerate(found):
        if person.span[0] < other.span[1] and other.span[0] < person.span[1]:
            if len(person.name) > len(other.name):
                found[index] = person
            return
    found.append(person)


def _after_title(text: str, title: str, start: int, end: int, *, bare: bool) -> PersonRead | None:
    name = _small_name(tokens_after(text, end, 4)) if bare else _capital_name(tokens_after(text, end, _MOST_SYLLABLES))
    if not name:
        return None
    written = " ".join(word.text for word in name)
    full = not bare and len(name) > 1 and not any(word.text.isdigit() for word in name)
    called = text[start : start + len(title)]
    if _NAMED.fullmatch(fold(title)):  # "tên" says that a name follows; as a title it is how criminals are called
        before = just_before(_somebody(), lower(text), start)
        called, start = (before["title"], before.start("title") + start - before.end()) if before else ("", start)
        if before and just_before(_kin(), lower(text), start):
            called = ""  # "chồng em tên Phong": the title is the teller's
    if bare and written.isupper():
        written, called = written.title(), lower(called)
    return PersonRead(called, written, full, (start, name[-1].end))


@lru_cache(maxsize=1)
def _kin() -> re.Pattern[str]:
    return re.compile(whole_words(table("names.toml")["kin"]).pattern + r"\s+\Z")


@lru_cache(maxsize=1)
def _somebody() -> re.Pattern[str]:
    """Return "ông ấy", "chị", as it stands before "tên là"."""
    titles, those = (
        "|".join(spoken(one) for one in table("names.toml")[name]) for name in ("titles_before_named", "those")
    )
    return re.compile(rf"(?<!\w)(?P<title>{titles})(?:\s+(?:{those}))?\s+\Z")


def _capital_name(words: list[Token]) -> list[Token]:
    """Return the capitalised syllables words begin with, up to a place ("Bản Nà Phiêng") or another title."""
    name: list[Token] = []
    for index, word in enumerate(words):
        follows = index + 1 < len(words) and (words[index + 1].capital or words[index + 1].text.isdigit())
        if not word.capital or _is("acronyms", word) or (follows and name and _is("place_words", word)):
            break
        name.append(word)
    ordinary = len(name) == 1 and lower(name[0].text) in table("names.toml")["ordinary"]
    return [] if ordinary else name


def _small_name(words: list[Token]) -> list[Token]:
    """Return what may be a name where nobody typed capitals: up to the first word that is none."""
    name: list[Token] = []
    for word in words:
        small = lower(word.text)
        ends = word_list("not_names.txt").fullmatch(small) or (name and word_list("ends_names.txt").fullmatch(small))
        # "nguyen van nam": the third syllable is the name, whatever else it may mean
        if word.text.isdigit() or (ends and not (len(name) == 2 and _is("middle", name[1]))):
            break
        name.append(word)
    if len(name) > 1 and word_list("surnames.txt").fullmatch(lower(name[0].text)):
        return name[:3] if _is("middle", name[1]) else name
    return name[:1]  # a given name; what follows is the story


def _is(kind: str, word: Token) -> bool:
    return _one_of(kind).fullmatch(lower(word.text)) is not None


@lru_cache(maxsize=8)
def _one_of(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(spoken(one) for one in table("names.toml")[kind]))


def _untitled(text: str, small: str) -> Iterator[PersonRead]:
    """Yield names of three and more syllables that begin with a family name and stand for no street or school."""
    for start in _WORD.finditer(text):
        if not start.group()[0].isupper() or fold(start.group()) not in _surnames():
            continue
        name = _capital_name(tokens_after(text, start.start(), _MOST_SYLLABLES))
        if len(name) >= 3 and not just_before(_named_after(), small, start.start()):
            yield PersonRead("", " ".join(word.text for word in name), True, (start.start(), name[-1].end))


_WORD = re.compile(r"(?<!\w)[^\W\d_]++")


@lru_cache(maxsize=1)
def _surnames() -> frozenset[str]:
    return frozenset(fold(one) for one in lines("surnames.txt"))


@lru_cache(maxsize=1)
def _named_after() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(spoken(one) for one in table('names.toml')['named_after'])})\s+\Z")


def _each_once(people: list[PersonRead]) -> list[PersonRead]:
    """Drop who is named again, and the given name alone where the full name stands elsewhere."""
    kept: dict[str, PersonRead] = {}
    full = {accented(one.name) for one in people if one.full}
    for one in people:
        name = accented(one.name)
        short = not one.full and any(whole.endswith(f" {name}") for whole in full)
        if name not in kept and not short:
            kept[name] = one
    return list(kept.values())


def find_kind(text: str, people: Sequence[PersonRead] | None = None) -> str:
    """Return whom the story praises: "individual", "household", "collective" or "model".

    A model wins wherever the word stands; else who is named first. A group or family that was helped, not the one
    that helps ("giúp gia đình bà Hoa"), does not count. `people` are those already found in it.
    """
    words = lower(opening(nfc(text)))
    if word_list("kind_model.txt").search(words):
        return "model"
    first: dict[str, int] = {}
    for kind in ("household", "collective"):
        for found in word_list(f"kind_{kind}.txt").finditer(words):
            if not just_before(_helped_before(), words, found.start()):
                first[kind] = found.start()
                break
    if not first:
        return "individual"
    people = find_people(text) if people is None else people
    named = min((one.span[0] for one in people), default=None)
    kind = min(first, key=first.__getitem__)
    return "individual" if named is not None and named < first[kind] else kind


@lru_cache(maxsize=1)
def _helped_before() -> re.Pattern[str]:
    words = "|".join(spoken(one) for one in table("names.toml")["helped_before"])
    return re.compile(rf"(?<!\w)(?:{words})\s+\Z")
