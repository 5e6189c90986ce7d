"""The database or the disk cannot be reached: every caller meets it, and one line a kind and a while is said of it."""

import threading
import time
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

EVERY_S = 10.0


class Away:
    """Says the first of each kind, then how many there were, once in a while."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._lock = threading.Lock()
        self._said_at: dict[tuple[str, str], float] = {}
        self._unsaid: dict[tuple[str, str], int] = {}

    def tell(self, where: str, error: BaseException, **ids: Any) -> None:
        """Log that something could not be stored or read now. Give ids only; of the error, the database's own words."""
        kind = (where, type(error).__name__)
        now = time.monotonic()
        with self._lock:
            if now - self._said_at.get(kind, float("-inf")) < self._every_s:
                self._unsaid[kind] = self._unsaid.get(kind, 0) + 1
                return
            self._said_at[kind] = now
            more = self._unsaid.pop(kind, 0)
        log.warning("cannot be stored or read now", where=where, error=kind[1], why=reason(error), more=more, **ids)


def reason(error: BaseException) -> str:
    """Return the first line of what the database or the system said, which holds nothing of what was to be stored."""
    told = str(error.orig) if isinstance(error, DBAPIError) else getattr(error, "strerror", None) or str(error)
    return told.strip().partition("\n")[0][:200]


tell = Away().tell
