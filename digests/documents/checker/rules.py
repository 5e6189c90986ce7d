"""The form of a paper by Nghị định 30/2020/NĐ-CP, Phụ lục I, as two tables.

`RULES` names each rule, how grave a breach is, and its article; `LOOKS` says how each part must be set. The sentences
of a breach are in `texts/` under `check.`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["E", "W"]  # E: the decree's text. W: custom, or the decree can be read in two ways


@dataclass(frozen=True)
class Rule:
    """One rule: its name in the checker's report, its weight, its place in the decree (Phụ lục I, Phần I)."""

    id: str
    severity: Severity
    part: str  # Mục
    clause: str  # khoản


@dataclass(frozen=True)
class Look:
    """How one part must be set; sizes in half points, None where the decree leaves it open."""

    smallest: int
    largest: int
    bold: bool | None = False
    italic: bool | None = False
    caps: bool = False
    centred: bool = False


_RULES = (
    Rule("P1", "E", "I", "1"),  # paper
    Rule("P2", "E", "I", "3"),  # margins
    Rule("P3", "E", "I", "4"),  # font, black, Unicode
    Rule("P4", "E", "I", "7"),  # page number
    Rule("P5", "E", "II", "6"),  # spacing of the text
    Rule("1a", "E", "II", "1"),  # Quốc hiệu
    Rule("1b", "E", "II", "1"),  # Tiêu ngữ
    Rule("1c", "E", "II", "1"),  # the rule under it
    Rule("2a", "E", "II", "2"),  # superior body
    Rule("2b", "E", "II", "2"),  # issuing body
    Rule("2c", "E", "II", "2"),  # the rule under it
    Rule("3", "E", "II", "3"),  # number and symbol
    Rule("4", "E", "II", "4"),  # place and day
    Rule("5a", "E", "II", "5"),  # name of the type
    Rule("5a-trich-yeu", "E", "II", "5"),  # what a named paper is about
    Rule("5a-ke", "E", "II", "5"),  # the rule under it
    Rule("5b", "E", "II", "5"),  # V/v of an official letter
    Rule("6-can-cu", "E", "II", "6"),  # legal bases
    Rule("6-noi-dung", "E", "II", "6"),  # running text
    Rule("6-muc", "E", "II", "6"),  # I. SECTION
    Rule("6-khoan", "E", "II", "6"),  # 1. clause
    Rule("6-diem", "W", "II", "6"),  # a) point
    Rule("6-ket", "W", "II", "6"),  # ./.
    Rule("7a", "E", "II", "7"),  # authority and post
    Rule("7b", "E", "II", "7"),  # name of the signer
    Rule("9a", "E", "II", "9"),  # Kính gửi
    Rule("9b", "E", "II", "9"),  # Nơi nhận
    Rule("9b-danh-sach", "E", "II", "9"),  # the recipients
    Rule("PL-ten", "E", "III", "1"),  # Phụ lục I
    Rule("PL-tieu-de", "E", "III", "1"),  # its title
    Rule("PL-kem-theo", "E", "III", "1"),  # (Kèm theo ...)
    Rule("PL-so-trang", "E", "III", "1"),  # pages of its own
    Rule("PL-dan-chieu", "E", "III", "1"),  # named in the main text
    Rule("viet-hoa", "W", "", ""),  # Phụ lục II: capitals
    Rule("tep", "E", "I", "4"),  # the file can be read at all
)
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}

LOOKS: Mapping[str, Look] = {
    "1a": Look(24, 26, bold=True, caps=True, centred=True),
    "1b": Look(26, 28, bold=True, centred=True),
    "2a": Look(24, 26, caps=True, centred=True),
    "2b": Look(24, 26, bold=True, caps=True, centred=True),
    "3": Look(26, 26, centred=True),
    "4": Look(26, 28, italic=True, centred=True),
    "5a": Look(26, 28, bold=True, caps=True, centred=True),
    "5a-trich-yeu": Look(26, 28, bold=True, centred=True),
    "5b": Look(24, 26, centred=True),
    "6-can-cu": Look(26, 28, italic=True),
    "6-noi-dung": Look(26, 28, bold=None, italic=None),
    "6-muc": Look(26, 28, bold=True, caps=True),
    "6-khoan": Look(26, 28, bold=None),
    "7a": Look(26, 28, bold=True, caps=True, centred=True),
    "7b": Look(26, 28, bold=True, centred=True),
    "9a": Look(26, 28),
    "9b": Look(24, 24, bold=True, italic=True),
    "9b-danh-sach": Look(22, 22),
    "PL-ten": Look(28, 28, bold=True, centred=True),
    "PL-tieu-de": Look(26, 28, bold=True, caps=True, centred=True),
    "PL-kem-theo": Look(26, 28, italic=True, centred=True),
    "P4": Look(26, 28, bold=None, centred=True),
}

PAGE_SHORT, PAGE_LONG, PAGE_SLACK = 11906, 16838, 20  # twips; A4
MARGINS: Mapping[str, tuple[int, int]] = {  # twips, both ends allowed
    "top": (1134, 1417),
    "bottom": (1134, 1417),
    "left": (1701, 1984),
    "right": (850, 1134),
}
MARGIN_SLACK = 6
LINE_SPACING = (240, 360)  # 240ths of a line: single to 1.5
PARAGRAPH_GAP = 120  # twips: 6 pt
SINGLE_SPACING_AT_MOST = 260  # 240ths of a line, in the header
FIRST_LINES, FIRST_LINE_SLACK = (567, 720), 10  # twips: 1 cm or 1.27 cm
ISSUER_RULE = (1 / 3, 1 / 2)  # of the text above
RULE_SLACK = 0.08  # drawn by hand or by a border: nobody measures closer
