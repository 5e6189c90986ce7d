"""Ask: a moderator's question waits for its teller, for five working days."""

from datetime import datetime

from deeds.errors import NotPossible
from deeds.kinds import Act, Status
from deeds.months import VIET_NAM, local_day
from deeds.statuses import UNDECIDED
from moderation import notices
from moderation.acts.rule import EVERYWHERE, MODERATORS, ActRule, Case, Done, Reading, Reason, Who
from moderation.acts.undo import as_it_was
from storage import history
from storage.deeds import SubmissionRow
from storage.history import Entry

CANNED_QUESTIONS = ("witness", "handed_in", "where_from", "photo", "child", "how_long")
"""Questions under `question.*` that a moderator asks with one tap."""

ANSWER_WORKING_DAYS = 5


def _closes(now: datetime) -> datetime:
    day = notices.add_working_days(local_day(now), ANSWER_WORKING_DAYS)
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=VIET_NAM)


def _reads(to: Reading, key: str, words: str) -> str:
    question = WANTS.label(key) if key in CANNED_QUESTIONS else words
    return notices.say_question(to.number, to.about, question, _closes(to.now))


def _reachable(case: Case) -> SubmissionRow | None:
    return next((told for told in case.submissions if told.person_id and not told.withdrawn_at), None)


def _check(case: Case) -> None:
    if _reachable(case) is None:
        raise NotPossible("moderation.nobody_to_ask", f"deed {case.deed.id} has no teller that can be asked")


def _do(case: Case) -> Done:
    return Done(reason=WANTS.said(case.order))


def _follow(case: Case, entry: Entry) -> None:
    told = _reachable(case)
    assert told is not None
    history.ask(
        case.tx, case.deed.id, told.id, told.person_id, entry.reason or "", case.actor.id, case.now, _closes(case.now)
    )


def _undo(case: Case, asked: Entry) -> Done:
    history.cancel_questions(case.tx, case.deed.id, case.now)
    return as_it_was(case, asked)


WANTS = Reason(CANNED_QUESTIONS, "question", reads=_reads, missing="moderation.question_missing")
RULE = ActRule(
    Act.ASK,
    who=Who(MODERATORS),
    moves=dict.fromkeys(UNDECIDED, Status.NEEDS_INFO),
    wants=WANTS,
    offered=EVERYWHERE,
    check=_check,
    do=_do,
    follow=_follow,
    undo=_undo,
)
