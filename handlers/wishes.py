"""What people want done with their own words, said in ordinary words: a table of meanings, `wishes.toml`.

A whole message is one of them or none is heard: a story about somebody who "does not want anybody to know" stays a
story. Of several sentences each must mean the same, who one is aside. What deletes is asked once before it is done, so
a sentence heard wrongly costs one tap.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from deeds.vietnamese import fold, lower
from handlers.reading.fitting import drops_pictures
from handlers.reading.meanings import leaves_off, puts_off, refuses_in_words
from handlers.reading.names import find_people
from handlers.reading.words import spoken, written_out

REPORT = "report"  # a report is being told
ELSE = "else"

LONGEST_CHARS = 160  # a wish is a sentence or two; what is longer tells
_SIGNS = re.compile(r"[.,!?;:\u2026\"]+")
_SHORT_CHARS = 80
_PARTS = re.compile(r"[,.!?;\u2026\n]+")
_GOES = re.compile(r"\b(?:xoa|huy|rut|go|dep|vut|thu hoi)\b")  # "rồi bỏ đi" ends many a story
_SENTENCES = re.compile(r"[.!?;\u2026\n]+")


@dataclass(frozen=True)
class Wish:
    """What somebody wants; `number` is the report they mean, if they say one."""

    name: str
    number: int | None = None
    pictures: bool = False  # only these
    answer: str = ""  # the key of the sentence that answers, where something is asked


def table() -> Mapping[str, Any]:
    """Return the table as it is written."""
    return tomllib.loads((files(__package__) / "wishes.toml").read_text(encoding="utf-8"))


def wish(text: str, moment: str) -> Wish | None:
    """Return the wish a whole message is at this moment, `REPORT` or `ELSE`; None when it is something else."""
    if len(text) > LONGEST_CHARS:
        return None
    if moment == REPORT and drops_pictures(text):
        return Wish("no_pictures", pictures=True)
    if whole := _wish(text, moment):
        return whole
    sentences = [each for each in _SENTENCES.split(text) if each.strip() and not _says_who().fullmatch(_bare(each))]
    meant = [_wish(each, moment) or _leaves_off(each, moment) for each in sentences]
    heard = [each for each in meant if each is not None]
    names = {each.name for each in heard}
    if heard and len(heard) == len(meant) and (len(names) == 1 or names == {"no_more", "withdraw"}):
        return min(heard, key=lambda each: each.name)  # "not my name. Take it down": not to be shown is what counts
    return _leaves_off(text, moment) or _besides(text, moment)


def _wish(text: str, moment: str) -> Wish | None:
    said = _bare(text)
    for name, heard, answer, pattern in _wishes():
        if moment in heard and (found := pattern.fullmatch(said)):
            groups = found.groupdict()
            number = groups.get("number")
            if name == "asked" and leaves_off(text) == "delete":
                return None  # "tôi muốn hủy tin" asks for nothing but that
            return Wish(name, int(number) if number else None, bool(groups.get("pictures")), answer)
    return None


def _leaves_off(text: str, moment: str) -> Wish | None:
    """What is being told goes, or is not sent; at any other moment it is what was sent last that is meant."""
    if moment == REPORT and puts_off(text):
        return Wish("later")
    if moment == REPORT and refuses_in_words(text):
        return Wish("drop")
    meant = leaves_off(text)
    if meant is None:
        return None
    return Wish("withdraw") if moment == ELSE else Wish("drop" if meant == "delete" else "not_send")


def _besides(text: str, moment: str) -> Wish | None:
    """Of a short message that names nobody, what one part of it wants gone: "ông Bun giận tôi rồi, làm ơn xóa"."""
    if len(text) > _SHORT_CHARS or not _GOES.search(fold(text)) or any(one.full for one in find_people(text)):
        return None
    parts = [part for part in _PARTS.split(text) if _GOES.search(fold(part)) and leaves_off(part) == "delete"]
    return _leaves_off(parts[0], moment) if parts else None


def _bare(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", lower(text)).split())


@cache
def _says_who() -> re.Pattern[str]:
    known = table()
    return re.compile(spoken(written_out(known["says_who"], known["words"])))


@cache
def _wishes() -> Sequence[tuple[str, Sequence[str], str, re.Pattern[str]]]:
    known = table()
    words: Mapping[str, str] = known["words"]
    rows = []
    for row in known["wish"]:
        for says in row["says"]:
            whole = written_out(f"<before>{says}<after>", words)
            rows.append((row["name"], row["heard"], row.get("answer", ""), re.compile(spoken(whole))))
    return rows
