"""The two statements both databases spell their own way."""

from collections.abc import Mapping
from functools import cache
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


def insert_unless_there(tx: Tx, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row; do nothing and return False where one with the same unique key stands already."""
    return tx.execute(unless_there(tx.dialect.name, model), dict(values)).rowcount == 1


@cache
def unless_there(dialect: str, model: type[Base]) -> Insert:
    """Return the INSERT of `insert_unless_there`, made once: building a statement costs five times its execution."""
    statement: Insert
    if dialect == "postgresql":
        statement = postgresql.insert(table(model)).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(table(model)).on_conflict_do_nothing()
    # Where the new id comes back with the row (PostgreSQL), SQLAlchemy forgets the count unless it is told not to.
    return statement.execution_options(preserve_rowcount=True)


def insert_or_update(
    tx: Tx, model: type[Base], key: tuple[str, ...], values: Mapping[str, Any], update: Mapping[str, Any]
) -> Executable:
    """Return an INSERT that becomes an UPDATE of `update` where a row with the same `key` stands already."""
    if tx.dialect.name == "postgresql":
        return postgresql.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
    return sqlite.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
