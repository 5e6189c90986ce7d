"""Opening an instance's data: light, so that a command need not load what only the server needs."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.settings import Settings
from deeds.errors import NotPossible
from storage.database import Database
from storage.photos.files import PhotoFiles
from storage.revision import NEWEST, revision_of
from storage.settings import all_settings, set_setting

KEY_BYTES = 32
INSTANCE = "instance"  # the setting that tells a database from every other


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
    """Hold the data for this server. Raises `NotPossible` while another serves it; commands need no hold.

    The folder is held, too: the files lie there whatever the database is. Servers that know of each other (`PROCESSES`)
    share it. Two that do not would each take what the other has in hand for left over. The kernel lets go of the lock
    when the process ends, however it ends.
    """
    file = settings.database_file
    held = [settings.DATA_DIR / "folder"] + ([file] if file is not None else [])
    with ExitStack() as holds:
        for each in held:
            each.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(each.with_name(f"{each.name}.served"), os.O_RDWR | os.O_CREAT, 0o600)
            holds.callback(os.close, handle)
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if settings.PROCESSES == 1 else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotPossible("cli.served_already", f"{each} is served already", folder=each.parent) from None
        yield


def tie_folder(data_dir: Path, database: Database, now: datetime) -> None:
    """Tie the files to this database for good. Raises `NotPossible` where they are another's.

    What no row names is swept, so a server with another database would delete every picture.
    """
    mark = folder_of(data_dir) / "database"
    with database.write() as tx:
        ours = all_settings(tx).get(INSTANCE)
        if ours is None:
            ours = secrets.token_hex(16)
            set_setting(tx, INSTANCE, ours, now)
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not mark.exists():
        half = mark.with_suffix(".half")  # whole or not at all: half a mark would be another's
        half.write_text(ours)
        half.replace(mark)
    if mark.read_text() != ours:
        database.close()
        raise NotPossible("cli.files_of_another", f"{mark} names another database", folder=data_dir, mark=mark)


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
