"""The paper as a Word file, in the form of Nghị định 30/2020/NĐ-CP (numbers in `layout`)."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.image import Image
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from digests.documents import layout
from digests.documents.docx_parts import (
    columns,
    element,
    first_paragraph,
    keep_whole,
    page_field,
    rule,
    save,
    shrink,
    text_mm,
    tight,
    write_run,
)
from digests.documents.paper import AnnexHead, Entry, ListAnnex, Paper, Row, StoriesAnnex

WRITTEN = datetime(2020, 3, 5, tzinfo=UTC)  # the day of the decree: a paper's properties do not tell when it was built


def write_docx(paper: Paper, photo_bytes: Callable[[str], bytes], path: Path) -> None:
    """Write the paper as a Word file; `photo_bytes` gives a picture by its SHA-256."""
    document = docx.Document()
    _defaults(document)
    _properties(document, paper.title)
    _page(document.sections[0])
    _heading(document, paper)
    _addressees(document, paper)
    _body(document, paper)
    _closing(document, paper)
    if paper.list_annex:
        _page(_new_section(document), landscape=True)
        _list(document, paper.list_annex)
    if paper.stories_annex:
        _page(_new_section(document))
        _stories(document, paper.stories_annex, photo_bytes)
    save(document, path)


def _defaults(document: Document) -> None:
    """Name the font in every style: the library's template brings theme fonts and another paper size."""
    styles = document.styles.element
    for slots in styles.iter(qn("w:rFonts")):
        slots.attrib.clear()
        for slot in ("ascii", "hAnsi", "cs", "eastAsia"):
            slots.set(qn(f"w:{slot}"), layout.FONT)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")
    normal = document.styles["Normal"]
    normal.font.name = layout.FONT
    normal.font.size = Pt(layout.BODY_PT)
    settings = document.settings.element
    compatibility = settings.find(qn("w:compat"))
    if compatibility is not None:
        uri = "http://schemas.microsoft.com/office/word"
        compatibility.append(element("compatSetting", name="compatibilityMode", uri=uri, val="15"))


def _properties(document: Document, title: str) -> None:
    kept = document.core_properties
    kept.title, kept.language = title[:255], "vi-VN"
    kept.author = kept.last_modified_by = kept.comments = kept.keywords = kept.subject = ""
    kept.created = kept.modified = kept.last_printed = WRITTEN
    kept.revision = 1


def _new_section(document: Document) -> Section:
    """Start a part of its own; the paragraph that carries the break is tiny, or it could make an empty page."""
    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    shrink(document.paragraphs[-1])
    return section


def _page(section: Section, *, landscape: bool = False) -> None:
    """Set A4, the margins, and page numbers of its own that start again and hide on the first page."""
    short, long = Mm(layout.PAGE_SHORT_MM), Mm(layout.PAGE_LONG_MM)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.top_margin = section.bottom_margin = Mm(layout.MARGIN_TOP_MM)
    section.left_margin, section.right_margin = Mm(layout.MARGIN_LEFT_MM), Mm(layout.MARGIN_RIGHT_MM)
    section.header_distance = section.footer_distance = Mm(layout.PAGE_NUMBER_FROM_TOP_MM)
    section.gutter = 0
    section.different_first_page_header_footer = True
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)
    numbering = element("pgNumType", start="1")
    section._sectPr.insert_element_before(
        numbering, "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection", "w:docGrid"
    )
    section.header.is_linked_to_previous = False
    section.first_page_header.is_linked_to_previous = False
    for paragraph in section.header.paragraphs:
        for run in paragraph.runs:
            run._r.getparent().remove(run._r)
    page_field(section.header.paragraphs[0])


def _heading(document: Document, paper: Paper) -> None:
    told = paper.heading
    table = document.add_table(rows=2, cols=2)
    columns(table, (layout.HEADER_LEFT_MM, layout.HEADER_RIGHT_MM), borders=False)
    issuer, state = table.rows[0].cells
    lines = [(line, layout.SUPERIOR) for line in told.superior] + [(line, layout.ISSUER) for line in told.issuer]
    _stack(issuer, lines)
    issuer_mm = min(max(text_mm(line, layout.ISSUER) for line in told.issuer), layout.HEADER_LEFT_MM)
    rule(issuer.add_paragraph(), issuer_mm * layout.ISSUER_RULE_SHARE, layout.HEADER_LEFT_MM)
    _stack(state, [(told.national_name, layout.NATIONAL_NAME), (told.motto, layout.MOTTO)])
    rule(state.add_paragraph(), text_mm(told.motto, layout.MOTTO), layout.HEADER_RIGHT_MM)
    number, day = table.rows[1].cells
    _stack(number, [(told.number, layout.NUMBER)], before_pt=4)
    subject = tight(number.add_paragraph(), centred=True, before_pt=layout.SUBJECT_BEFORE_PT)
    write_run(subject, told.subject, layout.SUBJECT)
    if told.draft_mark:
        mark = tight(number.add_paragraph(), centred=True, before_pt=layout.SUBJECT_BEFORE_PT)
        write_run(mark, told.draft_mark, layout.DRAFT_MARK)
    _stack(day, [(told.place_date, layout.PLACE_DATE)], before_pt=4)


def _stack(cell: _Cell, lines: list[tuple[str, layout.Type]], before_pt: float = 0) -> None:
    """Centre lines one under another."""
    for position, (text, type_) in enumerate(lines):
        paragraph = cell.add_paragraph() if position else first_paragraph(cell)
        write_run(tight(paragraph, centred=True, before_pt=before_pt), text, type_)


def _addressees(document: Document, paper: Paper) -> None:
    told = paper.addressees
    gap = tight(document.add_paragraph())
    gap.paragraph_format.space_after = Pt(2)
    if not told.several:
        for position, line in enumerate(told.lines):
            text = line if position else f"{told.label} {line}"
            paragraph = tight(document.add_paragraph(), centred=True, before_pt=0 if position else 6)
            write_run(paragraph, text, layout.BODY)
        return
    label = tight(document.add_paragraph(), before_pt=6)
    label.paragraph_format.left_indent = Mm(layout.ADDRESSEES_LEFT_MM)
    write_run(label, told.label, layout.BODY)
    dash = layout.ADDRESSEES_LEFT_MM + text_mm(told.label, layout.BODY) - text_mm(":", layout.BODY)
    hanging = text_mm("- ", layout.BODY)
    for line in told.lines:
        paragraph = tight(document.add_paragraph())
        paragraph.paragraph_format.left_indent = Mm(dash + hanging)
        if line.startswith("-"):
            paragraph.paragraph_format.first_line_indent = Mm(-hanging)
        write_run(paragraph, line, layout.BODY)


def _body(document: Document, paper: Paper) -> None:
    for position, told in enumerate(paper.body):
        paragraph = _running(document, told.text, layout.HEADING if told.kind == "heading" else layout.BODY)
        last = position >= len(paper.body) - layout.KEPT_WITH_SIGNATURE
        paragraph.paragraph_format.keep_with_next = told.kind == "heading" or last
        if not position:
            paragraph.paragraph_format.space_before = Pt(12)


def _running(document: Document, text: str, type_: layout.Type) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    setting = paragraph.paragraph_format
    setting.first_line_indent = Mm(layout.FIRST_LINE_MM)
    setting.line_spacing = layout.LINE_SPACING
    setting.space_before, setting.space_after = Pt(layout.PARAGRAPH_BEFORE_PT), Pt(layout.PARAGRAPH_AFTER_PT)
    setting.widow_control = True
    write_run(paragraph, text, type_)
    return paragraph


def _closing(document: Document, paper: Paper) -> None:
    told = paper.closing
    gap = tight(document.add_paragraph())
    gap.paragraph_format.keep_with_next = True
    write_run(gap, "", layout.RECIPIENTS)
    table = document.add_table(rows=1, cols=2)
    columns(table, (layout.SIGNATURE_LEFT_MM, layout.SIGNATURE_RIGHT_MM), borders=False)
    keep_whole(table.rows[0])
    recipients, signature = table.rows[0].cells
    write_run(tight(first_paragraph(recipients)), told.recipients_label, layout.RECIPIENTS_LABEL)
    for line in told.recipients:
        write_run(tight(recipients.add_paragraph()), line, layout.RECIPIENTS)
    _stack(signature, [(line, layout.SIGNER) for line in told.authority])
    name = tight(signature.add_paragraph(), centred=True, before_pt=layout.SIGNATURE_ROOM_PT)
    write_run(name, told.signer, layout.SIGNER)


def _annex_head(document: Document, head: AnnexHead) -> None:
    for text, type_, after_pt in (
        (head.label, layout.ANNEX_LABEL, 0),
        (head.title, layout.ANNEX_TITLE, 0),
        (head.reference, layout.ANNEX_REFERENCE, 8),
    ):
        paragraph = tight(document.add_paragraph(), centred=True)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(after_pt)
        write_run(paragraph, text, type_)


def _list(document: Document, annex: ListAnnex) -> None:
    _annex_head(document, annex.head)
    table = document.add_table(rows=1 + len(annex.rows), cols=len(annex.columns))
    columns(table, layout.COLUMN_WIDTHS_MM, borders=True)
    head, *rows = table.rows
    keep_whole(head, repeated=True)
    for cell, title in zip(head.cells, annex.columns, strict=True):
        write_run(tight(first_paragraph(cell), centred=True), title, layout.TABLE_HEAD)
    for row, told in zip(rows, annex.rows, strict=True):
        if fits_on_a_page(told):
            keep_whole(row)
        _list_row(table, list(row.cells), told)


def fits_on_a_page(row: Row) -> bool:
    """Tell whether a row is short enough to be kept whole; kept whole, a taller one would lose its end."""
    widths = layout.COLUMN_WIDTHS_MM if row.kind == "deed" else (layout.LIST_WIDTH_MM,) * len(row.cells)
    lines = (text_mm(text, layout.TABLE) / (width * 0.8) for text, width in zip(row.cells, widths, strict=True))
    return max(lines) < layout.WHOLE_ROW_LINES


def _list_row(table: Table, cells: list[_Cell], told: Row) -> None:
    if told.kind == "deed":
        for position, (cell, text) in enumerate(zip(cells, told.cells, strict=True)):
            write_run(tight(first_paragraph(cell), centred=position in layout.CENTRED_COLUMNS), text, layout.TABLE)
        return
    type_ = layout.TABLE_SECTION if told.kind == "section" else layout.TABLE
    wide = cells[1].merge(cells[-1])
    texts = told.cells if told.kind == "section" else ("", *told.cells)
    write_run(tight(first_paragraph(cells[0]), centred=True), texts[0], type_)
    paragraph = tight(first_paragraph(wide))
    paragraph.paragraph_format.keep_with_next = told.kind == "section"
    write_run(paragraph, texts[1], type_)


def _stories(document: Document, annex: StoriesAnnex, photo_bytes: Callable[[str], bytes]) -> None:
    _annex_head(document, annex.head)
    for entry in annex.entries:
        _running(document, entry.heading, layout.HEADING).paragraph_format.keep_with_next = True
        for text in entry.paragraphs:
            _running(document, text, layout.BODY)
        if entry.picture:
            _picture(document, entry, photo_bytes(entry.picture.sha256))


def _picture(document: Document, entry: Entry, photo: bytes) -> None:
    """Fit the picture into its box and put the caption under it."""
    wide_mm, high_mm = fitted_mm(photo)
    holder = tight(document.add_paragraph(), centred=True, before_pt=6)
    holder.paragraph_format.keep_with_next = True
    holder.add_run().add_picture(BytesIO(photo), Mm(wide_mm), Mm(high_mm))
    if entry.picture and entry.picture.caption:
        write_run(tight(document.add_paragraph(), centred=True), entry.picture.caption, layout.CAPTION)
        document.paragraphs[-1].paragraph_format.space_after = Pt(layout.PARAGRAPH_AFTER_PT)


def fitted_mm(photo: bytes) -> tuple[float, float]:
    """Return the size at which a picture fills its box without being stretched."""
    image = Image.from_blob(photo)
    scale = min(layout.PHOTO_WIDTH_MM / image.px_width, layout.PHOTO_HEIGHT_MM / image.px_height)
    return image.px_width * scale, image.px_height * scale


def readable(photo: bytes) -> bool:
    """Tell whether both Word and PDF can show the picture (JPEG or PNG)."""
    if not photo.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return False
    try:
        return min(fitted_mm(photo)) > 0
    except Exception:
        return False
