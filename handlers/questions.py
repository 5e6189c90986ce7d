"""A moderator's question is put to its teller when no other conversation is open, so no answer goes astray."""

from dataclasses import replace
from datetime import datetime, timedelta

from deeds.said import Prompt
from handlers import asides
from handlers.introduce_deed import INTRODUCE_DEED
from handlers.keeping import keep, recall
from handlers.place import Answer, Context, Place
from moderation.notices import say_question
from storage import deeds, drafts, history, outbox
from storage.database import Tx
from storage.history import Asked
from texts import say

SILENT = timedelta(hours=1)  # a report nobody went on with for so long makes room for a question


def put_next_question(tx: Tx, answer: Answer, person_id: int, context: Context) -> Answer:
    """Return the answer with the next waiting question put, if its teller has just come to an end."""
    if answer.place.talk:
        return answer
    waiting = [asked for asked in history.open_questions(tx, person_id, context.now) if asked.told_at is None]
    if not waiting:
        return answer
    opened = _open(tx, waiting[0], answer.place, context.now)
    return replace(opened, prompts=(*answer.prompts, *opened.prompts)) if opened else answer


def put_waiting(tx: Tx, now: datetime) -> int:
    """Put every question whose teller is free, or has long been silent; returns how many were put."""
    put = 0
    asked_of: set[int] = set()
    for asked in history.untold_questions(tx, now):
        assert asked.person_id is not None
        if asked.person_id in asked_of:
            continue  # one at a time
        place = recall(tx, asked.person_id)
        if place.talk == INTRODUCE_DEED.name:
            place = _make_room(tx, asked.person_id, place, now)
        elif place.talk in asides.PASSING and place.talk != asides.BELONGS:  # it holds words nobody else has
            place = place.closed()
        if place.talk:
            continue
        opened = _open(tx, asked, place, now)
        told = deeds.submission(tx, asked.submission_id)
        if opened is None or told is None or told.chat is None:
            continue
        keep(tx, asked.person_id, opened.place, now)
        for prompt in opened.prompts:
            outbox.put(tx, told.messenger, told.chat, prompt, now)
        asked_of.add(asked.person_id)
        put += 1
    return put


def _make_room(tx: Tx, person_id: int, place: Place, now: datetime) -> Place:
    """Set a report aside that its teller has not gone on with for an hour."""
    silent = any(person == person_id for person, _, _ in drafts.places_since(tx, now - SILENT))
    if not silent:
        return place
    if place.draft is not None:
        drafts.set_aside(tx, place.draft, place.to_json(), now)
    return place.closed()


def _open(tx: Tx, asked: Asked, place: Place, now: datetime) -> Answer | None:
    told = deeds.submission(tx, asked.submission_id)
    deed = deeds.deed(tx, asked.deed_id)
    if told is None or deed is None:
        return None
    about = deeds.honoree_of(tx, deed.id).display or say("mine.somebody")
    history.change_question(tx, asked.id, told_at=now)
    return asides.open_question(place, asked.id, say_question(told.number, about, asked.text, asked.closes_at))


def close_overdue(tx: Tx, now: datetime) -> int:
    """Tell tellers whose time to answer is over that their report is kept all the same; returns how many."""
    closed = 0
    for asked in history.overdue_questions(tx, now):
        history.change_question(tx, asked.id, cancelled_at=now)
        told = deeds.submission(tx, asked.submission_id)
        if asked.told_at is None or told is None or told.chat is None or asked.person_id is None:
            continue
        place = recall(tx, asked.person_id)
        if place.talk == asides.QUESTION and place.about.get("question") == asked.id:
            keep(tx, asked.person_id, asides.leave(place), now)
        prompt = Prompt(say("ask_more.closed", number=told.number))
        outbox.put(tx, told.messenger, told.chat, prompt, now)
        closed += 1
    return closed
