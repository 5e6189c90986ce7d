"""Alembic's entry: the connection is handed in by `storage.migrations.upgrade`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.models import Base
from storage.models.base import BigId, JsonValue, Utc

_BY_NAME = {"JsonValue": JsonValue, "BigId": BigId}


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types into new migrations by their names."""
    if kind != "type":
        return False
    for name, ours in (("Utc", Utc), ("JsonValue", None), ("BigId", None)):
        if (ours is not None and isinstance(item, ours)) or (ours is None and repr(item) == repr(_BY_NAME[name])):
            autogen.imports.add(f"from storage.models.base import {name}")
            return f"{name}()" if ours else name
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by copying it
    compare_type=True,
    render_item=_render,
    transaction_per_migration=False,
)
context.run_migrations()
