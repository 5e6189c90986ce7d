"""What the tables say of people, read from the models: which columns are emptied, which rows hang on which."""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Column, ForeignKey, Table

from storage.models import Base
from storage.models.base import EMPTY, FILE, LINK, PERSONAL, SAYS
from storage.statements import table


def tables() -> list[Table]:
    """Return every table, each behind the ones it points to."""
    return Base.metadata.sorted_tables


def columns_saying(of: Table, says: Collection[str]) -> list[Column[Any]]:
    """Return the columns of a table that are one of these."""
    return [column for column in of.columns if column.info.get(SAYS) in says]


def personal_columns() -> list[Column[Any]]:
    """Return every personal column of every table."""
    return [column for each in tables() for column in columns_saying(each, PERSONAL)]


def emptied(of: type[Base] | Table, *says: str) -> dict[str, Any]:
    """Return the values that empty the columns of a table that are one of these: nothing where it may be nothing."""
    found = of if isinstance(of, Table) else table(of)
    return {column.name: empty(column) for column in columns_saying(found, says)}


def empty(column: Column[Any]) -> Any:
    """Return what a forgotten column holds."""
    if column.nullable:
        return None
    return "" if column.type.python_type is str else column.info[EMPTY]


@cache
def file_columns(of: Table) -> tuple[Column[Any], ...]:
    """Return the columns that name bytes on disk."""
    return tuple(column for column in of.columns if column.info.get(FILE))


def links(link: str, to: Table) -> Iterator[tuple[Table, ForeignKey]]:
    """Yield every table with a key of this kind to another one, and the key."""
    for each in tables():
        for key in each.foreign_keys:
            if key.info.get(LINK) == link and key.column.table is to:
                yield each, key


def row_id(of: Table) -> Column[Any]:
    """Return the one column that names a row."""
    (column,) = of.primary_key.columns
    return column
