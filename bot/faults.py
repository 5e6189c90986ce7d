"""What is wrong with the machine or the database around a command, in one sentence for whoever keeps it running."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from deeds.errors import ForPeople
from storage.database import UnsoundSqlite, is_damage
from texts import say


@dataclass(frozen=True)
class _Fault:
    """Faults of one kind and the key of their sentence; the first that fits is told."""

    key: str
    fits: Callable[[BaseException], bool]


def _number(*numbers: int) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, OSError) and error.errno in numbers


def _said(*words: str) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, DBAPIError) and any(word in str(error.orig).lower() for word in words)


_FAULTS = (
    _Fault("cli.fault.damaged", is_damage),
    _Fault("cli.fault.disk_full", _number(errno.ENOSPC, errno.EDQUOT)),
    _Fault("cli.fault.disk_full", _said("disk is full")),
    _Fault("cli.fault.disk_broken", _number(errno.EIO)),
    _Fault("cli.fault.disk_broken", _said("disk i/o error")),
    _Fault("cli.fault.not_allowed", _number(errno.EACCES, errno.EPERM, errno.EROFS)),
    _Fault("cli.fault.not_there", _number(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)),
    _Fault("cli.fault.database_not_opened", _said("unable to open database file", "readonly database")),
    _Fault("cli.fault.database_busy", _said("database is locked", "lock timeout")),
    _Fault("cli.fault.database_address", lambda error: isinstance(error, ArgumentError | NoSuchModuleError)),
    _Fault(
        "cli.fault.database_refused",
        _said("authentication failed", "no password supplied", "no pg_hba.conf", "permission denied", "must be owner"),
    ),
    _Fault("cli.fault.database_unknown", _said("does not exist")),
    _Fault("cli.fault.database_away", lambda error: isinstance(error, OperationalError)),
    _Fault("cli.fault.sqlite_unsound", lambda error: isinstance(error, UnsoundSqlite)),
)


def sentence_for(error: BaseException, database_url: str = "") -> str | None:
    """Return what to tell a person; None for an error of ours, which needs its traceback."""
    if isinstance(error, ForPeople):
        return error.sentence
    fault = next((fault for fault in _FAULTS if fault.fits(error)), None)
    if fault is None:
        return None
    return say(fault.key, what=getattr(error, "filename", None) or _where(database_url))


def _where(database_url: str) -> str:
    """Return the address of the database without its password."""
    parts = urlsplit(database_url)
    if parts.scheme.startswith("sqlite") or not parts.hostname:
        return parts.path.removeprefix("/") if parts.scheme.startswith("sqlite") else "DATABASE_URL"
    return f"{parts.hostname}:{parts.port or 5432}"
