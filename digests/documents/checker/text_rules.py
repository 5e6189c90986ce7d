"""Rules of the running text (box 6) and of the annexes."""

import re
from collections.abc import Iterator

from digests.documents.checker.breaches import Breach, breach, look_breaches
from digests.documents.checker.parts import Parts, words
from digests.documents.checker.reading import Line, Word, folded
from digests.documents.checker.rules import FIRST_LINE_SLACK, FIRST_LINES
from texts import say

_SECTION = re.compile(r"[IVXLC]+\s*([.)/-])\s*(?P<rest>\S.*)")
_CLAUSE = re.compile(r"\d{1,2}(?P<mark>\.|\)|/|-)\s+(?P<rest>\S.*)")
_POINT = re.compile(r"(?P<letter>[^\W\d_])(?P<mark>\)|\.|/)\s+\S.*")
_LAW_WITH_NUMBER = re.compile(r"luat\b[^;]*\bso\s+\d+/\d{4}/qh\d+")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_TITLE_AT_MOST = 120  # characters: a clause this short without a stop at its end is a title


def text_breaches(parts: Parts) -> Iterator[Breach]:
    """Yield breaches of box 6."""
    yield from _bases(parts.bases)
    running = []
    for line in parts.body:
        if line.text == line.text.upper() and line.look.align == "center":
            continue  # "QUYẾT ĐỊNH:", chapter names: parts of other kinds of paper
        if _SECTION.fullmatch(line.text):
            yield from _section(line)
        elif _CLAUSE.fullmatch(line.text):
            yield from _clause(line)
        else:
            running.append(line)
    for line in running:
        yield from _paragraph(line)
    yield from _points(parts.body)
    yield from _capitals(parts.body)
    if parts.body and not parts.body[-1].text.endswith("./."):
        yield breach("6-ket", "6.end", parts.body[-1])


def annex_breaches(word: Word, parts: Parts) -> Iterator[Breach]:
    """Yield breaches of the annexes."""
    letter = " ".join(line.text for line in parts.body)
    for position, annex in enumerate(parts.annexes):
        wanted = say("check.annex.numbered", number=_ROMAN[position]) if len(parts.annexes) > 1 else say("check.annex")
        if annex.label.text != wanted:
            yield breach("PL-ten", "PL.label", annex.label, wanted=wanted)
        yield from look_breaches("PL-ten", [annex.label])
        yield from look_breaches("PL-tieu-de", annex.title)
        if annex.reference is None:
            yield breach("PL-kem-theo", "PL.reference_missing", annex.label)
        else:
            if not annex.reference.text.endswith(")"):
                yield breach("PL-kem-theo", "PL.reference_text", annex.reference)
            yield from look_breaches("PL-kem-theo", [annex.reference])
        section = word.sections[min(annex.label.spot.section, len(word.sections) - 1)]
        if not annex.first_in_section or section.starts_at != 1:
            yield breach("PL-so-trang", "PL.pages", annex.label)
        if not re.search(rf"\b{folded(wanted)}\b", folded(letter)):
            yield breach("PL-dan-chieu", "PL.not_named", annex.label, wanted=wanted)


def _bases(bases: list[Line]) -> Iterator[Breach]:
    yield from look_breaches("6-can-cu", bases)
    for line in bases:
        if not line.text.endswith("." if line is bases[-1] else ";"):
            yield breach("6-can-cu", "list.last" if line is bases[-1] else "list.end", line)
        if _LAW_WITH_NUMBER.search(folded(line.text)):
            yield breach("6-can-cu", "6.law_number", line)


def _section(line: Line) -> Iterator[Breach]:
    told = _SECTION.fullmatch(line.text)
    if told and told[1] != ".":
        yield breach("6-muc", "6.mark", line)
    yield from look_breaches("6-muc", [line])


def _clause(line: Line) -> Iterator[Breach]:
    told = _CLAUSE.fullmatch(line.text)
    if told and told["mark"] != ".":
        yield breach("6-khoan", "6.mark", line)
    yield from look_breaches("6-khoan", [line])
    is_title = len(line.text) <= _TITLE_AT_MOST and line.text[-1] not in ".;:,/"
    if is_title and not all(piece.look.bold for piece in line.inked):
        yield breach("6-khoan", "6.title_bold", line)


def _paragraph(line: Line) -> Iterator[Breach]:
    yield from look_breaches("6-noi-dung", [line])
    if all(piece.look.italic for piece in line.inked):
        yield breach("6-noi-dung", "look.not_italic", line)
    if all(piece.look.bold for piece in line.inked):
        yield breach("6-noi-dung", "look.not_bold", line)
    if line.look.align != "both":
        yield breach("6-noi-dung", "6.justified", line)
    if not any(abs(line.look.first - wanted) <= FIRST_LINE_SLACK for wanted in FIRST_LINES):
        yield breach("6-noi-dung", "6.first_line", line, found=f"{line.look.first / 567:.2f}")


def _capitals(body: list[Line]) -> Iterator[Breach]:
    for line in body:
        for told in words()["capitals"]:
            found = [one for one in re.finditer(told["pattern"], line.text) if not one.groupdict().get("fine")]
            if found:
                yield breach("viet-hoa", "capitals", line, found=found[0][0], right=told["right"])


def _points(body: list[Line]) -> Iterator[Breach]:
    """Letters follow the Vietnamese alphabet and start again at a after anything that is a heading."""
    letters: str = words()["point_letters"]
    expected = 0
    for line in body:
        told = _POINT.fullmatch(line.text)
        if told is None or told["letter"].isupper():
            if _CLAUSE.fullmatch(line.text) or _SECTION.fullmatch(line.text):
                expected = 0
            continue
        if told["mark"] != ")":
            yield breach("6-diem", "6.point_mark", line)
        if told["letter"] == "a":
            expected = 0
        if expected >= len(letters) or told["letter"] != letters[expected]:
            yield breach("6-diem", "6.point_order", line, found=told["letter"])
            expected = letters.find(told["letter"])
        expected += 1
