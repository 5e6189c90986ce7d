"""Rules of the boxes at the top and at the bottom of a paper: 1 to 5 and 7, 9."""

import re
from collections.abc import Iterator
from functools import cache

from digests.documents.checker.breaches import Breach, breach, look_breaches
from digests.documents.checker.parts import Parts, words
from digests.documents.checker.reading import TWIPS_PER_MM, Line, Word, folded
from digests.documents.checker.rules import ISSUER_RULE, PARAGRAPH_GAP, RULE_SLACK, SINGLE_SPACING_AT_MOST
from digests.documents.font_metrics import metrics
from texts import say

_PREFIX = re.compile(r"(TM|Q|KT|TL|TUQ)([.\s])")


@cache
def _pattern(name: str, type_code: str = "") -> re.Pattern[str]:
    """Return one of the patterns of the word list; dots and blanks are what a draft leaves open."""
    pattern: str = words()["patterns"][name]
    for piece, inside in (*words()["pieces"].items(), ("TYPE", re.escape(type_code))):
        pattern = pattern.replace(piece, inside)
    return re.compile(pattern)


def head_breaches(word: Word, parts: Parts) -> Iterator[Breach]:
    """Yield breaches of boxes 1 to 5."""
    yield from _state(parts)
    yield from _issuer(parts)
    yield from _number(parts)
    yield from _place_date(parts)
    yield from _type(word, parts)
    yield from _subject(parts)


def foot_breaches(parts: Parts) -> Iterator[Breach]:
    """Yield breaches of boxes 7 and 9."""
    yield from _addressees(parts)
    yield from _signature(parts)
    yield from _recipients(parts)


def _state(parts: Parts) -> Iterator[Breach]:
    if parts.national is None:
        yield breach("1a", "1a.missing")
    else:
        spellings = (say("check.national_name"), say("check.national_name.other"))
        if parts.national.text.upper() not in spellings:
            yield breach("1a", "1a.text", parts.national, wanted=spellings[0])
        if parts.national.spot.table is None or parts.national.spot.column == 0:
            yield breach("1a", "1a.place", parts.national)
        yield from look_breaches("1a", [parts.national])
    if parts.motto is None:
        yield breach("1b", "1b.missing")
        return
    if parts.motto.text != say("check.motto"):
        yield breach("1b", "1b.text", parts.motto, wanted=say("check.motto"))
    yield from _single("1b", [parts.motto])
    yield from _plain_looks("1b", "1c", [parts.motto])
    yield from _rule("1c", [parts.motto], parts.motto_rules, 1.0, 1.0)


def _issuer(parts: Parts) -> Iterator[Breach]:
    if not parts.issuer:
        yield breach("2b", "2b.missing")
        return
    yield from look_breaches("2a", parts.superior)
    yield from _single("2b", parts.issuer)
    yield from _plain_looks("2b", "2c", parts.issuer)
    yield from _rule("2c", parts.issuer, parts.issuer_rules, *ISSUER_RULE)


def _single(rule: str, lines: list[Line]) -> Iterator[Breach]:
    for line in lines:
        if line.look.line_rule == "auto" and line.look.line > SINGLE_SPACING_AT_MOST:
            yield breach(rule, "look.single", line)


def _plain_looks(rule: str, line_rule: str, lines: list[Line]) -> Iterator[Breach]:
    """Underlining here is a rule drawn the wrong way, so it is told under the rule's own name."""
    for line in lines:
        if any(piece.look.underlined for piece in line.inked):
            yield breach(line_rule, "rule.underlined", line)
    underlined = say("check.look.underlined")
    yield from (one for one in look_breaches(rule, lines) if one.message != underlined)


def _rule(
    rule: str, lines: list[Line], near: list[Line], low: float, high: float, width_mm: float = 0
) -> Iterator[Breach]:
    """Judge the line drawn under a text: is there one, and is it as long as it should be."""
    drawn = [(line, length) for line in near for length in line.rules_mm]
    if not drawn:
        yield breach(rule, "rule.missing", lines[-1])
        return
    line, length = drawn[0]
    if length is None and line.look.ruled and width_mm:
        length = width_mm - (line.look.left + line.look.right) / TWIPS_PER_MM
    if length is None:
        return
    text_mm = max(_width_mm(one) for one in lines)
    if text_mm and not low - RULE_SLACK <= length / text_mm <= high + RULE_SLACK:
        share = f"{length / text_mm:.0%}"
        yield breach(rule, "rule.length", lines[-1], found=share, low=f"{low:.0%}", high=f"{high:.0%}")


def _width_mm(line: Line) -> float:
    """Return how wide a line's text stands; a text wider than its cell wraps, so the cell is the limit."""
    width = sum(
        metrics(bold=piece.look.bold, italic=piece.look.italic).width_mm(
            piece.text.upper() if piece.look.caps else piece.text, piece.look.size / 2
        )
        for piece in line.pieces
    )
    return min(width, line.spot.box_mm) if line.spot.box_mm else width


def _number(parts: Parts) -> Iterator[Breach]:
    if parts.number is None:
        yield breach("3", "3.missing")
        return
    kind = folded(parts.type_name.text) if parts.type_name else ""
    code = words()["type_codes"].get(kind)
    pattern = _pattern("typed_number", code) if code else _pattern("letter_number")
    text = parts.number.raw.strip()
    stray = re.search(r"\d\s+/|/\s|\s-|-\s", text)
    if stray or not pattern.fullmatch(text):
        yield breach("3", "3.text", parts.number, found=parts.number.text)
    yield from look_breaches("3", [parts.number])


def _place_date(parts: Parts) -> Iterator[Breach]:
    if parts.place_date is None:
        yield breach("4", "4.missing")
        return
    told = _pattern("place_date").fullmatch(parts.place_date.raw.strip())
    month = told["month"].strip() if told else ""
    if not told or (month.isdigit() and (not 1 <= int(month) <= 12 or month in ("1", "2"))):
        yield breach("4", "4.text", parts.place_date, found=parts.place_date.text)
    elif re.fullmatch(r"0[3-9]", month):
        yield breach("4", "4.month", parts.place_date, severity="W", found=month)
    beside, under = parts.number, parts.motto
    if (beside and beside.spot.row != parts.place_date.spot.row) or (
        under and under.spot.column != parts.place_date.spot.column
    ):
        yield breach("4", "4.place", parts.place_date)
    yield from look_breaches("4", [parts.place_date])


def _type(word: Word, parts: Parts) -> Iterator[Breach]:
    if parts.type_name is None:
        return
    yield from look_breaches("5a", [parts.type_name])
    if not parts.type_title:
        yield breach("5a-trich-yeu", "5a.title_missing", parts.type_name)
        return
    yield from _plain_looks("5a-trich-yeu", "5a-ke", parts.type_title)
    section = word.sections[min(parts.type_name.spot.section, len(word.sections) - 1)]
    twips = section.width - section.margins.get("left", 0) - section.margins.get("right", 0)
    yield from _rule("5a-ke", parts.type_title, parts.type_rules, *ISSUER_RULE, width_mm=twips / TWIPS_PER_MM)


def _subject(parts: Parts) -> Iterator[Breach]:
    if parts.type_name is not None:
        return
    if not parts.subject:
        yield breach("5b", "5b.missing")
        return
    if not parts.subject[0].text.startswith("V/v "):
        yield breach("5b", "5b.text", parts.subject[0])
    above = parts.number
    if above and above.look.after + parts.subject[0].look.before < PARAGRAPH_GAP:
        yield breach("5b", "5b.gap", parts.subject[0])
    yield from look_breaches("5b", parts.subject)


def _addressees(parts: Parts) -> Iterator[Breach]:
    if parts.addressed is None:
        if parts.type_name is None:
            yield breach("9a", "9a.missing")
        return
    several = [line for line in parts.addressees if not line.text.startswith("(")]
    if not parts.addressed.text.startswith(say("check.addressees")):
        yield breach("9a", "9a.label", parts.addressed)
    yield from look_breaches("9a", [parts.addressed, *parts.addressees])
    if len(several) == 1 and parts.addressed.text.endswith(":"):
        yield breach("9a", "9a.one", several[0])
        return
    dashed = [line for line in several if line.text.startswith(("-", "–"))]
    for line in dashed:
        if not line.text.startswith("- "):
            yield breach("9a", "list.dash", line)
        if not line.text.endswith("." if line is dashed[-1] else ";"):
            yield breach("9a", "list.last" if line is dashed[-1] else "list.end", line)
    if len({line.look.left + line.look.first for line in dashed}) > 1:
        yield breach("9a", "9a.aligned", dashed[1])


def _signature(parts: Parts) -> Iterator[Breach]:
    if not parts.authority:
        yield breach("7a", "7a.missing")
    label = parts.recipients_label
    if label and any(line.spot.column < label.spot.column for line in parts.authority):
        yield breach("7a", "7a.place", parts.authority[0])
    for line in parts.authority:
        prefix = _PREFIX.match(line.text)
        if prefix and prefix[2] != ".":
            yield breach("7a", "7a.prefix", line)
    yield from look_breaches("7a", parts.authority)
    if parts.signer is None:
        yield breach("7b", "7b.missing", severity="W")
        return
    if folded(parts.signer.text).startswith(tuple(words()["honorifics"])):
        yield breach("7b", "7b.title", parts.signer)
    yield from look_breaches("7b", [parts.signer])


def _recipients(parts: Parts) -> Iterator[Breach]:
    label = parts.recipients_label
    if label is None:
        yield breach("9b", "9b.missing")
        return
    if label.text != say("check.recipients"):
        yield breach("9b", "9b.label", label)
    yield from look_breaches("9b", [label])
    if label.look.left + label.look.first:
        yield breach("9b", "list.left", label)
    if not parts.recipients:
        yield breach("9b-danh-sach", "9b.none", label)
        return
    first, last = parts.recipients[0], parts.recipients[-1]
    for line in parts.recipients:
        if not line.text.startswith("- "):
            yield breach("9b-danh-sach", "list.dash", line)
        if line is not last and not line.text.endswith(";"):
            yield breach("9b-danh-sach", "list.end", line)
        if line.look.left + line.look.first:
            yield breach("9b-danh-sach", "list.left", line)
    if not last.text.endswith("."):
        yield breach("9b-danh-sach", "list.last", last)
    if not last.text.startswith(say("check.archive")):
        yield breach("9b-danh-sach", "9b.archive", last)
    if parts.addressed is not None and first.text != say("check.as_above"):
        yield breach("9b-danh-sach", "9b.as_above", first)
    yield from look_breaches("9b-danh-sach", parts.recipients)
