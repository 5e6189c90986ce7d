"""The month's paper: three files that tell one story, from the snapshot and nothing else."""

import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import docx
import openpyxl
import pytest
import time_machine
import typst

from digests.documents import layout
from digests.documents.build import Built, build
from digests.documents.content import compose
from digests.documents.font_metrics import FONTS, metrics
from digests.documents.wording import count, told
from digests.snapshot import Consented, Figures, MonthSnapshot, NotASnapshot, content_hash, from_json, to_json
from tests.rules.documents import sample
from tests.rules.documents.papers import all_text
from texts import say

EVERY_PAPER = ["FULL", "EMPTY", "ONE", "SIXTY", "LONG", "HOSTILE"]
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VOWELS = "aăâeêioôơuưy"
PLAIN = set("aeiouy")


def letters() -> str:
    """Return the 134 letters Vietnamese has beyond the Latin alphabet."""
    small = {unicodedata.normalize("NFC", vowel + tone) for vowel, tone in product(VOWELS, TONES)} - PLAIN | {"đ"}
    return "".join(sorted(small) + sorted(letter.upper() for letter in small))


def squeezed(text: str) -> str:
    """The one normalisation for comparing files: NFC, no white space, no invisible places to break a long word."""
    return "".join(unicodedata.normalize("NFC", text).replace("\u200b", "").split())


def pdf_pages(path: Path) -> list[str]:
    """Return the text of each page, without its page number."""
    told_ = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return [re.sub(r"\A\d+\n", "", page) for page in told_.split("\f")[:-1]]


def pdf_text(path: Path, header_row: str = "") -> str:
    """Return a PDF's text; the list's header row, printed again on each page, counts once."""
    text = ""
    for page in map(squeezed, pdf_pages(path)):
        text += page.removeprefix(header_row) if header_row else page
    return text


def printed(path: Path, tmp_path: Path) -> Path:
    """Print a Word file to PDF with another program."""
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    command += ["--outdir", str(tmp_path / "printed"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return tmp_path / "printed" / path.with_suffix(".pdf").name


def xlsx_rows(path: Path, sheet: int) -> list[list[str]]:
    """Return the filled cells of a sheet, row by row."""
    book = openpyxl.load_workbook(path)
    rows = book.worksheets[sheet].iter_rows(values_only=True)
    return [[str(cell) for cell in row if cell is not None] for row in rows]


def built(tmp_path: Path, snapshot: MonthSnapshot) -> Built:
    """Build the three files of a snapshot."""
    return build(snapshot, sample.photo_bytes, tmp_path)


@pytest.mark.office
@pytest.mark.parametrize("name", EVERY_PAPER)
def test_word_pdf_and_excel_tell_the_same(tmp_path: Path, name: str) -> None:
    """Every word of the Word file stands in the PDF in the same order, and the list of both in Excel."""
    snapshot: MonthSnapshot = getattr(sample, name)
    files = built(tmp_path, snapshot)
    paper = compose(snapshot)
    in_word = squeezed(all_text(docx.Document(str(files.docx))))
    header_row = squeezed("".join(paper.list_annex.columns)) if paper.list_annex else ""
    assert pdf_text(files.pdf, header_row) == in_word
    in_excel = squeezed("".join(cell for row in xlsx_rows(files.xlsx, 0) for cell in row))
    assert in_excel in in_word
    if paper.list_annex:
        assert in_excel.startswith(squeezed(paper.list_annex.head.label))
        assert len(xlsx_rows(files.xlsx, 0)) == 4 + len(paper.list_annex.rows)


def test_the_letter_says_what_the_sample_says(tmp_path: Path) -> None:
    """The sample month gives the sentences a clerk would write, number and day left blank."""
    text = all_text(docx.Document(str(built(tmp_path, sample.FULL).docx)))
    for sentence in (
        "ỦY BAN NHÂN DÂN\nXÃ SUỐI LÀNH",
        "Số:       /UBND-VHXH",
        "Suối Lành, ngày      tháng      năm 2026",
        "Kính gửi: Sở Nội vụ tỉnh Lam Khê\n(Cơ quan thường trực Hội đồng Thi đua - Khen thưởng tỉnh).",
        "(số liệu từ ngày 15 tháng 10 đến ngày 14 tháng 11 năm 2026) như sau:",
        "tiếp nhận 14 lượt giới thiệu về 09 việc (11 lượt của Nhân dân, 03 lượt của đơn vị)",
        "01 gương điển hình tiên tiến; 03 gương người tốt, việc tốt; 01 mô hình mới.",
        "Theo lĩnh vực: trung thực, trả lại tài sản 02; cứu người 01;",
        "nêu việc làm 05/05 gương, nêu họ tên 05/05, đăng ảnh 03/05",
        "Đã khen thưởng: bà Lường Thị Ngoan (Giấy khen của Chủ tịch UBND xã).",
        "(số 1, 3 và 5, Phụ lục I)",
        "kính gửi Sở Nội vụ tổng hợp./.",
        "- Như trên;\n- Thường trực Đảng ủy xã (b/c);",
        "- Lưu: VT, VHXH.\nTM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nPhạm Đức Ninh",
        "2. Bà Lường Thị Ngoan, sinh năm 1968, nông dân, bản Nà Phiêng",
    ):
        assert sentence in text


def test_every_figure_of_the_month_is_in_the_sheet_of_figures(tmp_path: Path) -> None:
    """The second sheet holds each count under its name, as a number that can be added up."""
    rows = xlsx_rows(built(tmp_path, sample.FULL).xlsx, 1)
    figures = {row[0]: row[1] for row in rows if len(row) == 2}
    assert figures["Lượt giới thiệu đã tiếp nhận"] == "14"
    assert figures["Gương đã xác minh đúng người, đúng việc"] == "5"
    assert figures["Gương trong danh sách kèm theo"] == "5"
    assert figures["Trung thực, trả lại tài sản"] == "2"
    assert figures["Mô hình mới"] == "1"
    assert figures["Người được nêu là nữ"] == "2"


def test_an_empty_month_says_so(tmp_path: Path) -> None:
    """With nothing to introduce the letter is one plain paragraph, without annexes."""
    text = all_text(docx.Document(str(built(tmp_path, sample.EMPTY).docx)))
    assert "đã rà soát, kỳ này không có gương giới thiệu." in text
    assert "Còn 02 việc đang xác minh" in text
    assert "Phụ lục" not in text


def test_three_sections_are_always_printed(tmp_path: Path) -> None:
    """A section without a deed says so, in the list and in the summaries."""
    text = all_text(docx.Document(str(built(tmp_path, sample.ONE).docx)))
    for section in ("Gương điển hình tiên tiến", "Gương người tốt, việc tốt", "Mô hình mới"):
        assert text.count(section) == 2
    assert text.count("Kỳ này không có") == 4


@pytest.mark.parametrize("kind", ["submissions", "citizens", "units", "nothing"])
def test_zero_reads_like_a_sentence(kind: str) -> None:
    """No count of zero leaves a broken sentence behind."""
    figures = {
        "submissions": Figures(verified=1, received_submissions=2, received_deeds=1),
        "citizens": Figures(verified=1, received_submissions=2, received_deeds=1, from_citizens=2),
        "units": Figures(verified=1, received_submissions=2, received_deeds=1, from_units=2),
        "nothing": Figures(verified=1, women=0, broadcast=0, hard_areas=0),
    }[kind]
    text = " ".join(paragraph.text for paragraph in compose(replace(sample.ONE, figures=figures)).body)
    assert not re.search(r" 0 |: ;|: \.|\{|\}|  |None", text)


def test_a_person_nobody_asked_is_listed_without_a_name_or_picture(tmp_path: Path) -> None:
    """An approved deed stands in the list though nobody was asked yet: no name, no picture, and the column says so."""
    silent = replace(sample.KHUYEN, consented=Consented())
    snapshot = replace(sample.FULL, deeds=(sample.NGOAN, silent), figures=Figures(verified=3, left_out=1))
    files = built(tmp_path, snapshot)
    document = docx.Document(str(files.docx))
    text = all_text(document) + str(xlsx_rows(files.xlsx, 0))
    assert "Khuyên" not in text
    assert "Một người dân (chưa hỏi ý kiến)" in text
    assert "Chưa hỏi ý kiến" in text
    assert len(document.inline_shapes) == 0
    assert "01 gương" in text  # who refused is only counted


def test_a_person_who_wants_no_name_stays_unnamed_everywhere(tmp_path: Path) -> None:
    """The deed is told, but no name, year, post or village, not even inside the story."""
    unnamed = replace(
        sample.NGOAN,
        consented=Consented(deed=True, press=True),
        story=(
            "Bà Lường Thị Ngoan nhặt được ví. Sau đó bà Ngoan nộp Công an xã; chị Lường  Thị Ngoan không nhận quà.",
        ),
        confirmations=("Trưởng bản xác nhận Lường Thị Ngoan",),
    )
    files = built(tmp_path, replace(sample.ONE, deeds=(unnamed,)))
    text = all_text(docx.Document(str(files.docx))) + str(xlsx_rows(files.xlsx, 0))
    assert "Ngoan" not in text
    assert "1968" not in text
    assert "Một người dân (xin không nêu tên)" in text
    assert "Người được nêu nhặt được ví. Sau đó người được nêu nộp Công an xã; người được nêu không" in text


def test_only_photos_allowed_by_the_person_are_shown_one_a_deed(tmp_path: Path) -> None:
    """Two of three people with photos said yes to a photo, so two pictures and two captions are in the file."""
    files = built(tmp_path, sample.FULL)
    document = docx.Document(str(files.docx))
    boxes = [(shape.width.mm, shape.height.mm) for shape in document.inline_shapes]
    assert len(boxes) == 2
    assert all(wide <= 80.01 and high <= 60.01 for wide, high in boxes)
    assert boxes[0] == pytest.approx((80, 50), abs=0.1)
    assert boxes[1] == pytest.approx((30, 60), abs=0.1)
    assert all_text(document).count("Ảnh: ") == 2
    assert "Chiếc ví" not in all_text(document)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff\xe0broken",
        sample.PHOTOS[sample.LANDSCAPE][:400],
        sample.broken_png(),
    ],
)
def test_a_lost_photo_does_not_stop_the_paper(tmp_path: Path, broken: bytes) -> None:
    """The paper comes on its day without the picture, and the answer names what is missing."""

    def photo_bytes(sha256: str) -> bytes:
        if sha256 == sample.LANDSCAPE:
            return broken
        raise FileNotFoundError(sha256)

    files = build(sample.FULL, photo_bytes, tmp_path)
    assert files.missing_photos == (sample.LANDSCAPE, sample.PORTRAIT)
    assert not docx.Document(str(files.docx)).inline_shapes
    assert files.pdf.read_bytes().startswith(b"%PDF")


def test_an_open_month_is_marked_as_a_draft(tmp_path: Path) -> None:
    """The draft carries its mark and another file name; the closed month carries none."""
    draft = built(tmp_path, replace(sample.FULL, draft=True))
    assert "DỰ THẢO" in all_text(docx.Document(str(draft.docx)))
    assert "du-thao" in draft.docx.name
    assert "DỰ THẢO" in xlsx_rows(draft.xlsx, 1)[0][0]
    assert "DỰ THẢO" not in all_text(docx.Document(str(built(tmp_path, sample.FULL).docx)))


def test_adjustments_of_a_sent_paper_are_listed() -> None:
    """A deed undone after its paper went out is told in the next one, also in an empty month."""
    lines = ("Rút gương số 3 của văn bản tháng 10 năm 2026.", "Sửa năm sinh gương số 1")
    for snapshot in (sample.FULL, sample.EMPTY):
        text = "\n".join(paragraph.text for paragraph in compose(replace(snapshot, adjustments=lines)).body)
        assert "Điều chỉnh so với văn bản đã gửi" in text
        assert "- Rút gương số 3 của văn bản tháng 10 năm 2026;\n- Sửa năm sinh gương số 1." in text


@pytest.mark.parametrize("name", EVERY_PAPER)
def test_a_snapshot_survives_its_json(name: str) -> None:
    """What is stored when the month closes is read back as the same facts with the same hash."""
    snapshot: MonthSnapshot = getattr(sample, name)
    told_ = to_json(snapshot)
    if name != "HOSTILE":  # there the letters come back composed
        assert from_json(told_) == snapshot
    assert to_json(from_json(told_)) == told_
    assert content_hash(from_json(told_)) == content_hash(snapshot)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":99,"snapshot":{}}', '{"format":1,"snapshot":{"x":1}}'])
def test_json_that_is_no_snapshot_is_refused(text: str) -> None:
    """A damaged or newer snapshot is refused in one way."""
    with pytest.raises(NotASnapshot):
        from_json(text)


def test_a_changed_fact_changes_the_hash() -> None:
    """The hash tells one month's content from another's."""
    other = replace(sample.FULL, deeds=sample.FULL.deeds[:-1])
    assert content_hash(other) != content_hash(sample.FULL)


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """A closed month built again a year later, from its stored JSON, is the same to the byte."""
    with time_machine.travel(datetime(2026, 11, 16, 8, tzinfo=UTC)):
        first = built(tmp_path / "1", sample.FULL)
    with time_machine.travel(datetime(2027, 12, 1, 9, tzinfo=UTC)):
        again = built(tmp_path / "2", from_json(to_json(sample.FULL)))
    assert first.content_hash == again.content_hash
    for one, other in ((first.docx, again.docx), (first.xlsx, again.xlsx), (first.pdf, again.pdf)):
        assert one.read_bytes() == other.read_bytes()


def test_hostile_words_are_printed_as_they_are(tmp_path: Path) -> None:
    """Markup of Word, Excel formulas and typst code from a citizen's text are only ever words."""
    files = built(tmp_path, sample.HOSTILE)
    text = all_text(docx.Document(str(files.docx)))
    assert sample.HOSTILE_WORDS in text
    assert '#sys.inputs #read("/etc/passwd")' in text
    with zipfile.ZipFile(files.xlsx) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet or "hyperlink" in sheet for sheet in sheets)
    with zipfile.ZipFile(files.docx) as archive:
        assert b"hyperlink" not in archive.read("word/document.xml").lower().replace(b"=hyperlink(1)", b"")


def test_letters_and_controls_no_paper_can_print_are_cleaned() -> None:
    """Decomposed letters are composed; controls, direction marks and pictograms go; foreign letters become '?'."""
    text = told(sample.NGOAN, "ba\u0309n\u00a0Nà\t\nPhie\u0302ng\u200b\u202e\x00\ud800\U0001f600 \u4e2d")
    assert text == "bản Nà Phiêng ?"


@pytest.mark.office
def test_the_pdf_is_drawn_with_the_shipped_font_alone(tmp_path: Path) -> None:
    """Every font of the PDF is embedded and is the one in this repository."""
    shown = subprocess.run(
        ["pdffonts", str(built(tmp_path, sample.FULL).pdf)], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert len(shown) == 4
    assert all("LiberationSerif" in line and line.split()[-5] == "yes" for line in shown)


@pytest.mark.office
def test_all_134_letters_are_drawn_in_four_styles(tmp_path: Path) -> None:
    """No accented letter falls back to an empty box, in any of the four styles."""
    assert len(letters()) == 134
    for bold, italic in product((False, True), repeat=2):
        assert {ord(letter) for letter in letters()} <= set(metrics(bold=bold, italic=italic).advances)
    source = tmp_path / "chu.typ"
    styles = [
        f'#text(weight: "{w}", style: "{s}")[{" ".join(letters())}]'
        for w in ("regular", "bold")
        for s in ("normal", "italic")
    ]
    source.write_text(
        f'#set text(font: "{layout.PDF_FONT}", fallback: false)\n' + "\n\n".join(styles), encoding="utf-8"
    )
    typst.compile(source, output=tmp_path / "chu.pdf", font_paths=[FONTS], ignore_system_fonts=True)
    assert squeezed("".join(pdf_pages(tmp_path / "chu.pdf"))) == letters() * 4


@pytest.mark.office
@pytest.mark.parametrize("name", ["FULL", "SIXTY"])
def test_an_office_suite_opens_the_word_file_without_empty_pages(tmp_path: Path, name: str) -> None:
    """Opened and printed by another program, no page is blank, and the text is all there."""
    files = built(tmp_path, getattr(sample, name))
    pages = pdf_pages(printed(files.docx, tmp_path))
    assert all(squeezed(page) for page in pages)
    assert abs(len(pages) - len(pdf_pages(files.pdf))) <= 1


@pytest.mark.office
def test_a_row_taller_than_a_page_loses_nothing(tmp_path: Path) -> None:
    """A story of nine hundred words in one cell runs over the page, in Word and in PDF, down to its last word."""
    files = built(tmp_path, sample.TALL)
    for pages in (pdf_pages(files.pdf), pdf_pages(printed(files.docx, tmp_path))):
        words = " ".join(pages).split()
        assert words.count("kể") == 900
        assert "hết" in words


def test_building_waits_for_its_libraries_until_it_is_needed() -> None:
    """Starting the program does not import the writers of Word, PDF and Excel."""
    asked = "import digests.documents.build, sys; print({'docx', 'typst', 'xlsxwriter'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_counts_are_written_as_papers_write_them() -> None:
    """Below ten with a zero in front, zero alone, thousands with a point."""
    assert [count(number) for number in (0, 1, 9, 10, 606, 2236)] == ["0", "01", "09", "10", "606", "2.236"]


def test_no_key_of_the_catalogue_is_empty_here() -> None:
    """The sentences the paper is made of are in the catalogue of documents."""
    assert say("document.motto") == say("check.motto")
    assert say("document.national_name") == say("check.national_name")
