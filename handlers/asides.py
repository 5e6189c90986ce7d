"""The short conversations around a report: a complaint turned to the right door, taking back, deleting, late pictures.

Each is one question. Where it interrupted something, the earlier place waits in `about` and is gone back to.
"""

from dataclasses import replace
from typing import Any

from deeds.said import Option, Prompt, Said
from handlers.effects import (
    AllowUse,
    AnswerQuestion,
    DropLoosePhotos,
    EraseMe,
    ForgetEvent,
    GiveLoosePhotos,
    Join,
    NoteBeside,
    RefuseJoin,
    Withdraw,
)
from handlers.place import Answer, Context, Place, again, ask, labelled, names_choice
from handlers.reading.answers import bare_word
from handlers.reading.fitting import (
    allows_again,
    allows_all,
    asks_something,
    complains,
    forbids_use,
    is_about_use,
    keeps_pictures_back,
    limits_use,
)
from handlers.reading.intents import Intent, means
from handlers.reading.meanings import keeps_in_words, surely_deletes
from handlers.reading.telling import clear_no, clear_yes, keeps, read_telling, says_unknown, sends, weak_yes
from handlers.reading.words import has
from texts import say

COMPLAINT = "complaint"
DELETE = "delete"
WITHDRAW = "withdraw"
CONSENT_PUBLISH = "consent_publish"
QUESTION = "question"
LATE_PHOTOS = "late_photos"
LINK = "link"
TAKE_DOWN = "take_down"
DANGER = "danger"
BELONGS = "belongs"


def open_aside(place: Place, talk: str, **about: Any) -> Place:
    """Return a place in an aside; what was going on waits."""
    waiting = place.to_json() if place.talk and place.talk not in PASSING else None
    return replace(place.closed(), talk=talk, version=1).with_about(before=waiting, **about)


PASSING = (COMPLAINT, DELETE, WITHDRAW, CONSENT_PUBLISH, LATE_PHOTOS, LINK, TAKE_DOWN, DANGER, BELONGS)
"""Asides nobody comes back to: whatever interrupts them, silence is their answer."""


HOLDING = (COMPLAINT, TAKE_DOWN, DANGER, BELONGS)
"""Asides that hold what was said until it is known what it is; nobody else has it, so it is not held for long."""


def leave(place: Place) -> Place:
    """Return the place an aside interrupted, or none."""
    before = place.about.get("before")
    if not before:
        return place.closed()
    return replace(Place.from_json(before), turn=place.turn, met=place.met, seen_menu=place.seen_menu)


def ask_complaint(place: Place, text: str) -> Answer:
    """The machine is unsure: the person says whether this is praise or a complaint, before anybody else sees it."""
    inside = open_aside(place, COMPLAINT, held=text)
    asked = ask(inside, "which", "complaint.ask", labelled("complaint.option", "praise", "complaint"))
    return asked.then(ForgetEvent())


def answer_complaint(place: Place, option: str | None, text: str) -> str | None:
    """Return "praise", "complaint", or None when it is still not said."""
    if complains(text):
        return "complaint"
    if option is None and has("accusing_no.txt", text):
        return "praise"
    if option is None and (clear_yes(text) or clear_no(text) or weak_yes(text)):
        return None
    return option


def ask_take_down(place: Place, text: str, phone: str) -> Answer:
    """Somebody seems to want down what is told of them; who tells of a deed says so, and nothing of it is lost."""
    words = f"{place.about['held']}\n{text}" if place.talk == DANGER else text  # a frightened relative, it turns out
    inside = open_aside(place, TAKE_DOWN, held=words)
    return ask(inside, "which", "use.whose", labelled("use.whose.option", "tell_office", "telling"), phone=phone)


def ask_danger(place: Place, text: str, numbers: str) -> Answer:
    """Somebody may be in danger: the numbers first, and who tells of what is over says so and loses nothing."""
    inside = open_aside(place, DANGER, held=text)
    return ask(inside, "which", "emergency.maybe", labelled("emergency.maybe.option", "telling"), numbers=numbers)


def ask_delete(place: Place) -> Answer:
    """Ask once before everything is deleted."""
    return ask(open_aside(place, DELETE), "sure", "delete.ask", labelled("delete.option", "delete", "keep"))


def ask_withdraw(place: Place, submission: int, number: int) -> Answer:
    """Ask once before a submission is taken back."""
    inside = open_aside(place, WITHDRAW, submission=submission, number=number)
    return ask(inside, "sure", "withdraw.ask", labelled("withdraw.option", "withdraw", "keep"), number=number)


def ask_consent(place: Place, submission: int, office: str, standing_office: str) -> Answer:
    """After the receipt: may words and pictures be used? Silence is no."""
    inside = replace(place.closed(), talk=CONSENT_PUBLISH, version=1, about={"submission": submission})
    options = labelled("consent.publish.option", "both", "words", "none")
    return ask(inside, "use", "consent.publish", options, office=office, standing_office=standing_office)


def ask_late_photos(place: Place, submission: int, number: int) -> Answer:
    """Pictures came after the receipt: they are offered as an addition, never dropped, never a report of their own."""
    inside = replace(place.closed(), talk=LATE_PHOTOS, version=1, about={"submission": submission})
    options = labelled("photos.late.option", "add", "new", "none")
    return ask(inside, "where_to", "photos.late", options, number=number)


def open_question(place: Place, question: int, text: str) -> Answer:
    """Put a moderator's question to the teller."""
    inside = replace(place.closed(), talk=QUESTION, version=1, about={"question": question})
    options: tuple[Option, ...] = ()
    return Answer(replace(inside, asked="answer", turn=place.turn + 1, shown=options, met=True), (Prompt(text),))


def answer(place: Place, said: Said, option: str | None, context: Context) -> Answer | None:
    """Answer an aside; None when what was said is something else: then it is heard as if no aside were open."""
    text = said.text.strip()
    match place.talk:
        case "delete":
            return _delete(place, option, text, context)
        case "withdraw":
            return _withdraw(place, option, text, context)
        case "consent_publish":
            return _consent(place, option, text, context)
        case "late_photos":
            return _late_photos(place, option, text)
        case "question":
            return _question(place, said, text)
        case "link":
            return _link(place, option, text, context)
        case _:
            return None


def understands(place: Place, said: Said) -> bool:
    """Tell whether the open question takes words that are a command elsewhere: "so 1", "thôi", "tố cáo".

    Once a report is handed in, "số 1" asks how the report of that number stands; so it is never a consent to publish.
    """
    if place.talk in (CONSENT_PUBLISH, DELETE, WITHDRAW) or (place.talk == LINK and clear_no(said.text)):
        return said.choice is None and clear_no(said.text)
    return names_choice(place, said)


def says_choice(place: Place, text: str) -> bool:
    """Tell whether words make a choice that consents or deletes, though they only begin as its label does."""
    if place.talk == CONSENT_PUBLISH:
        return allows_all(text)
    return (place.talk in (DELETE, WITHDRAW) or place.asked == "drop") and surely_deletes(text)


def _surely(text: str) -> bool:
    """Tell whether a yes means deleting: "send it" does not."""
    return (clear_yes(text) and not sends(text)) or surely_deletes(text)


def _delete(place: Place, option: str | None, text: str, context: Context) -> Answer | None:
    if option == "delete" or (option is None and _surely(text)):
        return deleted(place)
    if option == "keep" or keeps(text) or keeps_in_words(text):
        return Answer(leave(place), (Prompt(say("delete.kept")),))
    return _unclear(place, text, context)


def deleted(place: Place) -> Answer:
    """Everything of this person goes."""
    return Answer(Place(turn=place.turn), (), (EraseMe(),))


def _withdraw(place: Place, option: str | None, text: str, context: Context) -> Answer | None:
    if option == "withdraw" or (option is None and _surely(text)):
        return Answer(leave(place), (), (Withdraw(place.about["submission"]),))
    if option == "keep" or keeps(text) or keeps_in_words(text):
        return Answer(leave(place), (Prompt(say("withdraw.kept", number=place.about["number"])),))
    return _unclear(place, text, context)


def _link(place: Place, option: str | None, text: str, context: Context) -> Answer | None:
    if option == "join" or (option is None and _surely(text)):
        return Answer(leave(place), (), (Join(place.about["invitation"]),))
    if option == "stranger" or clear_no(text):
        return Answer(leave(place), (), (RefuseJoin(place.about["invitation"]),))
    return _unclear(place, text, context)


def _unclear(place: Place, text: str, context: Context) -> Answer | None:
    """Show the choices again after words that make none of them; what tells of a deed is about something else."""
    is_short = len(text) <= SHORT_REMARK_CHARS and not names_something(text, context)
    return again(place, say("menu.not_an_option", count=len(place.shown))) if bare_word(text) or is_short else None


SHORT_REMARK_CHARS = 80
MERE_NO_WORDS = 5  # a refusal of so many words says no more than that


def tells_of_a_deed(text: str, context: Context) -> bool:
    """Tell whether words are no remark on the question that was asked, or name somebody, a place or a day."""
    if len(text) > SHORT_REMARK_CHARS or not is_about_use(text):
        return True
    return names_something(text, context)


def names_for_certain(text: str, context: Context, *, days: bool = True) -> bool:
    """Tell whether words name a place, somebody by their full name or, with `days`, a day."""
    telling = read_telling(text, context.today, context.areas, context.home)
    where = telling.place is not None and telling.place.by_name
    return bool(where or (days and telling.day) or any(person.full for person in telling.people))


def names_something(text: str, context: Context) -> bool:
    """Tell whether words name somebody, a place or a day."""
    telling = read_telling(text, context.today, context.areas, context.home)
    return bool(telling.people or telling.place or telling.day)


def _consent(place: Place, option: str | None, text: str, context: Context) -> Answer | None:
    submission = place.about["submission"]
    in_words = option is None
    if option is None:
        option = _use_in_words(text)
        if option == "none" and (asks_something(text) or allows_again(text)):
            return again(place, say("consent.publish.unclear"))  # "and if I say no?"
    if option is None and (clear_yes(text) or weak_yes(text)):
        # Which of the two uses was meant is not clear, and nothing but a clear yes counts as one.
        return again(place, say("consent.publish.unclear"))
    if option is None:
        # Nothing of a deed in it: about the question, though it makes none of its choices.
        return None if tells_of_a_deed(text, context) else again(place, say("consent.publish.unclear"))
    use = AllowUse(submission, words=option in ("both", "words"), pictures=option == "both")
    done = Answer(place.closed(), (Prompt(say(f"consent.publish.done.{option}")),), (use,))
    # Whatever else was said with it ("do not name him, he is shy") is for whoever reads the report.
    return done.then(NoteBeside(text)) if in_words and len(text.split()) > MERE_NO_WORDS else done


def _use_in_words(text: str) -> str | None:
    if keeps_pictures_back(text):
        return "words"
    if allows_all(text):
        return "both"
    revokes = means(text, Intent.REVOKE) and not clear_yes(text)
    return "none" if clear_no(text) or forbids_use(text) or limits_use(text) or revokes else None


def _late_photos(place: Place, option: str | None, text: str) -> Answer | None:
    submission = place.about["submission"]
    if option is None and (clear_yes(text) or weak_yes(text)):
        option = "add"
    elif option is None and clear_no(text):
        option = "none"
    match option:
        case "add":
            return Answer(place.closed(), (), (GiveLoosePhotos(submission),))
        case "none":
            return Answer(place.closed(), (Prompt(say("photos.late.dropped")),), (DropLoosePhotos(),))
        case _:
            return None


def _question(place: Place, said: Said, text: str) -> Answer | None:
    if not text or means(text, Intent.DELETE):
        return None  # to have it back is no answer
    words = say("question.unknown") if says_unknown(text) else text
    return Answer(leave(place), (Prompt(say("question.answered")),), (AnswerQuestion(place.about["question"], words),))
