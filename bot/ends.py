"""How sendings end: one line in the log each, and the last of each messenger for whoever watches."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from messengers.port import MessengerFailed
from storage.outbox import Due

log = structlog.get_logger()


@dataclass(frozen=True)
class End:
    """The last success and the last failure on one messenger since this process began."""

    sent_at: datetime | None = None
    failed_at: datetime | None = None
    is_failing: bool = False  # the last one failed
    setting: str = ""  # what the operator has to mend, as far as the failure tells


class Ends:
    """What came of the sendings of one process."""

    def __init__(self) -> None:
        self._of: dict[str, End] = {}

    def of(self, name: str) -> End:
        """Return the ends on a messenger."""
        return self._of.get(name, End())

    def note(self, message: Due, failed: MessengerFailed | None, now: datetime, took_s: float) -> None:
        """Log one end, by ids alone, and remember it."""
        before = self.of(message.messenger)
        ids = {"event_id": message.cause, "outbox_id": message.id, "messenger": message.messenger}
        if failed is None:
            self._of[message.messenger] = End(now, before.failed_at, is_failing=False, setting=before.setting)
            log.info("sent", **ids, took_ms=round(1_000 * took_s))
            return
        self._of[message.messenger] = replace(before, failed_at=now, is_failing=True, setting=failed.setting)
        named = {"setting": failed.setting} if failed.setting else {}
        why = str(failed)[:200]
        log.warning("not sent", **ids, failure=failed.failure.value, why=why, tries=message.attempts, **named)
