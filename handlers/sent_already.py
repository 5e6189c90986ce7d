"""What somebody says of a report already sent: pictures that belong to it, words forgotten, a slip mended, its use."""

from dataclasses import replace
from datetime import timedelta

from deeds.kinds import Thing
from deeds.said import Prompt, Said
from handlers import asides
from handlers.effects import AskWithdraw, Attach, GiveLoosePhotos, ListMine, NoteBeside, TakeBackUse
from handlers.moderators import Desk
from handlers.place import Answer, Place
from handlers.reading.fitting import (
    allows_again,
    asks_something,
    goes_on,
    is_beside,
    limits_use,
    objects,
    regrets,
    speaks_of_use,
    takes_back,
    takes_down,
    takes_pictures_back,
    takes_words_too,
    wants_it_shown,
)
from handlers.reading.intents import GOES, SURE, Intent, means
from handlers.reading.meanings import means_all
from handlers.reading.names import find_people
from handlers.reading.telling import adds, another
from handlers.reading.words import ANSWER_MAX_CHARS
from storage import attachments, deeds, history
from storage.deeds import SubmissionRow
from texts import say

ADDED_WITHIN = timedelta(days=1)
_DOUBT = 0.3  # that something is to go: then words are not merely added, but asked about
_ASKS = 0.7  # it only asks, and a story goes on at one tap
REMEMBERS_USE = timedelta(days=7)  # after which "use it" is about something else
AFTER_RECEIPT = ("", asides.CONSENT_PUBLISH, asides.LATE_PHOTOS)  # where nothing else is being told


def _latest(desk: Desk, within: timedelta) -> SubmissionRow | None:
    """Return what this person sent last, where it stands and is no older than that."""
    latest = deeds.latest_of(desk.tx, desk.context.person.id)
    if latest is None or latest.withdrawn_at is not None or desk.context.now - latest.told_at > within:
        return None
    return latest


def addition(desk: Desk, place: Place, said: Said) -> Answer | None:
    """ "Oh, I forgot ...", "no, it was Tuesday": it belongs to the report, and what is asked beside it stays open."""
    if place.talk not in AFTER_RECEIPT or said.choice is not None or said.voice or another(said.text):
        return None
    beside = is_beside(said.text) and not means(said.text, *GOES, at_least=SURE)
    if not (beside or _more_of_them(said.text)) or _latest(desk, ADDED_WITHIN) is None:
        return None
    note = NoteBeside(said.text.strip())
    if not said.photos:
        return Answer(place, (), (note,))
    late = late_photos(desk, place, said)
    return late.then(note) if late is not None else None


def _more_of_them(text: str) -> bool:
    """Tell whether words go on about the same person: nobody is named, and nothing is objected to."""
    if means(text, *GOES, at_least=SURE if adds(text) else _DOUBT):
        return False
    if adds(text):
        return True
    return goes_on(text) and not objects(text) and not any(person.full for person in find_people(text))


def about_what_was_sent(desk: Desk, place: Place, text: str) -> Answer | None:
    """A question to us begins no report, nor does a remark on what may be shown of the last: that is asked again."""
    context = desk.context
    if len(text) > ANSWER_MAX_CHARS:
        return None  # a story, and its reading is none of a remark's
    down = takes_down(text) or means(text, Intent.TAKEDOWN, at_least=_ASKS)
    if not down and asides.names_for_certain(text, context, days=False):
        return None  # another deed is told, whatever was not wanted in it
    if wants_it_shown(text):
        return Answer(place, (), (ListMine(),)) if _latest(desk, REMEMBERS_USE) is not None else None
    if allows_again(text) and (latest := _latest(desk, REMEMBERS_USE)) is not None:
        return _ask_use(desk, place, latest)
    if regrets(text) and _latest(desk, REMEMBERS_USE) is not None:
        return Answer(place, (), (AskWithdraw(None),))
    if takes_pictures_back(text) and _latest(desk, REMEMBERS_USE) is not None:
        return Answer(place, (), (TakeBackUse(None, pictures_only=not takes_words_too(text)),))
    if means(text, Intent.DELETE) and _latest(desk, REMEMBERS_USE) is not None:
        return Answer(place, (), (AskWithdraw(None, everything=means_all(text)),))
    if (limits_use(text) or objects(text) or means(text, Intent.REVOKE, Intent.TAKEDOWN)) and _allowed_something(desk):
        return Answer(place, (), (NoteBeside(text), TakeBackUse(None, pictures_only=False)))
    if down:
        asked = asides.ask_take_down(place, text, context.office["phone"])
        return asked.then(NoteBeside(text)) if _latest(desk, REMEMBERS_USE) is not None else asked
    if len(text) > asides.SHORT_REMARK_CHARS * 2:
        return None
    if (asks_something(text) or means(text, Intent.QUESTION)) and not any(person.full for person in find_people(text)):
        return Answer(place, (Prompt(say("asked.other", phone=context.office["phone"])),))
    if asides.names_something(text, context):
        return None
    if takes_back(text) and (sent := deeds.latest_of(desk.tx, context.person.id)) and sent.withdrawn_at is None:
        return Answer(place, (), (TakeBackUse(None, pictures_only=False),))
    if speaks_of_use(text) and (latest := _latest(desk, REMEMBERS_USE)) is not None:
        return _ask_use(desk, place, latest)
    return None


def _ask_use(desk: Desk, place: Place, latest: SubmissionRow) -> Answer:
    set_up = desk.context.office
    return asides.ask_consent(place, latest.id, set_up["office"], set_up["standing_office"])


def _allowed_something(desk: Desk) -> bool:
    """Tell whether the use of what was sent last is allowed in any part."""
    sent = _latest(desk, REMEMBERS_USE)
    answers = history.allowed_by_tellers(desk.tx, [sent.id])[sent.id] if sent is not None else {}
    return any(thing in answers and answers[thing].allowed for thing in (Thing.WORDS, Thing.PICTURES))


def same_album(desk: Desk, place: Place) -> Answer | None:
    """A picture of an album whose other pictures were handed in already goes where they went."""
    event = desk.event
    if not event.said.album:
        return None
    submission = attachments.of_album(desk.tx, event.messenger, event.chat, event.said.album)
    told = deeds.submission(desk.tx, submission) if submission is not None else None
    if told is None or told.withdrawn_at is not None:
        return None
    return Answer(place, (), (Attach(event.said.photos, loose=True), GiveLoosePhotos(told.id)))


def late_photos(desk: Desk, place: Place, said: Said) -> Answer | None:
    latest = deeds.latest_of(desk.tx, desk.context.person.id)
    if latest is None or latest.withdrawn_at is not None:
        return None
    if (desk.context.now - latest.told_at).days > 0:
        return None
    loose = Attach(said.photos)
    if place.talk == asides.LATE_PHOTOS:
        return Answer(place, (), (loose,))
    return replace(asides.ask_late_photos(place, latest.id, latest.number), effects=(loose,))
