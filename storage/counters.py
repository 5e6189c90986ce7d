"""Numbers given out in order, each in the transaction that uses it."""

from sqlalchemy import select, update

from storage.database import Tx
from storage.models import Counter, Tally
from storage.statements import insert_or_update, insert_unless_there


def next_number(tx: Tx, series: str) -> int:
    """Return the next number of a series, from 1; a rolled-back transaction leaves no gap."""
    insert_unless_there(tx, Counter, {"name": series, "value": 0})
    return tx.execute(
        update(Counter).where(Counter.name == series).values(value=Counter.value + 1).returning(Counter.value)
    ).scalar_one()


def count(tx: Tx, name: str) -> None:
    """Add one to a tally that outlives what it counts."""
    tx.execute(insert_or_update(tx, Tally, ("name",), {"name": name, "count": 1}, {"count": Tally.count + 1}))


def tally(tx: Tx, name: str) -> int:
    """Return a tally, 0 when nothing was counted."""
    return tx.execute(select(Tally.count).where(Tally.name == name)).scalar_one_or_none() or 0
