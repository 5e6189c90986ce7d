"""What a run or a paragraph really looks like: direct -> character style -> paragraph style -> defaults -> theme."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from xml.etree.ElementTree import Element

from digests.documents.checker.package import A, W, number, switched_on, value

WORD_DEFAULT_FONT, WORD_DEFAULT_SIZE = "Times New Roman", 20  # what Word takes where a file says nothing
_TOGGLES = ("b", "i", "caps")


@dataclass(frozen=True)
class RunLook:
    """One run as printed; the size in half points."""

    size: int
    bold: bool
    italic: bool
    caps: bool
    underlined: bool
    colour: str
    fonts: tuple[str, ...]


@dataclass(frozen=True)
class ParagraphLook:
    """One paragraph as printed; lengths in twips, `line` in 240ths of a line unless `line_rule` says otherwise."""

    align: str
    left: int
    right: int
    first: int
    before: int
    after: int
    line: int
    line_rule: str
    ruled: bool


DEEPEST = 30  # styles based on each other; Word itself follows no more than a dozen


class Styles:
    """The style sheet of one file."""

    def __init__(self, styles: Element | None, theme: Element | None) -> None:
        found = [] if styles is None else styles.findall(f"{W}style")
        self._by_id: Mapping[str, Element] = {value(style, "styleId") or "": style for style in found}
        self._default = {
            value(style, "type"): value(style, "styleId") for style in found if value(style, "default") in ("1", "true")
        }
        defaults = None if styles is None else styles.find(f"{W}docDefaults")
        self._run_defaults = None if defaults is None else defaults.find(f"{W}rPrDefault/{W}rPr")
        self._paragraph_defaults = None if defaults is None else defaults.find(f"{W}pPrDefault/{W}pPr")
        self._theme = {slot: "" if theme is None else _typeface(theme, slot) for slot in ("major", "minor")}

    def chain(self, style_id: str | None, kind: str) -> list[Element]:
        """Return a style and what it is based on, the base first."""
        found: list[Element] = []
        wanted = style_id or self._default.get(kind)
        while wanted is not None and wanted in self._by_id and len(found) < DEEPEST:
            if self._by_id[wanted] in found:
                break
            found.insert(0, self._by_id[wanted])
            wanted = value(found[0].find(f"{W}basedOn"))
        return found

    def paragraph(self, properties: Element | None, table_style: str | None) -> ParagraphLook:
        """Return the effective look of a paragraph."""
        layers = [self._paragraph_defaults]
        layers += [style.find(f"{W}pPr") for style in self._table_chain(table_style)]
        layers += [style.find(f"{W}pPr") for style in self.chain(_style_of(properties, "pStyle"), "paragraph")]
        layers.append(properties)
        told = [layer for layer in layers if layer is not None]

        def last(tag: str, *names: str) -> str | None:
            answers = [value(layer.find(W + tag), name) for layer in told for name in names]
            return next((answer for answer in reversed(answers) if answer is not None), None)

        def length(tag: str, *names: str, otherwise: int = 0) -> int:
            answer = last(tag, *names)
            try:
                return otherwise if answer is None else round(float(answer))
            except (ValueError, OverflowError):
                return otherwise

        hanging = length("ind", "hanging")
        return ParagraphLook(
            align={"start": "left", "end": "right"}.get(last("jc", "val") or "left", last("jc", "val") or "left"),
            left=length("ind", "left", "start"),
            right=length("ind", "right", "end"),
            first=-hanging if hanging else length("ind", "firstLine"),
            before=length("spacing", "before"),
            after=length("spacing", "after"),
            line=length("spacing", "line", otherwise=240),
            line_rule=last("spacing", "lineRule") or "auto",
            ruled=any(_has_rule(layer) for layer in told),
        )

    def run(self, properties: Element | None, paragraph: Element | None, table_style: str | None) -> RunLook:
        """Return the effective look of a run inside a paragraph with the properties `paragraph`."""
        in_table = [style.find(f"{W}rPr") for style in self._table_chain(table_style)]
        by_paragraph = [style.find(f"{W}rPr") for style in self.chain(_style_of(paragraph, "pStyle"), "paragraph")]
        by_character = [style.find(f"{W}rPr") for style in self.chain(_style_of(properties, "rStyle"), "character")]
        layers = [
            layer
            for layer in (self._run_defaults, *in_table, *by_paragraph, *by_character, properties)
            if layer is not None
        ]
        toggles = {
            tag: _toggle(tag, self._run_defaults, [*in_table, *by_paragraph], by_character, properties)
            for tag in _TOGGLES
        }
        sizes = [number(layer.find(f"{W}sz"), "val") for layer in layers]
        colours = [value(layer.find(f"{W}color")) for layer in layers]
        lines = [value(layer.find(f"{W}u")) for layer in layers]
        return RunLook(
            size=_last(sizes) or WORD_DEFAULT_SIZE,
            bold=toggles["b"],
            italic=toggles["i"],
            caps=toggles["caps"],
            underlined=(_last(lines) or "none") != "none",
            colour=(_last(colours) or "auto").lower(),
            fonts=tuple(self._font(layers, slot) for slot in ("ascii", "hAnsi")),
        )

    def _table_chain(self, table_style: str | None) -> list[Element]:
        return [] if table_style is None else self.chain(table_style, "table")

    def _font(self, layers: list[Element], slot: str) -> str:
        """In one element the theme wins over the name; a later layer that says either wins over both."""
        found = WORD_DEFAULT_FONT
        for layer in layers:
            fonts = layer.find(f"{W}rFonts")
            themed, named = value(fonts, f"{slot}Theme"), value(fonts, slot)
            if themed:
                found = self._theme["major" if themed.startswith("major") else "minor"] or themed
            elif named:
                found = named
        return found


def _toggle(
    tag: str,
    defaults: Element | None,
    by_paragraph: list[Element | None],
    by_character: list[Element | None],
    direct: Element | None,
) -> bool:
    """Bold of the paragraph's style and bold of the run's style undo each other; what is said directly wins."""
    said = None if direct is None else switched_on(direct.find(W + tag))
    if said is not None:
        return said

    def of(layers: list[Element | None]) -> bool:
        answers = [switched_on(layer.find(W + tag)) for layer in layers if layer is not None]
        return bool(_last(answers))

    return of([defaults]) or (of(by_paragraph) != of(by_character))


_T = TypeVar("_T")


def _last(answers: Sequence[_T | None]) -> _T | None:
    return next((answer for answer in reversed(answers) if answer is not None), None)


def _style_of(properties: Element | None, tag: str) -> str | None:
    return None if properties is None else value(properties.find(W + tag))


def _has_rule(properties: Element) -> bool:
    borders = properties.find(f"{W}pBdr")
    edges: Iterator[Element] = iter(()) if borders is None else iter(borders)
    return any(edge.tag in (f"{W}bottom", f"{W}top") and value(edge) not in (None, "nil", "none") for edge in edges)


def _typeface(theme: Element, slot: str) -> str:
    found = theme.find(f".//{A}{slot}Font/{A}latin")
    return "" if found is None else found.get("typeface", "")
