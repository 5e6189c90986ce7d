"""Statements of the message path, compiled once and run on the driver's own cursor.

A statement run through SQLAlchemy costs ten times what SQLite takes for it, and a message takes eight of them. Values
and columns pass through the same types, so a caller sees no difference.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, Insert, Select, literal_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

from storage.database import Tx, run_on_driver
from storage.models.base import Utc

Writable = Select[*tuple[Any, ...]] | UpdateBase
Convert = Callable[[Any], Any]


class Prepared:
    """One statement; what it is given by name are its `bindparam`s, and of an INSERT the columns named at first."""

    def __init__(self, statement: Writable | Callable[[str], Writable], *columns: str) -> None:
        """`statement` may depend on the dialect's name; nothing is compiled before the first run."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}  # by dialect

    def all(self, tx: Tx, **given: Any) -> list[Any]:
        """Return every row, as a named tuple."""
        compiled = self._of(tx)
        return compiled.rows(compiled.run(tx, given).fetchall())

    def first(self, tx: Tx, **given: Any) -> Any:
        """Return the first row, as a named tuple; None where there is none."""
        compiled = self._of(tx)
        row = compiled.run(tx, given).fetchone()
        return None if row is None else compiled.rows([row])[0]

    def value(self, tx: Tx, **given: Any) -> Any:
        """Return the first column of the first row. Raises `TypeError` where there is no row."""
        return self.first(tx, **given)[0]

    def change(self, tx: Tx, **given: Any) -> int:
        """Carry it out; returns how many rows were touched."""
        return int(self._of(tx).run(tx, given).rowcount)

    def _of(self, tx: Tx) -> "_Compiled":
        dialect = tx.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            statement = self._statement if not callable(self._statement) else self._statement(dialect.name)
            found = self._compiled[dialect.name] = _compile(statement, dialect, self._columns)
        return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    in_order: Convert | None  # puts values in a row where the driver counts them; None where it takes them by name
    fixed: dict[str, Any]
    into: Sequence[tuple[str, Convert]]
    out: Sequence[tuple[int, Convert]]
    row: Callable[[Sequence[Any]], Any]

    def run(self, tx: Tx, given: dict[str, Any]) -> Any:
        values = {**self.fixed, **given}
        for name, convert in self.into:
            values[name] = convert(values[name])
        return run_on_driver(tx, self.sql, values if self.in_order is None else self.in_order(values))

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        if not self.out:
            return [self.row(values) for values in found]
        made = []
        for values in found:
            cells = list(values)
            for at, convert in self.out:
                cells[at] = convert(cells[at])
            made.append(self.row(cells))
        return made


def _compile(statement: Writable, dialect: Dialect, columns: Sequence[str]) -> _Compiled:
    if isinstance(statement, Insert) and not statement._returning:
        statement = statement.inline()  # asks for no new id back
    if isinstance(statement, Select):
        statement = _with_plain_limit(statement)
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    assert isinstance(compiled, SQLCompiler)
    assert not compiled.post_compile_params, "a list of values has no fixed text"
    assert not compiled.literal_execute_params, "a value written into the statement would be another one each time"
    assert not compiled.update_prefetch, "a default of ours would be left out"
    into = {name: _convert_in(bind.type, dialect) for bind, name in compiled.bind_names.items()}
    asked = {name for bind, name in compiled.bind_names.items() if bind.required}
    fixed = {name: bind.effective_value for bind, name in compiled.bind_names.items() if name not in asked}
    fixed |= {column.key: _scalar(column.default) for column in compiled.insert_prefetch}
    fixed = {name: convert(value) if (convert := into[name]) else value for name, value in fixed.items()}
    shown: Sequence[ColumnElement[Any]] = list(statement.exported_columns) if _shows(statement) else []
    out = [_convert_out(column.type, dialect) for column in shown]
    names = [column.key or "" for column in shown]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # a column without a name becomes _0, _1 ...
    return _Compiled(
        sql=str(compiled),
        in_order=None if compiled.positiontup is None else _in_order(compiled.positiontup),
        fixed=fixed,
        into=[(name, convert) for name, convert in into.items() if convert and name in asked],
        out=[(at, convert) for at, convert in enumerate(out) if convert],
        row=row._make,
    )


def _with_plain_limit(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return a query with its limit written out: SQLite plans it anew at each run where that is a value it is given."""
    limit = statement._limit_clause
    if not isinstance(limit, BindParameter) or limit.required:
        return statement
    return statement.limit(literal_column(f"{limit.effective_value:d}")).offset(literal_column("0"))


def _in_order(names: Sequence[str]) -> Convert:
    if len(names) > 1:
        return itemgetter(*names)  # by far the fastest way to make a tuple of them
    return lambda values: tuple(values[name] for name in names)


def _scalar(default: Any) -> Any:
    assert default.is_scalar, "a default that is worked out anew for each row has no fixed value"
    return default.arg


def _shows(statement: Writable) -> bool:
    return isinstance(statement, Select) or bool(statement._returning)


def _convert_in(type_: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = type_.dialect_impl(dialect).bind_processor(dialect)
    # One instant stands in most columns an event writes, and to make its text of it takes longer than to find it.
    return lru_cache(maxsize=64)(convert) if convert and isinstance(type_, Utc) else convert


def _convert_out(type_: Any, dialect: Dialect) -> Convert | None:
    convert: Convert | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return convert
