"""The paper of a closed month: built from what was frozen, told of, and given back its number and day by the clerk.

Building takes a second and runs outside any transaction: `next_to_build`, `build`, then `mark_built` or `mark_failed`.
"""

import os
import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from deeds.errors import NotAllowed, NotFound, NotPossible
from deeds.kinds import Role
from deeds.months import Month, local_day
from deeds.vietnamese import nfc
from digests.documents.build import Built
from digests.documents.build import build as build_files
from digests.documents.wording import day_name
from digests.months import draft_snapshot
from digests.notices import tell_corrected, tell_trouble
from digests.snapshot import Issued
from digests.snapshotting import frozen
from storage import people, periods
from storage.database import Tx
from storage.people import Known
from storage.periods import PeriodRow
from storage.photos.files import Damaged, NotOurs, PhotoFiles, Shelf
from texts import say

DRAFT = "draft-"  # what folders of papers of an open month begin with, while they are built
FOLDER = "papers"
LONGEST_REASON = 300
_LEFT_BEHIND_S = 3600
_NUMBER = re.compile(
    r"(?P<digits>0*[1-9]\d{0,5})(?P<letter>[a-z]?)\s*(?:/\s*(?P<symbol>[^\s/][^/]{0,60}))?", re.IGNORECASE
)


def next_to_build(tx: Tx, now: datetime) -> PeriodRow | None:
    """Return the oldest period whose paper is to be built now."""
    return next(iter(periods.to_build(tx, now)), None)


def build(row: PeriodRow, files: PhotoFiles, data_dir: Path) -> str:
    """Write the three files of a closed period and return their folder, relative to the data folder.

    They say the number and the day that `row` has on record.

    They are written beside and moved in whole, so that neither a kill nor a second builder leaves half a file.
    """
    papers = data_dir / FOLDER
    papers.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = papers / row.key
    folder.mkdir(mode=0o700, exist_ok=True)
    with TemporaryDirectory(prefix=".building-", dir=papers) as desk:
        _sweep(papers, Path(desk))
        built = build_files(frozen(row), photo_bytes(files), Path(desk), _issued(row))
        for path in (built.docx, built.pdf, built.xlsx):
            _sync(path)
            os.replace(path, folder / path.name)
    _sync(folder)
    _sync(papers)
    return f"{FOLDER}/{row.key}"


def sweep_drafts(data_dir: Path) -> None:
    """Delete what is left of drafts whose building ended with its process: names stand in them."""
    for left in data_dir.glob(f"{DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)


def mark_built(tx: Tx, row: PeriodRow, folder: str, now: datetime) -> bool:
    """Record that the files are there. Returns False when another process was first."""
    return periods.mark_built(tx, row, folder, now)


def mark_failed(tx: Tx, row: PeriodRow, error: Exception, now: datetime) -> None:
    """Record a failed build; it is tried again later, and after the third time somebody is told."""
    if periods.mark_failed(tx, row, f"{type(error).__name__}: {error}", now):
        failed = periods.period(tx, row.key)
        if failed is not None and failed.attempts == periods.TROUBLE_AFTER_ATTEMPTS:
            tell_trouble(tx, failed, now)


def rebuild(tx: Tx, key: str, files: PhotoFiles, folder: Path) -> Built:
    """Write the files of a closed period once more, into another folder: the same content, whatever happened since."""
    row = _closed(tx, key)
    return build_files(frozen(row), photo_bytes(files), folder, _issued(row))


def draft_paper(tx: Tx, key: str, now: datetime, files: PhotoFiles, folder: Path) -> Built:
    """Write the files of an open period, marked as a draft; a closed one is written as it was closed."""
    if periods.period(tx, key) is not None:
        return rebuild(tx, key, files, folder)
    return build_files(draft_snapshot(tx, Month.parse(key), now), photo_bytes(files), folder)


def photo_bytes(files: PhotoFiles) -> Callable[[str], bytes]:
    """Return how a paper gets its pictures: published copies only, which carry nothing but pixels."""

    def read(sha256: str) -> bytes:
        try:
            return files.read(sha256, Shelf.PUBLISHED)
        except (Damaged, NotOurs) as error:
            raise LookupError(sha256) from error

    return read


def may_record(tx: Tx, actor: Known) -> bool:
    """Tell whether this person gives papers their number: the issuer's clerk; where there is none, a moderator.

    The standing office receives the paper; its number is not for the receiver to give.
    """
    return actor.is_any(Role.ADMIN, Role.CLERK if people.anybody_is(tx, Role.CLERK) else Role.MODERATOR)


def record_issued(tx: Tx, actor: Known, key: str, number: str, day: date, now: datetime) -> PeriodRow:
    """Keep the number and day the clerk gave the paper; the files are written anew with them.

    `5` becomes `05` and is completed by the symbol the paper was closed with. Raises `NotAllowed`, `NotPossible` or
    `NotFound`.
    """
    row, whole = _given(tx, actor, key, number, day, now)
    if row.document_state == "issued":
        if (row.number, row.issued_on) == (whole, day):
            return row  # the same press twice
        raise _already(row)
    if not periods.record_issued(tx, row.id, whole, day, actor.id, now):
        raise _already(_closed(tx, key))
    return _closed(tx, key)


def correct_issued(tx: Tx, actor: Known, key: str, number: str, day: date, reason: str, now: datetime) -> PeriodRow:
    """Put right a number or day that was recorded wrongly: what stood there is kept, with who, when and why.

    The files are written anew, and whoever was told of the paper is told. Errors as `record_issued`.
    """
    row, whole = _given(tx, actor, key, number, day, now)
    why = " ".join(nfc(reason).split())
    if row.document_state != "issued":
        raise NotPossible("doc.corrected.not_issued", f"the paper of {key} has no number yet")
    if (row.number, row.issued_on) == (whole, day):
        return row
    if not 0 < len(why) <= LONGEST_REASON:
        raise NotPossible("doc.corrected.why", "a correction needs a reason", most=LONGEST_REASON)
    correction = periods.correct_issued(tx, row, whole, day, why, actor.id, now)
    if correction is None:
        raise _already(_closed(tx, key))
    corrected = _closed(tx, key)
    tell_corrected(tx, row, corrected, correction, why, actor, now)
    return corrected


def _given(tx: Tx, actor: Known, key: str, number: str, day: date, now: datetime) -> tuple[PeriodRow, str]:
    """Return the paper and the whole number, where this person may give it this number and day."""
    if not may_record(tx, actor):
        raise NotAllowed("doc.issued.no_right", f"person {actor.id} may not record a number")
    row = _closed(tx, key)
    snapshot = frozen(row)
    whole = _whole_number(number, snapshot.office.symbol)
    if row.document_state == "to_build":
        raise NotPossible("doc.issued.not_built", f"the paper of {key} is not built yet")
    if day > local_day(now) or day < snapshot.window_end:
        raise NotPossible(
            "doc.issued.wrong_day",
            f"{day} is not between the end of {key} and today",
            first=f"{snapshot.window_end:%d/%m/%Y}",
            last=f"{local_day(now):%d/%m/%Y}",
        )
    for other in periods.issued_in(tx, day.year):
        if other.key != key and _in_series(other.number or "") == _in_series(whole):
            raise NotPossible(
                "doc.issued.number_taken", f"{other.key} has this number", number=whole, month=_short(other.key)
            )
    return row, whole


def issued_text(row: PeriodRow) -> str:
    """Return what somebody reads who gave an issued paper its number."""
    assert row.number is not None
    assert row.issued_on is not None
    return say("doc.issued.done", number=row.number, day=day_name(row.issued_on), month=_short(row.key))


def corrected_text(row: PeriodRow) -> str:
    """Return what somebody reads who put a number right."""
    assert row.number is not None
    assert row.issued_on is not None
    return say("doc.corrected.done", number=row.number, day=day_name(row.issued_on))


def _whole_number(number: str, symbol: str) -> str:
    read = _NUMBER.fullmatch(nfc(number).strip())
    if read is None:
        raise NotPossible("doc.issued.wrong_number", "this is no number of a paper")
    symbol = (read["symbol"] or symbol).strip()
    counted = f"{int(read['digits']):02d}{read['letter'].lower()}"
    return f"{counted}/{symbol}" if symbol else counted


def _in_series(number: str) -> str:
    """Return what a year's series counts by: `5/UBND`, `05/UBND` and `05/UBND-VHXH` are one number of it."""
    return number.split("/")[0].strip().lstrip("0").casefold()


def _issued(row: PeriodRow) -> Issued | None:
    return Issued(row.number, row.issued_on) if row.number and row.issued_on else None


def _already(row: PeriodRow) -> NotPossible:
    day = f"{row.issued_on:%d/%m/%Y}" if row.issued_on else ""
    return NotPossible("doc.issued.already", f"period {row.key} is issued", number=row.number or "", day=day)


def _closed(tx: Tx, key: str) -> PeriodRow:
    row = periods.period(tx, key)
    if row is None:
        raise NotFound("doc.no_period", f"period {key} is not closed")
    return row


def _short(key: str) -> str:
    month = Month.parse(key)
    return f"{month.number}/{month.year}"


def _sweep(papers: Path, desk: Path) -> None:
    """Remove what killed builders left; by the disk's own time, an hour older than the folder just made."""
    now_s = desk.stat().st_mtime
    for left in papers.glob(".building-*"):
        try:
            if now_s - left.stat().st_mtime > _LEFT_BEHIND_S:
                for path in left.iterdir():
                    path.unlink()
                left.rmdir()
        except FileNotFoundError:
            continue  # its builder was alive after all, or another one sweeps too


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
