"""The ways out of the office, a row each: whose yes it needs before somebody is named, and what keeps a deed out.

The page and its feed are for everybody. The paper goes to the standing office of the Emulation and Commendation
Council: state work, not publication (decision 0019).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from deeds.kinds import Thing
from publishing.consents import Allowances


class Outlet(StrEnum):
    """Where something of a deed is shown."""

    PAGE = "page"  # the public page, its feed, its pictures
    PAPER = "paper"  # the paper to the standing office


@dataclass(frozen=True)
class OutletRule:
    """What an outlet asks for."""

    names: frozenset[Thing]  # all of these allowed, and the person praised is named
    stays_out: Callable[[Allowances], bool]
    may_name_unasked: bool  # where the office has set it so (`paper_names`)


def _not_on_the_page(allowed: Allowances) -> bool:
    """Silence is no."""
    return not allowed.honoree_asked or allowed.refused


def _not_in_the_paper(allowed: Allowances) -> bool:
    """The person praised said no to this reader; or to the telling, and was not asked about this reader."""
    if allowed.allows(Thing.STANDING_OFFICE):
        return False
    return not allowed.said_no.isdisjoint({Thing.STANDING_OFFICE, Thing.DEED})


OUTLETS: Mapping[Outlet, OutletRule] = {
    Outlet.PAGE: OutletRule(frozenset({Thing.DEED, Thing.NAME}), _not_on_the_page, may_name_unasked=False),
    Outlet.PAPER: OutletRule(frozenset({Thing.NAME, Thing.STANDING_OFFICE}), _not_in_the_paper, may_name_unasked=True),
}
