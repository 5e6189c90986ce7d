"""A sentence whose key is put together at run time exists for everything that can fill the key."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from bot.demo.sample import read_sample
from deeds.kinds import Act, Field, Role, Section, Status, TargetGroup
from texts import has
from web.desk.queue import FILTERS

FILLED: dict[str, Iterable[str]] = {
    "act.{}": Act,
    "field.{}": Field,
    "role.{}": Role,
    "section.{}": Section,
    "status.desk.{}": Status,
    "status.citizen.{}": Status,
    "target_group.{}": TargetGroup,
    "desk.filter.{}": FILTERS,
    "page.error.{}": ("408", "413", "415"),
    "weekday.{}": map(str, range(7)),
    "demo.try.{}": {worker.roles[0] for worker in read_sample(datetime(2026, 5, 5, tzinfo=UTC)).staff},
}


@pytest.mark.parametrize(
    ("pattern", "one"), [(pattern, str(one)) for pattern, those in FILLED.items() for one in sorted(those)]
)
def test_every_computed_key_has_its_sentence(pattern: str, one: str) -> None:
    """None is missing for a status, role or act nobody thought of."""
    assert has(pattern.format(one))
