"""How wide a text stands on paper, read from the shipped font (same widths as Times New Roman).

Needed twice: the rules under the header are drawn as long as the text above them (or a part of it), and the checker
measures the rules of others. Only the tables `head`, `hhea`, `hmtx` and `cmap` of the TrueType file are read.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True)
class Metrics:
    """Advance widths by character, in font units."""

    units_per_em: int
    advances: Mapping[int, int]

    def width_mm(self, text: str, size_pt: float) -> float:
        """Return the width of one line of `text`; a character the font lacks counts as an average letter."""
        units = sum(self.advances.get(ord(char), self.units_per_em // 2) for char in text)
        return units / self.units_per_em * size_pt * MM_PER_POINT


@cache
def metrics(*, bold: bool = False, italic: bool = False) -> Metrics:
    """Return the widths of one of the four shipped styles."""
    style = {(False, False): "Regular", (True, False): "Bold", (False, True): "Italic", (True, True): "BoldItalic"}
    return _read((FONTS / f"LiberationSerif-{style[bold, italic]}.ttf").read_bytes())


@cache
def printable() -> frozenset[int]:
    """Return the code points that all four shipped styles can draw."""
    styles = [metrics(bold=bold, italic=italic) for bold in (False, True) for italic in (False, True)]
    return frozenset.intersection(*(frozenset(style.advances) for style in styles))


def _read(font: bytes) -> Metrics:
    tables: dict[bytes, int] = {}
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        tables[tag] = offset
    units_per_em = struct.unpack_from(">H", font, tables[b"head"] + 18)[0]
    long_metrics = struct.unpack_from(">H", font, tables[b"hhea"] + 34)[0]

    def advance(glyph: int) -> int:
        width: int = struct.unpack_from(">H", font, tables[b"hmtx"] + 4 * min(glyph, long_metrics - 1))[0]
        return width

    glyphs = _glyphs(font, tables[b"cmap"])
    return Metrics(units_per_em, {code: advance(glyph) for code, glyph in glyphs.items() if glyph})


def _glyphs(font: bytes, cmap: int) -> dict[int, int]:
    """Read the format 4 subtable (the Basic Multilingual Plane), enough for any language of this font."""
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)
        start = cmap + offset
        if (platform, encoding) != (3, 1) or struct.unpack_from(">H", font, start)[0] != 4:
            continue
        count = struct.unpack_from(">H", font, start + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", font, start + 14)
        starts = struct.unpack_from(f">{count}H", font, start + 16 + 2 * count)
        deltas = struct.unpack_from(f">{count}h", font, start + 16 + 4 * count)
        ranges_at = start + 16 + 6 * count
        ranges = struct.unpack_from(f">{count}H", font, ranges_at)
        glyphs: dict[int, int] = {}
        for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
            for code in range(first, min(last, 0xFFFE) + 1):
                if ranges[index] == 0:
                    glyphs[code] = (code + deltas[index]) & 0xFFFF
                    continue
                at = ranges_at + 2 * index + ranges[index] + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, at)[0]
                glyphs[code] = (glyph + deltas[index]) & 0xFFFF if glyph else 0
        return glyphs
    raise ValueError("the font has no Unicode character map")
