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

from deeds.vietnamese import lower
from handlers.reading.words import spoken

REPORT = "report"  # a report is being told
ELSE = "else"

LONGEST_CHARS = 160  # a wish is a sentence or two; what is longer tells
_SIGNS = re.compile(r"[.,!?;:\u2026\"]+")
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
    if whole := _wish(text, moment):
        return whole
    sentences = [each for each in _SENTENCES.split(text) if each.strip() and not _says_who().fullmatch(_bare(each))]
    meant = [_wish(each, moment) for each in sentences]
    if not meant or meant[0] is None or any(each is None or each.name != meant[0].name for each in meant):
        return None
    return meant[0]


def _wish(text: str, moment: str) -> Wish | None:
    said = _bare(text)
    for name, heard, answer, pattern in _wishes():
        if moment in heard and (found := pattern.fullmatch(said)):
            groups = found.groupdict()
            number = groups.get("number")
            return Wish(name, int(number) if number else None, bool(groups.get("pictures")), answer)
    return None


def _bare(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", lower(text)).split())


@cache
def _says_who() -> re.Pattern[str]:
    known = table()
    return re.compile(spoken(_written_out(known["says_who"], known["words"])))


@cache
def _wishes() -> Sequence[tuple[str, Sequence[str], str, re.Pattern[str]]]:
    known = table()
    words: Mapping[str, str] = known["words"]
    rows = []
    for row in known["wish"]:
        for says in row["says"]:
            whole = _written_out(f"<before>{says}<after>", words)
            rows.append((row["name"], row["heard"], row.get("answer", ""), re.compile(spoken(whole))))
    return rows


def _written_out(pattern: str, words: Mapping[str, str]) -> str:
    """Return the pattern with every <name> of the table replaced by its line."""
    while (written := re.sub(r"(?<!\?P)<(\w+)>", lambda found: words[found[1]], pattern)) != pattern:
        pattern = written
    return pattern
