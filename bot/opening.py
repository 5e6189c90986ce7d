"""Opening an instance's data: light, so that a command need not load what only the server needs."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.settings import Settings
from deeds.errors import NotPossible
from storage.database import Database
from storage.photos.files import PhotoFiles
from storage.revision import NEWEST, revision_of

KEY_BYTES = 32


def open_database(settings: Settings) -> Database:
    """Return the instance's database, brought to the newest migration. Raises `NotPossible` for one of a newer program.

    What people told is nobody else's on this machine: a folder and a file we make are closed to others.
    """
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = settings.database_file
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        for each in (file, *(file.with_name(f"{file.name}-{beside}") for beside in ("wal", "shm"))):
            with suppress(FileNotFoundError, PermissionError):
                each.chmod(0o600)
    database = Database(settings.database_url, lambda: PhotoFiles(folder_of(settings.DATA_DIR)))
    revision = revision_of(database)
    if revision is not None and revision > NEWEST:
        database.close()
        raise NotPossible("cli.database.newer", f"the database is at {revision}", found=revision, known=NEWEST)
    if revision != NEWEST:
        from storage.migrations import upgrade  # Alembic costs every command a third of its start

        upgrade(database)
    return database


def folder_of(data_dir: Path) -> Path:
    """Return where photos and recordings are kept."""
    return data_dir / "files"


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Hold a SQLite database for this server. Raises `NotPossible` while another serves it; commands need no hold.

    Two servers on one file would each take what the other has in hand for left over. The kernel lets go of the lock
    when the process ends, however it ends.
    """
    file = settings.database_file
    if file is None:
        yield
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file.with_name(f"{file.name}.served"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotPossible("cli.served_already", f"{file} is served already", folder=file.parent) from None
        yield
    finally:
        os.close(handle)


def receipt_key(data_dir: Path, *, is_owed: bool = False) -> bytes:
    """Return the key receipts are kept under; made at the first start, beside the database and not in it.

    It is there whole or not at all. Raises `NotPossible` for one that is not whole, or gone where receipts were given
    out (`is_owed`): only a backup has it.
    """
    path = data_dir / "receipt.key"
    if is_owed and not path.exists():
        raise NotPossible("cli.receipt_key.broken", f"{path} is gone, and receipts were given out", path=path)
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another start was first
                os.link(made, path)
        finally:
            made.unlink()
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise NotPossible("cli.receipt_key.broken", f"{path} holds {len(key)} bytes", path=path)
    return key
