"""A deed as anybody may read it: built from what the gate lets through, so a page cannot show more by mistake."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from deeds.kinds import Status
from deeds.vietnamese import nfc
from moderation.confirming import tapped
from publishing.gate import Shown, shown_of_each
from publishing.outlets import Outlet
from storage import deeds, published_photos
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow
from storage.photos.files import Shelf
from texts import say

_TEASER_CHARS = 220
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no feed may hold them (XML 1.0, 2.2)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Picture:
    """A picture the page may show, by the names of its clean copies."""

    full: str
    small: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Story:
    """A published deed."""

    code: str
    title: str
    field: str | None
    paragraphs: Sequence[str]
    pictures: Sequence[Picture]
    checked_at: datetime | None  # when it was approved; None while nobody vouches for person or deed
    confirmed: Sequence[str]  # by whom, as far as our own words say it
    published_at: datetime

    @property
    def teaser(self) -> str:
        """The first sentences; never cut inside one unless the first alone is too long."""
        text = " ".join(self.paragraphs)
        taken = ""
        for sentence in _SENTENCE_END.split(text):
            if taken and len(taken) + len(sentence) >= _TEASER_CHARS:
                break
            taken = f"{taken} {sentence}".strip()
        if len(taken) <= 2 * _TEASER_CHARS:
            return taken
        return taken[: 2 * _TEASER_CHARS].rsplit(" ", 1)[0] + "\u2026"

    @property
    def is_whole_in_teaser(self) -> bool:
        """Tell whether the teaser already says everything."""
        return self.teaser == " ".join(self.paragraphs)


def newest(tx: Tx, at_most: int, before: datetime | None = None) -> list[Story]:
    """Return the published deeds, newest first."""
    rows = deeds.published(tx, at_most, before)
    shown = _shown(tx, rows)
    return [_story(row, shown[row.id]) for row in rows if row.id in shown]


def story(tx: Tx, code: str) -> Story | None:
    """Return the published deed with this code."""
    row = deeds.coded(tx, code)
    shown = _shown(tx, [row]) if row is not None else {}
    return _story(row, shown[row.id]) if row is not None and row.id in shown else None


def picture_file(tx: Tx, sha256: str) -> tuple[str, Shelf] | None:
    """Return where this picture lies if a published deed shows it at this moment."""
    for candidate in published_photos.of_published_deeds(tx, sha256):
        row = deeds.deed(tx, candidate.deed_id)
        shown = _shown(tx, [row]).get(row.id) if row is not None else None
        if shown is not None and any(piece.id == candidate.attachment_id for piece in shown.photos):
            return sha256, Shelf.THUMBNAILS if candidate.is_thumbnail else Shelf.PUBLISHED
    return None


def _story(row: DeedRow, shown: Shown) -> Story:
    assert row.published_at is not None
    return Story(
        code=row.code,
        title=_clean(shown.name) or say("public.deed.unnamed"),
        field=row.field,
        paragraphs=[part.strip() for part in _clean(shown.words).split("\n") if part.strip()],
        pictures=[_picture(piece) for piece in shown.photos],
        checked_at=row.approved_at if row.is_confirmed else None,
        confirmed=tapped(row),
        published_at=row.published_at,
    )


def _shown(tx: Tx, rows: Sequence[DeedRow]) -> Mapping[int, Shown]:
    """Return what may be shown of these deeds now, by id; a yes taken back counts before anybody unpublishes."""
    published = [row for row in rows if row.status is Status.PUBLISHED and row.published_at is not None]
    shown = shown_of_each(tx, published, Outlet.PAGE)
    return {deed_id: each for deed_id, each in shown.items() if not each.stays_out}


def _clean(text: str | None) -> str:
    return _CONTROL.sub("", nfc(text or ""))


def _picture(piece: Piece) -> Picture:
    assert piece.published is not None
    return Picture(piece.published, piece.thumbnail or piece.published, piece.width, piece.height)
