"""Which migration is the newest, known without loading the migrations: most commands find nothing to do."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database import Database, Tx

NEWEST = "0012"  # a test compares it with the migrations


def is_newest(database: Database) -> bool:
    """Tell whether the database is at the newest migration; one without any tables is not."""
    return revision_of(database) == NEWEST


def revision_in(tx: Tx) -> str:
    """Return at which migration the database is."""
    return str(tx.execute(text("SELECT version_num FROM alembic_version")).scalar())


def revision_of(database: Database) -> str | None:
    """Return at which migration a database is; None for one without any tables, or that cannot be read."""
    try:
        with database.read() as tx:
            return revision_in(tx)
    except DBAPIError:
        return None
