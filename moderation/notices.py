"""What tellers are told of an outcome: queued with the decision, sent when the ten minutes of undo are over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from deeds.kinds import Status
from deeds.months import VIET_NAM, Month, local_day
from deeds.said import Prompt
from storage import deeds, history, outbox, periods
from storage.database import Tx
from storage.deeds import DeedRow
from storage.history import Entry
from storage.office import Office, office
from texts import say

UNDO_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True)
class Outcome:
    """What a teller's sentence about a decision is made of."""

    number: int
    deed: DeedRow
    entry: Entry
    office: Office
    month: Month

    @property
    def page(self) -> str:
        """The address under which everybody reads of the deed, once it is published."""
        return f"{self.office['public_url'].rstrip('/')}/deeds/{self.deed.code}"


def add_working_days(day: date, working_days: int) -> date:
    """Return the day that many working days later; Saturdays and Sundays do not count."""
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
    return day


def say_day(day: date) -> str:
    """Return a day as people say it, with its weekday: the year is left out."""
    return say("day.with_weekday", weekday=say(f"weekday.{day.weekday()}"), day=f"{day:%d/%m}")


def tell_outcome(tx: Tx, deed: DeedRow, entry: Entry, tells: Callable[[Outcome], str], now: datetime) -> None:
    """Queue the outcome of `entry` for everybody who told of the deed, held back while it can be undone."""
    set_up, month = office(tx), periods.open_window(tx, now).month
    for told in deeds.submissions_of(tx, deed.id):
        if told.chat is None or told.withdrawn_at is not None:
            continue
        outcome = Outcome(told.number, deed, entry, set_up, month)
        key = outcome_key(entry.id, told.id)
        prompt = Prompt(tells(outcome), send_key=key, not_before=now + UNDO_WINDOW, links=(outcome.page,))
        outbox.put(tx, told.messenger, told.chat, prompt, now)


def outcome_key(entry_id: int, submission_id: int) -> str:
    """Return the send key of what a teller hears of one decision."""
    return f"outcome:{entry_id}:{submission_id}"


def take_back_outcome(tx: Tx, deed: DeedRow, entry: Entry, now: datetime) -> None:
    """Cancel an outcome nobody has heard yet; where one was heard, say that the deed is being looked at again."""
    for told in deeds.submissions_of(tx, deed.id):
        if told.chat is None or told.withdrawn_at is not None:
            continue
        waiting = outbox.cancel(tx, outcome_key(entry.id, told.id))
        if not waiting and now - entry.at > UNDO_WINDOW:
            prompt = Prompt(say("outcome.looking_again", number=told.number))
            outbox.put(tx, told.messenger, told.chat, prompt, now)


def cancel_outcomes(tx: Tx, deed: DeedRow) -> None:
    """Let nobody hear any more what was decided of a deed and waits to be told."""
    for entry in history.of_deed(tx, deed.id):
        for told in deeds.submissions_of(tx, deed.id):
            outbox.cancel(tx, outcome_key(entry.id, told.id))


def say_question(number: int, about: str, question: str, closes: datetime) -> str:
    """Return a moderator's question as its teller reads it."""
    return say("ask_more", number=number, about=about, question=question, day=say_day(local_day(closes, VIET_NAM)))


def status_for_citizen(status: Status) -> str:
    """Return where a deed stands, in the words a teller reads."""
    return say(f"status.citizen.{status}")
