"""The line that says what one has just done, and the way to take it back."""

from dataclasses import dataclass
from datetime import datetime

from deeds.kinds import Act
from moderation.cards import last_decision, short_name
from moderation.notices import UNDO_WINDOW
from storage import deeds, history
from storage.database import Tx
from storage.people import Known


@dataclass(frozen=True)
class Toast:
    """What was done to which deed; `version` is what an undo must have seen, None where nothing can be taken back."""

    code: str
    number: int
    name: str
    act: Act
    version: int | None


def toast_for(tx: Tx, person: Known, code: str, now: datetime) -> Toast | None:
    """Return the toast of the deed named in an address, if this person really did something to it just now."""
    deed = deeds.coded(tx, code) if code else None
    if deed is None:
        return None
    last = next(iter(reversed([entry for entry in history.of_deed(tx, deed.id) if entry.person_id == person.id])), None)
    if last is None or now - last.at > UNDO_WINDOW:
        return None
    told = deeds.submissions_of(tx, deed.id)
    undoable = last_decision(tx, deed.id)
    version = deed.version if undoable is not None and undoable.id == last.id else None
    return Toast(deed.code, told[0].number if told else 0, short_name(tx, deed) or deed.code, last.act, version)
