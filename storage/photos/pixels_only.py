"""Is this JPEG pixels and nothing else? Asked of every copy before it may be shown.

The copies are written by the process that read a stranger's file, so its word alone is not enough.
Segments: ITU-T T.81, annex B.
"""

from typing import Final

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_SCAN: Final = 0xDA
_JFIF: Final = 0xE0
_JFIF_BYTES: Final = 16  # version, density and an empty preview; a longer one holds a preview picture
_ALLOWED: Final = frozenset(
    {
        _JFIF,
        0xDB,  # quantisation tables
        0xC0,  # frame header, baseline
        0xC4,  # Huffman tables
        _SCAN,
    }
)


def pixels_only(jpeg: bytes) -> bool:
    """Tell whether a baseline JPEG holds no comment, no metadata segment and not a byte after its end."""
    if not (jpeg.startswith(_START) and jpeg.endswith(_END)):
        return False
    at = len(_START)
    while True:
        if len(jpeg) < at + 4 or jpeg[at] != 0xFF or jpeg[at + 1] not in _ALLOWED:
            return False
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if length < 2 or (marker == _JFIF and length != _JFIF_BYTES):
            return False
        at += 2 + length
        if marker == _SCAN:
            return _first_marker(jpeg, at) == len(jpeg) - len(_END)


def _first_marker(jpeg: bytes, at: int) -> int:
    """Return where the scan that starts at `at` ends: 0xFF within it is followed by 0 or a restart number."""
    while True:
        at = jpeg.find(b"\xff", at)
        if at < 0 or at + 1 >= len(jpeg):
            return -1
        if jpeg[at + 1] != 0x00 and not 0xD0 <= jpeg[at + 1] <= 0xD7:
            return at
        at += 2
