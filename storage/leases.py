"""What only one process may do at a time: it holds a lease, renews it, and another takes over when it lapses."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update

from storage.database import Tx
from storage.models import Lease
from storage.statements import insert_unless_there


def take(tx: Tx, name: str, holder: str, now: datetime, lasts: timedelta) -> bool:
    """Take or renew a lease. Returns False while somebody else holds it."""
    until = now + lasts
    if insert_unless_there(tx, Lease, {"name": name, "holder": holder, "until": until}):
        return True
    ours = or_(Lease.holder == holder, Lease.until <= now)
    return tx.execute(update(Lease).where(Lease.name == name, ours).values(holder=holder, until=until)).rowcount == 1


def give_back(tx: Tx, name: str, holder: str) -> None:
    """Let somebody else begin at once."""
    tx.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
