"""The throw-away PostgreSQL is a real one: its own database for each test, careful with the disk, on loopback only."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parents[2]


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_url: str, turn: int) -> None:
    """A table made by one test is not there for the next, and Vietnamese text comes back as it went in."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE deeds (who text)"))
        connection.execute(text("INSERT INTO deeds VALUES ('Nguyễn Thị Ngoan')"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT lower(who) FROM deeds")).scalars().all() == ["nguyễn thị ngoan"]
        assert connection.execute(text("SHOW fsync")).scalar() == "on"
        assert connection.execute(text("SHOW listen_addresses")).scalar() == "127.0.0.1"
    engine.dispose()


def test_one_test_runs_on_both_databases(database_url: str) -> None:
    """`database_url` gives each of the two in turn."""
    assert database_url.startswith(("sqlite:///", "postgresql+psycopg://tests@127.0.0.1:"))


@pytest.mark.postgres
@pytest.mark.slow
def test_the_server_ends_with_the_run_that_started_it(tmp_path: Path) -> None:
    """Two workers share one server, both are killed without warning, and it is gone seconds later."""
    (tmp_path / "conftest.py").write_text("from tests.postgres import *\nfrom tests.postgres import postgres_port\n")
    (tmp_path / "test_inner.py").write_text(
        textwrap.dedent("""
            import os, pathlib, pytest, time
            here = pathlib.Path(__file__).parent
            @pytest.mark.parametrize("n", [1, 2])
            def test_inner(postgres_port, n):
                (here / f"port{n}").write_text(str(postgres_port))
                until = time.monotonic() + 60
                while len(list(here.glob("port?"))) < 2 and time.monotonic() < until:
                    time.sleep(0.05)
                (here / f"ready{n}").touch()
                time.sleep(0.5)
                os.kill(os.getpid(), 9)
        """)
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "load",
        "--max-worker-restart",
        "0",
        "-c",
        "/dev/null",
    ]
    subprocess.run(
        [*command, "--rootdir", tmp_path, "--basetemp", tmp_path / "base", "-p", "no:cacheprovider", tmp_path],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    first, second = ((tmp_path / f"port{n}").read_text() for n in (1, 2))
    assert first == second
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            psycopg.connect(f"postgresql://tests@127.0.0.1:{first}/postgres").close()
        except psycopg.OperationalError:
            return
        time.sleep(0.2)
    raise AssertionError("the server outlived its test run")
