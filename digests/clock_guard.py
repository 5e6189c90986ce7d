"""A clock that leaps closes nothing: what is over by such a clock is believed only when a person says it is right.

A month closes for good, and one tick at a wrong date would close years. The last instant that was believed is kept in
the database, so it makes no difference whether the clock leapt or the machine stood still for long: a person is asked.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deeds.errors import NotAllowed, NotPossible
from deeds.kinds import Role
from deeds.months import local_day
from storage import people
from storage.database import Tx
from storage.people import Known
from storage.settings import all_settings, set_setting

LEAP = timedelta(days=40)  # a machine that stood still over a holiday and a month's end asks nobody
SEEN_AT = "clock_seen_at"  # the newest instant that was believed
CONFIRMED = "clock_confirmed"  # the last leap a person believed: who, when, from where to where
_HOW_FINE = timedelta(hours=1)


@dataclass(frozen=True)
class Leap:
    """The clock went from an instant that was believed to one that is not yet."""

    seen: datetime
    now: datetime

    @property
    def days(self) -> int:
        """How many days were leapt over."""
        return (self.now - self.seen).days


def leap(tx: Tx, now: datetime) -> Leap | None:
    """Return the leap nobody has confirmed yet; None while the clock goes on from where it was seen, or back."""
    seen = _seen(tx)
    return Leap(seen, now) if seen is not None and now - seen > LEAP else None


def note(tx: Tx, now: datetime) -> None:
    """Remember that the clock was believed at `now`; one set back does not make an earlier instant the last."""
    seen = _seen(tx)
    if seen is None or now - seen >= _HOW_FINE:
        set_setting(tx, SEEN_AT, now.isoformat(), now)


def may_confirm(tx: Tx, actor: Known) -> bool:
    """Tell whether this person may say that the clock is right: an admin; where there is none, a moderator."""
    return actor.is_any(Role.ADMIN if people.anybody_is(tx, Role.ADMIN) else Role.MODERATOR)


def confirm(tx: Tx, actor: Known, today: date, now: datetime) -> Leap:
    """Believe the clock, because a person says that today is the day it shows. Raises `NotAllowed` or `NotPossible`."""
    if not may_confirm(tx, actor):
        raise NotAllowed("clock.no_right", f"person {actor.id} may not confirm the clock")
    found = leap(tx, now)
    if found is None:
        raise NotPossible("clock.no_leap", "the clock did not leap")
    if today != local_day(now):
        raise NotPossible("clock.other_day", f"{today} is not the day of the clock", day=f"{local_day(now):%d/%m/%Y}")
    set_setting(tx, SEEN_AT, now.isoformat(), now)
    set_setting(tx, CONFIRMED, f"person {actor.id} at {now.isoformat()}, from {found.seen.isoformat()}", now)
    return found


def _seen(tx: Tx) -> datetime | None:
    kept = all_settings(tx).get(SEEN_AT)
    return datetime.fromisoformat(kept) if kept else None
