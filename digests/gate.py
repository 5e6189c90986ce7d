"""What a paper may show of a deed: asked of whoever keeps the consents, handed in so that this layer needs no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deeds.kinds import Thing
from storage.attachments import Piece
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow


@dataclass(frozen=True)
class Shown:
    """Of a deed, exactly what a paper that leaves the office may show; what may not is not here."""

    name: str | None  # as it is printed, with title
    words: str | None  # without the name where the name may not be shown
    photos: Sequence[Piece]
    allowed: frozenset[Thing]  # what the person praised said yes to
    asked: bool  # was the person praised asked at all?
    refused: bool  # asked, and does not want the deed told

    @property
    def stays_out(self) -> bool:
        """The person praised was asked and said no, to the telling or to this reader."""
        return self.refused or (self.asked and not {Thing.DEED, Thing.PRESS} <= self.allowed)


Gate = Callable[[Tx, DeedRow, HonoreeRow], Shown]
