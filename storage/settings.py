"""Facts about this instance that its office may change, by name; every one has a default or is said to be missing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from storage.database import Tx
from storage.models import Setting
from storage.prepared import Prepared
from storage.statements import insert_or_update, table

_SETTING = table(Setting)
_ALL = Prepared(select(_SETTING.c.name, _SETTING.c.value))


def all_settings(tx: Tx) -> Mapping[str, str]:
    """Return every setting that was made."""
    return dict(_ALL.all(tx))


def changed_at(tx: Tx, name: str) -> datetime | None:
    """Return when a setting was changed last; None where nobody made it."""
    return tx.execute(select(Setting.changed_at).where(Setting.name == name)).scalar_one_or_none()


def set_setting(tx: Tx, name: str, value: str, now: datetime) -> None:
    """Make a setting, or change it."""
    change = {"value": value, "changed_at": now}
    tx.execute(insert_or_update(tx, Setting, ("name",), {"name": name, **change}, change))
