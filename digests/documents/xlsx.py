"""The list and the figures as an Excel file, a convenience for whoever adds up; every cell is a plain value."""

from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from digests.documents import layout
from digests.documents.docx_parts import text_mm
from digests.documents.paper import ListAnnex, Paper
from texts import say

WRITTEN = datetime(2020, 3, 5, tzinfo=UTC)  # as in the Word file: properties do not tell when it was built
MM_PER_CHARACTER = 1.9  # Excel counts column widths in characters


def write_xlsx(paper: Paper, path: Path) -> None:
    """Write two sheets: Phụ lục I (or the letter's sentence when there is nothing), and the figures."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(path), {**plain, "in_memory": True}) as book:
        book.set_properties({"title": paper.title[:255], "created": WRITTEN})
        looks = _looks(book)
        sheet = book.add_worksheet(say("document.list.sheet"))
        if paper.list_annex:
            _list(sheet, paper.list_annex, looks)
        else:
            sheet.set_column(0, 0, 100)
            for row, paragraph in enumerate(paper.body):
                sheet.write_string(row, 0, paragraph.text, looks["text"])
        _figures(book.add_worksheet(say("document.figures.sheet")), paper, looks)


def _looks(book: Workbook) -> dict[str, Format]:
    base = {"font_name": layout.FONT, "font_size": layout.TABLE_PT, "text_wrap": True, "valign": "top"}
    head = base | {"align": "center", "valign": "vcenter"}
    return {
        "label": book.add_format(head | {"bold": True, "font_size": layout.ANNEX_LABEL_PT}),
        "reference": book.add_format(head | {"italic": True, "font_size": layout.ANNEX_REFERENCE_PT}),
        "column": book.add_format(head | {"bold": True, "border": 1}),
        "section": book.add_format(base | {"bold": True, "italic": True, "border": 1}),
        "cell": book.add_format(base | {"border": 1}),
        "centre": book.add_format(base | {"border": 1, "align": "center"}),
        "text": book.add_format(base),
    }


def _list(sheet: Worksheet, annex: ListAnnex, looks: dict[str, Format]) -> None:
    last = len(annex.columns) - 1
    for column, width_mm in enumerate(layout.COLUMN_WIDTHS_MM):
        sheet.set_column(column, column, width_mm / MM_PER_CHARACTER)
    head = annex.head
    for row, (text, look) in enumerate(((head.label, "label"), (head.title, "label"), (head.reference, "reference"))):
        sheet.merge_range(row, 0, row, last, "", looks[look])
        sheet.write_string(row, 0, text, looks[look])
    sheet.set_row(1, 40)
    sheet.set_row(3, _height_pt(annex.columns))
    for column, title in enumerate(annex.columns):
        sheet.write_string(3, column, title, looks["column"])
    for row, told in enumerate(annex.rows, start=4):
        cells = ("", *told.cells) if told.kind == "none" else told.cells
        if told.kind == "deed":
            sheet.set_row(row, _height_pt(cells))
        else:
            sheet.merge_range(row, 1, row, last, "", looks["section" if told.kind == "section" else "cell"])
        for column, text in enumerate(cells):
            if column == 0 and text.isdigit():
                sheet.write_number(row, column, int(text), looks["centre"])
            else:
                look = "section" if told.kind == "section" else "centre" if column in layout.CENTRED_COLUMNS else "cell"
                sheet.write_string(row, column, text, looks[look])
    sheet.freeze_panes(4, 2)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _height_pt(cells: tuple[str, ...]) -> float:
    """Return a row's height; not every program fits rows to wrapped text when it opens a file."""
    widths = zip(cells, layout.COLUMN_WIDTHS_MM, strict=True)
    lines = max(ceil(text_mm(text, layout.TABLE_HEAD) / (width_mm * 0.9)) for text, width_mm in widths)
    return min(max(lines, 1) * layout.TABLE_PT * 1.3 + 2, 409.0)  # 409 points is the most Excel knows


def _figures(sheet: Worksheet, paper: Paper, looks: dict[str, Format]) -> None:
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 12)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.merge_range(0, 0, 0, 1, "", looks["label"])
    sheet.write_string(0, 0, paper.figures_title, looks["label"])
    for row, told in enumerate(paper.figures, start=1):
        sheet.write_string(row, 0, told.label, looks["section" if told.value is None else "cell"])
        if told.value is not None:
            sheet.write_number(row, 1, told.value, looks["centre"])
