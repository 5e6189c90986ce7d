"""Every status has its place: in one group, in one filter of the queue, with words for whoever reads it."""

from datetime import timedelta

import pytest

from deeds import statuses
from deeds.kinds import Status
from moderation.moves import MOVES
from storage import deeds, period_deeds
from tests.rules.test_moves import NOW, Desk, desk
from texts import has
from web.desk.queue import FILTERS

__all__ = ["desk"]


@pytest.mark.parametrize("status", Status)
def test_every_status_is_in_one_group(status: Status) -> None:
    """None is left out, none is counted twice: whatever asks for several statuses asks for groups."""
    assert sum(group.count(status) for group in statuses.GROUPS.values()) == 1


def test_every_set_of_statuses_is_made_of_whole_groups() -> None:
    """No name stands for half a group, and none for the same status twice."""
    groups = list(statuses.GROUPS.values())
    named = {name: those for name, those in vars(statuses).items() if name.isupper() and isinstance(those, tuple)}
    assert set(groups) <= set(named.values())
    for name, those in named.items():
        assert len(set(those)) == len(those), name
        assert all(set(group) <= set(those) or not set(group) & set(those) for group in groups), name


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_words(status: Status) -> None:
    """For its teller and for the desk."""
    assert has(f"status.citizen.{status}")
    assert has(f"status.desk.{status}")


@pytest.mark.parametrize("status", Status)
def test_every_status_is_in_one_filter_and_in_all(status: Status) -> None:
    """A deed nobody can find is a deed nobody decides."""
    assert status in FILTERS["all"]
    assert sum(status in those for name, those in FILTERS.items() if name != "all") == 1


@pytest.mark.parametrize("status", Status)
def test_nothing_follows_where_a_deed_is_gone_and_something_everywhere_else(status: Status) -> None:
    """The groups and the table of moves say the same."""
    assert bool(MOVES[status]) is (status not in statuses.GONE)


@pytest.mark.parametrize("status", Status)
def test_what_a_paper_counts(desk: Desk, status: Status) -> None:
    """A complaint is nothing that was told, what was merged is no second deed, and what is decided is not open."""
    with desk.database.write() as tx:
        deeds.change(tx, desk.deed_id, desk.deed().version, status=status.value)
    with desk.database.read() as tx:
        told = period_deeds.told_in(tx, NOW - timedelta(days=1), NOW + timedelta(days=1))
        still_open = period_deeds.still_open(tx, NOW + timedelta(days=1))
    assert told.by_citizens == (status is not Status.REDIRECTED)
    assert told.deeds == (status not in (Status.REDIRECTED, Status.MERGED))
    assert still_open == (status in (Status.RECEIVED, Status.IN_REVIEW, Status.NEEDS_INFO))
