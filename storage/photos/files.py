"""Files on disk under the SHA-256 of their bytes: photos as they came, published copies, thumbnails, recordings.

What a sender called a file never reaches this module; the only name it takes is a hash.
"""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

FRESH_S: Final = 60  # between keeping bytes and writing their row
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Shelf(StrEnum):
    """The folders of the store, apart because different people may see them."""

    ORIGINALS = "originals"  # closed: never served
    PUBLISHED = "published"  # cleaned copies
    THUMBNAILS = "thumbnails"
    RECORDINGS = "recordings"  # voices, closed


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is on disk and synced."""

    sha256: str
    size: int


class TooLarge(Exception):
    """The file has more bytes than are taken."""


class NotOurs(Exception):
    """That is not the name of a file of this store, or a link lies where only our own files should."""


class Damaged(Exception):
    """The bytes on disk are no longer the ones that were kept."""


class PhotoFiles:
    """The store under one folder, which it makes. Every method may be called from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self._incoming, *(root / shelf for shelf in Shelf)):
            folder.mkdir(mode=0o700, exist_ok=True)
            _refuse_link(folder)
        _sync(root)

    def keep(
        self,
        data: bytes | Iterable[bytes],
        limit_bytes: int,
        shelf: Shelf = Shelf.ORIGINALS,
    ) -> Kept:
        """Keep the bytes, and return once they would survive a power cut. More than the limit raises TooLarge."""
        chunks = (data,) if isinstance(data, bytes) else data
        descriptor, incoming = tempfile.mkstemp(dir=self._incoming)  # one file system: the rename is one step
        try:
            with open(descriptor, "wb") as file:
                digest, size = _write(chunks, file, limit_bytes)
                file.flush()
                os.fsync(file.fileno())
            return Kept(self._settle(Path(incoming), digest, shelf), size)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(incoming)

    def path(self, sha256: str, shelf: Shelf = Shelf.ORIGINALS) -> Path:
        """Return where the file is or would be."""
        place = self._place(sha256, shelf)
        for part in (place.parents[2], place.parents[1], place.parents[0], place):
            _refuse_link(part)
        return place

    def has(self, sha256: str, shelf: Shelf = Shelf.ORIGINALS) -> bool:
        """Tell whether the file is kept."""
        return self.path(sha256, shelf).is_file()

    def read(self, sha256: str, shelf: Shelf = Shelf.ORIGINALS) -> bytes:
        """Return the bytes. Raises FileNotFoundError, or Damaged if the disk gives back something else."""
        with open(self.path(sha256, shelf), "rb", opener=_open_no_link) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"{shelf} {sha256} no longer has the bytes it is named after")
        return data

    def delete(self, sha256: str, shelf: Shelf = Shelf.ORIGINALS) -> bool:
        """Remove the file for good; False if there was none."""
        place = self.path(sha256, shelf)
        try:
            place.unlink()
        except FileNotFoundError:
            return False
        _sync(place.parent)
        return True

    def forget(self, names: Iterable[str]) -> set[str]:
        """Delete files from every shelf, and return those left because they are fresh.

        Somebody else may be sending the same picture: its bytes are kept before its row is. What a power cut brings
        back is found by the sweep.
        """
        fresh = set()
        now = self._now()
        for name in names:
            for shelf in Shelf:
                path = self.path(name, shelf)
                with suppress(FileNotFoundError):
                    if not now - FRESH_S <= path.lstat().st_mtime <= now + FRESH_S:
                        path.unlink()
                    else:
                        fresh.add(name)
        return fresh

    def _now(self) -> float:
        """Return the disk's own time, which the times of files are told in."""
        with self.scratch() as present:
            return os.fstat(present.fileno()).st_mtime

    def sweep(self, before: datetime) -> int:
        """Remove what killed processes left half-written before that moment, and return how many files that were.

        An hour ago is early enough: no upload takes as long.
        """
        swept = 0
        for left in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if left.lstat().st_mtime < before.timestamp():
                    left.unlink()
                    swept += 1
        return swept

    def names(self, shelf: Shelf, before: datetime) -> Iterator[str]:
        """Yield the names of a shelf's files kept before that moment; of what is kept again the later time counts.

        What seems to come later than now was kept before the clock was put back.
        """
        now = self._now()
        for path in (self._root / shelf).glob("??/??/*"):
            with suppress(FileNotFoundError):
                kept = path.lstat().st_mtime
                if _SHA256.fullmatch(path.name) and (kept < before.timestamp() or kept > now + FRESH_S):
                    yield path.name

    @contextmanager
    def scratch(self) -> Iterator[IO[bytes]]:
        """Lend a file without a name; its bytes are gone when it is closed, whatever happens."""
        with tempfile.TemporaryFile(dir=self._incoming) as file:
            yield file

    def _place(self, sha256: str, shelf: Shelf) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotOurs("a file is asked for by 64 hexadecimal digits")
        return self._root / Shelf(shelf) / sha256[:2] / sha256[2:4] / sha256

    def _settle(self, incoming: Path, sha256: str, shelf: Shelf) -> str:
        place = self.path(sha256, shelf)
        place.parent.parent.mkdir(mode=0o700, exist_ok=True)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        # Also when it is there already: the one who put it there may not have synced yet, or the disk has spoilt it.
        os.replace(incoming, place)
        for folder in place.parents[:3]:
            _sync(folder)
        return sha256


def _write(chunks: Iterable[bytes], file: IO[bytes], limit_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(f"more than {limit_bytes} bytes")
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest(), size


def _refuse_link(path: Path) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISLNK(path.lstat().st_mode):
            raise NotOurs(f"{path.name} is a link; only this store's own files may lie in its folder")


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
