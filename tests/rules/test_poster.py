"""The poster: a telephone must read each code, however many there are."""

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from bot.poster import Door, write_posters

DOORS = [
    Door("Zalo", "https://zalo.me/3012345678901234567"),
    Door("Telegram", "https://t.me/viectot_bot?start=u_NVH-NP"),
    Door("Trang chat", "https://viectot.example.vn/chat?start=u_NVH-NP"),
]
DARK = 100
PIXELS_PER_MM = 150 / 25.4


def columns_with_ink(poster: Path) -> list[int]:
    """Return the columns of pixels that hold something dark at the height of the codes."""
    with Image.open(poster) as opened:
        band = opened.convert("L").crop((0, int(opened.height * 0.37), opened.width, int(opened.height * 0.46)))
    squeezed = band.point(lambda shade: 255 if shade < DARK else 0).resize((band.width, 1), Image.Resampling.BOX)
    return [at for at, shade in enumerate(squeezed.tobytes()) if shade]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_codes_stand_apart_on_the_page(tmp_path: Path, count: int) -> None:
    """One, two, three doors: as many codes, each with white around it, none over the edge."""
    paths = write_posters("Nhà văn hóa bản Nà Phiêng", "UBND xã", "0200 000 000", DOORS[:count], tmp_path, "to")
    ink = columns_with_ink(next(path for path in paths if path.suffix == ".png"))
    gaps = [after - before for before, after in pairwise(ink) if after - before > 6 * PIXELS_PER_MM]
    assert len(gaps) == count - 1
    assert ink[0] > 15 * PIXELS_PER_MM
    assert ink[-1] < (210 - 15) * PIXELS_PER_MM
