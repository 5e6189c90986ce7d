"""Which deed a clean copy belongs to, so that a picture can be asked for by its name alone."""

from dataclasses import dataclass

from sqlalchemy import select

from deeds.kinds import Status
from storage.database import Tx
from storage.models import Attachment, Deed, Submission


@dataclass(frozen=True)
class Candidate:
    """A picture of a published deed; whether that deed may show it is another question."""

    deed_id: int
    attachment_id: int
    is_thumbnail: bool


def of_published_deeds(tx: Tx, sha256: str) -> list[Candidate]:
    """Return where a published deed has this clean copy or thumbnail; the same picture may have been sent twice."""
    rows = tx.execute(
        select(Deed.id.label("deed_id"), Attachment.id, Attachment.thumbnail)
        .join(Submission, Submission.deed_id == Deed.id)
        .join(Attachment, Attachment.submission_id == Submission.id)
        .where(
            (Attachment.published == sha256) | (Attachment.thumbnail == sha256),
            Attachment.state == "ready",
            Deed.status == Status.PUBLISHED.value,
        )
        .order_by(Deed.id)
    )
    return [Candidate(row.deed_id, row.id, row.thumbnail == sha256) for row in rows]
