"""A look at every statement before it runs, whichever of the two ways it takes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from storage import prepared
from storage.database import Database, Tx, run_on_driver

Look = Callable[[str, Any], None]


def look_at_statements(monkeypatch: pytest.MonkeyPatch, database: Database, look: Look) -> None:
    """Show each statement and its values before it runs; what `look` raises is raised in its place."""

    def shown(tx: Tx, sql: str, values: Any = ()) -> Any:
        look(sql, values)
        return run_on_driver(tx, sql, values)

    monkeypatch.setattr(prepared, "run_on_driver", shown)
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, values, *_: look(statement, values),
    )
