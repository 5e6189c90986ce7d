"""Pictures and recordings: a row as soon as one was sent, its bytes fetched and cleaned when their turn comes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select, update

from deeds.said import FileSource
from storage import inbox
from storage.database import Tx
from storage.models import Attachment, Submission
from storage.personal import file_columns
from storage.prepared import Prepared
from storage.statements import columns_of, insert_unless_there, table

LEASE = timedelta(minutes=5)  # longer than the slowest fetch; past it whoever had the piece is taken for dead


@dataclass(frozen=True)
class Piece:
    """A picture or a recording as pages and documents need it."""

    id: int
    kind: str
    state: str
    sha256: str | None
    published: str | None
    thumbnail: str | None
    width: int | None
    height: int | None
    seconds: int | None
    transcript: str | None
    refused: str | None
    submission_id: int | None
    given_at: datetime | None  # when it came to its submission


@dataclass(frozen=True)
class Work:
    """A piece whose bytes must be fetched or cleaned."""

    id: int
    kind: str
    state: str
    messenger: str
    chat: str | None  # None once its sender is forgotten
    remote: str | None
    sha256: str | None
    attempts: int
    draft_id: int | None
    refused: str | None  # why it was refused before: then its sender knows
    leased_until: datetime


_PIECE = columns_of(Attachment, Piece)


def attach(
    tx: Tx,
    kind: str,
    source: FileSource,
    *,
    person_id: int,
    draft_id: int | None,
    submission_id: int | None,
    messenger: str,
    chat: str,
    message: str,
    position: int,
    album: str | None,
    now: datetime,
) -> bool:
    """Record one picture or recording. Returns False when this very piece is there already."""
    values = {
        "kind": kind,
        "person_id": person_id,
        "draft_id": draft_id,
        "submission_id": submission_id,
        "messenger": messenger,
        "chat": chat,
        "message": message,
        "position": position,
        "album": album,
        "remote": source.remote,
        "remote_unique": source.unique,
        "state": "to_clean" if source.sha256 else "to_fetch",
        "try_after": now,
        "sha256": source.sha256,
        "seconds": source.seconds,
        "sent_at": now,
        "given_at": now if submission_id is not None else None,
    }
    return insert_unless_there(tx, Attachment, values)


_ATTACHMENT = table(Attachment)
_COUNT_PHOTOS = Prepared(
    select(func.count())
    .select_from(_ATTACHMENT)
    .where(
        _ATTACHMENT.c.draft_id == bindparam("draft"),
        _ATTACHMENT.c.kind == "photo",
        _ATTACHMENT.c.state != "refused",
    )
)


def count_photos(tx: Tx, draft_id: int) -> int:
    """Return how many pictures a draft has, refused ones excepted."""
    return int(_COUNT_PHOTOS.value(tx, draft=draft_id))


def hand_over(tx: Tx, draft_id: int, submission_id: int, now: datetime) -> None:
    """Give a draft's pieces to the submission it became."""
    given = {"submission_id": submission_id, "draft_id": None, "given_at": now}
    tx.execute(update(Attachment).where(Attachment.draft_id == draft_id).values(**given))


def offered(tx: Tx, person_id: int) -> int:
    """Return how many pieces a person sent that belong to nothing yet."""
    return tx.execute(select(func.count()).select_from(Attachment).where(*_loose(person_id))).scalar_one()


def give_loose(
    tx: Tx, person_id: int, now: datetime, *, submission_id: int | None = None, draft_id: int | None = None
) -> int:
    """Give the pieces that belong to nothing yet to a submission or a draft; returns how many."""
    given = {"submission_id": submission_id, "draft_id": draft_id, "given_at": now if submission_id else None}
    return tx.execute(update(Attachment).where(*_loose(person_id)).values(**given)).rowcount


def _loose(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Attachment.person_id == person_id,
        Attachment.draft_id.is_(None),
        Attachment.submission_id.is_(None),
    )


def of_album(tx: Tx, messenger: str, chat: str, album: str) -> int | None:
    """Return the submission an earlier item of this album went into, None when there is none."""
    return tx.execute(
        select(Attachment.submission_id)
        .where(
            Attachment.messenger == messenger,
            Attachment.chat == chat,
            Attachment.album == album,
            Attachment.submission_id.is_not(None),
        )
        .limit(1)
    ).scalar_one_or_none()


def of_deed(tx: Tx, deed_id: int) -> Sequence[Piece]:
    """Return every piece of a deed's submissions in the order they were sent."""
    return of_deeds(tx, (deed_id,))[deed_id]


def of_deeds(tx: Tx, deed_ids: Collection[int]) -> Mapping[int, Sequence[Piece]]:
    """Return every piece of each deed's submissions in the order they were sent."""
    rows = tx.execute(
        select(Submission.deed_id, *_PIECE)
        .join(Submission, Submission.id == Attachment.submission_id)
        .where(Submission.deed_id.in_(deed_ids))
        .order_by(Attachment.sent_at, Attachment.id)
    )
    pieces: dict[int, list[Piece]] = defaultdict(list)
    for row in rows:
        deed_id, *columns = row
        pieces[deed_id].append(Piece(*columns))
    return pieces


def piece(tx: Tx, attachment_id: int) -> Piece | None:
    """Return one piece."""
    row = tx.execute(select(*_PIECE).where(Attachment.id == attachment_id)).first()
    return Piece(**row._mapping) if row else None


def is_shown_at_desk(tx: Tx, sha256: str) -> bool:
    """Tell whether a clean copy or thumbnail of this name belongs to something handed in."""
    return (
        tx.execute(
            select(Attachment.id)
            .where(
                (Attachment.published == sha256) | (Attachment.thumbnail == sha256),
                Attachment.state == "ready",
                Attachment.submission_id.is_not(None),
            )
            .limit(1)
        ).first()
        is not None
    )


_NOT_YET = Attachment.state.in_(("to_fetch", "to_clean"))


def anything_due(tx: Tx, now: datetime) -> bool:
    """Tell whether there is a piece to fetch or clean."""
    return tx.execute(select(Attachment.id).where(_NOT_YET, Attachment.try_after <= now).limit(1)).first() is not None


def claim(tx: Tx, now: datetime, at_most: int) -> Sequence[Work]:
    """Take the pieces to fetch or clean, whichever waits longest first: nobody else does until the lease lapses.

    The lease is the moment before which nobody tries, so a piece whose process died is simply due again.
    """
    until = now + LEASE
    rows = tx.execute(
        select(
            Attachment.id,
            Attachment.kind,
            Attachment.state,
            Attachment.messenger,
            Attachment.chat,
            Attachment.remote,
            Attachment.sha256,
            Attachment.attempts,
            Attachment.draft_id,
            Attachment.refused,
        )
        .where(_NOT_YET, Attachment.try_after <= now)
        .order_by(Attachment.try_after, Attachment.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).all()
    works = [Work(**row._mapping, leased_until=until) for row in rows]
    tx.execute(update(Attachment).where(Attachment.id.in_([work.id for work in works])).values(try_after=until))
    return works


def take_back_leases(tx: Tx, now: datetime) -> None:
    """Let everything be tried now that a process may have had in hand: for the start of a lone one."""
    leased = (Attachment.try_after > now) & (Attachment.try_after <= now + LEASE)
    tx.execute(update(Attachment).where(_NOT_YET, leased).values(try_after=now))


def settle(tx: Tx, work: Work, **columns: object) -> bool:
    """Write down how far a claimed piece has come. Returns False when it is ours no more: erased, or its lease over."""
    ours = (Attachment.id == work.id, _NOT_YET, Attachment.try_after == work.leased_until)
    return tx.execute(update(Attachment).where(*ours).values(**columns)).rowcount == 1


def mark(tx: Tx, attachment_id: int, **columns: object) -> None:
    """Write down how far a piece has come."""
    tx.execute(update(Attachment).where(Attachment.id == attachment_id).values(**columns))


def write_down(tx: Tx, attachment_id: int, transcript: str) -> None:
    """Keep what a person heard in a recording."""
    mark(tx, attachment_id, transcript=transcript)


def unused(tx: Tx, names: Collection[str]) -> set[str]:
    """Return which of these files no row needs any more."""
    left = set(names)
    for column in file_columns(_ATTACHMENT):
        if left:
            left -= set(tx.execute(select(column).where(column.in_(left))).scalars())
    return left


def free(tx: Tx, names: Collection[str]) -> set[str]:
    """Return which of these files neither a row needs nor an event that is parked, which may yet be carried through."""
    left = unused(tx, names)
    waiting = b"".join(event.raw for event in inbox.parked(tx)) if left else b""
    return {name for name in left if name.encode() not in waiting}
