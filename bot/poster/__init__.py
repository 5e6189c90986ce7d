"""The poster a commune hangs at its desk: one picture to point a telephone at, and what happens then."""

import io
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import segno
import typst

from deeds.deep_links import UNIT, telegram_link
from digests.documents.font_metrics import FONTS
from texts import say

TEMPLATE = Path(__file__).parent / "poster.typ"
PIXELS_PER_INCH = 150
_SLUG = re.compile(r"^[A-Za-z0-9_-]{1,62}$")


class NotASlug(ValueError):
    """The unit's code cannot stand in a deep link."""


@dataclass(frozen=True)
class Door:
    """One way in: the words above its picture, and the address inside it."""

    label: str
    address: str


def deep_link(bot_username: str, unit_code: str) -> str:
    """Return the Telegram link that begins a chat on behalf of a unit's desk. Raises `NotASlug`."""
    return telegram_link(bot_username, start_payload(unit_code))


def chat_link(public_url: str, unit_code: str) -> str:
    """Return the address of the web chat that does the same. Raises `NotASlug`."""
    return f"{public_url.rstrip('/')}/chat?start={start_payload(unit_code)}"


def start_payload(unit_code: str) -> str:
    """Return what a deep link carries for a unit. Raises `NotASlug`."""
    if not _SLUG.match(unit_code):
        raise NotASlug(unit_code)
    return UNIT + unit_code


def write_posters(unit_name: str, office: str, phone: str, doors: list[Door], folder: Path, name: str) -> list[Path]:
    """Write the poster as SVG and PNG (A4) and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as beside:
        root = Path(beside)
        shutil.copyfile(TEMPLATE, root / TEMPLATE.name)
        for number, door in enumerate(doors):
            picture = io.BytesIO()
            segno.make(door.address, error="m", micro=False).save(picture, kind="svg", border=2, xmldecl=False)
            (root / f"door-{number}.svg").write_bytes(picture.getvalue())
        told = {
            "title": say("poster.title"),
            "invitation": say("poster.invitation"),
            "unit": unit_name,
            "steps": [say("poster.step.scan"), say("poster.step.tell"), say("poster.step.number")],
            "promise": say("poster.promise", office=office, phone=phone.replace(" ", "\u00a0")),
            "doors": [{"label": door.label, "address": door.address} for door in doors],
        }
        written = []
        for kind in ("svg", "png"):
            path = folder / f"{name}.{kind}"
            typst.compile(
                root / TEMPLATE.name, output=path, root=root, font_paths=[FONTS], ignore_system_fonts=True,
                format=kind, ppi=PIXELS_PER_INCH, sys_inputs={"poster": json.dumps(told)}, package_path=root,
            )  # fmt: skip
            written.append(path)
        return written
