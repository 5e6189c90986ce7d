"""What tellers are told of an outcome: queued with the decision, sent when the ten minutes of undo are over."""

from datetime import date, datetime, timedelta

from deeds.kinds import Act, Status
from deeds.months import VIET_NAM, Month, local_day
from deeds.said import Prompt
from storage import deeds, outbox, periods
from storage.database import Tx
from storage.deeds import DeedRow
from storage.history import Entry
from storage.office import Office
from texts import has, say

UNDO_WINDOW = timedelta(minutes=10)
ANSWER_WORKING_DAYS = 5

CANNED_REASONS = ("unverified", "duty", "advert")
"""Reasons for leaving a deed out, each with a sentence for the teller under `outcome.rejected.*`."""

CANNED_QUESTIONS = ("witness", "handed_in", "where_from", "photo", "child", "how_long")
"""Questions under `question.*` that a moderator asks with one tap."""


def add_working_days(day: date, working_days: int) -> date:
    """Return the day that many working days later; Saturdays and Sundays do not count."""
    while working_days > 0:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5
    return day


def say_day(day: date) -> str:
    """Return a day as people say it, with its weekday: the year is left out."""
    return say("day.with_weekday", weekday=say(f"weekday.{day.weekday()}"), day=f"{day:%d/%m}")


def tell_outcome(tx: Tx, deed: DeedRow, entry: Entry, office: Office, now: datetime) -> None:
    """Queue the outcome of `entry` for everybody who told of the deed, held back while it can be undone."""
    month = periods.open_window(tx, now).month
    for told in deeds.submissions_of(tx, deed.id):
        if told.chat is None or told.withdrawn_at is not None:
            continue
        text = _outcome(entry, told.number, deed, office, month)
        if text is None:
            continue
        key = outcome_key(entry.id, told.id)
        prompt = Prompt(text, send_key=key, not_before=now + UNDO_WINDOW)
        outbox.put(tx, told.messenger, told.chat, prompt, now)


def outcome_key(entry_id: int, submission_id: int) -> str:
    """Return the send key of what a teller hears of one decision."""
    return f"outcome:{entry_id}:{submission_id}"


def take_back_outcome(tx: Tx, deed: DeedRow, entry: Entry, now: datetime) -> None:
    """Cancel an outcome nobody has heard yet; where it was heard, say that the deed is being looked at again."""
    for told in deeds.submissions_of(tx, deed.id):
        if told.chat is None or told.withdrawn_at is not None:
            continue
        waiting = outbox.cancel(tx, outcome_key(entry.id, told.id))
        if not waiting and entry.act in _HEARD and now - entry.at > UNDO_WINDOW:
            prompt = Prompt(say("outcome.looking_again", number=told.number))
            outbox.put(tx, told.messenger, told.chat, prompt, now)


_HEARD = (Act.APPROVE, Act.REJECT, Act.PUBLISH)


def _outcome(entry: Entry, number: int, deed: DeedRow, office: Office, month: Month) -> str | None:
    match entry.act:
        case Act.APPROVE:
            return say("outcome.approved", number=number, month=f"{month.number}/{month.year}", office=office["office"])
        case Act.PUBLISH:
            return say("outcome.published", number=number, url=f"{office['public_url'].rstrip('/')}/deeds/{deed.code}")
        case Act.REJECT:
            canned = f"outcome.rejected.{entry.details.get('reason_key', '')}"
            if has(canned):
                return say(canned, number=number, phone=office["phone"])
            return say("outcome.rejected.written", number=number, reason=entry.reason, phone=office["phone"])
        case _:
            return None


def say_question(number: int, about: str, question: str, closes: datetime) -> str:
    """Return a moderator's question as its teller reads it."""
    return say("ask_more", number=number, about=about, question=question, day=say_day(local_day(closes, VIET_NAM)))


def status_for_citizen(status: Status) -> str:
    """Return where a deed stands, in the words a teller reads."""
    return say(f"status.citizen.{status}")
