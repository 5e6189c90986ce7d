"""One month's paper as three files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digests.documents.content import compose
from digests.snapshot import Issued, MonthSnapshot, content_hash

PhotoBytes = Callable[[str], bytes]


@dataclass(frozen=True)
class Built:
    """The files, the hash of what they tell, and the photos (SHA-256) that could not be shown."""

    docx: Path
    pdf: Path
    xlsx: Path
    content_hash: str
    missing_photos: tuple[str, ...] = ()


def build(snapshot: MonthSnapshot, photo_bytes: PhotoBytes, folder: Path, issued: Issued | None = None) -> Built:
    """Write `van-ban-PERIOD.docx`, `.pdf` and `.xlsx` into `folder`.

    `photo_bytes` gives a picture by its SHA-256 and may raise `LookupError` or `OSError`: a lost or unreadable picture
    is left out and named in the answer, for a paper without a picture on its day is worth more than none.
    """
    # The writers take a second to import; only who builds a paper pays for them.
    from digests.documents.docx import readable, write_docx
    from digests.documents.pdf import PhotosNotShown, write_pdf
    from digests.documents.xlsx import write_xlsx

    folder.mkdir(parents=True, exist_ok=True)
    name = f"van-ban-{snapshot.period}" + ("-du-thao" if snapshot.draft else "")
    files = {ending: folder / f"{name}.{ending}" for ending in ("docx", "pdf", "xlsx")}
    photos: dict[str, bytes] = {}
    missing: frozenset[str] = frozenset()
    while True:
        paper = compose(snapshot, missing, issued)
        new = [sha256 for sha256 in paper.pictures() if sha256 not in photos]
        photos |= {sha256: _photo(photo_bytes, sha256) for sha256 in new}
        lost = frozenset(sha256 for sha256 in new if not readable(photos[sha256]))
        if lost:
            missing |= lost
            continue
        try:
            write_pdf(paper, photos.__getitem__, files["pdf"])
        except PhotosNotShown as error:
            missing |= error.photos
            continue
        break
    write_docx(paper, photos.__getitem__, files["docx"])
    write_xlsx(paper, files["xlsx"])
    return Built(files["docx"], files["pdf"], files["xlsx"], content_hash(snapshot), tuple(sorted(missing)))


def _photo(photo_bytes: PhotoBytes, sha256: str) -> bytes:
    try:
        return photo_bytes(sha256)
    except (LookupError, OSError):
        return b""
