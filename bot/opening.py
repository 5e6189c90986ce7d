"""Opening an instance's data: light, so that a command need not load what only the server needs."""

import os
import secrets
from pathlib import Path

from bot.settings import Settings
from storage.database import Database
from storage.photos.files import PhotoFiles
from storage.revision import is_newest

KEY_BYTES = 32


def open_database(settings: Settings) -> Database:
    """Return the instance's database, brought to the newest migration."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url, lambda: PhotoFiles(folder_of(settings.DATA_DIR)))
    if not is_newest(database):
        from storage.migrations import upgrade  # Alembic costs every command a third of its start

        upgrade(database)
    return database


def folder_of(data_dir: Path) -> Path:
    """Return where photos and recordings are kept."""
    return data_dir / "files"


def receipt_key(data_dir: Path) -> bytes:
    """Return the key receipts are kept under; made at the first start, beside the database and not in it."""
    path = data_dir / "receipt.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
