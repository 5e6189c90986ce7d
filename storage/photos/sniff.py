"""What a file is by its first bytes. Names and declared types are the sender's word and are never asked."""

from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 32
ACCEPTED: Final = frozenset({"jpeg", "png", "webp"})

# (offset, bytes, kind). The kinds that are not accepted are here only so that a refusal can name what it got.
_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (
        0,
        b"\xff\xd8\xff",
        "jpeg",
    ),  # also MPO, the two-picture files of some phones: it is a JPEG with a second one behind
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (8, b"WEBP", "webp"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"%PDF-", "pdf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"OggS", "ogg"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"8BPS", "psd"),
    (0, b"BM", "bmp"),
    (8, b"WAVE", "wav"),
)
# The brand of an ISO media file (ISO/IEC 14496-12, `ftyp` box); what is not listed is some video.
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "m4a"),
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the first bytes say: a kind, or None when they say nothing we know; and whether it is a photo we take."""

    kind: str | None
    accepted: bool


def sniff(head: bytes) -> Sniffed:
    """Return what a file is from its first HEAD_BYTES bytes (more do no harm)."""
    kind = _kind(head)
    return Sniffed(kind, kind in ACCEPTED)


def _kind(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4")
    for offset, magic, kind in _MAGIC:
        in_riff = offset == 0 or head.startswith(b"RIFF")
        if in_riff and head.startswith(magic, offset):
            return kind
    return None
