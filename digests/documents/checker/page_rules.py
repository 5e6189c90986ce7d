"""Rules of the whole file: paper, margins, font and letters, page numbers, spacing (P1 to P5)."""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from digests.documents.checker.breaches import Breach, breach, is_black, look_breaches
from digests.documents.checker.parts import Parts, words
from digests.documents.checker.reading import Line, Section, Word
from digests.documents.checker.rules import (
    LINE_SPACING,
    MARGIN_SLACK,
    MARGINS,
    PAGE_LONG,
    PAGE_SHORT,
    PAGE_SLACK,
    PARAGRAPH_GAP,
)
from digests.documents.layout import FONT
from texts import say

_TWIPS_PER_MM = 1440 / 25.4


def page_breaches(word: Word, parts: Parts) -> Iterator[Breach]:
    """Yield breaches of P1 to P5."""
    annex_sections = {annex.label.spot.section for annex in parts.annexes}
    first_annex = min(annex_sections, default=len(word.sections))
    for index, section in enumerate(word.sections):
        in_letter = index < first_annex
        yield from _paper(section, index, landscape_allowed=not (in_letter and parts.annexes))
        yield from _margins(section, index)
        yield from _numbers(section, index)
    for line in word.lines:
        yield from _letters(line)
    yield from _spacing(parts.body)


def _paper(section: Section, index: int, *, landscape_allowed: bool) -> Iterator[Breach]:
    wide, high = section.width, section.height
    lying = wide > high
    short, long = sorted((wide, high))
    if abs(short - PAGE_SHORT) > PAGE_SLACK or abs(long - PAGE_LONG) > PAGE_SLACK:
        yield breach("P1", "P1.size", section=index + 1, wide=_mm(wide), high=_mm(high))
    elif lying and not landscape_allowed:
        yield breach("P1", "P1.landscape", section=index + 1)
    elif lying != section.landscape:
        yield breach("P1", "P1.orientation", section=index + 1)


def _margins(section: Section, index: int) -> Iterator[Breach]:
    for edge, (low, high) in MARGINS.items():
        found = section.margins.get(edge, 0)
        if not low - MARGIN_SLACK <= found <= high + MARGIN_SLACK:
            yield breach(
                "P2",
                "P2.margin",
                section=index + 1,
                edge=say(f"check.edge.{edge}"),
                found=_mm(found),
                low=_mm(low),
                high=_mm(high),
            )
    if section.gutter:
        yield breach("P2", "P2.gutter", section=index + 1, found=_mm(section.gutter))


def _numbers(section: Section, index: int) -> Iterator[Breach]:
    paged = [line for line in section.header if line.has_page_field]
    if not paged:
        yield breach("P4", "P4.missing", section=index + 1)
    else:
        yield from look_breaches("P4", paged)
        if any(piece.look.italic for line in paged for piece in line.inked):
            yield breach("P4", "look.not_italic", paged[0])
    if index == 0 and (not section.hides_first or any(line.has_page_field for line in section.first_header)):
        yield breach("P4", "P4.first_page")
    if any(line.has_page_field for line in section.footer):
        yield breach("P4", "P4.footer", section=index + 1)
    if index == 0 and section.starts_at not in (None, 1):
        yield breach("P4", "P4.start", found=section.starts_at)


def _letters(line: Line) -> Iterator[Breach]:
    for piece in line.inked:
        wrong = [font for font in piece.look.fonts if font != FONT]
        legacy = any(font.casefold().startswith(tuple(words()["legacy_fonts"])) for font in wrong)
        if wrong:
            yield breach("P3", "P3.legacy_font" if legacy else "P3.font", line, found=wrong[0], font=FONT)
        if not is_black(piece.look.colour):
            yield breach("P3", "P3.colour", line, found=piece.look.colour)
    text = line.raw
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        yield breach("P3", "P3.not_composed", line)
    if any(unicodedata.category(char) == "Mn" for char in composed):
        yield breach("P3", "P3.loose_mark", line)
    if any(unicodedata.category(char) == "Co" for char in text):
        yield breach("P3", "P3.private_use", line)


def _spacing(body: list[Line]) -> Iterator[Breach]:
    for line in body:
        look = line.look
        if look.line_rule != "auto":
            yield breach("P5", "P5.exact", line, severity="W", found=f"{look.line / 20:g}")
        elif not LINE_SPACING[0] <= look.line <= LINE_SPACING[1]:
            yield breach("P5", "P5.line", line, found=f"{look.line / 240:.2f}")
    for above, below in pairwise(body):
        if above.paragraph + 1 == below.paragraph and above.look.after + below.look.before < PARAGRAPH_GAP:
            yield breach("P5", "P5.gap", below, found=f"{(above.look.after + below.look.before) / 20:g}")


def _mm(twips: int) -> str:
    return f"{twips / _TWIPS_PER_MM:.1f}"
