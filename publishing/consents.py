"""What teller and person praised have allowed, and what they have not (design 2.9: they are asked first)."""

from collections.abc import Mapping
from dataclasses import dataclass

from deeds.kinds import Thing
from storage import deeds, history
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.history import Allowed

TAKEN_BACK = "use.taken_back"  # how a teller's no is kept that came after a yes


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
