"""The few Word constructions python-docx has no call for: rules, fields, borderless tables, fixed archives."""

import zipfile
from io import BytesIO
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from digests.documents import layout
from digests.documents.font_metrics import metrics

TWIPS_PER_MM = 1440 / 25.4
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: the same paper gives the same bytes
_FONT_SLOTS = ("ascii", "hAnsi", "cs", "eastAsia")


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """Return a `w:` element; attribute names get the same prefix."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def twips(millimetres: float) -> int:
    """Return twentieths of a point."""
    return round(millimetres * TWIPS_PER_MM)


def write_run(paragraph: Paragraph, text: str, type_: layout.Type) -> Run:
    """Add text set in `type_`, the font named in every slot so that no theme can win."""
    run = paragraph.add_run(text)
    run.font.name = layout.FONT
    slots = run._r.get_or_add_rPr().rFonts
    if slots is not None:
        for slot in _FONT_SLOTS:
            slots.set(qn(f"w:{slot}"), layout.FONT)
    run.font.size = Pt(type_.size_pt)
    if type_.bold:
        run.font.bold = True
    if type_.italic:
        run.font.italic = True
    return run


def tight(paragraph: Paragraph, *, centred: bool = False, before_pt: float = 0) -> Paragraph:
    """Set single spacing without gaps, as in the header and the signature."""
    setting = paragraph.paragraph_format
    setting.space_before, setting.space_after, setting.line_spacing = Pt(before_pt), Pt(0), 1.0
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def rule(paragraph: Paragraph, length_mm: float, box_mm: float) -> None:
    """Make an empty paragraph a centred line `length_mm` long: its bottom border, indented on both sides."""
    side = Mm(max(box_mm - length_mm, 0) / 2)
    paragraph.paragraph_format.left_indent = side
    paragraph.paragraph_format.right_indent = side
    properties = paragraph._p.get_or_add_pPr()
    borders = element("pBdr")
    borders.append(element("bottom", val="single", sz=str(round(layout.RULE_PT * 8)), space="0", color="auto"))
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    shrink(paragraph)  # keeps the line close under the text


def shrink(paragraph: Paragraph) -> None:
    """Make an empty paragraph as low as Word allows."""
    tight(paragraph)
    properties = paragraph._p.get_or_add_pPr()
    mark = element("rPr")
    mark.append(element("sz", val="2"))
    properties.insert_element_before(mark, "w:sectPr", "w:pPrChange")


def text_mm(text: str, type_: layout.Type) -> float:
    """Return how wide a line stands."""
    return metrics(bold=type_.bold, italic=type_.italic).width_mm(text, type_.size_pt)


def columns(table: Table, widths_mm: tuple[float, ...], *, borders: bool) -> None:
    """Fix the column widths; without borders the cells lose their padding too, so that widths are what is printed."""
    table.autofit = False
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    layout_at = properties.find(qn("w:tblLayout"))
    width = element("tblW", w=str(sum(map(twips, widths_mm))), type="dxa")
    inset = element("tblInd", w="0", type="dxa")
    edges = element("tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edges.append(element(edge, val="single" if borders else "nil", sz="4", space="0", color="auto"))
    padding = element("tblCellMar")
    for edge in ("left", "right"):
        padding.append(element(edge, w="57" if borders else "0", type="dxa"))
    for made in (width, inset, edges):
        if layout_at is not None:
            layout_at.addprevious(made)
        else:
            properties.append(made)
    if layout_at is not None:
        layout_at.addnext(padding)
    else:
        properties.append(padding)
    for column, width_mm in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width_mm)
    for row in table.rows:
        for cell, width_mm in zip(row.cells, widths_mm, strict=True):
            cell.width = Mm(width_mm)


def keep_whole(row: _Row, *, repeated: bool = False) -> None:
    """Keep a row on one page; a repeated one stands on top of every page of its table."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    if repeated:
        properties.append(element("tblHeader"))


def first_paragraph(cell: _Cell) -> Paragraph:
    """Return the paragraph a new cell is born with."""
    first: Paragraph = cell.paragraphs[0]
    return first


def page_field(paragraph: Paragraph) -> None:
    """Write the running page number, centred."""
    tight(paragraph, centred=True)
    for kind in ("begin", "PAGE", "separate", "1", "end"):
        run = write_run(paragraph, "", layout.PAGE_NUMBER)
        if kind == "PAGE":
            instruction = element("instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = " PAGE "
            run._r.append(instruction)
        elif kind == "1":
            run.text = "1"
        else:
            run._r.append(element("fldChar", fldCharType=kind))


def save(document: Document, path: Path) -> None:
    """Write the document so that equal content gives equal bytes."""
    packed = BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as told, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in told.namelist():
            entry = zipfile.ZipInfo(name, ARCHIVE_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            kept.writestr(entry, told.read(name))
