"""A published copy is made to fit a messenger that takes less, and nothing but pixels comes along."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from storage.photos.pixels_only import pixels_only
from storage.photos.small import LIMIT_BYTES, small_copy
from tests.storage.pictures import CANARIES, exif, saved, scene


def _kept(folder: Path, jpeg: bytes) -> Path:
    path = folder / "copy"
    path.write_bytes(jpeg)
    return path


def _noise(size: tuple[int, int]) -> Image.Image:
    """Return the picture that is hardest to make small."""
    return Image.effect_noise(size, 90).convert("RGB")


def test_a_copy_that_fits_comes_back_byte_for_byte(tmp_path: Path) -> None:
    """Saving it again would only cost quality."""
    jpeg = saved(scene(1), quality=85)
    assert len(jpeg) <= LIMIT_BYTES
    assert small_copy(_kept(tmp_path, jpeg)) == jpeg


def test_a_large_copy_first_loses_quality_and_keeps_its_size(tmp_path: Path) -> None:
    """A little too large: the same width and height, under the limit."""
    jpeg = saved(scene(2, (1600, 1200)), quality=95)
    small = small_copy(_kept(tmp_path, jpeg), len(jpeg) - 1_000)
    assert len(small) <= len(jpeg) - 1_000
    assert Image.open(BytesIO(small)).size == (1600, 1200)


@pytest.mark.parametrize("limit", [900_000, 200_000, 30_000, 5_000, 1_500])
def test_what_quality_cannot_do_fewer_pixels_do(tmp_path: Path, limit: int) -> None:
    """Noise at 2,400 pixels becomes a smaller picture of the same shape, for every limit."""
    path = _kept(tmp_path, saved(_noise((2400, 1600)), quality=95))
    assert path.stat().st_size > limit
    small = small_copy(path, limit)
    width, height = Image.open(BytesIO(small)).size
    assert len(small) <= limit
    assert abs(width / height - 1.5) < 0.1
    assert pixels_only(small)


def test_nothing_but_pixels_comes_along_even_when_it_would_fit(tmp_path: Path) -> None:
    """A copy that somehow still tells its place on earth is written anew."""
    path = _kept(tmp_path, saved(scene(3), exif=exif(), comment=CANARIES[4]))
    small = small_copy(path)
    assert pixels_only(small)
    assert not [canary for canary in CANARIES if canary in small]


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 9)])
def test_odd_shapes_are_no_trouble(tmp_path: Path, size: tuple[int, int]) -> None:
    """A thread of a picture still has a pixel on every side."""
    assert len(small_copy(_kept(tmp_path, saved(_noise(size))), 1_200)) <= 1_200


def test_a_limit_no_picture_meets_is_said(tmp_path: Path) -> None:
    """The tables of a JPEG alone need more than that."""
    with pytest.raises(ValueError, match="100 bytes"):
        small_copy(_kept(tmp_path, saved(scene(4))), 100)


def test_a_file_that_is_gone_or_no_jpeg_is_an_error_of_the_file(tmp_path: Path) -> None:
    """The caller hears of it as it hears of a full disk."""
    with pytest.raises(OSError, match="none"):
        small_copy(tmp_path / "none")
    with pytest.raises(OSError, match="identify"):
        small_copy(_kept(tmp_path, saved(scene(5), "PNG")))
