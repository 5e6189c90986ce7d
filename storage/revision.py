"""Which migration is the newest, known without loading the migrations: most commands find nothing to do."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database import Database

NEWEST = "0004"  # a test compares it with the migrations


def is_newest(database: Database) -> bool:
    """Tell whether the database is at the newest migration; one without any tables is not."""
    try:
        with database.read() as tx:
            return tx.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
    except DBAPIError:
        return False
