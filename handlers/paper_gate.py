"""What a paper may show of a deed: the publishing gate of moderation, as the digests ask for it."""

from deeds.kinds import Thing
from digests.gate import Shown
from moderation.publishing import allowances, showable
from storage import attachments
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow


def paper_gate(tx: Tx, deed: DeedRow, honoree: HonoreeRow) -> Shown:
    """Return what may leave the office about a deed."""
    allowed = allowances(tx, deed, honoree)
    shown = showable(deed, honoree, allowed, attachments.of_deed(tx, deed.id), outlet=Thing.PRESS)
    return Shown(shown.name, shown.words, shown.photos, allowed.honoree, allowed.honoree_asked, allowed.refused)
