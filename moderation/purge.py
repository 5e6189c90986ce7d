"""Forgetting: what was told is taken out of every table, and only what must be counted stays."""

from datetime import datetime

from deeds.kinds import Status
from deeds.said import Prompt
from moderation import notices
from storage import chat_lines, counters, deeds, history, inbox, outbox, outbox_forgetting
from storage.database import Tx
from storage.deeds import DeedRow
from storage.forgetting import Root, forget
from storage.office import office
from texts import say

SHOWN = "shown"  # what was said to moderators of a deed has a send key `shown:DEED:...`
EVERYWHERE = "113"  # the police, also where the commune's own number is not set
COMPLAINT_HOURS = 24  # within which a complaint's text is gone, as the sentence for its teller promises


def texts(tx: Tx, deed_id: int, now: datetime) -> None:
    """Delete the words, pictures and names of a deed and its submissions; numbers, days and history stay."""
    for told in deeds.submissions_of(tx, deed_id):
        deeds.change_submission(tx, told.id, purged_at=now, withdrawn_at=told.withdrawn_at or now)
        for entry in history.of_deed(tx, deed_id):
            outbox.cancel(tx, notices.outcome_key(entry.id, told.id))
    history.cancel_questions(tx, deed_id, now)
    _forget(tx, Root.DEED, deed_id, now)
    gone = say("mod.card.gone", number=deeds.submissions_of(tx, deed_id)[0].number)
    for key, messenger, chat, thread in outbox.keys_under(tx, f"{SHOWN}:{deed_id}:"):
        outbox.put(tx, messenger, chat, Prompt(gone, send_key=key, instead=gone), now, thread)
    outbox_forgetting.forget_under(tx, f"{outbox.CARD}{deed_id}:")  # also where nobody is told of it any more
    for prefix in (SHOWN, "card"):  # a press on a card brings the whole card back with it
        for _, messenger, chat, _ in outbox.keys_under(tx, f"{prefix}:{deed_id}:"):
            inbox.forget_chat(tx, messenger, chat)
            chat_lines.forget_chat(tx, chat)  # a web chat edits nothing: the card and what was typed stand there


def submission(tx: Tx, submission_id: int, now: datetime) -> None:
    """Delete what one of several tellers sent; the deed stays, on the word of the others."""
    deeds.change_submission(tx, submission_id, purged_at=now)
    _forget(tx, Root.SUBMISSION, submission_id, now)


def _forget(tx: Tx, root: Root, root_id: int, now: datetime) -> None:
    for messenger, chat in forget(tx, root, root_id, now).unsent:
        outbox.put(tx, messenger, chat, Prompt(say("forgotten.unsent")), now)  # rather a word than silence


def as_complaint(tx: Tx, deed: DeedRow, now: datetime) -> None:
    """Turn a complaint found later away: its teller hears of the right doors, its text is deleted and only counted."""
    where = complaint_doors(tx)
    texts(tx, deed.id, now)
    for told in deeds.submissions_of(tx, deed.id):
        if told.chat is not None:
            outbox.put(tx, told.messenger, told.chat, Prompt(where), now)
    counters.count(tx, f"{Status.REDIRECTED}.{now:%Y-%m}")


def complaint_doors(tx: Tx) -> str:
    """Return the sentence that names who takes complaints, and says what happens to this one."""
    set_up = office(tx)
    phone = set_up["police_phone"]
    return say(
        "complaint.redirect",
        hours=COMPLAINT_HOURS,
        address=set_up["address"],
        days=set_up["reception_days"],
        province_reception=set_up["province_reception"],
        police=phone if phone == EVERYWHERE else say("complaint.police_or_113", phone=phone),
    )
