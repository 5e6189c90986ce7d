"""Words soon after a report that are neither clearly about it nor clearly another deed: who said them says which.

People correct themselves, answer late, take back and go on in ten thousand ways. Whatever no rule knows is held, asked
about with one tap, and lost in no case: without an answer it is read beside the report.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from deeds.kinds import Act, Thing
from deeds.said import Option, Said
from handlers import asides
from handlers.asides import BELONGS
from handlers.effects import AskUse, AskWithdraw, NoteBeside, TakeBackUse
from handlers.introduce_deed import begin
from handlers.keeping import keep, recall
from handlers.moderators import Desk
from handlers.place import Answer, Place, again, ask
from handlers.reading.intents import GOES, Intent, likely, means
from handlers.reading.telling import another, clear_no, clear_yes, weak_yes
from handlers.reading.words import ANSWER_MAX_CHARS
from moderation import receive
from moderation.moves import MOVES
from storage import deeds, drafts, history
from storage.database import Tx
from storage.deeds import SubmissionRow
from texts import say

OPTIONS = ("add", "take_back", "hide", "another")
HELD_LIVES = timedelta(hours=12)
ASKED_WITHIN = timedelta(days=1)  # after the report
ANSWERS_WITHIN = timedelta(minutes=15)  # after an answer to the office: the rest of it, and nothing is asked
_DOUBT = 0.3
_TELLS = 0.6  # of ten messages below it hardly one tells a deed of its own


def ask_whose(desk: Desk, place: Place, said: Said) -> Answer | None:
    """Ask whether words belong to the report sent last; None where they tell a deed, or there is no such report."""
    text = said.text.strip()
    if not text or said.photos or said.voice or tells_a_deed(text):
        return None
    answered = history.answered_since(desk.tx, desk.context.person.id, desk.context.now - ANSWERS_WITHIN)
    if answered is not None and _answers(text) and _standing(desk, answered.submission_id) is not None:
        return Answer(place, (), (NoteBeside(text, answered.submission_id),))
    latest = deeds.latest_of(desk.tx, desk.context.person.id)
    if latest is None or desk.context.now - latest.told_at > ASKED_WITHIN or _standing(desk, latest.id) is None:
        return None
    inside = asides.open_aside(place, BELONGS, held=text, submission=latest.id, number=latest.number)
    return ask(inside, "whose", "belongs.ask", _options(latest.number), number=latest.number)


def tells_a_deed(text: str) -> bool:
    """Tell whether words are a story of their own."""
    return len(text) > ANSWER_MAX_CHARS or another(text) or likely(text)[Intent.STORY] >= _TELLS


def _answers(text: str) -> bool:
    """Tell whether words may be the rest of an answer, and nothing that is to happen with a report."""
    return not means(text, *GOES, at_least=_DOUBT)


def _standing(desk: Desk, submission: int) -> SubmissionRow | None:
    told = deeds.submission(desk.tx, submission)
    deed = deeds.deed(desk.tx, told.deed_id) if told is not None and told.withdrawn_at is None else None
    return told if deed is not None and Act.ADD in MOVES[deed.status] else None


def _options(number: int) -> tuple[Option, ...]:
    return tuple(Option(each, say(f"belongs.option.{each}", number=number)) for each in OPTIONS)


def answer(desk: Desk, place: Place, option: str | None, text: str) -> Answer:
    """Do what somebody says their words were for."""
    held, submission, number = str(place.about["held"]), place.about["submission"], place.about["number"]
    if option is None and (clear_yes(text) or weak_yes(text)):
        option = "add"
    match option:
        case "add":
            noted = NoteBeside(held, submission)
            owed = () if _was_asked_of_use(desk.tx, submission) else (AskUse(submission),)
            return Answer(asides.leave(place), (), (noted, *owed))
        case "take_back":
            return Answer(asides.leave(place), (), (AskWithdraw(number),))
        case "hide":
            return Answer(asides.leave(place), (), (NoteBeside(held, submission), TakeBackUse(number)))
        case "another":
            return begin(asides.leave(place), Said(text=held), desk.context)
    if clear_no(text):
        return again(place, say("menu.not_an_option", count=len(place.shown)))
    if tells_a_deed(text):
        return begin(asides.leave(place), Said(text=text), desk.context)
    return again(place.with_about(held=f"{held}\n{text}"), say("belongs.ask", number=number))


def _was_asked_of_use(tx: Tx, submission: int) -> bool:
    return Thing.WORDS in history.allowed_by_tellers(tx, [submission])[submission]


def nothing_lost(place: Place, done: Answer) -> Answer:
    """Whoever goes on to something else without a word on what it was for: it is read beside the report."""
    held = str(place.about.get("held"))
    leaves = done.place.talk != BELONGS or any(isinstance(effect, AskWithdraw) for effect in done.effects)
    if place.talk != BELONGS or not leaves or held in str(done.place.told.get("story", "")):
        return done
    if any(isinstance(effect, NoteBeside) for effect in done.effects):
        return done
    return replace(done, effects=(NoteBeside(held, place.about["submission"]), *done.effects))


def let_go(tx: Tx, now: datetime) -> int:
    """End the questions about words held that nobody answered for long; returns how many.

    What belongs to a report is read beside it. A complaint, a cry, a wish of somebody told of: the words go.
    """
    waiting = drafts.standing_in(tx, asides.HOLDING, now - HELD_LIVES)
    for person_id in waiting:
        place = recall(tx, person_id)
        if place.talk == BELONGS:
            _keep_unanswered(tx, place, now)
        keep(tx, person_id, asides.leave(place), now)
    return len(waiting)


def _keep_unanswered(tx: Tx, place: Place, now: datetime) -> None:
    told = deeds.submission(tx, place.about["submission"])
    if told is None or told.withdrawn_at is not None or told.person_id is None:
        return
    with suppress(receive.TooMuchNoted):
        said_in = f"{BELONGS}:{place.put_at}"
        receive.note(tx, told, say("question.added"), said_in, str(place.about["held"]), now, told.messenger)
