"""The two statements both databases spell their own way."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Executable, Insert, Table, inspect
from sqlalchemy.dialects import sqlite

from storage.database import Tx
from storage.models import Base
from storage.prepared import Prepared

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def table(model: type[Base]) -> Table:
    """Return the table behind a mapped class."""
    found = inspect(model).local_table
    assert isinstance(found, Table)
    return found


def columns_of(model: type[Base], row: "type[DataclassInstance]") -> tuple[Column[Any], ...]:
    """Return the columns that fill a row's fields.

    Those of the table, not the mapped ones: of these SQLAlchemy compares each with each at every run of a statement.
    """
    return tuple(table(model).c[field.name] for field in fields(row))


def insert_unless_there(tx: Tx, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row; do nothing and return False where one with the same unique key stands already."""
    return _prepared(model, *values).change(tx, **values) == 1


@cache
def _prepared(model: type[Base], *columns: str) -> Prepared:
    return Prepared(lambda dialect: unless_there(dialect, model), *columns)


def unless_there(dialect: str, model: type[Base]) -> Insert:
    """Return an INSERT that does nothing where a row with the same unique key stands already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # takes long to load, and SQLite needs none of it

        return postgresql.insert(table(model)).on_conflict_do_nothing()
    return sqlite.insert(table(model)).on_conflict_do_nothing()


def insert_or_update(
    tx: Tx, model: type[Base], key: tuple[str, ...], values: Mapping[str, Any], update: Mapping[str, Any]
) -> Executable:
    """Return an INSERT that becomes an UPDATE of `update` where a row with the same `key` stands already."""
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
    return sqlite.insert(model).values(**values).on_conflict_do_update(index_elements=key, set_=dict(update))
