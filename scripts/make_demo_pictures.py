"""Draw the pictures of the sample commune: flat, without words, of nobody. Run it only to draw them anew.

.venv/bin/python -m scripts.make_demo_pictures [FOLDER]
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.drawing import (
    EARTH,
    EARTH_DARK,
    FOAM,
    GRASS,
    HAIR,
    LEAF,
    LEAF_DARK,
    STONE,
    STONE_DARK,
    STRAW,
    STRAW_SHADE,
    WATER,
    WATER_DARK,
    WOOD,
    WOOD_DARK,
    Sheet,
    bowl,
    countryside,
    house,
    person,
    seedling,
    tree,
)

FOLDER = Path(__file__).parents[1] / "bot" / "demo" / "pictures"


def stream_rescue() -> Sheet:
    """A man in a stream lifts a child towards the bank, where hands reach out."""
    sheet = countryside("#b9cdd6", "#e9e6d6")
    for x, size in ((90, 150), (260, 120), (1480, 150), (1330, 110)):
        tree(sheet, (x, 690), size)
    sheet.shape([(0, 660), (620, 690), (760, 1200), (0, 1200)], GRASS)
    sheet.shape([(980, 690), (1600, 650), (1600, 1200), (1180, 1200)], GRASS)
    sheet.shape([(600, 680), (1000, 680), (1330, 1200), (560, 1200)], WATER)
    draw = random.Random(7)
    for _ in range(26):
        y = draw.uniform(720, 1180)
        across = draw.uniform(620 + (y - 680) * 0.02, 980 + (y - 680) * 0.5)
        length = draw.uniform(40, 130)
        sheet.line(
            [(across, y), (across + length / 2, y - 8), (across + length, y)], 7, draw.choice([FOAM, WATER_DARK])
        )
    person(sheet, (900, 1110), 560, "#d9825b", hands=[(760, 720), (770, 800)], looks=-1, legs=False, lean=-0.03)
    sheet.ball((905, 905), 190, WATER_DARK, 34)
    sheet.ball((905, 925), 220, WATER, 44)
    person(sheet, (735, 830), 270, "#f0c04c", hands=[(600, 690), (640, 640)], looks=-1, trousers="#5b7aa8", hat=False)
    person(sheet, (430, 1010), 520, "#5f8fb0", hands=[(590, 700), (600, 720)], hat=True, lean=0.05, trousers="#3f4a5a")
    person(sheet, (230, 990), 470, "#b76a86", hands=[(330, 800), (310, 830)], bun=True, trousers="#3f4a5a")
    for x, y, size in ((690, 1150, 60), (1290, 1080, 75), (1190, 1170, 50)):
        sheet.ball((x, y), size, STONE, size * 0.6)
        sheet.ball((x - 10, y - 10), size * 0.7, "#bdbcb5", size * 0.35)
    return sheet


def wallet() -> Sheet:
    """A woman hands a purse over a table."""
    sheet = Sheet("#f3e6cf", "#ecdab9")
    sheet.box(0, 0, 1600, 820, "#f1e3c8")
    sheet.box(560, 130, 1040, 520, "#ffffff", 10)
    sheet.box(580, 150, 1020, 500, "#bfe0ea")
    sheet.shape([(580, 500), (580, 420), (760, 340), (900, 430), (1020, 370), (1020, 500)], "#8dbb98")
    sheet.box(792, 150, 808, 500, "#ffffff")
    sheet.box(0, 820, 1600, 1200, "#d8bd92")
    person(sheet, (420, 1160), 820, "#8a6fae", hands=[(730, 760), (720, 790)], bun=True, trousers="#2f3640", lean=0.02)
    person(
        sheet, (1210, 1160), 850, "#6f9c73", hands=[(890, 790), (930, 810)], looks=-1, trousers="#3b4a3e", lean=-0.02
    )
    sheet.box(250, 880, 1350, 950, WOOD, 12)
    sheet.box(300, 950, 360, 1200, WOOD_DARK)
    sheet.box(1240, 950, 1300, 1200, WOOD_DARK)
    sheet.box(735, 700, 890, 800, "#7a3f2c", 16)
    sheet.box(735, 700, 890, 735, "#8f4d37", 14)
    sheet.ball((812, 748), 11, STRAW)
    sheet.box(1040, 850, 1200, 880, "#ffffff", 4)
    sheet.line([(1075, 845), (1180, 820)], 9, "#3f5f9a")
    for dx, colour in ((0, "#d9825b"), (26, "#f0c04c"), (-24, "#b76a86")):
        sheet.line([(470 + dx * 0.3, 820), (470 + dx, 770)], 6, LEAF_DARK)
        sheet.ball((470 + dx, 760), 20, colour)
    sheet.box(440, 810, 505, 880, "#5e9ab2", 10)
    return sheet


def village_road() -> Sheet:
    """Three villagers build a road up to houses on stilts."""
    sheet = countryside()
    house(sheet, (270, 690), 120)
    house(sheet, (1370, 660), 105)
    for x, size in ((60, 140), (470, 110), (1180, 100), (1540, 150)):
        tree(sheet, (x, 700), size)
    sheet.shape([(0, 680), (1600, 660), (1600, 1200), (0, 1200)], GRASS)
    sheet.shape([(690, 680), (800, 678), (1160, 1200), (330, 1200)], EARTH)
    sheet.shape([(690, 680), (800, 678), (985, 945), (538, 945)], "#d3d1c9")
    sheet.shape([(538, 945), (985, 945), (1000, 968), (522, 968)], STONE_DARK)
    draw = random.Random(3)
    for _ in range(60):
        y = draw.uniform(1000, 1180)
        across = draw.uniform(440, 1080)
        sheet.ball((across, y), draw.uniform(6, 14), draw.choice([EARTH_DARK, STONE]), 6)
    person(sheet, (500, 1120), 480, "#5f8fb0", hands=[(610, 850), (560, 900)], hat=True, lean=0.05)
    sheet.line([(540, 830), (770, 1090)], 14, WOOD_DARK)
    sheet.shape([(745, 1060), (800, 1080), (820, 1150), (745, 1125)], STONE_DARK)
    person(sheet, (1080, 1090), 470, "#c8694f", hands=[(960, 850), (980, 880)], looks=-1, hat=True, lean=-0.04)
    sheet.line([(1010, 800), (900, 1060)], 14, WOOD_DARK)
    sheet.box(840, 1050, 960, 1076, WOOD_DARK, 8)
    person(
        sheet, (1330, 1130), 500, "#8a6fae", hands=[(1220, 900), (1240, 910)], looks=-1, bun=True, trousers="#2f3640"
    )
    sheet.shape([(1080, 900), (1270, 900), (1230, 1000), (1110, 1000)], "#6f9c73")
    sheet.ball((1175, 900), 95, STONE, 34)
    sheet.line([(1270, 905), (1235, 905)], 12, WOOD_DARK)
    sheet.ball((1150, 1040), 46, HAIR)
    sheet.ball((1150, 1040), 20, STONE)
    return sheet


def seedlings() -> Sheet:
    """A woman takes a bag of sorted rubbish and gives a seedling for it."""
    sheet = countryside("#c9e5df", "#fbf3da")
    sheet.shape([(0, 690), (1600, 680), (1600, 1200), (0, 1200)], GRASS)
    tree(sheet, (1500, 760), 190)
    tree(sheet, (80, 740), 170)
    sheet.shape([(340, 330), (1260, 330), (1330, 470), (270, 470)], "#d9825b")
    for number in range(0, 8, 2):
        left = 340 + number * 115
        low = 270 + number * 132.5
        sheet.shape([(left, 330), (left + 115, 330), (low + 132.5, 470), (low, 470)], "#fbf3da")
    sheet.box(310, 470, 330, 1080, WOOD_DARK)
    sheet.box(1270, 470, 1290, 1080, WOOD_DARK)
    person(sheet, (690, 1090), 620, "#6f9c73", hands=[(850, 780), (840, 800)], hat=True, trousers="#3b4a3e")
    person(sheet, (1130, 1120), 600, "#b76a86", hands=[(930, 800), (1010, 900)], looks=-1, bun=True, trousers="#2f3640")
    seedling(sheet, (885, 830), 1.1)
    sheet.shape([(960, 900), (1060, 900), (1085, 1050), (935, 1050)], "#5e9ab2")
    sheet.ball((1010, 1045), 75, "#5e9ab2", 30)
    for dx, colour in ((-25, "#f0c04c"), (5, "#ffffff"), (30, "#d9825b")):
        sheet.box(1000 + dx, 870, 1020 + dx, 915, colour, 6)
    sheet.box(340, 990, 800, 1040, WOOD, 8)
    sheet.box(370, 1040, 400, 1170, WOOD_DARK)
    sheet.box(740, 1040, 770, 1170, WOOD_DARK)
    for number in range(6):
        seedling(sheet, (390 + number * 72, 990), 0.75)
    return sheet


def school_child() -> Sheet:
    """A pupil with a red scarf brings a found telephone to school."""
    sheet = countryside()
    sheet.box(620, 330, 1600, 800, "#f6e2ae")
    sheet.shape([(570, 340), (660, 210), (1600, 210), (1600, 340)], "#b5694d")
    for x in (700, 940, 1180, 1420):
        sheet.box(x, 430, x + 150, 640, "#ffffff", 8)
        sheet.box(x + 12, 442, x + 138, 628, "#a9cfdc")
        sheet.box(x + 69, 430, x + 81, 640, "#ffffff")
    sheet.shape([(0, 780), (1600, 770), (1600, 1200), (0, 1200)], "#e6cfa0")
    sheet.shape([(0, 770), (620, 775), (440, 900), (0, 930)], GRASS)
    tree(sheet, (210, 850), 260)
    tree(sheet, (460, 810), 150, LEAF)
    person(sheet, (700, 1150), 640, "#ffffff", hands=[(880, 800), (850, 830)], trousers="#34507d")
    sheet.box(590, 700, 650, 880, "#c8694f", 24)
    sheet.shape([(672, 662), (742, 662), (707, 720)], "#d23f3a")
    sheet.shape([(700, 690), (720, 690), (742, 790), (712, 800)], "#d23f3a")
    sheet.shape([(696, 690), (712, 690), (690, 780), (668, 768)], "#bb322f")
    sheet.box(870, 730, 935, 850, HAIR, 12)
    sheet.box(878, 744, 927, 832, "#9ed4e6", 4)
    person(
        sheet,
        (1180, 1160),
        780,
        "#7f9fc4",
        hands=[(990, 850), (1000, 880)],
        looks=-1,
        bun=True,
        trousers="#3f4a5a",
        lean=-0.03,
    )
    return sheet


def porridge() -> Sheet:
    """A big pot of porridge over a fire, and bowls in a row."""
    sheet = Sheet("#f6e7c8", "#efd3a4")
    sheet.box(0, 800, 1600, 1200, "#cfa877")
    sheet.box(90, 150, 560, 470, "#ffffff", 10)
    sheet.box(110, 170, 540, 450, "#bfe0ea")
    sheet.shape([(110, 450), (110, 380), (270, 310), (420, 390), (540, 330), (540, 450)], "#8dbb98")
    sheet.box(318, 170, 332, 450, "#ffffff")
    for x, y in ((640, 420), (740, 330), (860, 400)):
        sheet.bow((x, y), 60, 90, 270, 14, "#fffaf0")
        sheet.bow((x, y - 120), 60, 270, 90, 14, "#fffaf0")
    person(
        sheet,
        (1130, 1120),
        830,
        "#c8694f",
        hands=[(900, 560), (930, 620)],
        looks=-1,
        hat=False,
        bun=True,
        lean=-0.04,
        trousers="#2f3640",
    )
    sheet.line([(905, 520), (800, 780)], 18, WOOD)
    sheet.shape([(440, 1010), (1060, 1010), (1010, 1110), (490, 1110)], STONE_DARK)
    for x, high in ((590, 120), (680, 160), (770, 175), (860, 150), (930, 110)):
        sheet.shape([(x - 48, 1090), (x, 1090 - high), (x + 48, 1090)], "#ee9a3a")
        sheet.shape([(x - 24, 1090), (x, 1090 - high * 0.6), (x + 24, 1090)], "#f8cf5e")
    sheet.box(470, 720, 1030, 1000, "#5c6470", 80)
    sheet.box(470, 720, 1030, 800, "#6d7683", 40)
    sheet.ball((750, 740), 290, "#48505b", 62)
    sheet.ball((750, 742), 258, "#fbf1d8", 46)
    for dx, dy in ((-120, -6), (-40, 14), (60, -10), (150, 8), (10, -22), (-170, 10)):
        sheet.ball((750 + dx, 742 + dy), 12, LEAF, 6)
    sheet.line([(905, 520), (845, 700)], 18, WOOD)
    sheet.bow((440, 830), 46, 90, 270, 18, "#48505b")
    sheet.bow((1060, 830), 46, 270, 90, 18, "#48505b")
    sheet.box(1180, 980, 1600, 1030, WOOD, 8)
    sheet.box(1230, 1030, 1262, 1200, WOOD_DARK)
    for x in (1260, 1390, 1520):
        bowl(sheet, (x, 980))
    return sheet


def bamboo_bridge() -> Sheet:
    """Two neighbours mend a bamboo bridge over a brook."""
    sheet = countryside("#c4dfe8", "#fbf1d6")
    sheet.shape([(0, 690), (1600, 680), (1600, 1200), (0, 1200)], GRASS)
    sheet.shape([(600, 690), (880, 690), (1240, 1200), (320, 1200)], WATER)
    draw = random.Random(11)
    for _ in range(18):
        y = draw.uniform(730, 1180)
        across = draw.uniform(720 - (y - 690) * 0.5, 760 + (y - 690) * 0.45)
        sheet.line([(across, y), (across + 40, y - 6), (across + 80, y)], 6, draw.choice([FOAM, WATER_DARK]))
    for x, size in ((120, 180), (330, 120), (1290, 130), (1500, 190)):
        tree(sheet, (x, 740), size)
    for x in (470, 780, 1090):
        sheet.line([(x, 880), (x - 10, 1080)], 26, STRAW_SHADE)
    for number in range(24):
        if number in (13, 14):
            continue  # the gap they are about to close
        x = 300 + number * 42
        sheet.line([(x, 900), (x + 16, 850)], 24, STRAW if number % 2 else "#dcc07c")
    sheet.line([(280, 912), (1310, 912)], 20, STRAW_SHADE)
    sheet.line([(290, 700), (1300, 700)], 13, STRAW_SHADE)
    for x in (300, 640, 980, 1300):
        sheet.line([(x, 690), (x, 900)], 15, STRAW_SHADE)
    person(sheet, (700, 895), 400, "#d9825b", hands=[(850, 770), (840, 790)], hat=True, lean=0.05)
    sheet.line([(800, 780), (960, 770)], 24, STRAW)
    person(sheet, (1060, 895), 390, "#5f8fb0", hands=[(940, 770), (950, 790)], looks=-1, lean=-0.04)
    sheet.shape([(600, 1010), (560, 1200), (0, 1200), (0, 1000)], LEAF)
    sheet.shape([(1010, 1060), (1090, 1200), (1600, 1200), (1600, 1010)], LEAF)
    return sheet


PICTURES: tuple[Callable[[], Sheet], ...] = (
    stream_rescue, wallet, village_road, seedlings, school_child, porridge, bamboo_bridge,
)  # fmt: skip


def main() -> None:
    """Draw all of them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for draw in PICTURES:
        draw().save(folder / f"{draw.__name__}.jpg")


if __name__ == "__main__":
    main()
