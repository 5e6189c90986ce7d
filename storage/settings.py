"""Facts about this instance that its office may change, by name; every one has a default or is said to be missing."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import select

from storage.database import Tx
from storage.models import Setting
from storage.prepared import Prepared
from storage.statements import insert_or_update, table

_SETTING = table(Setting)
_ALL = Prepared(select(_SETTING.c.name, _SETTING.c.value))
_READ = "settings read"  # what a connection remembers them under, with the transaction they were read in


def all_settings(tx: Tx) -> Mapping[str, str]:
    """Return every setting that was made; read once a transaction, for each event of a batch asks."""
    here = tx.get_transaction()
    read_in, made = tx.info.get(_READ, (None, {}))
    if here is None or read_in is not here:
        made = dict(_ALL.all(tx))
        tx.info[_READ] = here, made
    return cast("Mapping[str, str]", made)


def changed_at(tx: Tx, name: str) -> datetime | None:
    """Return when a setting was changed last; None where nobody made it."""
    return tx.execute(select(Setting.changed_at).where(Setting.name == name)).scalar_one_or_none()


def set_setting(tx: Tx, name: str, value: str, now: datetime) -> None:
    """Make a setting, or change it."""
    change = {"value": value, "changed_at": now}
    tx.execute(insert_or_update(tx, Setting, ("name",), {"name": name, **change}, change))
    tx.info.pop(_READ, None)
