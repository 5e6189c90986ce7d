"""The one gate through which anything reaches people outside: pages, feeds and papers ask here and nowhere else.

They asked me first (design 2.9): nothing of the person praised is shown without that person's yes, piece by piece;
nothing of the teller's words or pictures without the teller's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deeds.errors import NotPossible
from deeds.kinds import Thing
from deeds.masking import without_name, without_people
from storage import deeds, history
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.history import Allowed
from texts import say

# Money is grouped by points, three digits each, and stays.
# What people write between the digits of a telephone number.
TAKEN_BACK = "use.taken_back"  # how a teller's no is kept that came after a yes
_BETWEEN = r"[ .()/_\u00a0\u200b-\u200d\u2010-\u2015-]{0,3}"
_GAP = r"[ .\u00a0-]"
_NUMBER = re.compile(
    "|".join(
        (
            rf"(?<![\d.,])(?!\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}})\(?\+?\(?(?:84|0)(?:{_BETWEEN}\d){{8,11}}(?!\d)",
            r"(?<!\d)0\d{9,10}(?!\d)",  # also where a comma stands before it
            rf"(?<![\d.,])\d{{4}}{_GAP}(?!(?:19|20)\d\d)\d{{4}}{_GAP}\d{{4}}(?:{_GAP}\d{{1,4}}){{0,3}}(?!\d)",
            r"(?<![\d.,])\d{9,}(?!\d)",
        )
    )
)


@dataclass(frozen=True)
class Allowances:
    """What teller and person praised have allowed, and whether each was asked."""

    honoree: frozenset[Thing]
    said_no: frozenset[Thing]
    words: bool
    pictures: bool
    taken_back: bool  # a teller allowed it once and does not any more: they were told that it is not published
    standing: frozenset[int]  # submissions nobody took back: who did, took their pictures with them

    def allows(self, thing: Thing) -> bool:
        """Tell whether the person praised said yes to this; silence is no."""
        return thing in self.honoree

    @property
    def honoree_asked(self) -> bool:
        """The person praised answered something."""
        return bool(self.honoree or self.said_no)

    @property
    def refused(self) -> bool:
        """The person praised was asked and does not want the deed told."""
        return self.honoree_asked and Thing.DEED not in self.honoree


@dataclass(frozen=True)
class Showable:
    """Of a deed, exactly what may be shown; what may not is not here."""

    name: str | None
    words: str | None
    photos: Sequence[Piece]


def allowances(tx: Tx, deed: DeedRow, honoree: HonoreeRow) -> Allowances:
    """Return what was allowed about a deed; of several tellers each must agree to the use of words and of pictures."""
    return allowances_of_each(tx, {deed.id: honoree})[deed.id]


def allowances_of_each(tx: Tx, honorees: Mapping[int, HonoreeRow]) -> Mapping[int, Allowances]:
    """Return what was allowed about each of these deeds, in as many queries as for one."""
    told = deeds.submissions_of_each(tx, honorees)
    standing = {deed_id: frozenset(one.id for one in told[deed_id] if one.withdrawn_at is None) for deed_id in honorees}
    by_teller = history.allowed_by_tellers(tx, frozenset().union(*standing.values()))
    by_honoree = history.allowed_by_honorees(tx, [honoree.id for honoree in honorees.values()])

    def all_tellers(deed_id: int, thing: Thing) -> bool:
        said = [by_teller[submission] for submission in standing[deed_id]]
        return bool(said) and all(thing in answers and answers[thing].allowed for answers in said)

    return {
        deed_id: Allowances(
            honoree=frozenset(thing for thing, answer in by_honoree[honoree.id].items() if answer.allowed),
            said_no=frozenset(thing for thing, answer in by_honoree[honoree.id].items() if not answer.allowed),
            words=all_tellers(deed_id, Thing.WORDS),
            pictures=all_tellers(deed_id, Thing.PICTURES),
            taken_back=any(_took_back(by_teller[submission]) for submission in standing[deed_id]),
            standing=standing[deed_id],
        )
        for deed_id, honoree in honorees.items()
    }


def _took_back(answers: Mapping[Thing, Allowed]) -> bool:
    """Tell whether a teller forbade their words after they had handed them in, by whatever sentence."""
    words = answers.get(Thing.WORDS)
    return words is not None and not words.allowed and words.words == TAKEN_BACK


def showable(deed: DeedRow, honoree: HonoreeRow, allowed: Allowances, pieces: Sequence[Piece]) -> Showable:
    """Return what the public may be shown; `pieces` are all there are of the deed."""
    shown = _showable(deed, honoree, allowed, pieces, named={Thing.DEED, Thing.NAME} <= allowed.honoree)
    if shown.words is None or shown.name is None:
        return shown
    # Whoever else is named in the words was never asked.
    others = without_people(shown.words, say("publishing.nameless"), but=honoree.name)
    return replace(shown, words=others)


def showable_to_standing_office(
    deed: DeedRow, honoree: HonoreeRow, allowed: Allowances, pieces: Sequence[Piece], *, names_unasked: bool
) -> Showable:
    """Return what the paper to the standing office may show.

    That paper is state work, not publication: with `names_unasked`, a person who was not asked yet is named where the
    deed is confirmed to be theirs. A child is named only by the recorded yes of family and child.
    """
    if allowed.honoree_asked:
        named = {Thing.NAME, Thing.STANDING_OFFICE} <= allowed.honoree
    else:
        named = names_unasked and deed.is_confirmed and not deed.about_child
    shown = _showable(deed, honoree, allowed, pieces, named=named)
    if shown.words is None or shown.name is None:
        return shown
    return replace(shown, words=without_people(shown.words, say("publishing.nameless"), but=honoree.name))


def _showable(
    deed: DeedRow, honoree: HonoreeRow, allowed: Allowances, pieces: Sequence[Piece], *, named: bool
) -> Showable:
    name = honoree.display if named else None
    words = deed.summary or (deed.story if allowed.words else None)
    if words:
        if not name:
            nameless = say("publishing.nameless")
            words = without_people(without_name(words, honoree.name, nameless), nameless)
        words = without_numbers(words)
    photos: Sequence[Piece] = ()
    if allowed.allows(Thing.PHOTO) and allowed.pictures and not deed.about_child:
        photos = [
            piece
            for piece in pieces
            if piece.kind == "photo"
            and piece.published
            and piece.submission_id in allowed.standing
            and was_seen(piece, deed)
        ]
    return Showable(name, words, photos)


def was_seen(piece: Piece, deed: DeedRow) -> bool:
    """Tell whether a piece was there when the deed was approved or published: what came later nobody has looked at."""
    decided = [at for at in (deed.approved_at, deed.published_at) if at is not None]
    return piece.given_at is not None and bool(decided) and piece.given_at <= max(decided)


def check_publishable(tx: Tx, deed: DeedRow) -> None:
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


def without_numbers(words: str) -> str:
    """Return the words with telephone, identity and account numbers masked: words may be shown, these never."""
    return _NUMBER.sub(say("publishing.masked"), words)
