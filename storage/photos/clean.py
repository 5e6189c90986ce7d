"""A photo as it came in; a copy with nothing but pixels out. The picture is opened by another process (`child`)."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final

from storage.photos.files import PhotoFiles, Shelf
from storage.photos.pixels_only import pixels_only
from storage.photos.sniff import HEAD_BYTES, Sniffed, sniff

ORIGINAL_LIMIT_BYTES: Final = 25 * 1024 * 1024
COPY_LIMIT_BYTES: Final = 16 * 1024 * 1024
WALL_LIMIT_S: Final = 10.0
BUSY_AFTER_S: Final = 2.0  # of processor time: no good photo takes half as long
ANSWER_LIMIT_BYTES: Final = 4096
# A decoder can be brought to these by a picture; any other signal comes from this machine, e.g. when memory runs out.
_CRASHES: Final = frozenset(
    -number for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS)
)
OUT_OF_MEMORY: Final = "out_of_memory"  # as `child` says it; imported, it would bring Pillow into this process
_CHECKOUT: Final = Path(__file__).resolve().parents[2]


class Reason(StrEnum):
    """Why a photo is not taken."""

    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    TOOK_TOO_LONG = "took_too_long"


class PhotoRefused(Exception):
    """The photo is not taken; `reason` says why and `kind` what it was by its first bytes, if that was to be seen."""

    def __init__(self, reason: Reason, kind: str | None = None) -> None:
        super().__init__(f"photo refused: {reason} (kind: {kind or 'unknown'})")
        self.reason = reason
        self.kind = kind


class ChildFailed(RuntimeError):
    """The process that opens pictures failed for a reason that is none of this one: our fault, so try again later."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A published copy and its thumbnail, both kept; width and height are those of the published copy."""

    width: int
    height: int
    dhash: str
    published_sha256: str
    thumb_sha256: str
    taken_on: date | None  # what the camera wrote; a camera's clock may be wrong


def clean(original: Path, into: PhotoFiles) -> Cleaned:
    """Keep a publishable copy and a thumbnail of a photo.

    Raises PhotoRefused, and nothing worse whatever the file is; ChildFailed and OSError are faults of this machine.
    """
    with open(original, "rb", opener=_open_no_link) as photo:
        found = sniff(photo.read(HEAD_BYTES))
        if not found.accepted:
            raise PhotoRefused(Reason.NOT_A_PICTURE, found.kind)
        if os.fstat(photo.fileno()).st_size > ORIGINAL_LIMIT_BYTES:
            raise PhotoRefused(Reason.TOO_LARGE, found.kind)
        with into.scratch() as published, into.scratch() as thumbnail:
            told = _ask_child(photo, published, thumbnail, found)
            large, small = _written(published, found), _written(thumbnail, found)
    taken_on = told["taken_on"]
    return Cleaned(
        width=int(told["width"]),
        height=int(told["height"]),
        dhash=f"{int(told['dhash'], 16):016x}",
        published_sha256=into.keep(large, COPY_LIMIT_BYTES, Shelf.PUBLISHED).sha256,
        thumb_sha256=into.keep(small, COPY_LIMIT_BYTES, Shelf.THUMBNAILS).sha256,
        taken_on=date.fromisoformat(taken_on) if taken_on else None,
    )


def dhash_distance(a: str, b: str) -> int:
    """Return in how many of 64 bits two difference hashes differ: up to 6 is one photo, saved again or resized."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def _ask_child(photo: IO[bytes], published: IO[bytes], thumbnail: IO[bytes], found: Sniffed) -> dict[str, Any]:
    copies = (published.fileno(), thumbnail.fileno())
    child = subprocess.Popen(
        [sys.executable, "-m", "storage.photos.child", *map(str, copies)],
        stdin=photo,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=copies,
        cwd=_CHECKOUT,
        env={"LC_ALL": "C.UTF-8"},  # no token of ours is where a decoder could read it
        start_new_session=True,
    )
    late_after: list[float] = []  # seconds of processor time it had until then
    babbles = False

    def stop() -> None:
        late_after.append(_processor_s(child.pid))
        child.kill()

    alarm = threading.Timer(WALL_LIMIT_S, stop)
    alarm.daemon = True
    alarm.start()
    try:
        with child:
            assert child.stdout is not None
            line = child.stdout.read(ANSWER_LIMIT_BYTES)  # no more: it is a stranger's word by now
            if len(line) == ANSWER_LIMIT_BYTES:
                babbles = True
                child.kill()
    finally:
        alarm.cancel()
    if late_after and late_after[0] < BUSY_AFTER_S:
        raise ChildFailed("storage.photos.child got too little time: this machine has too much to do")
    if late_after or child.returncode == -signal.SIGXCPU:
        raise PhotoRefused(Reason.TOOK_TOO_LONG, found.kind)
    if not babbles and (child.returncode > 0 or (child.returncode < 0 and child.returncode not in _CRASHES)):
        raise ChildFailed(f"storage.photos.child ended with {child.returncode}")
    return _understood(line, found)


def _processor_s(pid: int) -> float:
    """Return how long a child has worked; what stood waiting has not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return BUSY_AFTER_S  # it has ended meanwhile, or nobody can tell
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _understood(line: bytes, found: Sniffed) -> dict[str, Any]:
    """Return what the child told about a photo it could read; an answer of any other shape is a broken photo."""
    try:
        told = json.loads(line)
        if "refused" in told:
            raise PhotoRefused(Reason(told["refused"]), found.kind)
        if told.get("failed") == OUT_OF_MEMORY:
            raise ChildFailed("storage.photos.child ran out of memory")
        int(told["width"]), int(told["height"]), int(told["dhash"], 16)
        if told["taken_on"] is not None:
            date.fromisoformat(told["taken_on"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise PhotoRefused(Reason.BROKEN, found.kind) from None
    assert isinstance(told, dict)
    return told


def _written(copy: IO[bytes], found: Sniffed) -> bytes:
    copy.seek(0)
    jpeg = copy.read(COPY_LIMIT_BYTES + 1)
    if len(jpeg) > COPY_LIMIT_BYTES or not pixels_only(jpeg):
        raise PhotoRefused(Reason.BROKEN, found.kind)
    return jpeg


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
