"""Facts about this instance that its office may change, by name; every one has a default or is said to be missing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from storage.database import Tx
from storage.models import Setting
from storage.statements import insert_or_update


def all_settings(tx: Tx) -> Mapping[str, str]:
    """Return every setting that was made."""
    return {row.name: row.value for row in tx.execute(select(Setting.name, Setting.value))}


def set_setting(tx: Tx, name: str, value: str, now: datetime) -> None:
    """Make a setting, or change it."""
    change = {"value": value, "changed_at": now}
    tx.execute(insert_or_update(tx, Setting, ("name",), {"name": name, **change}, change))
