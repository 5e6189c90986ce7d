"""A sheet to draw on, and what the pictures of the sample commune are put together from: trees, houses, people."""

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1600, 1200
SCALE = 2  # drawn larger, then made smaller: that smooths every edge

SKIN, SKIN_SHADE = "#e0a982", "#c98f69"
HAIR = "#2f2a2a"
STRAW, STRAW_SHADE = "#e9cf8f", "#cda964"
LEAF, LEAF_DARK, GRASS = "#6fa55a", "#4c8148", "#9cc07a"
EARTH, EARTH_DARK = "#c08a5d", "#9c6c45"
WOOD, WOOD_DARK = "#8d5f3c", "#6b462b"
STONE, STONE_DARK = "#a9a8a2", "#86867f"
WATER, WATER_DARK, FOAM = "#7fb6c9", "#5e9ab2", "#dcebf0"

Point = tuple[float, float]


class Sheet:
    """A sheet of 1600 by 1200 to draw on."""

    def __init__(self, top: str, bottom: str) -> None:
        self.image = Image.new("RGB", (1, 2))
        self.image.putpixel((0, 0), _rgb(top))
        self.image.putpixel((0, 1), _rgb(bottom))
        self.image = self.image.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BICUBIC)
        self._draw = ImageDraw.Draw(self.image)

    def ball(self, at: Point, radius: float, colour: str, tall: float | None = None) -> None:
        """A ball, or an egg that is `tall` high."""
        (x, y), high = at, tall if tall is not None else radius
        self._draw.ellipse([v * SCALE for v in (x - radius, y - high, x + radius, y + high)], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, round_: float = 0) -> None:
        """A box, its corners rounded."""
        sides = [v * SCALE for v in (left, top, right, bottom)]
        self._draw.rounded_rectangle(sides, radius=round_ * SCALE, fill=colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A shape with straight sides."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        """A line with round ends and corners."""
        self._draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=int(width * SCALE))
        for point in points:
            self.ball(point, width / 2, colour)

    def bow(self, at: Point, radius: float, start: float, end: float, width: float, colour: str) -> None:
        """Part of a ring, in degrees."""
        x, y = at
        sides = [v * SCALE for v in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.arc(sides, start, end, fill=colour, width=int(width * SCALE))

    def hills(self, height: float, swing: float, colour: str, phase: float, *, foot: float = HEIGHT) -> None:
        """A row of hills across the sheet."""
        tops = [
            (x, height + swing * (math.sin(x / 210 + phase) + 0.45 * math.sin(x / 97 + 2 * phase)))
            for x in range(-20, WIDTH + 40, 20)
        ]
        self.shape([(-20, foot), *tops, (WIDTH + 20, foot)], colour)

    def save(self, path: Path) -> None:
        """Make it smaller and write it."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(path, "JPEG", quality=84, optimize=True, progressive=True)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def countryside(top: str = "#bfe0ea", bottom: str = "#f8edd2") -> Sheet:
    """A morning with hills behind."""
    sheet = Sheet(top, bottom)
    sheet.ball((1290, 230), 95, "#fbd98c")
    sheet.hills(500, 60, "#a9cbbb", 0.3)
    sheet.hills(590, 45, "#8dbb98", 1.9)
    return sheet


def tree(sheet: Sheet, at: Point, size: float, colour: str = LEAF_DARK) -> None:
    """A round tree."""
    x, y = at
    sheet.line([(x, y), (x, y - size)], size * 0.16, WOOD_DARK)
    for dx, dy, r in ((-0.38, 1.05, 0.42), (0.4, 1.1, 0.4), (0, 1.45, 0.5)):
        sheet.ball((x + dx * size, y - dy * size), r * size, colour)


def house(sheet: Sheet, at: Point, size: float) -> None:
    """A house on stilts, its roof steep."""
    x, y = at
    for dx in (-0.8, -0.27, 0.27, 0.8):
        sheet.line([(x + dx * size, y), (x + dx * size, y - 0.6 * size)], size * 0.08, WOOD_DARK)
    sheet.box(x - 0.95 * size, y - 1.1 * size, x + 0.95 * size, y - 0.5 * size, WOOD)
    sheet.box(x - 0.2 * size, y - 1.02 * size, x + 0.15 * size, y - 0.5 * size, WOOD_DARK)
    sheet.shape(
        [(x - 1.25 * size, y - 1.0 * size), (x - 0.7 * size, y - 1.75 * size), (x + 0.7 * size, y - 1.75 * size),
         (x + 1.25 * size, y - 1.0 * size)], "#b5694d",
    )  # fmt: skip


def head(sheet: Sheet, at: Point, size: float, *, hat: bool = False, bun: bool = False, looks: float = 1) -> None:
    """A head with friendly eyes; `looks` is 1 to the right, -1 to the left."""
    x, y = at
    if bun:
        sheet.ball((x - looks * 0.85 * size, y - 0.55 * size), 0.42 * size, HAIR)
    sheet.ball((x - looks * 0.08 * size, y - 0.12 * size), 1.06 * size, HAIR)
    sheet.ball((x + looks * 0.12 * size, y + 0.12 * size), 0.9 * size, SKIN)
    for dx in (0.1, 0.62):
        sheet.ball((x + looks * dx * size, y + 0.06 * size), 0.085 * size, HAIR)
    sheet.bow((x + looks * 0.36 * size, y + 0.32 * size), 0.26 * size, 20, 160, 0.08 * size, "#a35f4d")
    if hat:
        sheet.shape([(x - 1.9 * size, y - 0.25 * size), (x, y - 1.7 * size), (x + 1.9 * size, y - 0.25 * size)], STRAW)
        sheet.shape(
            [(x + 0.2 * size, y - 0.25 * size), (x, y - 1.7 * size), (x + 1.9 * size, y - 0.25 * size)], STRAW_SHADE
        )


def person(
    sheet: Sheet, at: Point, size: float, shirt: str, *, hands: Sequence[Point], trousers: str = "#4a5568",
    hat: bool = False, bun: bool = False, looks: float = 1, lean: float = 0, legs: bool = True,
) -> None:  # fmt: skip
    """Somebody who stands at `at`, `size` high; `hands` are where they reach to."""
    x, y = at
    hip, neck = (x, y - 0.45 * size), (x + lean * size, y - 0.78 * size)
    if legs:
        for dx in (-0.07, 0.08):
            sheet.line([(x + dx * size, hip[1]), (x + 1.3 * dx * size, y - 0.02 * size)], 0.1 * size, trousers)
            sheet.line([(x + 1.3 * dx * size, y), (x + (1.3 * dx + 0.06 * looks) * size, y)], 0.055 * size, HAIR)
    far, near = (hands[0], hands[-1])
    _arm(sheet, (neck[0] + 0.06 * size, neck[1] + 0.05 * size), far, size, shirt, looks)
    sheet.line([hip, (neck[0], neck[1] + 0.08 * size)], 0.26 * size, shirt)
    head(sheet, (neck[0] + 0.02 * looks * size, neck[1] - 0.12 * size), 0.1 * size, hat=hat, bun=bun, looks=looks)
    _arm(sheet, (neck[0] - 0.07 * looks * size, neck[1] + 0.07 * size), near, size, shirt, looks)


def _arm(sheet: Sheet, shoulder: Point, hand: Point, size: float, shirt: str, looks: float) -> None:
    middle = ((shoulder[0] + hand[0]) / 2, (shoulder[1] + hand[1]) / 2)
    reach = math.dist(shoulder, hand)
    bend = math.sqrt(max(0.0, (0.24 * size) ** 2 - (reach / 2) ** 2))
    elbow = (middle[0] - looks * 0.3 * bend, middle[1] + 0.8 * bend)
    sheet.line([shoulder, elbow], 0.09 * size, _darker(shirt))
    sheet.line([elbow, hand], 0.06 * size, SKIN_SHADE)
    sheet.ball(hand, 0.042 * size, SKIN)


def _darker(colour: str) -> str:
    return "#" + "".join(f"{int(part * 0.86):02x}" for part in _rgb(colour))


def seedling(sheet: Sheet, at: Point, size: float) -> None:
    """A seedling in its pot."""
    x, y = at
    sheet.shape(
        [(x - 30 * size, y - 50 * size), (x + 30 * size, y - 50 * size), (x + 22 * size, y), (x - 22 * size, y)],
        "#b5694d",
    )
    sheet.line([(x, y - 50 * size), (x, y - 110 * size)], 7 * size, LEAF_DARK)
    for dx, dy in ((-24, 92), (24, 104), (-18, 128), (20, 136), (0, 150)):
        sheet.ball((x + dx * size, y - dy * size), 24 * size, LEAF, 15 * size)


def bowl(sheet: Sheet, at: Point) -> None:
    """A full bowl."""
    x, y = at
    sheet.shape([(x - 56, y - 56), (x + 56, y - 56), (x + 30, y), (x - 30, y)], "#ffffff")
    sheet.ball((x, y - 56), 56, "#5e9ab2", 14)
    sheet.ball((x, y - 57), 47, "#fbf1d8", 10)
