"""Word files for the checker: ours as built, a report made from it, and ways to break one rule at a time."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
from docx.document import Document
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from digests.documents.content import compose
from digests.documents.docx import write_docx
from digests.documents.docx_parts import rule
from tests.rules.documents import sample


def letter(path: Path) -> Document:
    """Write the sample letter and open it."""
    return _opened(path, _letter())


def report(path: Path) -> Document:
    """Build a báo cáo of a department: superior body, type name, legal bases, sections, several addressees."""
    return _opened(path, _report())


def _opened(path: Path, packed: bytes) -> Document:
    path.write_bytes(packed)
    return docx.Document(str(path))


@cache
def _letter() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "van-ban.docx"
        write_docx(compose(sample.FULL), sample.photo_bytes, path)
        return path.read_bytes()


@cache
def _report() -> bytes:
    office = replace(
        sample.OFFICE,
        superior_lines=("UBND tỉnh Lam Khê",),
        issuer_lines=("Sở Nội vụ",),
        addressees=("Ủy ban nhân dân tỉnh", "Hội đồng Thi đua - Khen thưởng tỉnh"),
        symbol="BC-SNV",
    )
    packed = BytesIO()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bao-cao.docx"
        write_docx(compose(replace(sample.FULL, office=office)), sample.photo_bytes, path)
        document = docx.Document(str(path))
    written(document, "Số:").text = "Số: 05/BC-SNV"
    subject = find(document, "V/v")
    subject._p.getparent().remove(subject._p)
    addressed = find(document, "Kính gửi")
    title = before(addressed, find(document, "TM. ỦY BAN"), "BÁO CÁO")
    assert title.text == "BÁO CÁO"
    about = before(addressed, title, "Kết quả giới thiệu gương người tốt, việc tốt quý IV năm 2026")
    line = addressed.insert_paragraph_before()
    rule(line, 50, 165)
    assert about.text
    first = find(document, "Thực hiện")
    for text in ("Căn cứ Luật Thi đua, khen thưởng ngày 15 tháng 6 năm 2022;", "Căn cứ Kế hoạch số 12/KH-UBND."):
        basis = before(first, first, text)
        for run in basis.runs:
            run.italic = True
    before(first, find(document, "1. Kết quả"), "I. KẾT QUẢ")
    document.save(packed)
    return packed.getvalue()


def before(place: Paragraph, model: Paragraph, text: str) -> Paragraph:
    """Put a paragraph looking like `model` before `place`."""
    copied = Paragraph(deepcopy(model._p), place._parent)
    place._p.addprevious(copied._p)
    for run in copied.runs[1:]:
        run._r.getparent().remove(run._r)
    copied.runs[0].text = text
    return copied


def paragraphs(document: Document) -> Iterator[Paragraph]:
    """Yield every paragraph of the body and of its tables, in order."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                seen: set[int] = set()
                for cell in row.cells:
                    if id(cell._tc) not in seen:
                        seen.add(id(cell._tc))
                        yield from cell.paragraphs


def find(document: Document, start: str) -> Paragraph:
    """Return the first paragraph that starts so."""
    return next(paragraph for paragraph in paragraphs(document) if paragraph.text.startswith(start))


def written(document: Document, start: str) -> Run:
    """Return the first run of the paragraph that starts so."""
    return find(document, start).runs[0]


def all_text(document: Document) -> str:
    """Return everything one can read in the body."""
    return "\n".join(paragraph.text for paragraph in paragraphs(document))


def cell_of(document: Document, start: str) -> _Cell:
    """Return the cell the paragraph stands in."""
    parent = find(document, start)._parent
    assert isinstance(parent, _Cell)
    return parent
