"""How the asynchronous edges reach the synchronous core: work goes to a lane, reading to a thread of its own."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from storage.database import Tx

T = TypeVar("T")


class Store(Protocol):
    """Runs work inside one transaction. Work is a plain function and has no effect outside the transaction."""

    async def write(self, key: str, work: Callable[[Tx], T]) -> T:
        """Run `work` in the lane of `key` (work under one key stays in order); return when it is committed.

        What `work` raises is raised here, after a roll-back. `OSError` or a database error worth a retry
        (`storage.database.is_worth_a_retry`) means: nothing is stored, try later.
        """
        ...

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a view that changes nothing."""
        ...
