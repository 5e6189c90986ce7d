"""The one gate through which anything reaches people outside: pages, feeds and papers ask here and nowhere else.

They asked me first (design 2.9): nothing of the person praised is shown without that person's yes, piece by piece;
nothing of the teller's words or pictures without the teller's. What an outlet asks for stands in its row (`OUTLETS`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deeds.errors import NotPossible
from deeds.kinds import Thing
from deeds.masking import without_name, without_people
from publishing.consents import Allowances, allowances, allowances_of_each
from publishing.numbers import without_numbers
from publishing.outlets import OUTLETS, Outlet
from storage import attachments, deeds
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.office import office
from texts import say


@dataclass(frozen=True)
class Shown:
    """Of a deed, exactly what an outlet may show; what may not be shown is not here."""

    stays_out: bool  # the outlet shows nothing of the deed
    name: str | None  # as it is printed, with title
    words: str | None  # without the name where the name may not be shown
    photos: Sequence[Piece]
    allowed: frozenset[Thing]  # what the person praised said yes to
    said_no: frozenset[Thing]  # and no to; what is in neither was not asked

    @property
    def asked(self) -> bool:
        """The person praised answered something."""
        return bool(self.allowed or self.said_no)


def shown(tx: Tx, deed: DeedRow, outlet: Outlet) -> Shown:
    """Return what an outlet may show of a deed now."""
    return shown_of_each(tx, [deed], outlet)[deed.id]


def shown_of_each(tx: Tx, rows: Sequence[DeedRow], outlet: Outlet) -> Mapping[int, Shown]:
    """Return what an outlet may show of each of these deeds now, by id; in as many queries as of one."""
    ids = [row.id for row in rows]
    honorees = deeds.honorees_of(tx, ids)
    allowed = allowances_of_each(tx, honorees)
    pieces = attachments.of_deeds(tx, ids)
    names_unasked = OUTLETS[outlet].may_name_unasked and office(tx)["paper_names"] != "consented"
    return {
        row.id: _shown(row, honorees[row.id], allowed[row.id], pieces[row.id], outlet, names_unasked=names_unasked)
        for row in rows
    }


def check(tx: Tx, deed: DeedRow) -> None:
    """Raise `NotPossible` with what is missing before the page may show a deed."""
    allowed = allowances(tx, deed, deeds.honoree_of(tx, deed.id))
    if not allowed.honoree_asked:
        raise NotPossible("publishing.not_asked", f"the honoree of deed {deed.id} was not asked")
    if allowed.refused:
        raise NotPossible("publishing.refused", f"the honoree of deed {deed.id} refused")
    if allowed.taken_back:
        raise NotPossible("publishing.taken_back", f"a teller of deed {deed.id} does not want it published")
    if not deed.summary and not allowed.words:
        raise NotPossible("publishing.no_words", f"deed {deed.id} has no words that may be used")


def _shown(
    deed: DeedRow, honoree: HonoreeRow, allowed: Allowances, pieces: Sequence[Piece], outlet: Outlet,
    *, names_unasked: bool,
) -> Shown:  # fmt: skip
    rule = OUTLETS[outlet]
    if allowed.honoree_asked:
        named = rule.names <= allowed.honoree
    else:
        # State work, not publication: named unasked where the deed is confirmed to be theirs, and never a child.
        named = names_unasked and deed.is_confirmed and not deed.about_child
    name = honoree.display if named else None
    return Shown(
        rule.stays_out(allowed),
        name,
        _words(deed, honoree, allowed, name),
        _photos(deed, allowed, pieces),
        allowed.honoree,
        allowed.said_no,
    )


def _words(deed: DeedRow, honoree: HonoreeRow, allowed: Allowances, name: str | None) -> str | None:
    words = deed.summary or (deed.story if allowed.words else None)
    if not words:
        return words
    nameless = say("publishing.nameless")
    if not name:
        return without_numbers(without_people(without_name(words, honoree.name, nameless), nameless))
    # Whoever else is named in the words was never asked.
    return without_people(without_numbers(words), nameless, but=honoree.name)


def _photos(deed: DeedRow, allowed: Allowances, pieces: Sequence[Piece]) -> Sequence[Piece]:
    if not (allowed.allows(Thing.PHOTO) and allowed.pictures) or deed.about_child:
        return ()
    return [
        piece
        for piece in pieces
        if piece.kind == "photo"
        and piece.published
        and piece.submission_id in allowed.standing
        and was_seen(piece, deed)
    ]


def was_seen(piece: Piece, deed: DeedRow) -> bool:
    """Tell whether a piece was there when the deed was approved or published: what came later nobody has looked at."""
    decided = [at for at in (deed.approved_at, deed.published_at) if at is not None]
    return piece.given_at is not None and bool(decided) and piece.given_at <= max(decided)
