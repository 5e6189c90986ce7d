"""The words that mean the same at any moment of any conversation: one table, with what takes a number or a code.

A word typed with marks means itself: "đúng" is not "dừng", "Dũng" is a man. A word typed without any is the word of the
table it may stand for, unless it may be a yes.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deeds.codes import read_receipt
from deeds.deep_links import ACCOUNT
from deeds.vietnamese import fold, has_marks, lower, same_words
from handlers import wishes
from handlers.reading.telling import clear_yes, confirms
from handlers.reading.words import spoken

LONGEST_CHARS = 200  # no command with all it carries is longer

_SPACED_RECEIPT = re.compile(r"^[0-9a-zA-Z]{4} [0-9a-zA-Z]{4} [0-9a-zA-Z]{4}$")
_INVITATION = re.compile(rf"^(?:/start\s+)?([0-9a-zA-Z]{{4}}-[0-9a-zA-Z]{{4}})$|^/start\s+{ACCOUNT}([0-9A-Z]{{26}})$")


@dataclass(frozen=True)
class Command:
    """A command somebody gave; `value` is its number or code."""

    name: str
    value: str = ""


@cache
def _phrases() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return (phrase, command) under the phrase without its marks."""
    table = tomllib.loads((files(__package__) / "commands.toml").read_text(encoding="utf-8"))
    found: dict[str, list[tuple[str, str]]] = {}
    for name, phrases in table.items():
        for phrase in phrases:
            found.setdefault(fold(phrase), []).append((phrase, name))
    return found


@cache
def _numbered() -> Sequence[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(spoken(pattern))) for name, pattern in wishes.table()["numbered"].items()]


def _named(said: str) -> str | None:
    """Return the command whose phrase this is; "dung" may be "dừng", but is "đúng" more often."""
    for phrase, name in _phrases().get(fold(said), ()):
        if same_words(said, phrase) and (has_marks(said) or not (clear_yes(said) or confirms(said))):
            return name
    return None


def may_be_a_name(text: str) -> bool:
    """Tell whether this is a command of one word, but written as somebody is called: "Huy" beside "hủy"."""
    said = text.strip(" .!")
    return said.isalpha() and said[:1].isupper() and not has_marks(said) and command(said) is not None


def command(text: str) -> Command | None:
    """Return the command a whole message is, or None."""
    if len(text) > LONGEST_CHARS:
        return None
    said = lower(text).strip(" .!")
    if said.startswith("/"):
        said = re.sub(r"@\w+", "", said)  # in groups a command may name the bot
    if invitation := _INVITATION.match(text.strip()):
        return Command("invitation", invitation[1] or invitation[2])
    if name := _named(said):
        return Command(name)
    if said.startswith("/start "):
        return Command("start", text.strip().split(maxsplit=1)[1])
    for name, pattern in _numbered():
        if found := pattern.fullmatch(said):
            return Command(name, found.group(1))
    if _SPACED_RECEIPT.match(text.strip()) and any(sign.isdigit() for sign in text):
        text = text.strip().replace(" ", "-")
    receipt = read_receipt(text) if len(text) <= 40 else None
    return Command("receipt", receipt) if receipt else None
