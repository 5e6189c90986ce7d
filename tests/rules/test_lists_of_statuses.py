"""The filters of the queue leave no status out: a deed nobody can find is a deed nobody decides."""

import pytest

from deeds.kinds import Status
from web.desk.queue import FILTERS


@pytest.mark.parametrize("status", Status)
def test_every_status_is_in_one_filter_and_in_all(status: Status) -> None:
    """None is left out, none is counted twice."""
    assert status in FILTERS["all"]
    assert sum(status in statuses for name, statuses in FILTERS.items() if name != "all") == 1
