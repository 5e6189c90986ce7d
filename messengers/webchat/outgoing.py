"""How lines of a chat look outside: as JSON on the wire, and as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messengers.webchat.chat import NAME
from storage import chat_lines
from storage.chat_lines import ME, Line
from storage.database import Tx
from storage.photos.files import Shelf
from texts import say


@dataclass(frozen=True)
class View:
    """A line as the page without scripts shows it."""

    seq: int
    mine: bool
    text: str
    options: Sequence[Mapping[str, str]]
    active: bool  # its options can still be pressed
    photos: Sequence[str]
    waiting_photos: int  # sent, and not clean yet or refused
    files: Sequence[Mapping[str, str]]
    links: Sequence[str]  # of its addresses, which can be pressed


def wire(line: Line) -> dict[str, Any]:
    """Return the JSON of one line; `id` of a person's line is the one their browser gave it."""
    body = line.body
    mine = line.sender == ME
    photos = body.get("photos", 0 if mine else ())
    shown = {
        "seq": line.seq,
        "from": line.sender,
        "text": _my_text(body) if mine else body.get("text", ""),
        "options": list(body.get("options", ())),
        "photos": [_photo_url(line.seq, n) for n in range(photos if mine else len(photos))],
        "files": [
            {"name": file["name"], "url": f"/chat/files/{line.seq}-{n}"} for n, file in enumerate(body.get("files", ()))
        ],
    }
    if links := [link for link in body.get("links", ()) if link.startswith("http")]:
        shown["links"] = links
    return {**shown, "id": body.get("message", "")} if mine else shown


def views(lines: Sequence[Line], ready: Mapping[int, Sequence[bool]]) -> list[View]:
    """Return what the page shows. Only the newest question nobody has answered yet can be pressed."""
    spoken = [line for line in lines if line.body]
    found = []
    open_question = True
    for line in reversed(spoken):
        told = wire(line)
        mine = line.sender == ME
        photos = told["photos"]
        here = [url for url, there in zip(photos, ready.get(line.seq, ()), strict=False) if there] if mine else photos
        found.append(
            View(
                line.seq,
                mine,
                told["text"],
                told["options"],
                bool(told["options"]) and open_question,
                here,
                len(photos) - len(here),
                told["files"],
                told.get("links", ()),
            )
        )
        open_question = open_question and not mine and not told["options"]
    return found[::-1]


def ready_pictures(tx: Tx, chat: str, lines: Sequence[Line]) -> dict[int, list[bool]]:
    """Return, by line, which of the person's own pictures have a clean copy to show."""
    return {
        line.seq: [bool(found.thumbnail) for found in chat_lines.pictures(tx, NAME, chat, line.body["message"])]
        for line in lines
        if line.sender == ME and line.body.get("photos")
    }


def picture(tx: Tx, chat: str, seq: int, index: int) -> tuple[str, Shelf] | None:
    """Return the file behind a picture of a line: what we sent, or the clean copy of what the person sent."""
    line = chat_lines.line(tx, chat, seq)
    if line is None:
        return None
    if line.sender != ME:
        photos = line.body.get("photos", ())
        return (photos[index], Shelf.PUBLISHED) if index < len(photos) else None
    sent = chat_lines.pictures(tx, NAME, chat, line.body.get("message", ""))
    thumbnail = sent[index].thumbnail if index < len(sent) else None
    return (thumbnail, Shelf.THUMBNAILS) if thumbnail else None


def _photo_url(seq: int, index: int) -> str:
    return f"/chat/photos/{seq}-{index}"


def _my_text(body: Mapping[str, Any]) -> str:
    if body.get("text"):
        return str(body["text"])
    if body.get("voice"):
        return say("webchat.mine.voice")
    return say("webchat.mine.place") if body.get("place") else ""
