"""One breach as told to people: the rule, the place, the article, what is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from digests.documents.checker.reading import Line
from digests.documents.checker.rules import LOOKS, RULES, Severity
from texts import say

_SHOWN = 40  # characters of a line quoted in a report
_BLACK = ("auto", "000000", "windowtext")


@dataclass(frozen=True)
class Breach:
    """A rule broken somewhere."""

    rule: str
    severity: Severity
    place: str
    article: str
    message: str


def breach(
    rule: str, message: str, line: Line | None = None, severity: Severity | None = None, **told: object
) -> Breach:
    """Return a breach of `rule`; `message` is a key under `check.`."""
    found = RULES[rule]
    return Breach(
        rule=rule,
        severity=severity or found.severity,
        place=place_of(line) if line else say("check.place.document"),
        article=say("check.article" if found.part else "check.article.capitals", part=found.part, clause=found.clause),
        message=say(f"check.{message}", **told),
    )


def place_of(line: Line) -> str:
    """Return where a line stands, with its first words."""
    text = line.text if len(line.text) <= _SHOWN else line.text[:_SHOWN].rsplit(" ", 1)[0] + "..."
    if line.spot.section < 0:
        return say("check.place.header")
    return say("check.place.line", number=line.paragraph, text=text or "-")


def look_breaches(rule: str, lines: Iterable[Line]) -> Iterator[Breach]:
    """Yield what is wrong with the size, weight, slant, capitals and place of a part's lines."""
    wanted = LOOKS[rule]
    low, high = wanted.smallest / 2, wanted.largest / 2
    for line in lines:
        looks = [piece.look for piece in line.inked]
        sizes = sorted({look.size for look in looks})
        wrong = [size for size in sizes if not wanted.smallest <= size <= wanted.largest]
        if wrong:
            yield breach(rule, "look.size", line, found=f"{wrong[0] / 2:g}", low=f"{low:g}", high=f"{high:g}")
        for name, expected, seen in (
            ("bold", wanted.bold, [look.bold for look in looks]),
            ("italic", wanted.italic, [look.italic for look in looks]),
        ):
            if expected is not None and any(one != expected for one in seen):
                yield breach(rule, f"look.{name if expected else f'not_{name}'}", line)
        if wanted.caps and line.text != line.text.upper():
            yield breach(rule, "look.caps", line)
        if wanted.centred and line.look.align != "center":
            yield breach(rule, "look.centred", line)
        if any(look.underlined for look in looks):
            yield breach(rule, "look.underlined", line)


def is_black(colour: str) -> bool:
    """Tell whether a colour prints black."""
    return colour in _BLACK


def gathered(breaches: Iterable[Breach]) -> list[Breach]:
    """Return breaches with equal rule and message as one, told at the first place."""
    first: dict[tuple[str, str, str], Breach] = {}
    more: dict[tuple[str, str, str], int] = {}
    for one in breaches:
        key = (one.rule, one.severity, one.message)
        if key in first:
            more[key] += 1
        else:
            first[key], more[key] = one, 0
    return [
        replace(one, place=say("check.place.more", place=one.place, count=more[key])) if more[key] else one
        for key, one in first.items()
    ]
