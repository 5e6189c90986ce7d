"""What a browser sends, read: the files kept first, then one event that says everything by itself."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, Any
from uuid import UUID

from deeds.errors import ForPeople
from deeds.said import FileSource, Inbound, Said
from messengers.webchat.chat import NAME
from storage.photos.files import PhotoFiles, Shelf
from storage.photos.sniff import sniff

MAX_PHOTOS = 10
FILE_MAX_BYTES = 15 * 1024 * 1024
BODY_MAX_BYTES = 60 * 1024 * 1024
TEXT_MAX_CHARS = 20_000
VIA = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what a deep link carries, as Telegram takes it
_HEAD_BYTES = 4_096
_RECORDINGS = frozenset({"ogg", "m4a", "mp3", "amr", "wav"})
_EBML = b"\x1a\x45\xdf\xa3"  # Matroska and WebM, https://www.rfc-editor.org/rfc/rfc8794
_VIDEO_CODECS = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG")
_CHUNK_BYTES = 256 * 1024


class Refused(ForPeople):
    """What was sent cannot be taken; the sender's page still has it."""

    def __init__(self, status: int, text_key: str, **values: object) -> None:
        super().__init__(text_key, f"refused with {status}: {text_key}", **values)
        self.status = status


@dataclass(frozen=True)
class Upload:
    """One file of a form; name and declared kind are the sender's word."""

    name: str
    declared: str
    file: IO[bytes]

    def head(self) -> bytes:
        """Return the first bytes."""
        self.file.seek(0)
        return self.file.read(_HEAD_BYTES)

    def size(self) -> int:
        """Return how many bytes there are."""
        return self.file.seek(0, SEEK_END)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from the start."""
        self.file.seek(0)
        while chunk := self.file.read(_CHUNK_BYTES):
            yield chunk


def is_recording(head: bytes, declared: str) -> bool:
    """Tell whether these are the first bytes of a recorded voice."""
    kind = sniff(head).kind
    if kind in _RECORDINGS:
        return True
    if kind == "mp4":  # one kind of box for films and voices: only here the sender's word decides
        return declared.startswith("audio/")
    if head.startswith(_EBML):
        return not any(codec in head for codec in _VIDEO_CODECS)
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # a bare MPEG frame, layer III


def read_event(chat: str, fields: Mapping[str, str], uploads: Sequence[Upload], files: PhotoFiles) -> Inbound:
    """Return the event, its files on disk and synced. Raises `Refused`; then nothing is kept that was not asked for.

    Blocks on the disk: not for the event loop.
    """
    told = _fields(fields)
    if len(uploads) > MAX_PHOTOS:
        raise Refused(413, "webchat.error.too_many", most=MAX_PHOTOS)
    if any(upload.size() > FILE_MAX_BYTES for upload in uploads):
        raise Refused(413, "webchat.error.too_large", mb=FILE_MAX_BYTES // 1024**2)
    heads = [upload.head() for upload in uploads]
    voices = [is_recording(head, upload.declared) for head, upload in zip(heads, uploads, strict=True)]
    takes = [voice or sniff(head).accepted for head, voice in zip(heads, voices, strict=True)]
    if uploads and not any(takes):
        raise Refused(415, "webchat.error.kind")
    if not uploads and not any(told.get(name) for name in ("text", "choice", "place")):
        raise Refused(400, "webchat.error.empty")
    told["photos"] = []
    for upload, voice in zip(uploads, voices, strict=True):
        is_voice = voice and "voice" not in told
        kept = _keep(files, upload, Shelf.RECORDINGS if is_voice else Shelf.ORIGINALS)
        if is_voice:
            told["voice"] = kept
        else:  # also what is no photo, beside others that are: it is refused by name where photos are cleaned
            told["photos"].append(kept)
    return event_of(chat, json.dumps(told, ensure_ascii=False).encode())


def event_of(chat: str, raw: bytes) -> Inbound:
    """Return the event behind a kept body, so that one a person retries is read as it was the first time."""
    told = json.loads(raw)
    said = Said(
        text=told.get("text", ""),
        choice=told.get("choice"),
        photos=tuple(FileSource(**photo) for photo in told["photos"]),
        voice=FileSource(**told["voice"]) if "voice" in told else None,
        location=tuple(told["place"]) if "place" in told else None,
        message=told["id"],
        edits=told.get("edits"),
        via=told.get("via", ""),
    )
    return Inbound(f"{NAME}:{chat}:{told['id']}", NAME, chat, chat, said, raw)


def _fields(fields: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": _uuid(fields.get("id", ""))}
    # A form posts CRLF.
    text = _sound(fields.get("text", "")).replace("\r\n", "\n").strip()
    if len(text) > TEXT_MAX_CHARS:
        raise Refused(413, "webchat.error.too_long", most=TEXT_MAX_CHARS)
    told["text"] = text
    if choice := _sound(fields.get("choice", "")):
        told["choice"] = choice[:200]
    if edits := fields.get("edits", ""):
        told["edits"] = _uuid(edits)
    if VIA.fullmatch(via := fields.get("via", "")):
        told["via"] = via
    if fields.get("lat") or fields.get("lon"):
        told["place"] = _place(fields.get("lat", ""), fields.get("lon", ""))
    return told


def _sound(text: str) -> str:
    """Return the text without what no database takes: NUL, and halves of letters a strange charset can smuggle in."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Refused(400, "webchat.error.id") from None


def _place(lat: str, lon: str) -> tuple[float, float]:
    try:
        place = float(lat), float(lon)
    except ValueError:
        raise Refused(400, "webchat.error.place") from None
    if not (all(map(math.isfinite, place)) and abs(place[0]) <= 90 and abs(place[1]) <= 180):
        raise Refused(400, "webchat.error.place")
    return place


def _keep(files: PhotoFiles, upload: Upload, shelf: Shelf) -> dict[str, object]:
    kept = files.keep(upload.chunks(), FILE_MAX_BYTES, shelf)
    return {"sha256": kept.sha256, "size": kept.size, "name": _sound(upload.name)[:200]}
