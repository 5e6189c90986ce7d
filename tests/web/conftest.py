"""Fixtures of the page tests."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.web.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An empty town."""
    return Town(tmp_path)


@pytest.fixture
def visitor(town: Town) -> Iterator[httpx2.Client]:
    """A browser without scripts at the open town."""
    with town.open() as address, httpx2.Client(base_url=address, timeout=40) as client:
        yield client
