"""Opening the database: SQLite in WAL, synced at every commit, or PostgreSQL; one statement of what is worth a retry.

On SQLite the driver opens no transaction by itself (`isolation_level=None`); SQLAlchemy's `begin` event sends
`BEGIN IMMEDIATE`, so a writer never finds out half-way that somebody else has the lock.
"""

import errno
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import NullPool

from storage.photos.files import PhotoFiles

Tx = Connection
"""One open transaction, handed to every function that reads or writes."""

BUSY_TIMEOUT_S = 30.0
CONNECT_WITHIN_S = 3  # of PostgreSQL: who asks is told to come again rather than kept waiting
DATABASE_ERRORS: tuple[type[Exception], ...] = (DBAPIError, NoConnectionFree)
TRUNCATE_WITHIN_S = 0.1  # a reader that stays longer is not waited for: it is tried again later
_FORGOTTEN = "forgotten"
# Versions of SQLite in which two connections of one WAL database cannot corrupt it (3.51.3 and two backports).
_SOUND_FROM = (3, 51, 3)
_SOUND_BACKPORTS = {(3, 44): 6, (3, 50): 7}
_RETRY_MESSAGES = (
    "database is locked",
    "locking protocol",
    "database or disk is full",
    "disk i/o error",
    "unable to open database file",
    "attempt to write a readonly database",
)
_DAMAGE_MESSAGES = ("database disk image is malformed", "file is not a database", "database corruption")
_RETRY_SQLSTATES = ("40001", "40P01", "53", "55P03", "57P", "58", "08")  # classes or codes: PostgreSQL, appendix A


class UnsoundSqlite(RuntimeError):
    """The SQLite library at hand can corrupt a WAL database; install pysqlite3 or a newer one."""


def is_sound(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite is free of the WAL-reset fault."""
    return version >= _SOUND_FROM or version[2] >= _SOUND_BACKPORTS.get((version[0], version[1]), 1_000)


def sqlite_module() -> ModuleType:
    """Return a sound SQLite driver: pysqlite3 where it is installed, else the standard one. Raises `UnsoundSqlite`."""
    for name in ("pysqlite3.dbapi2", "sqlite3"):
        try:
            module = import_module(name)
        except ImportError:
            continue
        if is_sound(module.sqlite_version_info):
            return module
    raise UnsoundSqlite(f"SQLite {sqlite3.sqlite_version} may corrupt a database; pysqlite3 is missing or too old")


def is_worth_a_retry(error: BaseException) -> bool:
    """Tell whether an error lies in the disk, a lock or the connection, not in the event that met it."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EROFS)
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, InterfaceError) or is_damage(error):
        return True
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate:
        return str(sqlstate).startswith(_RETRY_SQLSTATES)
    if isinstance(error, OperationalError):
        said = str(error.orig).lower()
        # psycopg reports a lost server without a state
        return any(known in said for known in _RETRY_MESSAGES) or "connection" in said
    return False


class Damaged(Exception):
    """The file of the database is spoilt: what is written now may be lost with it."""


def is_damage(error: BaseException) -> bool:
    """Tell whether an error says that the file of the database is spoilt."""
    if isinstance(error, Damaged):
        return True
    said = str(error.orig).lower() if isinstance(error, DBAPIError) else ""
    return any(known in said for known in _DAMAGE_MESSAGES)


def run_on_driver(tx: Tx, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """Run a statement past SQLAlchemy, which costs ten times what SQLite takes; errors are its own all the same.

    Returns the driver's cursor.
    """
    driver: Any = tx.connection.dbapi_connection
    try:
        return driver.execute(sql, values)
    except Exception as error:
        kinds: Any = tx.dialect.loaded_dbapi.Error
        if not isinstance(error, kinds):
            raise
        gone = tx.dialect.is_disconnect(error, driver, None)
        raise DBAPIError.instance(
            sql, None, error, kinds, hide_parameters=True, connection_invalidated=gone, dialect=tx.dialect
        ) from error


def note_forgotten(tx: Tx, files: Collection[str] = ()) -> None:
    """Note that this transaction forgets something, and which files leave the disk with its commit."""
    tx.info.setdefault(_FORGOTTEN, set()).update(files)


class Database:
    """The database of one instance: connections for lanes, short transactions for commands, reading for pages."""

    def __init__(
        self, url: str, files: Callable[[], PhotoFiles] | None = None, *, patience_s: float = BUSY_TIMEOUT_S
    ) -> None:
        """Open `url`; nothing is read or written yet. `files` lie beside it, and go when they are forgotten.

        `patience_s`: how long a writer waits for a lock.
        """
        self.url = url
        self._patience_s = patience_s
        self._files = files
        self._files_owed: set[str] = set()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writer = self._engine(read_only=False)
        self._reader = self._engine(read_only=True)

    def connect(self) -> Connection:
        """Return a connection for one lane; each `begin()` on it takes the write lock at once."""
        return self._writer.connect()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One short transaction of its own, committed at the end of the block, rolled back when it raises."""
        with self._writer.connect() as tx:
            with tx.begin():
                yield tx
            self.after_commit(tx)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent view that changes nothing and waits for nobody."""
        with self._reader.connect() as tx, tx.begin():
            yield tx

    def after_commit(self, tx: Tx) -> None:
        """Take what a committed transaction forgot off the disk, too: its files, and its words in SQLite's log."""
        files = tx.info.pop(_FORGOTTEN, None)
        if files is not None:
            self._clear_away(tx, files)

    @property
    def is_owing(self) -> bool:
        """Whether something forgotten may not have left the disk: a file, or words in SQLite's log.

        A process that died owed it, too, and a command forgets beside the server; so the log itself is looked at.
        """
        return bool(self._files_owed) or self._log_holds_something()

    def _log_holds_something(self) -> bool:
        if not self.is_sqlite:
            return False
        log = Path(f"{make_url(self.url).database}-wal")
        return log.exists() and log.stat().st_size > 0

    def files_owed(self) -> set[str]:
        """Return the files that were too fresh to be deleted when they were forgotten."""
        return set(self._files_owed)

    def clear_away(self, files: Collection[str]) -> None:
        """Try again; of the files that were owed, only `files` are still nobody's."""
        self._files_owed &= set(files)
        with self._writer.connect() as connection:
            self._clear_away(connection, files)

    def _clear_away(self, connection: Connection, files: Collection[str]) -> None:
        if self.is_sqlite:
            # What was deleted is overwritten in the database (`secure_delete`), but the log still holds its pages.
            driver: Any = connection.connection.dbapi_connection
            driver.execute(f"PRAGMA busy_timeout={TRUNCATE_WITHIN_S * 1000:.0f}")
            with suppress(sqlite_module().OperationalError):  # somebody reads it: later
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            driver.execute(f"PRAGMA busy_timeout={self._patience_s * 1000:.0f}")
        if files and self._files is not None:
            fresh = self._files().forget(files)
            self._files_owed = (self._files_owed - set(files)) | fresh

    def check(self) -> None:
        """Look through the whole file. Raises `Damaged`; PostgreSQL looks after its own."""
        if not self.is_sqlite:
            return
        with self.read() as tx:
            found = str(tx.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if found != "ok":
            raise Damaged(found[:200])

    def hurried(self, patience_s: float) -> "Database":
        """Return the same database for whoever cannot wait as long for a lock."""
        return Database(self.url, self._files, patience_s=patience_s)

    def close(self) -> None:
        """Close the connections nobody holds."""
        self._writer.dispose()
        self._reader.dispose()

    @property
    def engine(self) -> Engine:
        """The engine that writes, for migrations."""
        return self._writer

    def _engine(self, *, read_only: bool) -> Engine:
        if not self.is_sqlite:
            if read_only:
                return create_engine(
                    self.url,
                    pool_pre_ping=True,
                    isolation_level="REPEATABLE READ",  # one view for all statements of a reading
                    connect_args={
                        "options": "-c default_transaction_read_only=on", "connect_timeout": CONNECT_WITHIN_S
                    },
                    pool_timeout=CONNECT_WITHIN_S,
                    hide_parameters=True,
                )  # fmt: skip
            given: dict[str, Any] = {"connect_timeout": CONNECT_WITHIN_S}
            if self._patience_s < BUSY_TIMEOUT_S:
                given["options"] = f"-c lock_timeout={self._patience_s * 1000:.0f}"
            # Lanes keep their connections, so a pool would only limit how many lanes there can be.
            return create_engine(
                self.url,
                isolation_level="READ COMMITTED",
                poolclass=NullPool,
                connect_args=given,
                hide_parameters=True,
            )
        path = make_url(self.url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # A connection belongs to the thread that opened it; writers keep theirs for life, commands open one each.
        pool: dict[str, Any] = {} if read_only else {"poolclass": NullPool}
        engine = create_engine(
            self.url,
            module=sqlite_module(),
            connect_args={"timeout": self._patience_s, "check_same_thread": False, "isolation_level": None},
            hide_parameters=True,  # an error is logged, and what people wrote is none of the log's business
            **pool,
        )
        event.listen(engine, "connect", _prepare_reader if read_only else _prepare_writer)
        event.listen(engine, "begin", _begin if read_only else _begin_immediate)
        return engine


def _prepare_writer(driver: Any, _record: object) -> None:
    cursor = driver.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_reader(driver: Any, _record: object) -> None:
    _prepare_writer(driver, _record)
    driver.cursor().execute("PRAGMA query_only=ON").close()


def _begin_immediate(connection: Connection) -> None:
    run_on_driver(connection, "BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    run_on_driver(connection, "BEGIN")
