"""The sample's pictures, kept and cleaned the way every picture is, before anything in the database points to them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files as resources

from storage.photos.clean import ORIGINAL_LIMIT_BYTES, Cleaned, clean
from storage.photos.files import PhotoFiles

AT_ONCE = 4  # each is opened by a process of its own


@dataclass(frozen=True)
class Picture:
    """A picture whose bytes, copy and thumbnail are on disk."""

    sha256: str
    cleaned: Cleaned


def keep_pictures(names: Sequence[str], files: PhotoFiles) -> Mapping[str, Picture]:
    """Return the pictures by name. Kept twice, they are the same files."""

    def keep(name: str) -> Picture:
        data = (resources(__package__) / "pictures" / f"{name}.jpg").read_bytes()
        sha256 = files.keep(data, ORIGINAL_LIMIT_BYTES).sha256
        return Picture(sha256, clean(files.path(sha256), files))

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return dict(zip(names, workers.map(keep, names), strict=True))
