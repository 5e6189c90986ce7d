"""What waits in the outbox and how long it has been failing, messenger by messenger: for whoever watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from storage.database import Tx
from storage.models import OutboxMessage


@dataclass(frozen=True)
class Waiting:
    """The messages that wait on one messenger."""

    messenger: str
    count: int
    failing_since: datetime | None  # the first failure of the one that fails longest
    due_since: datetime | None  # of the one that waits longest and was never tried: perhaps only for its turn


def waiting(tx: Tx, now: datetime) -> Sequence[Waiting]:
    """Return what is due or failing; what is held back on purpose is neither."""
    due = OutboxMessage.not_before <= now
    untried = and_(OutboxMessage.attempts == 0, due)
    rows = tx.execute(
        select(
            OutboxMessage.messenger,
            func.count().label("count"),
            func.min(OutboxMessage.failing_since).label("failing_since"),
            func.min(case((untried, OutboxMessage.not_before))).label("due_since"),
        )
        .where(OutboxMessage.state.in_(("waiting", "sending")), or_(due, OutboxMessage.failing_since.is_not(None)))
        .group_by(OutboxMessage.messenger)
        .order_by(OutboxMessage.messenger)
    )
    return [Waiting(**row._mapping) for row in rows]
