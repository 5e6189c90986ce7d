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
    said_no: frozenset[Thing]  # and no to; what is in neither was not asked

    @property
    def asked(self) -> bool:
        """The person praised answered something."""
        return bool(self.allowed or self.said_no)

    @property
    def stays_out(self) -> bool:
        """The person praised said no to this reader; or to the telling, and was not asked about this reader."""
        if Thing.STANDING_OFFICE in self.allowed:
            return False
        return not self.said_no.isdisjoint({Thing.STANDING_OFFICE, Thing.DEED})


Gate = Callable[[Tx, DeedRow, HonoreeRow], Shown]
