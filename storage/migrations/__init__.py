"""Numbered migrations; a database is brought to the newest at start, under one lock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.database import Database, Tx

HEAD = "head"
_LOCK = 0x7669_6574_746F_7400  # any number of our own, for PostgreSQL's advisory lock


def upgrade(database: Database, to: str = HEAD) -> None:
    """Bring the database to a revision; a second process waits for the first."""
    _walk(database, to, down=False)


def downgrade(database: Database, to: str) -> None:
    """Take the database back to an older revision."""
    _walk(database, to, down=True)


def is_current(tx: Tx) -> bool:
    """Tell whether the database is at the newest revision."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    return MigrationContext.configure(tx).get_current_revision() == head


def _walk(database: Database, to: str, *, down: bool) -> None:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # Tables are copied and swapped: the keys are checked once everything stands again. Told to the driver,
            # since within a transaction, which every statement of SQLAlchemy begins, the pragma does nothing.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF").close()
        with connection.begin():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config = _config(connection)
            if down:
                command.downgrade(config, to)
            else:
                command.upgrade(config, to)
            if database.is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                assert not broken, f"a migration left rows that point nowhere: {broken[:5]}"


def _config(connection: Tx | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
