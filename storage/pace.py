"""How fast a messenger may be written to, counted from what the outbox says went out.

A restart therefore forgets nothing, and processes that share a database share its limits. A message counts from before
it is handed over until a second after its answer, so what is counted here is never less than what the messenger counts;
where the answer takes long, it has arrived all the same, and counts no more (`ARRIVES_WITHIN`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from storage import outbox
from storage.database import Tx
from storage.models import OutboxMessage
from storage.outbox import HORIZON, LEASE, Due
from storage.prepared import Prepared
from storage.statements import table

BURST = 3  # messages to one chat that need not keep the distance: a receipt and the question after it come together
ARRIVES_WITHIN = timedelta(seconds=2)  # of being handed over, however long the answer takes


_OUT = table(OutboxMessage)
_SENDING = Prepared(select(_OUT.c.messenger, _OUT.c.leased_until, _OUT.c.units).where(_OUT.c.state == "sending"))
_LATELY = Prepared(
    select(_OUT.c.messenger, _OUT.c.sent_at, _OUT.c.units)
    .where(_OUT.c.sent_at > bindparam("since"), _OUT.c.sent_at < bindparam("until"))
    .order_by(_OUT.c.sent_at)
)


@dataclass(frozen=True)
class Pace:
    """The limits of one messenger; 0 is no limit."""

    seconds_per_message: float  # to one chat, once a burst is used up
    per_minute_in_group: int
    per_second: int  # to all chats together
    is_group: Callable[[str], bool]
    cost: Callable[[Due], int]  # messages one row becomes: an album counts as many as it has pictures

    def wait_s(self, chat: str, cost: int, spent: Sequence[tuple[datetime, int]], now: datetime) -> float:
        """Return how long a message to a chat must wait, given when what was sent there; 0 when it may go."""
        wait_s = self._chat_wait_s(cost, spent, now)
        if self.per_minute_in_group and self.is_group(chat):
            wait_s = max(wait_s, _window_wait_s(self.per_minute_in_group, HORIZON, cost, spent, now))
        return wait_s

    def _chat_wait_s(self, cost: int, spent: Sequence[tuple[datetime, int]], now: datetime) -> float:
        if not self.seconds_per_message:
            return 0.0
        debt, since = 0.0, spent[0][0] if spent else now
        for at, units in (*spent, (now, 0)):  # oldest first
            paid = (at - since).total_seconds() / self.seconds_per_message
            debt = max(0.0, debt - max(0.0, paid)) + units
            since = at
        # What is more than a burst by itself, as an album is, goes once nothing is owed.
        return max(0.0, debt + cost - max(BURST, cost)) * self.seconds_per_message


def claim_at_pace(tx: Tx, messenger: str, now: datetime, at_most: int, pace: Pace) -> tuple[list[Due], float | None]:
    """Take the messages of a messenger whose turn it is and which its limits allow now.

    Returns them and in how many seconds more may be allowed; None where no limit stands in the way.
    """
    room, free_in_s = _room(tx, messenger, now, pace)
    if room == 0:
        return [], free_in_s
    at_most = at_most if room is None else min(at_most, room)
    taken: list[Due] = []
    passed: list[str] = []  # chats that were looked at: taken from, or held by a limit
    waits: list[float] = []
    more = True
    while more and (asked := at_most - len(taken)):
        heads = outbox.in_turn(tx, messenger, now, asked, passed)
        more = len(heads) == asked
        spent = _spent(tx, messenger, [head.chat for head in heads], now)
        for head in heads:
            cost = pace.cost(head)
            passed.append(head.chat)
            if wait_s := pace.wait_s(head.chat, cost, spent.get(head.chat, ()), now):
                waits.append(wait_s)
            elif room is not None and cost > room and room < pace.per_second:
                return taken, min([*waits, free_in_s])  # who comes next waits for its turn behind this one
            else:
                room = None if room is None else max(0, room - cost)
                outbox.lease(tx, head, now, cost)
                taken.append(head)
    if room == 0:
        waits.append(free_in_s)
    return taken, min(waits, default=None)


def _room(tx: Tx, messenger: str, now: datetime, pace: Pace) -> tuple[int | None, float]:
    """Return how many messages may go out this second, None for any number, and when there may be more."""
    if not pace.per_second:
        return None, 0.0
    # Under way first: what another process writes down as sent between the two questions is then counted twice; asked
    # the other way round it would be seen by neither.
    # The messenger is looked at here: as a condition it would tempt a planner to walk all rows of that messenger.
    sending = [row for row in _SENDING.all(tx) if row.messenger == messenger and row.leased_until is not None]
    went = [(min(now, row.leased_until - LEASE + ARRIVES_WITHIN), row.units) for row in sending]
    second = {"since": now - timedelta(seconds=1), "until": now + HORIZON}
    went += [(row.sent_at, row.units) for row in _LATELY.all(tx, **second) if row.messenger == messenger]
    went.sort()
    room = pace.per_second - sum(units for at, units in went if at > now - timedelta(seconds=1))
    free_in_s = _window_wait_s(pace.per_second, timedelta(seconds=1), 1, went, now)
    return max(0, room), free_in_s or 1 / pace.per_second


def _window_wait_s(
    most: int, span: timedelta, cost: int, spent: Sequence[tuple[datetime, int]], now: datetime
) -> float:
    """Return how long until `cost` more fit into a window of this length; what never fits waits for an empty one."""
    within = [(at, units) for at, units in spent if at > now - span]
    over = sum(units for _, units in within) + min(cost, most) - most
    for at, units in within:
        if over <= 0:
            return 0.0
        over -= units
        if over <= 0:
            return (at + span - now).total_seconds()
    return 0.0


def _spent(tx: Tx, messenger: str, chats: list[str], now: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """Return when what was sent to these chats of late, oldest first."""
    spent: dict[str, list[tuple[datetime, int]]] = {}
    if chats:
        # From the far future only a clock put back can have written; that must not silence a chat.
        given = {"name": messenger, "chats": chats, "since": now - HORIZON, "until": now + HORIZON}
        for row in tx.execute(_sent_to(), given):
            spent.setdefault(row.chat, []).append((row.sent_at, row.units))
    return spent


@cache
def _sent_to() -> Select[str, datetime | None, int]:
    since: Any = bindparam("since")
    until: Any = bindparam("until")
    name: Any = bindparam("name")
    return (
        select(OutboxMessage.chat, OutboxMessage.sent_at, OutboxMessage.units)
        .where(
            OutboxMessage.messenger == name,
            OutboxMessage.chat.in_(bindparam("chats", expanding=True)),
            OutboxMessage.sent_at > since,
            OutboxMessage.sent_at < until,
        )
        .order_by(OutboxMessage.sent_at)
    )
