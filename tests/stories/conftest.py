"""Every story runs in a commune of its own: on SQLite always, on PostgreSQL once a story, not once a messenger."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bot.opening import open_database
from bot.settings import Settings
from tests.cast import ON_EVERY_MESSENGER
from tests.town import Town, copy_of


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database brought up by the real migrations, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    open_database(Settings(DATA_DIR=folder, _env_file=None)).close()  # type: ignore[call-arg]
    return folder / "viectot.sqlite3"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_port: int, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database brought up by the real migrations, to be copied."""
    name = f"migrated_{uuid4().hex}"
    _on_server(postgres_port, f'CREATE DATABASE "{name}"')
    folder = tmp_path_factory.mktemp("migrated-postgres")
    told = Settings(DATA_DIR=folder, DATABASE_URL=_url(postgres_port, name), _env_file=None)  # type: ignore[call-arg]
    open_database(told).close()
    return name


@pytest.fixture
def copied_postgres(postgres_port: int, migrated_postgres: str) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database of this story's own."""
    name = f"story_{uuid4().hex}"
    _on_server(postgres_port, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_postgres}"')
    yield _url(postgres_port, name)
    _on_server(postgres_port, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(port: int, statement: str) -> None:
    with psycopg.connect(f"postgresql://tests@127.0.0.1:{port}/postgres", autocommit=True) as admin:
        admin.execute(statement.encode())


def _url(port: int, name: str) -> str:
    return f"postgresql+psycopg://tests@127.0.0.1:{port}/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """The commune of a story."""
    if request.param == "sqlite":
        url = copy_of(request.getfixturevalue("migrated"), tmp_path)
    else:
        url = request.getfixturevalue("copied_postgres")
    commune = Town(tmp_path, url)
    yield commune
    commune.end()


@pytest.fixture(params=ON_EVERY_MESSENGER)
def on(request: pytest.FixtureRequest) -> str:
    """The messenger the teller of a story is on."""
    return str(request.param)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What differs between databases does not differ between messengers: each is met once, "plain" on PostgreSQL."""
    dropped = [item for item in items if _twice(item)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


def _twice(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    if "on" not in params:
        return False
    return bool((params.get("town") == "postgres") != (params["on"] == "plain"))
