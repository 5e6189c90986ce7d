"""Cleaning a photo: a copy with the same picture, upright, in true colours, and nothing else in the file."""

import random
import resource
import socket
import subprocess
import sys
import zipfile
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from storage.photos import child
from storage.photos.clean import Cleaned, PhotoRefused, Reason, clean, dhash_distance
from storage.photos.files import PhotoFiles, Shelf
from storage.photos.pixels_only import pixels_only
from storage.photos.sniff import HEAD_BYTES, Sniffed, sniff
from tests.storage.pictures import CANARIES, exif, jpeg_parts, profile, saved, scene, tagged, with_chunk

CHECKOUT = Path(__file__).resolve().parents[2]
JFIF_TABLES_FRAME_SCAN = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xD9}


class Desk:
    """A store, and the way of a photo through it."""

    def __init__(self, folder: Path) -> None:
        self.files = PhotoFiles(folder / "files")

    def clean(self, photo: bytes) -> Cleaned:
        """Keep the photo as it came and clean it."""
        return clean(self.files.path(self.files.keep(photo, 1 << 26).sha256), self.files)

    def published(self, photo: bytes) -> Image.Image:
        """Return the picture people get to see."""
        return Image.open(BytesIO(self.files.read(self.clean(photo).published_sha256, Shelf.PUBLISHED)))

    def refused(self, photo: bytes) -> tuple[Reason, str | None]:
        """Return why the photo is not taken."""
        with pytest.raises(PhotoRefused) as refusal:
            self.clean(photo)
        return refusal.value.reason, refusal.value.kind


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty store."""
    return Desk(tmp_path)


def assert_nothing_but_pixels(jpeg: bytes) -> None:
    """No canary in the bytes, no segment but those a picture is made of, nothing behind its end."""
    for canary in CANARIES:
        assert canary not in jpeg
    for word in (b"Exif", b"http", b"ICC_PROFILE", b"MPF", b"Photoshop", b"xmp"):
        assert word not in jpeg
    parts = jpeg_parts(jpeg)
    assert {marker for marker, _ in parts} <= JFIF_TABLES_FRAME_SCAN
    assert [len(body) for marker, body in parts if marker == 0xE0] == [14]
    assert parts[-1] == (0xD9, b"")
    with Image.open(BytesIO(jpeg)) as picture:
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return by how much two pictures differ on average, of 255."""
    bands = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    return sum(bands) / len(bands)


@cache
def kinds_of_file() -> dict[str, bytes]:
    """One picture in every kind of file a phone, a browser or an old program makes of it."""
    picture = scene(1)
    alpha = picture.copy()
    alpha.putalpha(255)
    return {
        "jpeg": tagged(picture, quality=92),
        "progressive": tagged(picture, progressive=True),
        "grey jpeg": tagged(picture.convert("L")).replace(b"RGB XYZ ", b"GRAYXYZ "),
        "cmyk jpeg": saved(picture.convert("CMYK"), exif=exif(), comment=CANARIES[4]),
        "jpeg with a broken profile": saved(picture, icc_profile=CANARIES[6] * 40),
        "png": tagged(picture, "PNG"),
        "png with alpha": tagged(alpha, "PNG"),
        "palette png": tagged(picture.quantize(64), "PNG"),
        "webp": tagged(picture, "WEBP", quality=80),
        "webp without loss": tagged(alpha, "WEBP", lossless=True),
        "animated webp": tagged(picture, "WEBP", save_all=True, append_images=[scene(2), scene(3)]),
        "animated png": tagged(picture, "PNG", save_all=True, append_images=[scene(2)]),
        "mpo": saved(picture, "MPO", save_all=True, append_images=[scene(2)], exif=exif()),
    }


@pytest.mark.parametrize("kind", list(kinds_of_file()))
def test_published_copies_are_the_picture_and_nothing_else(desk: Desk, kind: str) -> None:
    """Each kind of file becomes a copy and a thumbnail of its first picture that carry no word of the original's."""
    photo = kinds_of_file()[kind]
    assert any(canary in photo for canary in CANARIES)
    cleaned = desk.clean(photo)
    copy = desk.files.read(cleaned.published_sha256, Shelf.PUBLISHED)
    thumb = desk.files.read(cleaned.thumb_sha256, Shelf.THUMBNAILS)
    assert_nothing_but_pixels(copy)
    assert_nothing_but_pixels(thumb)
    shown, small = Image.open(BytesIO(copy)), Image.open(BytesIO(thumb))
    assert (shown.size, shown.mode) == ((cleaned.width, cleaned.height), "RGB") == ((640, 480), "RGB")
    assert (small.size, small.mode) == ((320, 240), "RGB")
    assert difference(shown, Image.open(BytesIO(photo))) < 6
    assert difference(shown.convert("L"), scene(1).convert("L")) < 12
    assert (
        difference(scene(2).convert("L"), scene(1).convert("L")) > 30
    )  # so what is shown is the first picture of several


def test_a_thousand_tagged_files_lose_their_tags(tmp_path: Path) -> None:
    """A thousand files of all sorts, each with every tag: not one published byte of them is a tag."""
    dice = random.Random(20)
    pictures = [scene(seed, (96, 72)) for seed in range(5)]
    for _ in range(1000):
        picture = dice.choice(pictures).convert(dice.choice(("RGB", "L", "RGB")))
        kind = dice.choice(("JPEG", "JPEG", "PNG", "WEBP"))
        options = {"quality": dice.randrange(20, 95)} if kind != "PNG" else {"compress_level": 1}
        photo = tagged(picture, kind, dice.randrange(1, 9), **options)
        copies = BytesIO(), BytesIO()
        assert "refused" not in child.answer(BytesIO(photo), *copies)
        for copy in copies:
            assert_nothing_but_pixels(copy.getvalue())
            assert pixels_only(copy.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(desk: Desk, kind: str, orientation: int) -> None:
    """However the phone was held, red is at the top left, green at the top right, blue at the bottom left."""
    upright = Image.new("RGB", (96, 64), "white")
    upright.paste("red", (0, 0, 48, 32))
    upright.paste("green", (48, 0, 96, 32))
    upright.paste("blue", (0, 32, 48, 64))
    turns = Image.Transpose
    lying = {  # what the sensor saw for each value: the turn that undoes the one a viewer makes
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }
    stored = upright.transpose(lying[orientation]) if orientation > 1 else upright
    shown = desk.published(tagged(stored, kind, orientation, quality=95))
    assert shown.size == (96, 64)
    assert difference(shown, upright) < 6


def test_colours_are_those_the_profile_means(desk: Desk) -> None:
    """A profile that calls red green is followed before it is dropped, so people see the colours meant."""
    red = Image.new("RGB", (64, 64), (230, 20, 20))
    shown = desk.published(saved(red, quality=95, icc_profile=profile(swapped=True)))
    r, g, b = shown.getpixel((32, 32))  # type: ignore[misc]
    assert g > 200
    assert max(r, b) < 60
    r, g, b = desk.published(saved(red, quality=95, icc_profile=profile())).getpixel((32, 32))  # type: ignore[misc]
    assert r > 200
    assert max(g, b) < 60


def test_what_is_see_through_becomes_white(desk: Desk) -> None:
    """A transparent PNG or WebP is laid on white, also when its transparency is in a palette."""
    seal = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    seal.paste((200, 0, 0, 255), (16, 16, 48, 48))
    palette = seal.convert("RGB").quantize(4)
    holes = {"transparency": palette.getpixel((0, 0))}
    for photo in (saved(seal, "PNG"), saved(seal, "WEBP", lossless=True), saved(palette, "PNG", **holes)):
        shown = desk.published(photo)
        assert min(shown.getpixel((4, 4))) > 245  # type: ignore[arg-type]
        assert shown.getpixel((32, 32))[1] < 20  # type: ignore[index]


def test_sixteen_bits_of_grey_keep_their_shades(desk: Desk) -> None:
    """A scan with 16 bits a pixel is not burnt out to white."""
    grey = Image.new("I;16", (64, 64), 0x8000)
    assert abs(desk.published(saved(grey, "PNG")).getpixel((5, 5))[0] - 128) <= 2  # type: ignore[index]


def test_large_photos_are_made_to_fit(desk: Desk) -> None:
    """A 12 megapixel photo is published 2048 pixels long, also lying on its side; a small one is not blown up."""
    large = scene(4, (4032, 3024))
    cleaned = desk.clean(saved(large, quality=80, exif=exif(6)))
    assert (cleaned.width, cleaned.height) == (1536, 2048)
    copy = desk.files.read(cleaned.published_sha256, Shelf.PUBLISHED)
    upright = large.resize((2048, 1536)).transpose(Image.Transpose.ROTATE_270)
    assert difference(Image.open(BytesIO(copy)), upright) < 5
    strip = desk.clean(saved(Image.new("RGB", (9000, 2), "red")))
    assert (strip.width, strip.height) == (2048, 1)
    tiny = desk.clean(saved(Image.new("RGB", (1, 1), "red"), "PNG"))
    assert (tiny.width, tiny.height) == (1, 1)


def test_the_day_of_the_photo_is_told(desk: Desk) -> None:
    """The day in the EXIF block is handed on; without one, or with nonsense, there is none."""
    assert desk.clean(tagged(scene(1))).taken_on == date(2026, 5, 12)
    assert desk.clean(saved(scene(1))).taken_on is None
    nonsense = tagged(scene(1)).replace(b"2026:05:12", b"0000:00:00")
    assert desk.clean(nonsense).taken_on is None


def archive() -> bytes:
    """Return a ZIP file with a page in it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("canary.html", "<script>canary-tail</script>")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tail", [archive(), b"<html><script>canary-tail</script>", b"%PDF-1.7 canary-tail"])
def test_a_tail_behind_the_picture_is_lost(desk: Desk, kind: str, tail: bytes) -> None:
    """A file that is a picture and something else at once is published as the picture only."""
    cleaned = desk.clean(saved(scene(1), kind) + tail)
    for sha256, shelf in ((cleaned.published_sha256, Shelf.PUBLISHED), (cleaned.thumb_sha256, Shelf.THUMBNAILS)):
        copy = desk.files.read(sha256, shelf)
        assert_nothing_but_pixels(copy)
        assert b"canary" not in copy
        assert b"PK\x03\x04" not in copy


def test_a_copy_that_is_more_than_pixels_is_noticed() -> None:
    """The check before publishing finds every segment and tail a process that was taken over could add."""
    clean_copy = saved(scene(1, (64, 48)), quality=85)
    assert pixels_only(clean_copy)
    picture = scene(1, (64, 48))
    for spoilt in (
        saved(picture, exif=exif()),
        saved(picture, comment=b"x"),
        saved(picture, icc_profile=profile()),
        saved(picture, progressive=True),
        clean_copy + b"x",
        clean_copy + b"\xff\xd9",
        clean_copy[:-2],
        clean_copy[:-2] + b"\xff\xfe\x00\x04hi\xff\xd9",
        clean_copy[:2] + b"\xff\xe0\x00\x14JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00half" + clean_copy[20:],
        b"",
        b"\xff\xd8\xff\xd9",
        saved(picture, "PNG"),
    ):
        assert not pixels_only(spoilt)


HEADS = {
    "jpeg": saved(scene(1, (8, 8))),
    "png": saved(scene(1, (8, 8)), "PNG"),
    "webp": saved(scene(1, (8, 8)), "WEBP"),
    "gif": saved(scene(1, (8, 8)), "GIF"),
    "tiff": saved(scene(1, (8, 8)), "TIFF"),
    "bmp": saved(scene(1, (8, 8)), "BMP"),
    "avif": saved(scene(1, (8, 8)), "AVIF"),
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "m4a": b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42",
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42",
    "pdf": b"%PDF-1.7\n",
    "zip": archive(),
    "ogg": b"OggS\x00\x02" + bytes(20),
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    None: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize("kind", list(HEADS), ids=str)
def test_files_are_known_by_their_content(desk: Desk, kind: str | None) -> None:
    """Only JPEG, PNG and WebP are taken; of anything else the refusal says what it is."""
    accepted = kind in ("jpeg", "png", "webp")
    assert sniff(HEADS[kind][:HEAD_BYTES]) == Sniffed(kind, accepted)
    if accepted:
        assert desk.clean(HEADS[kind]).width == 8
    else:
        assert desk.refused(HEADS[kind]) == (Reason.NOT_A_PICTURE, kind)


def test_nothing_but_a_name_of_a_picture(desk: Desk) -> None:
    """An empty file, and the first bytes of a picture alone, are refused with a reason."""
    assert desk.refused(b"") == (Reason.NOT_A_PICTURE, None)
    assert desk.refused(HEADS["png"][:8]) == (Reason.BROKEN, "png")
    assert sniff(b"WAVEWEBPWEBP").kind is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_a_photo_cut_off_is_broken(desk: Desk, kind: str, part: float) -> None:
    """A file that ends too early is refused, and no copy of the half picture is kept."""
    whole = saved(scene(1), kind)
    assert desk.refused(whole[: int(len(whole) * part)]) == (Reason.BROKEN, kind.lower())
    assert not any(desk.files.path("0" * 64, Shelf.PUBLISHED).parents[2].iterdir())


def test_a_file_over_the_limit_is_not_opened(desk: Desk) -> None:
    """More bytes than any phone's photo has are refused by their number."""
    assert desk.refused(saved(scene(1)) + bytes(26 << 20)) == (Reason.TOO_LARGE, "jpeg")


def test_one_photo_saved_again_is_recognised(desk: Desk) -> None:
    """Eight photos: saved again, made smaller or sent lying, each stays within 6 bits; others are over 12 away."""
    hashes = []
    for seed in range(8):
        photo = scene(seed, (1280, 960))
        first = desk.clean(saved(photo, quality=92)).dhash
        lying = photo.transpose(Image.Transpose.ROTATE_90)
        for again in (
            saved(photo, quality=40),
            saved(photo.resize((640, 480)), "WEBP", quality=60),
            saved(photo.resize((333, 250), Image.Resampling.NEAREST), "PNG"),
            saved(lying, exif=exif(6)),
        ):
            assert dhash_distance(first, desk.clean(again).dhash) <= 6
        hashes.append(first)
    for index, one in enumerate(hashes):
        assert len(one) == 16
        assert all(dhash_distance(one, other) > 12 for other in hashes[:index])


LOCKED = """
import socket, resource
from storage.photos import child
child.lock_down()
for act in (lambda: open("/etc/passwd"), socket.socket, lambda: bytearray(800 << 20)):
    try:
        act()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_the_child_gives_its_rights_away() -> None:
    """Once locked down, the process can open no file and no socket, nor take more memory than it has left."""
    socket.socket().close()  # which this process may
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0
    run = subprocess.run([sys.executable, "-c", LOCKED], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:4] == ["OSError", "OSError", "MemoryError", "(5, 6) (0, 0)"]


def test_a_text_chunk_stays_behind(desk: Desk) -> None:
    """A PNG's own text, compressed or not, is not in the copy."""
    photo = with_chunk(saved(scene(1), "PNG"), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + CANARIES[3])
    assert_nothing_but_pixels(desk.files.read(desk.clean(photo).published_sha256, Shelf.PUBLISHED))
