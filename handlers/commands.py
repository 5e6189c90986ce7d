"""The words that mean the same at any moment of any conversation: one table, with what takes a number or a code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deeds.codes import read_receipt
from deeds.deep_links import ACCOUNT
from deeds.vietnamese import fold

LONGEST_CHARS = 200  # no command with all it carries is longer

_WITHDRAW = re.compile(r"^(?:rut|rut tin|rut so|rut tin so)\s*(\d{1,9})$")
_NUMBER = re.compile(r"^(?:so|tin so|ma so)\s*(\d{1,9})$")
_SPACED_RECEIPT = re.compile(r"^[0-9a-zA-Z]{4} [0-9a-zA-Z]{4} [0-9a-zA-Z]{4}$")
_INVITATION = re.compile(rf"^(?:/start\s+)?([0-9a-zA-Z]{{4}}-[0-9a-zA-Z]{{4}})$|^/start\s+{ACCOUNT}([0-9A-Z]{{26}})$")


@dataclass(frozen=True)
class Command:
    """A command somebody gave; `value` is its number or code."""

    name: str
    value: str = ""


@cache
def _phrases() -> Mapping[str, str]:
    table = tomllib.loads((files(__package__) / "commands.toml").read_text(encoding="utf-8"))
    return {fold(phrase): name for name, phrases in table.items() for phrase in phrases}


def command(text: str) -> Command | None:
    """Return the command a whole message is, or None."""
    if len(text) > LONGEST_CHARS:
        return None
    said = fold(text).strip(" .!")
    if said.startswith("/"):
        said = re.sub(r"@\w+", "", said)  # in groups a command may name the bot
    if invitation := _INVITATION.match(text.strip()):
        return Command("invitation", invitation[1] or invitation[2])
    if name := _phrases().get(said):
        return Command(name)
    if said.startswith("/start "):
        return Command("start", text.strip().split(maxsplit=1)[1])
    if found := _WITHDRAW.match(said):
        return Command("withdraw", found.group(1))
    if found := _NUMBER.match(said):
        return Command("status", found.group(1))
    if _SPACED_RECEIPT.match(text.strip()) and any(sign.isdigit() for sign in text):
        text = text.strip().replace(" ", "-")
    receipt = read_receipt(text) if len(text) <= 40 else None
    return Command("receipt", receipt) if receipt else None
