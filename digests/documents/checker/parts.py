"""Which line of a paper is which part (the boxes of the decree's diagram), found by words and by place."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from digests.documents.checker.reading import Line, Word, folded

_ANNEX = re.compile(r"phu luc( [ivxlc]+| \d+)?[.:]?")
_NATIONAL = "cong hoa xa hoi chu nghia"
_TITLE_LINES_AT_MOST = 6


@cache
def words() -> Mapping[str, Any]:
    """Return the word lists the checker recognises."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@dataclass
class Annex:
    """One annex: its name, the lines of its title, the line saying what it belongs to."""

    label: Line
    title: list[Line] = field(default_factory=list)
    reference: Line | None = None
    first_in_section: bool = False


@dataclass
class Parts:
    """The parts of one paper; what was not found is None or empty."""

    national: Line | None = None
    motto: Line | None = None
    motto_rules: list[Line] = field(default_factory=list)  # lines after the motto in its cell
    superior: list[Line] = field(default_factory=list)
    issuer: list[Line] = field(default_factory=list)
    issuer_rules: list[Line] = field(default_factory=list)
    number: Line | None = None
    place_date: Line | None = None
    type_name: Line | None = None
    type_title: list[Line] = field(default_factory=list)
    type_rules: list[Line] = field(default_factory=list)
    subject: list[Line] = field(default_factory=list)
    addressed: Line | None = None
    addressees: list[Line] = field(default_factory=list)
    bases: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    recipients_label: Line | None = None
    recipients: list[Line] = field(default_factory=list)
    authority: list[Line] = field(default_factory=list)
    signer: Line | None = None
    annexes: list[Annex] = field(default_factory=list)


def find_parts(word: Word) -> Parts:
    """Return the parts of a paper."""
    parts = Parts()
    inked = [line for line in word.lines if line.text]
    starts = [
        index for index, line in enumerate(inked) if line.spot.table is None and _ANNEX.fullmatch(folded(line.text))
    ]
    letter = inked[: starts[0]] if starts else inked
    _header(parts, word, letter)
    _signature(parts, letter)
    _running(parts, word, letter)
    for start in starts:
        parts.annexes.append(_annex(inked, start))
    return parts


def _header(parts: Parts, word: Word, letter: list[Line]) -> None:
    parts.national = next((line for line in letter[:20] if _NATIONAL in folded(line.text)), None)
    parts.motto = next(
        (line for line in letter[:20] if all(one in folded(line.text) for one in words()["motto_words"])), None
    )
    anchor = parts.national or parts.motto
    if parts.motto is not None:
        parts.motto_rules = _same_cell_from(word, parts.motto)
    parts.number = next((line for line in letter[:25] if re.match(r"so\s*:", folded(line.text))), None)
    parts.place_date = next(
        (
            line
            for line in letter[:30]
            if re.search(r"\bngay\b.*\bthang\b.*\bnam\b", folded(line.text)) and _in_header(line, anchor)
        ),
        None,
    )
    if anchor is None or anchor.spot.table is None:
        return
    left = [
        line
        for line in letter
        if line.spot.table == anchor.spot.table and line.spot.column == 0 and anchor.spot.column != 0
    ]
    names = [line for line in left if line.spot.row <= anchor.spot.row]
    for position, line in enumerate(names):
        if line is parts.number:
            names = names[:position]
            break
    _split_issuer(parts, names)
    if parts.issuer:
        parts.issuer_rules = _same_cell_from(word, parts.issuer[-1])
    if parts.number is not None and parts.number in left:
        after = left[left.index(parts.number) + 1 :]
        starts = [index for index, line in enumerate(after) if re.match(r"v/?v\b|ve viec\b", folded(line.text))]
        if starts:
            first = after[starts[0]]
            parts.subject = [line for line in after[starts[0] :] if line.paragraph == first.paragraph]


def _in_header(line: Line, anchor: Line | None) -> bool:
    """The day stands in the header's table, to the right; sentences of the text also hold days."""
    if anchor is None or anchor.spot.table is None:
        return line.look.align in ("center", "right")
    return line.spot.table == anchor.spot.table


def _split_issuer(parts: Parts, names: list[Line]) -> None:
    """Part the superior body (plain) from the issuer (bold); where all are alike, words tell."""
    bold = [bool(line.inked) and all(piece.look.bold for piece in line.inked) for line in names]
    first_bold = next((index for index, is_bold in enumerate(bold) if is_bold), None)
    plain_tail = next((index for index in range(1, len(names)) if _is_below(names[0], names[index])), None)
    if plain_tail is not None and first_bold in (None, 0):
        parts.superior, parts.issuer = names[:plain_tail], names[plain_tail:]
    elif first_bold:
        parts.superior, parts.issuer = names[:first_bold], names[first_bold:]
    else:
        parts.issuer = names


def _is_below(first: Line, line: Line) -> bool:
    above = any(re.match(rf"{one}\b", folded(first.text)) for one in words()["superior"])
    return above and any(re.match(rf"{one}\b", folded(line.text)) for one in words()["subordinate"])


def _same_cell_from(word: Word, line: Line) -> list[Line]:
    return [
        other
        for other in word.lines
        if (other.spot.table, other.spot.row, other.spot.column) == (line.spot.table, line.spot.row, line.spot.column)
        and other.paragraph >= line.paragraph
    ]


def _signature(parts: Parts, letter: list[Line]) -> None:
    parts.recipients_label = next((line for line in reversed(letter) if folded(line.text).startswith("noi nhan")), None)
    label = parts.recipients_label
    if label is None or label.spot.table is None:
        return
    table = [line for line in letter if line.spot.table == label.spot.table and line.spot.row == label.spot.row]
    parts.recipients = [line for line in table if line.spot.column == label.spot.column and line is not label]
    signature = [line for line in table if line.spot.column != label.spot.column]
    signature += [
        line
        for line in letter
        if line.spot.table == label.spot.table
        and line.spot.row > label.spot.row
        and line.spot.column != label.spot.column
    ]
    if signature and signature[-1].text != signature[-1].text.upper():
        parts.signer = signature.pop()
    parts.authority = signature


def _running(parts: Parts, word: Word, letter: list[Line]) -> None:
    """Part what stands between the header and the signature."""
    lines = [line for line in letter if line.spot.table is None]
    if parts.recipients_label is not None and parts.recipients_label in lines:
        lines = lines[: lines.index(parts.recipients_label)]
    head = {id(part) for part in (parts.national, parts.motto, parts.number, parts.place_date) if part}
    lines = [line for line in lines if id(line) not in head]
    lines = _named_type(parts, word, lines)
    lines = _addressed(parts, lines)
    if parts.type_name is not None:
        count = 0
        while count < len(lines) and re.match(r"can cu\b|theo de nghi\b|xet de nghi\b", folded(lines[count].text)):
            count += 1
        parts.bases, lines = lines[:count], lines[count:]
    parts.body = lines


def _named_type(parts: Parts, word: Word, lines: list[Line]) -> list[Line]:
    if not lines or folded(lines[0].text) not in words()["document_types"]:
        return lines
    parts.type_name = lines[0]
    count = 1
    while (
        count < min(len(lines), _TITLE_LINES_AT_MOST)
        and lines[count].look.align == "center"
        and not _is_address(lines[count])
    ):
        count += 1
    parts.type_title = lines[1:count]
    last = lines[count - 1]
    parts.type_rules = [line for line in word.lines if last.paragraph <= line.paragraph <= last.paragraph + 1]
    return lines[count:]


def _is_address(line: Line) -> bool:
    return folded(line.text).startswith("kinh gui")


def _addressed(parts: Parts, lines: list[Line]) -> list[Line]:
    start = next((index for index, line in enumerate(lines[:6]) if _is_address(line)), None)
    if start is None:
        return lines
    parts.addressed = lines[start]
    end = start + 1
    if lines[start].text.rstrip().endswith(":"):
        while end < len(lines) and (
            lines[end].text.startswith(("-", "–")) or lines[end].look.align not in ("both", "center")
        ):
            if not lines[end].text.startswith(("-", "–")) and lines[end - 1].text.endswith("."):
                break
            end += 1
    else:
        while end < len(lines) and lines[end].text.startswith("(") and lines[end].look.align == "center":
            end += 1
    parts.addressees = lines[start + 1 : end]
    return lines[:start] + lines[end:]


def _annex(inked: list[Line], start: int) -> Annex:
    label = inked[start]
    annex = Annex(label, first_in_section=start == 0 or inked[start - 1].spot.section != label.spot.section)
    near = inked[start + 1 : start + 1 + _TITLE_LINES_AT_MOST]
    annex.reference = next((line for line in near if folded(line.text).startswith("(kem theo")), None)
    if annex.reference is not None:
        annex.title = near[: near.index(annex.reference)]
        return annex
    for line in near:
        if line.spot.table is not None or (annex.title and line.text != line.text.upper()):
            break
        annex.title.append(line)
    return annex
