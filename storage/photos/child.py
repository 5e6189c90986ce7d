"""The process that opens a stranger's picture, so that no other has to.

Reads the file on standard input, writes the published copy and the thumbnail to the two descriptors named in its
arguments, and answers one line of JSON. Before it looks at a single byte it gives up memory, time, and the right to
open anything: whatever a decoder is talked into, it has the picture and nothing else.
"""

import json
import resource
import sys
import warnings
from datetime import date
from io import BytesIO
from typing import IO, Any, Final

# All of them now, also those that Pillow would load when it needs them: after `lock_down` nothing can be loaded.
from PIL import (
    ExifTags,
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from storage.photos.sniff import HEAD_BYTES, sniff

OUT_OF_MEMORY: Final = "out_of_memory"  # what an answer says has failed, when it was not the picture

PUBLISHED_LONG_SIDE: Final = 2048
THUMBNAIL_LONG_SIDE: Final = 320
QUALITY: Final = 85
# A JPEG is decoded at a fraction of its size; the others have to be unfolded whole.
MAX_PIXELS: Final = {"jpeg": 120_000_000, "png": 25_000_000, "webp": 25_000_000}

MEMORY_BYTES: Final = 700 * 1024 * 1024
CPU_S: Final = 5
WRITTEN_BYTES: Final = 16 * 1024 * 1024  # 2048 x 2048 of pure noise is 6 MB
MAX_PROFILE_BYTES: Final = 1024 * 1024

_PLUGINS: Final = (
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
_TURNS: Final = {  # Exif 2.32, tag 0x0112
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def lock_down() -> None:
    """Take away what a decoder has no need of. Done here, not by the parent: a hook between fork and exec may hang
    a process that has threads."""
    Image.preinit()
    # At the first the parent still learns why, at the second it would not.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),  # no file and no socket from here on; the open ones stay
    ):
        resource.setrlimit(what, (limit, limit))


def answer(original: IO[bytes], published: IO[bytes], thumbnail: IO[bytes]) -> dict[str, object]:
    """Return what the picture is, with its copies written, `{"refused": reason}`, or `{"failed": why}`.

    The disk is only touched here, before and after the picture is looked at: what it raises goes on to the caller and
    is never taken for a fault of the picture.
    """
    original.seek(0)  # the descriptor is shared with the parent, which has read the beginning
    photo = original.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            told, large, small = _copies(photo)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return {"refused": "too_many_pixels"}
    except MemoryError:
        return {"failed": OUT_OF_MEMORY}
    except Exception:  # a decoder may fail in any way at all, and each means the same to the sender
        return {"refused": "broken"}
    if not large:
        return told
    published.write(large)
    thumbnail.write(small)
    return told


def _copies(photo: bytes) -> tuple[dict[str, object], bytes, bytes]:
    kind = sniff(photo[:HEAD_BYTES]).kind
    if kind not in MAX_PIXELS:
        return {"refused": "not_a_picture"}, b"", b""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS[kind]
    with Image.open(BytesIO(photo), formats=(kind.upper(),)) as picture:
        exif = _exif(picture)
        copy = _only_pixels(picture, exif.get(ExifTags.Base.Orientation))
    small = copy.resize(_fitted(copy.size, THUMBNAIL_LONG_SIDE), Image.Resampling.BOX)
    told = {"width": copy.width, "height": copy.height, "dhash": difference_hash(small), "taken_on": _taken_on(exif)}
    return told, _jpeg(copy), _jpeg(small)


def _jpeg(picture: Image.Image) -> bytes:
    saved = BytesIO()
    picture.save(saved, "JPEG", quality=QUALITY)
    return saved.getvalue()


def _only_pixels(picture: Image.Image, orientation: object) -> Image.Image:
    """Return the first frame, fitted, upright and in sRGB, in an image that never knew the original's metadata."""
    size = _fitted(picture.size, PUBLISHED_LONG_SIDE)
    picture.draft("RGB", size)
    profile = picture.info.get("icc_profile")
    # The turn comes after the resize, when there is far less to turn.
    fitted = _in_true_mode(picture).resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    upright = fitted.transpose(turn) if turn is not None else fitted
    coloured = _in_srgb(upright, profile)
    copy = Image.new("RGB", coloured.size, "white")
    copy.paste(coloured, mask=coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    return copy


def _in_true_mode(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be resized: a palette has no colours between its entries."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which a plain conversion would clip to white
        return picture.point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Return the colours as a browser without the profile would have to show them. A bad profile is passed over."""
    plain = picture.mode if picture.mode in ("RGB", "RGBA") else "RGB"
    if not isinstance(profile, bytes) or len(profile) > MAX_PROFILE_BYTES:
        return picture.convert(plain)
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    try:
        told = ImageCms.ImageCmsProfile(BytesIO(profile))
        srgb = ImageCms.profileToProfile(colours, told, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert(plain)
    if srgb is None:
        return picture.convert(plain)
    if alpha:
        srgb.putalpha(alpha)
    return srgb


def _fitted(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    longest = max(size)
    if longest <= long_side:
        return size
    width, height = (max(1, round(side * long_side / longest)) for side in size)
    return width, height


def difference_hash(picture: Image.Image) -> str:
    """Return 64 bits in 16 hexadecimal digits: is each of 8 x 8 patches brighter than the one to its left?"""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (grey[at + 1] > grey[at])
    return f"{bits:016x}"


def _exif(picture: Image.Image) -> Any:
    try:
        return picture.getexif()
    except Exception:  # a photo with a spoilt EXIF block is still a photo
        return Image.Exif()


def _taken_on(exif: Image.Exif) -> str | None:
    try:
        told = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        year, month, day = (int(part) for part in str(told)[:10].split(":"))
        taken_on = date(year, month, day)
    except Exception:  # as above
        return None
    return taken_on.isoformat() if taken_on.year >= 1990 else None


def main(published: int, thumbnail: int) -> None:
    """Lock down, look, answer."""
    lock_down()
    with open(published, "wb") as large, open(thumbnail, "wb") as small:
        line = answer(sys.stdin.buffer, large, small)
        large.flush()
        small.flush()
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
