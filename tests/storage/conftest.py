"""What the tests of the storage share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.models import Base


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with its tables, on SQLite and on PostgreSQL."""
    yield from _opened(database_url)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone."""
    yield from _opened(f"sqlite:///{tmp_path / 'viectot.db'}")


def _opened(url: str) -> Iterator[Database]:
    opened = Database(url)
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()
