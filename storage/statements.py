"""The two statements both databases spell their own way."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable, Insert, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Tx
from storage.models import Base


def table(model: type[Base]) -> Table:
    """Return the table behind a mapped class."""
    found = inspect(model).local_table
    assert isinstance(found, Table)
    return found


def insert_unless_there(tx: Tx, model: type[Base], values: Mapping[str, Any]) -> Insert:
    """Return an INSERT that does nothing where a row with the same unique key stands already: its `rowcount` is 0."""
    statement: Insert
    if tx.dialect.name == "postgresql":
        statement = postgresql.insert(model).values(**values).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(model).values(**values).on_conflict_do_nothing()
    # Where the new id comes back with the row (PostgreSQL), SQLAlchemy forgets the count unless it is told not to.
    return statement.execution_options(preserve_rowcount=True)


def insert_or_update(
    tx: Tx, model: type[Base], key: tuple[str, ...], values: Mapping[str, Any], update: Mapping[str, Any]
) -> Executable:
    """Return an INSERT that becomes an UPDATE of `update` where a row with the same `key` stands already."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
    return sqlite.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
