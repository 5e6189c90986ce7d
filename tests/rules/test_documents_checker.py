"""The checker of Nghị định 30/2020: our papers pass, and each broken rule is caught under its own name."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt, RGBColor

from digests.documents.build import build
from digests.documents.checker import check_docx, errors, report_lines
from digests.documents.checker.package import W
from digests.documents.checker.rules import RULES
from digests.documents.docx_parts import element
from digests.snapshot import MonthSnapshot
from tests.rules.documents import sample
from tests.rules.documents.papers import before, cell_of, find, letter, report, written

Break = Callable[[Document], object]


def _drop(document: Document, *starts: str) -> None:
    for start in starts:
        paragraph = find(document, start)
        paragraph._p.getparent().remove(paragraph._p)


def _unrule(document: Document, start: str) -> None:
    parent = find(document, start)._p.getparent()
    for borders in list(parent.iter(qn("w:pBdr"))):
        borders.getparent().remove(borders)


def _say(start: str, text: str) -> Break:
    return lambda document: setattr(written(document, start), "text", text)


def _font(start: str, **told: object) -> Break:
    def change(document: Document) -> None:
        for run in find(document, start).runs:
            for name, value in told.items():
                setattr(run.font, name, value)

    return change


def _align(start: str, align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT) -> Break:
    return lambda document: setattr(find(document, start), "alignment", align)


def _format(start: str, **told: object) -> Break:
    def change(document: Document) -> None:
        for name, value in told.items():
            setattr(find(document, start).paragraph_format, name, value)

    return change


def _landscape_letter(document: Document) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _theme_font(document: Document) -> None:
    for slots in find(document, "Trong kỳ")._p.iter(qn("w:rFonts")):
        slots.set(qn("w:asciiTheme"), "minorHAnsi")


def _small_page_number(document: Document) -> None:
    for run in document.sections[0].header.paragraphs[0].runs:
        run.font.size = Pt(10)


def _page_number_below(document: Document) -> None:
    section = document.sections[0]
    section.footer.is_linked_to_previous = False
    field = section.header.paragraphs[0]._p
    section.footer.paragraphs[0]._p.addprevious(field)


def _no_annex_numbers(document: Document) -> None:
    for old in list(document.sections[1]._sectPr.iter(qn("w:pgNumType"))):
        old.getparent().remove(old)


def _short_motto_rule(document: Document) -> None:
    ruled = next(
        one for one in cell_of(document, "Độc lập").paragraphs if one._p.find(f".//{qn('w:pBdr')}") is not None
    )
    ruled.paragraph_format.left_indent = Mm(40)


def _long_issuer_rule(document: Document) -> None:
    ruled = next(
        one for one in cell_of(document, "XÃ SUỐI").paragraphs if one._p.find(f".//{qn('w:pBdr')}") is not None
    )
    ruled.paragraph_format.left_indent = ruled.paragraph_format.right_indent = Mm(5)


def _move(start: str, under: str) -> Break:
    return lambda document: find(document, under)._p.addnext(find(document, start)._p)


def _swap_signature(document: Document) -> None:
    row = document.tables[1].rows[0]._tr
    row.append(row.tc_lst[0])


def _swap_header(document: Document) -> None:
    left, right = document.tables[0].rows[0].cells
    for paragraph in list(left.paragraphs):
        right._tc.append(paragraph._p)
    for paragraph in list(right.paragraphs)[:3]:
        left._tc.append(paragraph._p)


LETTER: list[tuple[str, str, Break]] = [
    ("P1", "letter paper", lambda d: setattr(d.sections[0], "page_width", Mm(216))),
    ("P1", "main part lying", _landscape_letter),
    ("P2", "narrow left margin", lambda d: setattr(d.sections[0], "left_margin", Mm(20))),
    ("P2", "wide right margin", lambda d: setattr(d.sections[2], "right_margin", Mm(25))),
    ("P2", "gutter", lambda d: setattr(d.sections[0], "gutter", Mm(5))),
    ("P3", "another font", _font("Trong kỳ", name="Arial")),
    ("P3", "an old font", _font("Trong kỳ", name=".VnTime")),
    ("P3", "a theme font", _theme_font),
    ("P3", "blue", lambda d: setattr(written(d, "Trong kỳ").font.color, "rgb", RGBColor(0, 0, 255))),
    (
        "P3",
        "decomposed letters",
        _say("Trong kỳ", "Trong ky\u0300, x\u00e3 tie\u0302\u0301p nh\u1eadn 14 l\u01b0\u1ee3t."),
    ),
    ("P3", "a private character", _say("Trong kỳ", "Trong kỳ \ue001.")),
    ("P4", "no number", lambda d: d.sections[0].header.paragraphs[0].clear()),
    ("P4", "shown on the first page", lambda d: setattr(d.sections[0], "different_first_page_header_footer", False)),
    ("P4", "to the left", lambda d: setattr(d.sections[0].header.paragraphs[0], "alignment", WD_ALIGN_PARAGRAPH.LEFT)),
    ("P4", "at the foot", _page_number_below),
    ("P4", "too small", _small_page_number),
    ("P5", "double spacing", _format("Trong kỳ", line_spacing=2.0)),
    ("P5", "no gap", _format("Theo lĩnh vực", space_before=Pt(0))),
    ("1a", "missing", lambda d: _drop(d, "CỘNG HÒA")),
    ("1a", "misspelt", _say("CỘNG HÒA", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆTNAM")),
    ("1a", "not bold", _font("CỘNG HÒA", bold=False)),
    ("1a", "too large", _font("CỘNG HÒA", size=Pt(15))),
    ("1b", "long dash", _say("Độc lập", "Độc lập – Tự do – Hạnh phúc")),
    ("1b", "no spaces", _say("Độc lập", "Độc lập-Tự do-Hạnh phúc")),
    ("1b", "italic", _font("Độc lập", italic=True)),
    ("1b", "wide spacing", _format("Độc lập", line_spacing=1.5)),
    ("1c", "no rule", lambda d: _unrule(d, "Độc lập")),
    ("1c", "short rule", _short_motto_rule),
    ("1c", "underlined", _font("Độc lập", underline=True)),
    ("2b", "missing", lambda d: _drop(d, "ỦY BAN NHÂN DÂN", "XÃ SUỐI LÀNH")),
    ("2b", "small letters", _say("XÃ SUỐI LÀNH", "Xã Suối Lành")),
    ("2c", "no rule", lambda d: _unrule(d, "XÃ SUỐI")),
    ("2c", "long rule", _long_issuer_rule),
    ("3", "missing", lambda d: _drop(d, "Số:")),
    ("3", "stray space", _say("Số:", "Số: 34 /HĐTĐKT-BTĐKT")),
    ("3", "one digit", _say("Số:", "Số: 5/UBND-VHXH")),
    ("3", "no colon", _say("Số:", "Số : 15/UBND - VHXH")),
    ("3", "bold", _font("Số:", bold=True)),
    ("4", "missing", lambda d: _drop(d, "Suối Lành, ngày")),
    ("4", "day without zero", _say("Suối Lành, ngày", "Suối Lành, ngày 5 tháng 11 năm 2026")),
    ("4", "January without zero", _say("Suối Lành, ngày", "Suối Lành, ngày 05 tháng 1 năm 2026")),
    ("4", "no comma", _say("Suối Lành, ngày", "Suối Lành ngày 05 tháng 11 năm 2026")),
    ("4", "in the row above", _move("Suối Lành, ngày", "Độc lập")),
    ("4", "upright", _font("Suối Lành, ngày", italic=False)),
    ("5b", "missing", lambda d: _drop(d, "V/v")),
    ("5b", "in full", _say("V/v", "Về việc giới thiệu gương")),
    ("5b", "close to the number", _format("V/v", space_before=Pt(0))),
    ("5b", "bold", _font("V/v", bold=True)),
    ("6-noi-dung", "ragged", _align("Trong kỳ")),
    ("6-noi-dung", "no indent", _format("Trong kỳ", first_line_indent=Cm(0))),
    ("6-noi-dung", "italic", _font("Trong kỳ", italic=True)),
    ("6-noi-dung", "small", _font("Trong kỳ", size=Pt(12))),
    ("6-khoan", "bracket", _say("1. Kết quả", "1) Kết quả tiếp nhận")),
    ("6-khoan", "plain title", _font("1. Kết quả", bold=False)),
    ("6-diem", "skips a letter", _say("b) Xem xét", "c) Xem xét khen thưởng.")),
    ("6-diem", "full stop", _say("a) Sở", "a. Sở Nội vụ xem xét.")),
    ("viet-hoa", "the people", _say("Trong kỳ", "Trong kỳ, xã tiếp nhận 11 lượt của nhân dân.")),
    ("viet-hoa", "an article", _say("Trong kỳ", "Thực hiện điều 5 của Quy chế, Ủy ban nhân dân xã tiếp nhận.")),
    ("6-ket", "no end mark", _say("Ủy ban nhân dân xã Suối Lành kính gửi", "Ủy ban nhân dân xã kính gửi.")),
    ("7a", "no stop after TM", _say("TM. ỦY BAN", "TM ỦY BAN NHÂN DÂN")),
    ("7a", "on the left", _swap_signature),
    ("7a", "small letters", _say("KT. CHỦ TỊCH", "KT. Chủ tịch")),
    ("7a", "not bold", _font("PHÓ CHỦ TỊCH", bold=False)),
    ("7b", "with a degree", _say("Phạm Đức Ninh", "TS. Phạm Đức Ninh")),
    ("7b", "not bold", _font("Phạm Đức Ninh", bold=False)),
    ("9a", "missing", lambda d: _drop(d, "Kính gửi", "(Cơ quan")),
    ("9a", "no colon", _say("Kính gửi", "Kính gửi Sở Nội vụ tỉnh Lam Khê")),
    ("9a", "small", _font("Kính gửi", size=Pt(12))),
    ("9b", "missing", lambda d: _drop(d, "Nơi nhận")),
    ("9b", "upright", _font("Nơi nhận", italic=False)),
    ("9b", "too large", _font("Nơi nhận", size=Pt(14))),
    ("9b-danh-sach", "no semicolon", _say("- Thường trực HĐND", "- Thường trực HĐND xã")),
    ("9b-danh-sach", "no archive", _say("- Lưu", "- Sở Nội vụ.")),
    ("9b-danh-sach", "not as above", _say("- Như trên", "- Sở Nội vụ;")),
    ("9b-danh-sach", "no stop at the end", _say("- Lưu", "- Lưu: VT, VHXH")),
    ("9b-danh-sach", "no dash", _say("- Ủy ban MTTQ", "Ủy ban MTTQ Việt Nam xã;")),
    ("PL-ten", "Arabic number", _say("Phụ lục II", "Phụ lục 2")),
    ("PL-ten", "capitals", _say("Phụ lục I", "PHỤ LỤC I")),
    ("PL-ten", "too small", _font("Phụ lục I", size=Pt(12))),
    ("PL-tieu-de", "small letters", _say("DANH SÁCH TRÍCH NGANG", "Danh sách trích ngang")),
    ("PL-tieu-de", "not bold", _font("DANH SÁCH TRÍCH NGANG", bold=False)),
    ("PL-kem-theo", "missing", lambda d: _drop(d, "(Kèm theo")),
    ("PL-kem-theo", "upright", _font("(Kèm theo", italic=False)),
    ("PL-so-trang", "pages go on", _no_annex_numbers),
    ("PL-dan-chieu", "second annex not named", _say("(Gửi kèm", "(Gửi kèm Phụ lục I: Danh sách trích ngang.)")),
]

REPORT: list[tuple[str, str, Break]] = [
    ("2a", "superior small", _say("UBND TỈNH", "UBND tỉnh Lam Khê")),
    ("2a", "superior bold", _font("UBND TỈNH", bold=True)),
    ("3", "wrong type code", _say("Số:", "Số: 05/KH-SNV")),
    ("5a", "type not bold", _font("BÁO CÁO", bold=False)),
    ("5a", "type to the left", _align("BÁO CÁO")),
    ("5a-trich-yeu", "missing", lambda d: _drop(d, "Kết quả giới thiệu")),
    ("5a-trich-yeu", "italic", _font("Kết quả giới thiệu", italic=True)),
    ("5a-ke", "no rule", lambda d: [b.getparent().remove(b) for b in list(
 d.element.body.findall(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:pBdr')}"))]),
    ("5a-ke", "underlined", _font("Kết quả giới thiệu", underline=True)),
    ("6-can-cu", "upright", _font("Căn cứ Luật", italic=False)),
    ("6-can-cu", "no semicolon", _say("Căn cứ Luật", "Căn cứ Luật Thi đua, khen thưởng.")),
    ("6-can-cu", "law with number", _say("Căn cứ Luật", "Căn cứ Luật Thi đua, khen thưởng số 06/2022/QH15;")),
    ("6-muc", "small letters", _say("I. KẾT QUẢ", "I. Kết quả")),
    ("6-muc", "dash", _say("I. KẾT QUẢ", "I- KẾT QUẢ")),
    ("9a", "no semicolon", _say("- Ủy ban nhân dân tỉnh", "- Ủy ban nhân dân tỉnh,")),
    ("9a", "dashes not in line", _format("- Ủy ban nhân dân tỉnh", left_indent=Mm(70))),
]  # fmt: skip

CONSEQUENCES = {
    ("1a", "missing"): {"2b", "2c", "4", "5b"},  # the header is found by Quốc hiệu
    ("2b", "missing"): {"2c"},
    ("3", "missing"): {"5b"},  # V/v stands under the number
    ("9a", "missing"): {"9b-danh-sach"},
    ("9b", "missing"): {"7a", "7b", "9b-danh-sach"},
    ("5a-trich-yeu", "missing"): {"5a-ke"},
    ("1b", "no spaces"): {"1c"},  # the rule is measured against the text above it
}


@pytest.mark.parametrize(("rule", "name", "change"), LETTER, ids=[f"{rule}: {name}" for rule, name, _ in LETTER])
def test_a_broken_letter_is_caught_by_its_own_rule(tmp_path: Path, rule: str, name: str, change: Break) -> None:
    """One thing is wrong in an otherwise good letter, and exactly that rule is named."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    change(document)
    document.save(str(path))
    _only(path, rule, name)


@pytest.mark.parametrize(("rule", "name", "change"), REPORT, ids=[f"{rule}: {name}" for rule, name, _ in REPORT])
def test_a_broken_report_is_caught_by_its_own_rule(tmp_path: Path, rule: str, name: str, change: Break) -> None:
    """One thing is wrong in an otherwise good báo cáo, and exactly that rule is named."""
    path = tmp_path / "bao-cao.docx"
    document = report(path)
    change(document)
    document.save(str(path))
    _only(path, rule, name)


def _only(path: Path, rule: str, name: str) -> None:
    found = check_docx(path)
    assert {one.rule for one in found} - CONSEQUENCES.get((rule, name), set()) == {rule}, report_lines(found)
    broken = next(one for one in found if one.rule == rule)
    assert broken.severity == RULES[rule].severity
    assert broken.place
    assert broken.message
    assert "30/2020" in broken.article


@pytest.mark.parametrize("paper", [letter, report])
def test_the_papers_that_are_broken_here_are_good_before(tmp_path: Path, paper: Callable[[Path], Document]) -> None:
    """Not even a warning is told before anything is broken."""
    paper(tmp_path / "van-ban.docx")
    assert check_docx(tmp_path / "van-ban.docx") == []


def test_every_rule_has_a_paper_that_breaks_it() -> None:
    """No rule stands in the table without a broken paper that proves it bites."""
    assert {rule for rule, _, _ in LETTER + REPORT} | {"tep"} == set(RULES)


def test_quoc_hieu_in_the_left_cell_is_out_of_place(tmp_path: Path) -> None:
    """The state's name moved to the left column is told as out of place."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    _swap_header(document)
    document.save(str(path))
    assert "1a" in {one.rule for one in check_docx(path)}


@pytest.mark.parametrize("name", ["FULL", "EMPTY", "ONE", "SIXTY", "LONG", "HOSTILE"])
def test_our_papers_have_no_errors(tmp_path: Path, name: str) -> None:
    """A full month, an empty one, one deed, sixty, very long names and hostile words all keep the form."""
    snapshot: MonthSnapshot = getattr(sample, name)
    built = build(snapshot, sample.photo_bytes, tmp_path)
    assert not errors(check_docx(built.docx)), report_lines(check_docx(built.docx))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_say("Suối Lành, ngày", "Suối Lành, ngày 05 tháng 06 năm 2026"), "4"),
        (_format("Trong kỳ", line_spacing=Pt(18)), "P5"),
        (_say("Phạm Đức Ninh", ""), "7b"),
    ],
    ids=["month 06", "exact spacing", "no name yet"],
)
def test_custom_is_a_warning_not_an_error(tmp_path: Path, change: Break, rule: str) -> None:
    """What the decree leaves open is told without failing the paper."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    change(document)
    document.save(str(path))
    assert [(one.rule, one.severity) for one in check_docx(path)] == [(rule, "W")]


def test_formatting_is_resolved_through_styles_defaults_and_theme(tmp_path: Path) -> None:
    """A paper that says everything in styles passes; taking it out of the style is noticed."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    style = document.styles.add_style("Than van", 1)
    style.font.name, style.font.size = "Times New Roman", Pt(14)
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    style.paragraph_format.first_line_indent = Mm(12.7)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(3)
    told = find(document, "Trong kỳ")
    plain = before(told, told, told.text)
    for old in [*plain._p.iter(qn("w:rPr"))][:1] + [*plain._p.iter(qn("w:pPr"))][:1]:
        old.getparent().remove(old)
    plain.style = style
    document.save(str(path))
    assert not check_docx(path)
    style.font.size = Pt(11)
    document.save(str(path))
    assert {one.rule for one in check_docx(path)} == {"6-noi-dung"}


def test_two_bold_styles_undo_each_other(tmp_path: Path) -> None:
    """Bold by paragraph style and by character style prints plain, and is judged as printed."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    by_paragraph, by_character = document.styles.add_style("Dam", 1), document.styles.add_style("Dam chu", 2)
    by_paragraph.font.bold = by_character.font.bold = True
    title = find(document, "1. Kết quả")
    title.style = by_paragraph
    title.runs[0].font.bold = None
    document.save(str(path))
    assert not check_docx(path)
    title.runs[0].style = by_character
    document.save(str(path))
    assert {one.rule for one in check_docx(path)} == {"6-khoan"}


def test_capitals_by_formatting_count_as_capitals(tmp_path: Path) -> None:
    """Small letters shown as capitals by formatting are read as they are printed."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    run = written(document, "XÃ SUỐI LÀNH")
    run.text, run.font.all_caps = "Xã Suối Lành", True
    document.save(str(path))
    assert not check_docx(path)


def test_a_file_that_is_no_word_document_is_told_so(tmp_path: Path) -> None:
    """A picture renamed to .docx, a broken archive and an empty file each give one plain line."""
    for name, content in (
        ("anh.docx", sample.PHOTOS[sample.LANDSCAPE]),
        ("rong.docx", b""),
        ("hong.docx", b"PK\x03\x04x"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert [one.rule for one in check_docx(path)] == ["tep"]


@pytest.mark.parametrize("evil", ["nested", "gb2312", "nonsense"])
def test_a_hostile_file_is_told_as_no_word_document(tmp_path: Path, evil: str) -> None:
    """Nested without end, or in an encoding nobody knows: one plain line, no fault of ours."""
    body = "<w:p/>"
    if evil == "nested":
        body = "<w:sdt><w:sdtContent>" * 3_000 + body + "</w:sdtContent></w:sdt>" * 3_000
    encoding = "UTF-8" if evil == "nested" else evil
    path = tmp_path / "xau.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<?xml version="1.0" encoding="{encoding}"?>{_document(body)}'.encode())
    assert [one.rule for one in check_docx(path)] == ["tep"]


def test_sizes_without_end_and_styles_without_end_are_read(tmp_path: Path) -> None:
    """A page of infinite width, three thousand styles based on each other: breaches like any, and soon."""
    paragraphs = "".join(f'<w:p><w:pPr><w:pStyle w:val="s{n}"/></w:pPr></w:p>' for n in range(0, 3_000, 10))
    page = '<w:sectPr><w:pgSz w:w="inf" w:h="1e999"/></w:sectPr>'
    chain = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>' for n in range(3_000)
    )
    path = tmp_path / "dai.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", _document(paragraphs + page))
        archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{W[1:-1]}">{chain}</w:styles>')
    assert check_docx(path)


def _document(body: str) -> str:
    return f'<w:document xmlns:w="{W[1:-1]}"><w:body>{body}</w:body></w:document>'


def test_a_plain_text_paper_gets_a_list_of_what_is_missing(tmp_path: Path) -> None:
    """A paper that is none is judged without a crash, part by part."""
    path = tmp_path / "la-thu.docx"
    document = docx.Document()
    document.add_paragraph("Chào bà con.")
    document._body._body.append(element("p"))
    document.save(str(path))
    found = {one.rule for one in check_docx(path)}
    assert {"P1", "P2", "P3", "P4", "1a", "1b", "2b", "3", "4", "5b", "9a", "9b"} <= found


def test_the_report_is_one_line_per_breach(tmp_path: Path) -> None:
    """The command line prints rule, place and article; a good paper gets one line that says so."""
    path = tmp_path / "van-ban.docx"
    document = letter(path)
    assert len(report_lines(check_docx(path))) == 1
    _say("Độc lập", "Độc lập – Tự do – Hạnh phúc")(document)
    document.save(str(path))
    lines = report_lines(check_docx(path))
    assert len(lines) == 1
    assert all(told in lines[0] for told in ("[1b]", "Độc lập", "Mục II, khoản 1"))
