"""A published copy made small enough for a messenger that takes less than we keep."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from storage.photos.pixels_only import pixels_only

LIMIT_BYTES: Final = 900_000
_QUALITIES: Final = (85, 75, 65)  # below that, fewer pixels look better than worse ones
_STEP: Final = 0.8
_LONG_SIDE: Final = 16


def small_copy(path: Path, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Return a published copy as JPEG of at most that many bytes: as it is if it fits, else with less in it.

    Raises ValueError when no picture is that small, OSError when the file is not there or is no JPEG.
    """
    kept = path.read_bytes()
    if len(kept) <= limit_bytes and pixels_only(kept):
        return kept
    with Image.open(BytesIO(kept), formats=("JPEG",)) as picture:
        pixels = Image.new("RGB", picture.size)  # one that never knew what else was in the file
        pixels.paste(picture)
    for scaled in _smaller_and_smaller(pixels):
        for quality in _QUALITIES:
            out = BytesIO()
            scaled.save(out, "JPEG", quality=quality)
            if out.tell() <= limit_bytes:
                return out.getvalue()
    raise ValueError(f"no picture is as small as {limit_bytes} bytes")


def _smaller_and_smaller(picture: Image.Image) -> Iterator[Image.Image]:
    scale = 1.0
    while scale == 1.0 or max(picture.size) * scale >= _LONG_SIDE:
        width, height = (max(1, round(side * scale)) for side in picture.size)
        yield picture if scale == 1.0 else picture.resize((width, height), Image.Resampling.LANCZOS)
        scale *= _STEP
