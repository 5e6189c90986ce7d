"""Pictures a messenger keeps already: sent again by its own id, and forgotten here when our bytes go."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from storage.database import Tx
from storage.models import RemoteCopy
from storage.statements import insert_or_update


def known(tx: Tx, messenger: str, sha256s: Collection[str]) -> dict[str, str]:
    """Return the messenger's ids of those of these pictures it has."""
    rows = tx.execute(
        select(RemoteCopy.sha256, RemoteCopy.remote).where(
            RemoteCopy.messenger == messenger, RemoteCopy.sha256.in_(list(sha256s))
        )
    )
    return {row.sha256: row.remote for row in rows}


def remember(tx: Tx, messenger: str, remotes: dict[str, str], now: datetime) -> None:
    """Note under which ids a messenger has these pictures."""
    for sha256, remote in remotes.items():
        change = {"remote": remote, "kept_at": now}
        values = {"messenger": messenger, "sha256": sha256, **change}
        tx.execute(insert_or_update(tx, RemoteCopy, ("messenger", "sha256"), values, change))


def forget(tx: Tx, sha256s: Collection[str], messenger: str | None = None) -> None:
    """Forget pictures, on one messenger that no longer has them or on all."""
    here = () if messenger is None else (RemoteCopy.messenger == messenger,)
    tx.execute(delete(RemoteCopy).where(RemoteCopy.sha256.in_(list(sha256s)), *here))
