"""The publishing gate as papers ask it: joined here, since digests and moderation do not know each other."""

from digests.gate import Shown
from moderation.publishing import allowances, showable_to_standing_office
from storage import attachments
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.office import office


def paper_gate(tx: Tx, deed: DeedRow, honoree: HonoreeRow) -> Shown:
    """Return what may leave the office about a deed."""
    allowed = allowances(tx, deed, honoree)
    names_unasked = office(tx)["paper_names"] != "consented"
    pieces = attachments.of_deed(tx, deed.id)
    shown = showable_to_standing_office(deed, honoree, allowed, pieces, names_unasked=names_unasked)
    return Shown(shown.name, shown.words, shown.photos, allowed.honoree, allowed.said_no)
