"""Each way out of the office has its row, and silence opens none of them."""

from itertools import chain, combinations

import pytest

from deeds.kinds import HONOREE_THINGS, Thing
from publishing.consents import Allowances
from publishing.outlets import OUTLETS, Outlet


def said(*allowed: Thing, no: tuple[Thing, ...] = ()) -> Allowances:
    """Return what a person praised said, of a deed whose teller allows everything."""
    return Allowances(
        frozenset(allowed), frozenset(no), words=True, pictures=True, taken_back=False, standing=frozenset()
    )


def test_every_outlet_has_its_row() -> None:
    """One that was forgotten would fail only on the day somebody asks for it."""
    assert set(OUTLETS) == set(Outlet)


@pytest.mark.parametrize("outlet", Outlet)
def test_nobody_is_named_without_a_yes_to_the_name(outlet: Outlet) -> None:
    """Whatever else was allowed."""
    others = [thing for thing in HONOREE_THINGS if thing is not Thing.NAME]
    for some in chain.from_iterable(combinations(others, count) for count in range(len(others) + 1)):
        assert not OUTLETS[outlet].names <= said(*some).honoree


def test_silence_keeps_a_deed_off_the_page_and_not_out_of_the_paper() -> None:
    """The page is for everybody; the paper is state work, and says of each that they were not asked."""
    assert OUTLETS[Outlet.PAGE].stays_out(said())
    assert not OUTLETS[Outlet.PAPER].stays_out(said())


def test_only_the_paper_may_name_somebody_unasked() -> None:
    """And there the office may forbid it."""
    assert [outlet for outlet, rule in OUTLETS.items() if rule.may_name_unasked] == [Outlet.PAPER]


def test_a_no_to_the_telling_keeps_it_off_the_page() -> None:
    """Whatever else they allowed."""
    assert OUTLETS[Outlet.PAGE].stays_out(said(Thing.NAME, Thing.PHOTO, no=(Thing.DEED,)))
    assert not OUTLETS[Outlet.PAGE].stays_out(said(Thing.DEED))
