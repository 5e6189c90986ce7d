"""Every story runs in a commune of its own: on SQLite always, on PostgreSQL once a story, not once a messenger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.wiring import open_database
from tests.cast import ON_EVERY_MESSENGER
from tests.town import Town, copy_of


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database brought up by the real migrations, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    open_database(Settings(DATA_DIR=folder, _env_file=None)).close()  # type: ignore[call-arg]
    return folder / "viectot.sqlite3"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """The commune of a story."""
    if request.param == "sqlite":
        url = copy_of(request.getfixturevalue("migrated"), tmp_path)
    else:
        url = request.getfixturevalue("postgres_url")
        open_database(Settings(DATA_DIR=tmp_path, DATABASE_URL=url, _env_file=None)).close()  # type: ignore[call-arg]
    commune = Town(tmp_path, url)
    yield commune
    commune.end()


@pytest.fixture(params=ON_EVERY_MESSENGER)
def on(request: pytest.FixtureRequest) -> str:
    """The messenger the teller of a story is on."""
    return str(request.param)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What differs between databases does not differ between messengers: one of them is enough on PostgreSQL."""
    dropped = [item for item in items if _twice(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


def _twice(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    return params.get("town") == "postgres" and params.get("on", "plain") != "plain"
