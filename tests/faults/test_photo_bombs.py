"""Files made to bring a picture decoder down: each is answered, in little time and with little memory of ours."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from storage.photos.clean import WALL_LIMIT_S, ChildFailed, PhotoRefused, clean
from storage.photos.files import PhotoFiles, Shelf
from tests.storage.pictures import (
    chunk,
    deflated_zeros,
    exif,
    mutated,
    resized_header,
    saved,
    scene,
    tagged,
    with_chunk,
)

CHECKOUT = Path(__file__).resolve().parents[2]
SPARE_S = 3.0  # for a machine with much else to do
TAKEN = "taken"


def png(width: int, height: int, depth: int, colour: int, row_bytes: int, rows: int | None = None) -> bytes:
    """Return a PNG of nothing but zeros that unfolds to so many pixels, or pretends to."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((depth, colour, 0, 0, 0))
    body = (
        chunk(b"IHDR", header)
        + chunk(b"IDAT", deflated_zeros((rows or height) * (row_bytes + 1)))
        + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def webp_of_frames(count: int) -> bytes:
    """Return an animation of so many frames."""
    frames = [Image.new("RGB", (32, 32), (number * 97 % 256, number * 41 % 256, 0)) for number in range(count)]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=10)
    assert data.count(b"ANMF") == count
    return data


def webp_with_canvas(side: int) -> bytes:
    """Return an animation whose header tells a canvas of that side."""
    data = bytearray(webp_of_frames(3))
    at = data.index(b"VP8X") + 12  # behind name, length and flags
    data[at : at + 6] = (side - 1).to_bytes(3, "little") * 2
    return bytes(data)


def jpeg_of_scans(count: int) -> bytes:
    """Return a large progressive JPEG that comes back to its pixels as often as that."""
    whole = saved(Image.new("L", (7000, 7000), 90), progressive=True, quality=90)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + b"\xff\xd9"


BOMBS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "png of 400 megapixels": lambda: (png(20_000, 20_000, 1, 0, 2_500), "too_many_pixels"),
    "png just over the limit": lambda: (png(5_001, 5_000, 8, 2, 15_003), "too_many_pixels"),
    "png just under the limit": lambda: (png(5_000, 5_000, 16, 6, 40_000), TAKEN),
    "png with two thousand million rows": lambda: (png(1, 2**31 - 1, 1, 0, 1, rows=9), "too_many_pixels"),
    "png with a text of 200 megabytes": lambda: (
        with_chunk(saved(scene(1), "PNG"), b"zTXt", b"bomb\0\0" + deflated_zeros(200 << 20)),
        "broken",
    ),
    "png with an international text of 200 megabytes": lambda: (
        with_chunk(saved(scene(1), "PNG"), b"iTXt", b"bomb\0\1\0\0\0" + deflated_zeros(200 << 20)),
        "broken",
    ),
    "png with a profile of 200 megabytes": lambda: (
        with_chunk(saved(scene(1), "PNG"), b"iCCP", b"bomb\0\0" + deflated_zeros(200 << 20)),
        "broken",
    ),
    "png that goes on behind its pixels": lambda: (png(64, 64, 8, 0, 3_000_000), TAKEN),
    "webp of 3000 frames": lambda: (webp_of_frames(3000), TAKEN),
    "webp with the largest canvas": lambda: (webp_with_canvas(16_383), "too_many_pixels"),
    "jpeg header of 4 gigapixels": lambda: (resized_header(saved(scene(1)), 65_000, 65_000), "too_many_pixels"),
    "jpeg header of 118 megapixels": lambda: (resized_header(saved(scene(1)), 12_000, 9_900), TAKEN),
    "jpeg just over the limit": lambda: (resized_header(saved(scene(1)), 12_001, 10_000), "too_many_pixels"),
    "progressive header of 118 megapixels": lambda: (
        resized_header(saved(scene(1), progressive=True), 12_000, 9_900),
        TAKEN,
    ),
    "jpeg of 2000 scans": lambda: (jpeg_of_scans(2000), "took_too_long"),
    "jpeg whose EXIF block points at itself": lambda: (
        saved(scene(1), exif=exif(preview=False).replace(b"\x00\x00\x00\x00", b"\x00\x00\x00\x08")),
        TAKEN,
    ),
}

# A fresh process, so that its high-water mark is its own.
CLEANING = """
import json, sys, time
from pathlib import Path
from storage.photos.clean import PhotoRefused, clean
from storage.photos.files import PhotoFiles
def high_water_kb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
files, before, started = PhotoFiles(Path(sys.argv[2])), high_water_kb(), time.monotonic()
try:
    clean(Path(sys.argv[1]), files)
    told = "taken"
except PhotoRefused as refusal:
    told = refusal.reason
print(json.dumps([told, high_water_kb() - before, time.monotonic() - started]))
"""


@pytest.mark.parametrize("name", list(BOMBS))
def test_bombs_do_not_go_off(tmp_path: Path, name: str) -> None:
    """A file that unfolds to hundreds of megabytes, or to hours, costs us seconds and under 50 MB."""
    bomb, wanted = BOMBS[name]()
    (tmp_path / "bomb").write_bytes(bomb)
    run = subprocess.run(
        [sys.executable, "-c", CLEANING, str(tmp_path / "bomb"), str(tmp_path / "files")],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    told, grown_kb, took_s = json.loads(run.stdout)
    assert told == wanted
    assert grown_kb < 50_000
    assert took_s < WALL_LIMIT_S + SPARE_S


def seeds() -> list[bytes]:
    """Small whole files of every kind, for spoiling."""
    small = scene(3, (64, 48))
    return [
        tagged(small, progressive=True),
        tagged(small, orientation=6),
        tagged(small, "PNG"),
        saved(small.quantize(16), "PNG"),
        tagged(small, "WEBP"),
        saved(small, "WEBP", lossless=True),
        saved(small, "WEBP", save_all=True, append_images=[scene(4, (64, 48))]),
        saved(small, "MPO", save_all=True, append_images=[small]),
        saved(small.convert("CMYK")),
    ]


def test_spoilt_files_are_answered(tmp_path: Path) -> None:
    """Two hundred spoilt photos, two at a time: each is cleaned or refused in time, and what is kept is a picture."""
    files = PhotoFiles(tmp_path / "files")

    def answer(photo: bytes) -> str:
        started = time.monotonic()
        try:
            cleaned = clean(files.path(files.keep(photo, 1 << 20).sha256), files)
        except PhotoRefused as refusal:
            return refusal.reason
        finally:
            assert time.monotonic() - started < WALL_LIMIT_S + SPARE_S
        copy = files.read(cleaned.published_sha256, Shelf.PUBLISHED)
        with Image.open(BytesIO(copy), formats=("JPEG",)) as picture:
            picture.load()
            assert picture.size == (cleaned.width, cleaned.height)
        return TAKEN

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(answer, mutated(seeds(), 200, seed=7)))
    assert set(answers) <= {TAKEN, "broken", "not_a_picture", "too_many_pixels"}
    assert answers.count(TAKEN) > 20  # so that spoilt files also get past the decoder
    assert answers.count("broken") > 20


DECODING = """
import json, sys
from io import BytesIO
from storage.photos.child import answer
from tests.storage.pictures import mutated
from tests.faults.test_photo_bombs import seeds
for photo in mutated(seeds(), int(sys.argv[1]), seed=8):
    answer(BytesIO(photo), BytesIO(), BytesIO())
print("still here")
"""


def test_the_decoder_survives_spoilt_files() -> None:
    """Three thousand spoilt photos in one process of their own: not one kills it."""
    run = subprocess.run(
        [sys.executable, "-c", DECODING, "3000"], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout == "still here\n"


def test_a_child_that_is_shot_leaves_nothing_behind(tmp_path: Path) -> None:
    """A photo whose decoder is given no time leaves no process and no copy behind, and the next one is cleaned."""
    files = PhotoFiles(tmp_path / "files")
    photo = tmp_path / "photo"
    photo.write_bytes(saved(scene(1)))
    before = open_descriptors()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.photos.clean.WALL_LIMIT_S", 0.001)
        with pytest.raises(ChildFailed, match="too little time"):
            clean(photo, files)
    assert open_descriptors() == before
    assert [path for path in files.path("0" * 64).parents[3].rglob("*") if path.is_file()] == []
    assert clean(photo, files).width == 640


def open_descriptors() -> set[str]:
    """What this process has open."""
    return {entry.name for entry in Path("/proc/self/fd").iterdir() if entry.exists()}
