"""A person listens to a recording and types what they heard; a report that was only spoken gets its story this way."""

from datetime import datetime

from deeds.errors import NotFound, NotPossible
from deeds.kinds import Act
from deeds.vietnamese import fold, nfc
from moderation import cards, facts
from moderation.moves import check_may
from storage import attachments, deeds, history, versions
from storage.database import Tx
from storage.people import Known

LONGEST = 4_000


def write_down(tx: Tx, actor: Known, deed_id: int, piece_id: int, words: str, now: datetime) -> None:
    """Keep what a person heard in a recording; where nothing was typed it becomes the story. Errors as `decide`."""
    deed = deeds.deed(tx, deed_id, hold=True)
    piece = next((piece for piece in attachments.of_deed(tx, deed_id) if piece.id == piece_id), None)
    if deed is None or piece is None or piece.kind != "voice":
        raise NotFound("desk.error.no_recording", f"deed {deed_id} has no recording {piece_id}")
    check_may(actor, Act.CORRECT, deed, deeds.submissions_of(tx, deed_id))
    heard = nfc(words).strip()
    if not heard or len(heard) > LONGEST:
        raise NotPossible("desk.error.transcript_empty", f"{len(heard)} characters heard", most=LONGEST)
    before = facts.facts_of(tx, deed)
    attachments.write_down(tx, piece_id, heard)
    columns: dict[str, object] = {}
    if not deed.story or deed.story == piece.transcript:
        honoree = deeds.honoree_of(tx, deed_id)
        columns = {"story": heard, "search": fold(f"{heard} {deed.summary} {honoree.display} {deed.place_text}")}
    deeds.change(tx, deed_id, deed.version, **columns)
    facts.keep_version(tx, deed, before, versions.HEARD, actor, now)
    history.record(
        tx, deed_id, Act.CORRECT, deed.status, deed.status,
        version=deed.version + 1, person_id=actor.id, via="desk", now=now,
        details={"recording": piece_id},
    )  # fmt: skip
    cards.refresh(tx, deed_id, now)
