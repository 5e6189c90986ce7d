"""Effects of conversations are carried out here: in the event's transaction, by moderation and storage."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import singledispatch

from deeds.codes import receipt_hmac
from deeds.errors import NotPossible
from deeds.kinds import Act, Thing
from deeds.said import FileSource, Inbound, Prompt
from handlers import asides, effects, engine, linking
from handlers.introduce_deed import INTRODUCE_DEED, as_telling
from handlers.place import Answer, Context, Place, again
from moderation import demands, erasing, notices, receive
from moderation.leaving import check_has_no_role
from publishing.consents import TAKEN_BACK
from storage import (
    attachments,
    chat_lines,
    counters,
    deeds,
    drafts,
    forgetting,
    history,
    inbox,
    outbox,
    people,
)
from storage.database import Tx
from texts import say

MOST_PHOTOS = 10
BURST = timedelta(seconds=1.5)  # items of one album arrive within it
LISTED = 5
NOTED_WITHIN = timedelta(days=2)  # as long as messengers let people edit


@dataclass(frozen=True)
class Scene:
    """What carrying out may need besides the effect."""

    tx: Tx
    event: Inbound
    context: Context
    receipt_key: bytes

    @property
    def now(self) -> datetime:
        """The instant of the event."""
        return self.context.now

    @property
    def person(self) -> int:
        """Who it is."""
        return self.context.person.id


Outcome = Answer
"""The place after an effect, and what is said of it."""


@singledispatch
def carry_out(effect: object, scene: Scene, place: Place) -> Outcome:
    """Do what an effect says; return the place and the words it leads to."""
    raise TypeError(f"nobody carries out {type(effect).__name__}")


@carry_out.register
def _(effect: effects.Attach, scene: Scene, place: Place) -> Outcome:
    refused: list[FileSource] = []
    draft = None if effect.loose else place.draft
    room = MOST_PHOTOS - (attachments.count_photos(scene.tx, draft) if draft else 0)
    for position, photo in enumerate(effect.photos):
        if room <= 0:
            refused.append(photo)
        elif _attach(scene, "photo", photo, position, draft=draft):
            room -= 1
    if effect.voice:
        _attach(scene, "voice", effect.voice, 0, draft=draft)
    forgetting.delete_unkept(scene.tx, [photo.sha256 for photo in refused if photo.sha256 is not None])
    return Answer(place, (_too_many(scene),) if refused else ())


def _too_many(scene: Scene) -> Prompt:
    return Prompt(say("photos.too_many", most=MOST_PHOTOS), send_key=_burst_key(scene, "many"))


def _attach(scene: Scene, kind: str, source: FileSource, position: int, *, draft: int | None) -> bool:
    event = scene.event
    return attachments.attach(
        scene.tx, kind, source, person_id=scene.person, draft_id=draft, submission_id=None,
        messenger=event.messenger, chat=event.chat, message=event.said.message, position=position,
        album=event.said.album, now=scene.now,
    )  # fmt: skip


@carry_out.register
def _(effect: effects.LeaveFile, scene: Scene, place: Place) -> Outcome:
    forgetting.delete_unkept(scene.tx, [effect.file.sha256] if effect.file.sha256 else [])
    return Answer(place)


@carry_out.register
def _(effect: effects.AcknowledgePhotos, scene: Scene, place: Place) -> Outcome:
    count = attachments.count_photos(scene.tx, place.draft) if place.draft else 0
    if count == 0:
        return Answer(place)
    if place.asked == "check":  # the check itself counts them
        text = engine.check_text(INTRODUCE_DEED, place, replace(scene.context, photos=count))
        prompt = again(place, text).prompts[0]
    else:
        prompt = Prompt(say(effect.key, n=count))
    key = _burst_key(scene, f"{place.draft}:{place.asked}")
    return Answer(place, (replace(prompt, send_key=key, not_before=scene.now + BURST),))


def _burst_key(scene: Scene, what: str) -> str:
    """One acknowledgement an album; pictures sent one by one share one as long as it has not gone out."""
    mark = scene.event.said.album or f"{int(scene.now.timestamp()) // 60}"
    return f"{outbox.REPLY}{what}:{scene.event.messenger}:{scene.event.chat}:{mark}"


@carry_out.register
def _(_effect: effects.HandIn, scene: Scene, place: Place) -> Outcome:
    context, event = scene.context, scene.event
    office = context.office
    receipt = receive.hand_in(
        scene.tx, as_telling(place, context), person_id=scene.person, messenger=event.messenger, chat=event.chat,
        draft_id=place.draft, office=office, receipt_key=scene.receipt_key,
        consent_words="introduce_deed.check.consent", now=scene.now,
    )  # fmt: skip
    if place.draft is not None:
        drafts.close_draft(scene.tx, place.draft)
        # An acknowledgement of pictures still under way would show the check, and its consent, once more.
        for key, *_ in outbox.keys_under(scene.tx, f"{outbox.REPLY}{place.draft}:"):
            outbox.cancel(scene.tx, key)
    text = say(
        "receipt",
        number=receipt.number,
        day=notices.say_day(receipt.answer_by),
        phone=office["phone"],
        receipt=receipt.receipt,
    )
    if context.pushes_end:
        text = f"{text}\n{say('receipt.phone')}"
    asked = asides.ask_consent(place, receipt.submission_id, office["office"], office["standing_office"])
    return asked.after(Prompt(text, once=True))


@carry_out.register
def _(effect: effects.SetAside, scene: Scene, place: Place) -> Outcome:
    drafts.set_aside(scene.tx, effect.draft, effect.state, scene.now)
    return Answer(place)


@carry_out.register
def _(effect: effects.DropDraft, scene: Scene, place: Place) -> Outcome:
    drafts.drop_draft(scene.tx, effect.draft, scene.now)
    sent = deeds.latest_of(scene.tx, scene.person)
    if sent is None or sent.withdrawn_at is not None or scene.now - sent.told_at > NOTED_WITHIN:
        return Answer(place)
    return Answer(place, (Prompt(say("dropped.sent_stays", number=sent.number)),))


@carry_out.register
def _(effect: effects.AllowUse, scene: Scene, place: Place) -> Outcome:
    for thing, allowed in ((Thing.WORDS, effect.words), (Thing.PICTURES, effect.pictures)):
        history.allow(
            scene.tx, thing, allowed, how=scene.event.messenger, words="consent.publish", now=scene.now,
            submission_id=effect.submission,
        )  # fmt: skip
    return Answer(place)


@carry_out.register
def _(effect: effects.AskUse, scene: Scene, place: Place) -> Outcome:
    office = scene.context.office
    return asides.ask_consent(place, effect.submission, office["office"], office["standing_office"])


@carry_out.register
def _(effect: effects.AnswerQuestion, scene: Scene, place: Place) -> Outcome:
    asked = next(
        (one for one in history.open_questions(scene.tx, scene.person, scene.now) if one.id == effect.question), None
    )
    told = deeds.submission(scene.tx, asked.submission_id) if asked else None
    if asked is None or told is None:
        return Answer(place, (Prompt(say("ask_more.over")),))
    history.change_question(scene.tx, asked.id, answer=effect.text, answered_at=scene.now)
    receive.add(scene.tx, told, 0, Act.ANSWER, scene.now, scene.event.messenger)
    return Answer(place)


@carry_out.register
def _(effect: effects.GiveLoosePhotos, scene: Scene, place: Place) -> Outcome:
    told = deeds.submission(scene.tx, effect.submission) if effect.submission else None
    if told is None:
        attachments.give_loose(scene.tx, scene.person, scene.now, draft_id=place.draft)
        return Answer(place)
    pieces = attachments.of_deed(scene.tx, told.deed_id)
    has = sum(one.submission_id == told.id and one.kind == "photo" and one.state != "refused" for one in pieces)
    if has >= MOST_PHOTOS:
        forgetting.delete_loose(scene.tx, scene.person)
        return Answer(place, (_too_many(scene),))
    given = attachments.give_loose(scene.tx, scene.person, scene.now, submission_id=told.id)
    receive.add(scene.tx, told, given, Act.ADD, scene.now, scene.event.messenger)
    return Answer(place, (Prompt(say("photos.late.added", n=given, number=told.number)),))


@carry_out.register
def _(_effect: effects.DropLoosePhotos, scene: Scene, place: Place) -> Outcome:
    forgetting.delete_loose(scene.tx, scene.person)
    return Answer(place)


@carry_out.register
def _(_effect: effects.DropPictures, scene: Scene, place: Place) -> Outcome:
    if place.draft is not None:
        forgetting.delete_pictures(scene.tx, place.draft)
    shown = engine.reask(INTRODUCE_DEED, place, replace(scene.context, photos=0))
    return shown.after(Prompt(say("photos.dropped")))


@carry_out.register
def _(effect: effects.NoteBeside, scene: Scene, place: Place) -> Outcome:
    if effect.submission is not None:
        told = deeds.submission(scene.tx, effect.submission)
    else:
        told = deeds.latest_of(scene.tx, scene.person)
    if told is None or told.withdrawn_at is not None:
        return Answer(place)
    if effect.submission is None and scene.now - told.told_at > NOTED_WITHIN:
        return Answer(place)
    event = scene.event
    said_in = f"{event.messenger}:{event.chat}:{event.said.edits or event.said.message or event.id}"
    heading = say("question.rewritten") if event.said.edits else say("question.added")
    try:
        kept = receive.note(scene.tx, told, heading, said_in, effect.text, scene.now, event.messenger)
    except receive.TooMuchNoted:
        full = say("note.full", number=told.number, phone=scene.context.office["phone"])
        return Answer(place, (Prompt(full),))
    if not kept:
        return Answer(place)
    done = "note.kept" if event.said.edits else "note.added"
    return Answer(place, (Prompt(say(done, number=told.number)),))


@carry_out.register
def _(_effect: effects.ListMine, scene: Scene, place: Place) -> Outcome:
    mine = deeds.mine(scene.tx, scene.person, LISTED)
    if not mine:
        return Answer(place, (Prompt(say("mine.none")),))
    return Answer(place, (Prompt("\n".join([say("mine.head"), *map(_line, mine), say("mine.tail")])),))


def _line(row: deeds.MineRow) -> str:
    return say("mine.line", number=row.number, about=row.honoree or say("mine.somebody"), status=_status(row))


def _status(row: deeds.MineRow) -> str:
    return say("status.citizen.withdrawn") if row.withdrawn else notices.status_for_citizen(row.status)


@carry_out.register
def _(effect: effects.TellStatus, scene: Scene, place: Place) -> Outcome:
    mine, number = deeds.mine(scene.tx, scene.person, 10_000), effect.number
    if effect.receipt is not None:
        coded = deeds.by_receipt(scene.tx, receipt_hmac(effect.receipt, scene.receipt_key))
        if coded is not None and all(own.submission_id != coded.submission_id for own in mine):
            # Whoever holds a code learns how the report stands, and nothing about anybody in it.
            return Answer(place, (Prompt(say("mine.line.coded", number=coded.number, status=_status(coded))),))
        number = coded.number if coded is not None else None
    row = next((own for own in mine if own.number == number), None)
    if row is None:
        return Answer(place, (Prompt(say("mine.unknown", phone=scene.context.office["phone"])),))
    return Answer(place, (Prompt(_line(row)),))


@carry_out.register
def _(effect: effects.AskWithdraw, scene: Scene, place: Place) -> Outcome:
    standing = [row for row in deeds.mine(scene.tx, scene.person, 10_000) if not row.withdrawn]
    meant = [row for row in standing if effect.number in (None, row.number)]
    if len(meant) == 1:
        return asides.ask_withdraw(place, meant[0].submission_id, meant[0].number)
    if effect.number is not None:
        return Answer(place, (Prompt(say("mine.unknown", phone=scene.context.office["phone"])),))
    if not meant:
        return Answer(place, (Prompt(say("mine.none")),))
    if effect.everything:
        return asides.ask_delete(place)
    lines = [say("withdraw.which"), *map(_line, meant[:LISTED]), say("mine.tail")]
    return Answer(place, (Prompt("\n".join(lines)),))


@carry_out.register
def _(effect: effects.TakeBackUse, scene: Scene, place: Place) -> Outcome:
    standing = [told for told in deeds.of_person(scene.tx, scene.person) if told.withdrawn_at is None]
    meant = [told for told in standing if effect.number in (None, told.number)]
    if not meant:
        return Answer(place, (Prompt(say("use.none", phone=scene.context.office["phone"])),))
    things = (Thing.PICTURES,) if effect.pictures_only else (Thing.WORDS, Thing.PICTURES)
    for told in meant:
        for thing in things:
            history.allow(
                scene.tx, thing, False, how=scene.event.messenger, words=TAKEN_BACK, now=scene.now,
                submission_id=told.id,
            )  # fmt: skip
        if not effect.pictures_only:
            receive.take_down(scene.tx, told, scene.now, scene.event.messenger)
    numbers = ", ".join(str(told.number) for told in meant)
    key = "use.taken_back.pictures" if effect.pictures_only else "use.taken_back"
    said = (Prompt(say(key, numbers=numbers, phone=scene.context.office["phone"])),)
    answered = place.talk == asides.CONSENT_PUBLISH and not effect.pictures_only
    return Answer(place.closed() if answered else place, said)


@carry_out.register
def _(effect: effects.TellStaff, scene: Scene, place: Place) -> Outcome:
    event = scene.event
    told = demands.tell(scene.tx, scene.person, event.messenger, event.sender_name, effect.words, scene.now)
    key = "use.told_office" if told else "use.nobody_there"
    return Answer(place, (Prompt(say(key, phone=scene.context.office["phone"])),))


@carry_out.register
def _(effect: effects.Withdraw, scene: Scene, place: Place) -> Outcome:
    told = deeds.submission(scene.tx, effect.submission)
    if told is None or told.person_id != scene.person:
        return Answer(place, (Prompt(say("mine.unknown", phone=scene.context.office["phone"])),))
    receive.withdraw(scene.tx, told, scene.now, scene.event.messenger)
    day = notices.say_day(scene.context.today + timedelta(days=1))
    return Answer(place, (Prompt(say("withdraw.done", number=told.number, date=day)),))


@carry_out.register
def _(_effect: effects.GoOn, scene: Scene, place: Place) -> Outcome:
    return engine.reask(INTRODUCE_DEED, place, scene.context) if place.talk == INTRODUCE_DEED.name else Answer(place)


@carry_out.register
def _(_effect: effects.EraseMe, scene: Scene, place: Place) -> Outcome:
    try:
        check_has_no_role(scene.context.person)
    except NotPossible as error:
        return Answer(place, (Prompt(error.sentence),))
    for told in deeds.of_person(scene.tx, scene.person):
        if told.withdrawn_at is None:
            receive.withdraw(scene.tx, told, scene.now, scene.event.messenger)
    erasing.erase(scene.tx, scene.person, linking.others_were_shown(scene.tx, scene.person), scene.now)
    return Answer(Place(), (Prompt(say("delete.done")),))


@carry_out.register
def _(effect: effects.Join, scene: Scene, place: Place) -> Outcome:
    return linking.join(scene.tx, scene.event, scene.context, place, effect.invitation)


@carry_out.register
def _(effect: effects.RefuseJoin, scene: Scene, place: Place) -> Outcome:
    return linking.refuse(scene.tx, scene.context, place, effect.invitation)


@carry_out.register
def _(effect: effects.ForgetEvent, scene: Scene, place: Place) -> Outcome:
    inbox.purge_raw(scene.tx, scene.event.event_key)
    chat_lines.forget_line(scene.tx, scene.event.event_key)
    if effect.tally:
        counters.count(scene.tx, f"{effect.tally}.{scene.context.today:%Y-%m}")
    return Answer(place)


@carry_out.register
def _(effect: effects.KeepPhone, scene: Scene, place: Place) -> Outcome:
    people.keep_phone(scene.tx, scene.person, effect.phone)
    return Answer(place)


def settle(answer: Answer, scene: Scene) -> Answer:
    """Carry out an answer's effects in order; return the last place and everything to say."""
    if not answer.effects:
        return answer
    place, said = answer.place, list(answer.prompts)
    for effect in answer.effects:
        outcome = carry_out(effect, scene, place)
        place = outcome.place
        said.extend(outcome.prompts)
    return replace(answer, place=place, prompts=tuple(said), effects=())
