"""A Word file as printed lines and sections, each line with its place and its effective look."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from digests.documents.checker.formatting import ParagraphLook, RunLook, Styles
from digests.documents.checker.package import WP, Package, R, V, W, number, switched_on, value

TWIPS_PER_MM = 1440 / 25.4
EMU_PER_MM = 36_000
_TABLE_PADDING = 108  # twips, Word's own where a table says nothing
_WITHIN_PARAGRAPH = {f"{W}{tag}" for tag in ("hyperlink", "ins", "smartTag", "sdt", "sdtContent", "fldSimple")}


@dataclass(frozen=True)
class Piece:
    """Text of one look."""

    text: str
    look: RunLook


@dataclass(frozen=True)
class Spot:
    """Where a line stands: which section, and which cell of which table (None outside tables)."""

    section: int
    table: int | None = None
    row: int = 0
    column: int = 0
    box_mm: float = 0.0


@dataclass(frozen=True)
class Line:
    """One paragraph, or the part of it between two line breaks."""

    pieces: tuple[Piece, ...]
    look: ParagraphLook
    spot: Spot
    paragraph: int
    rules_mm: tuple[float | None, ...] = ()  # lines drawn here, by border or shape; None where nobody says how long
    has_page_field: bool = False

    @property
    def raw(self) -> str:
        """The text as stored."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def text(self) -> str:
        """The text as printed: single spaces, capitals where the look makes them."""
        shown = "".join(piece.text.upper() if piece.look.caps else piece.text for piece in self.pieces)
        return " ".join(shown.split())

    @property
    def inked(self) -> tuple[Piece, ...]:
        """The pieces one can see."""
        return tuple(piece for piece in self.pieces if piece.text.strip())


@dataclass
class Section:
    """A part of the file with its own page."""

    width: int = 0
    height: int = 0
    landscape: bool = False
    margins: dict[str, int] = field(default_factory=dict)
    gutter: int = 0
    hides_first: bool = False
    starts_at: int | None = None
    header: tuple[Line, ...] = ()
    first_header: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Word:
    """The whole file."""

    lines: tuple[Line, ...]
    sections: tuple[Section, ...]


def folded(text: str) -> str:
    """Return text for recognising words: small letters, no marks, single spaces."""
    # "d with stroke" is a letter of its own, so no mark comes off it
    plain = unicodedata.normalize("NFD", text.casefold().replace("\u0111", "d"))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def read(package: Package) -> Word:
    """Return the lines and sections of an open file."""
    return _Reader(package).read()


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package.styles, package.theme)
        self._paragraphs = 0
        self._tables = 0
        self._section = 0

    def read(self) -> Word:
        lines = tuple(self._blocks(self._package.body, None))
        settings = list(self._package.body.iter(f"{W}sectPr"))
        sections: list[Section] = []
        for one in settings:
            sections.append(self._page(one, sections[-1] if sections else None))
        return Word(lines, tuple(sections) or (Section(),))

    def _blocks(self, parent: Element, spot: Spot | None, table_style: str | None = None) -> Iterator[Line]:
        for block in parent:
            if block.tag == f"{W}p":
                yield from self._paragraph(block, spot or Spot(self._section), table_style)
                if spot is None and block.find(f"{W}pPr/{W}sectPr") is not None:
                    self._section += 1
            elif block.tag == f"{W}tbl":
                yield from self._table(block)
            elif block.tag == f"{W}sdt":
                content = block.find(f"{W}sdtContent")
                if content is not None:
                    yield from self._blocks(content, spot, table_style)

    def _table(self, table: Element) -> Iterator[Line]:
        index, self._tables = self._tables, self._tables + 1
        properties = table.find(f"{W}tblPr")
        style = None if properties is None else value(properties.find(f"{W}tblStyle"))
        grid = [number(column, "w") or 0 for column in table.findall(f"{W}tblGrid/{W}gridCol")]
        padding = self._padding(properties, style)
        for row, cells in enumerate(table.findall(f"{W}tr")):
            column = 0
            for cell in cells.findall(f"{W}tc"):
                span = number(cell.find(f"{W}tcPr/{W}gridSpan"), "val") or 1
                said = cell.find(f"{W}tcPr/{W}tcW")
                wide = number(said, "w") if value(said, "type") == "dxa" else None
                box = (wide or sum(grid[column : column + span])) - padding
                spot = Spot(self._section, index, row, column, box / TWIPS_PER_MM)
                yield from self._blocks(cell, spot, style)
                column += span

    def _padding(self, properties: Element | None, style: str | None) -> int:
        layers = [one.find(f"{W}tblPr") for one in self._styles.chain(style, "table")]
        total = 0
        for edges in (("left", "start"), ("right", "end")):
            found: int | None = None
            for layer in [*layers, properties]:
                margins = None if layer is None else layer.find(f"{W}tblCellMar")
                for edge in edges if margins is not None else ():
                    said = number(margins.find(W + edge), "w") if margins is not None else None
                    found = said if said is not None else found
            total += _TABLE_PADDING if found is None else found
        return total

    def _paragraph(self, paragraph: Element, spot: Spot, table_style: str | None) -> Iterator[Line]:
        self._paragraphs += 1
        properties = paragraph.find(f"{W}pPr")
        look = self._styles.paragraph(properties, table_style)
        rules = tuple(self._drawn(paragraph))
        if look.ruled:
            box_mm = spot.box_mm or 0.0
            rules = (*rules, box_mm - (look.left + look.right) / TWIPS_PER_MM if box_mm else None)
        parts: list[list[Piece]] = [[]]
        for run in _runs(paragraph):
            shown = self._styles.run(run.find(f"{W}rPr"), properties, table_style)
            for text in _texts(run):
                if text == "\n":
                    parts.append([])
                else:
                    parts[-1].append(Piece(text, shown))
        paged = any("PAGE" in told.upper().split() for told in _instructions(paragraph))
        for part in parts:
            last = part is parts[-1]
            yield Line(tuple(part), look, spot, self._paragraphs, rules if last else (), paged)

    @staticmethod
    def _drawn(paragraph: Element) -> Iterator[float | None]:
        """Yield the lengths of lines drawn as shapes: flat drawings, and the older vector lines."""
        for extent in paragraph.iter(f"{WP}extent"):
            wide, high = (float(extent.get(name, "0")) / EMU_PER_MM for name in ("cx", "cy"))
            if high < 1.0 < wide:
                yield wide
        for _ in paragraph.iter(f"{V}line"):
            yield None

    def _page(self, told: Element, before: Section | None) -> Section:
        size, margins = told.find(f"{W}pgSz"), told.find(f"{W}pgMar")
        made = Section(
            width=number(size, "w") or 0,
            height=number(size, "h") or 0,
            landscape=value(size, "orient") == "landscape",
            margins={edge: abs(number(margins, edge) or 0) for edge in ("top", "bottom", "left", "right")},
            gutter=number(margins, "gutter") or 0,
            hides_first=bool(switched_on(told.find(f"{W}titlePg"))),
            starts_at=number(told.find(f"{W}pgNumType"), "start"),
        )
        if before is not None:  # what a section does not say it takes from the one before
            made.header, made.first_header, made.footer = before.header, before.first_header, before.footer
        for reference in told:
            root = self._package.related(reference.get(f"{R}id", "")) if reference.get(f"{R}id") else None
            if root is None:
                continue
            lines = tuple(self._blocks(root, Spot(-1)))
            kind = value(reference, "type")
            if reference.tag == f"{W}headerReference" and kind == "default":
                made.header = lines
            elif reference.tag == f"{W}headerReference" and kind == "first":
                made.first_header = lines
            elif reference.tag == f"{W}footerReference" and kind == "default":
                made.footer = lines
        return made


def _runs(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag == f"{W}r":
            yield child
        elif child.tag in _WITHIN_PARAGRAPH:
            yield from _runs(child)


def _texts(run: Element) -> Iterator[str]:
    for child in run:
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag == f"{W}tab":
            yield "\t"
        elif child.tag == f"{W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{W}br" and value(child, "type") in (None, "textWrapping"):
            yield "\n"


def _instructions(paragraph: Element) -> Iterator[str]:
    for field_ in paragraph.iter(f"{W}fldSimple"):
        yield value(field_, "instr") or ""
    # Word may split one instruction over several runs.
    yield re.sub(r"\s+", " ", "".join(told.text or "" for told in paragraph.iter(f"{W}instrText")))
