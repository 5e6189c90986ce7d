"""The moderators' card of a deed: one message a chat, replaced in place whenever the deed changes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from deeds.kinds import Act, Role, Status, Thing
from deeds.months import VIET_NAM, local_day
from deeds.said import Option, Prompt
from deeds.vietnamese import cut_at_sentence
from moderation.acts import decisions, undo
from moderation.acts.rule import Where
from moderation.moves import MOVES, UNDOABLE
from moderation.notices import UNDO_WINDOW, say_day
from publishing.consents import allowances
from storage import attachments, deeds, groups, history, joining, org_units, outbox, people
from storage.database import Tx
from storage.deeds import DeedRow
from storage.history import Asked, Entry
from storage.outbox import CARD
from storage.people import MAIL
from texts import say

OFFERED: Mapping[Status, tuple[Act, ...]] = {
    status: tuple(act for act in decisions(Where.CARD) if act in moves) for status, moves in MOVES.items()
}
"""The buttons of a card by status, in this order; undo is added while the last decision can be taken back."""

MAY_HAVE_CARDS = (Role.MODERATOR, Role.PUBLISHER, Role.ADMIN)
WORDS_SHOWN = 280  # characters of a story or an answer
ANSWERS_SHOWN = 3


def option_id(deed: DeedRow, act: Act, *more: str) -> str:
    """Return the id a card's button carries: which deed, which act, at which version it was shown. Not a right."""
    return ".".join(("deed", str(deed.id), act.value, str(deed.version), *more))


def refresh(tx: Tx, deed_id: int, now: datetime) -> Collection[str]:
    """Write a deed's card anew wherever it stands; a deed without cards gets them. Returns their keys."""
    deed = deeds.deed(tx, deed_id)
    assert deed is not None
    text = card_text(tx, deed, now)
    options = card_options(tx, deed, now)
    alert = say("mod.alert.one", number=_number(tx, deed))
    for person_id, mail in _by_mail(tx, deed_id):
        prompt = Prompt(alert, send_key=f"{MAIL}:{CARD}{deed_id}:{person_id}")
        outbox.put(tx, MAIL, mail, prompt, now)
    addressees = _addressees(tx, deed_id)
    for key, messenger, chat, thread in addressees:
        prompt = Prompt(text, options, send_key=key, instead=alert, numbered=False)
        outbox.put(tx, messenger, chat, prompt, now, thread)
    return [key for key, *_ in addressees]


def _addressees(tx: Tx, deed_id: int) -> list[tuple[str, str, str, str | None]]:
    """Return key and chat of where the card stands or belongs: registered groups, else every moderator's chats."""
    registered = [_to(deed_id, group.messenger, group.chat, group.thread) for group in groups.registered(tx)]
    # Under the key it was put with: the chat may have been given another id since.
    stands = list(outbox.keys_under(tx, f"{CARD}{deed_id}:"))
    if stands:
        # Whoever has lost their role, or their group, reads nothing new of it where the card once stood.
        still = {(way.messenger, way.address) for way in people.ways_to(tx, people.holding(tx, *MAY_HAVE_CARDS))}
        still |= {(messenger, chat) for _, messenger, chat, _ in registered}
        stands = [one for one in stands if one[1:3] in still]
    if stands or registered:
        return stands or registered
    return [_to(deed_id, way.messenger, way.address, None) for way in people.ways_to(tx, _moderators(tx, deed_id))]


def _to(deed_id: int, messenger: str, chat: str, thread: str | None) -> tuple[str, str, str, str | None]:
    return f"{CARD}{deed_id}:{messenger}:{chat}", messenger, chat, thread


def _by_mail(tx: Tx, deed_id: int) -> list[tuple[int, str]]:
    """Return the moderators whom only a letter reaches, as long as none was written to about this deed."""
    if outbox.keys_under(tx, f"{CARD}{deed_id}:") or outbox.keys_under(tx, f"{MAIL}:{CARD}{deed_id}:"):
        return []
    return [(way.person_id, way.address) for way in people.only_by_mail(tx, _moderators(tx, deed_id))]


def _moderators(tx: Tx, deed_id: int) -> list[int]:
    tellers = {told.person_id for told in deeds.submissions_of(tx, deed_id) if told.person_id is not None}
    told_by = {self_ for teller in tellers for self_ in joining.selves(tx, teller)}
    return [person for person in people.holding(tx, Role.MODERATOR) if person not in told_by]


def card_text(tx: Tx, deed: DeedRow, now: datetime) -> str:
    """Return the card's words: the deed, its pictures, what was allowed, who decided."""
    honoree = deeds.honoree_of(tx, deed.id)
    submissions = deeds.submissions_of(tx, deed.id)
    pieces = attachments.of_deed(tx, deed.id)
    photos = sum(piece.kind == "photo" and piece.state != "refused" for piece in pieces)
    voices = sum(piece.kind == "voice" for piece in pieces)
    allowed = allowances(tx, deed, honoree)
    lines = [
        say(
            "mod.card.head",
            number=submissions[0].number,
            code=deed.code,
            status=say(f"status.desk.{deed.status}"),
            messenger=say(f"messenger.{submissions[0].messenger}"),
        )
    ]
    if deed.urgent:
        lines.insert(0, say("mod.card.urgent"))
    lines.append(
        say(
            "mod.card.deed",
            honoree=honoree.display or say("introduce_deed.who.unknown"),
            place=_cut(deed.place_text),
            when=_cut(deed.when_text),
            story=_cut(deed.story) or say("mod.card.only_voice"),
        )
    )
    if unit := org_units.name_of(tx, str(submissions[0].told.get("via_unit", ""))):
        lines.append(say("mod.card.via", unit=unit))
    lines.append(say("mod.card.pieces", photos=photos, voices=voices))
    lines.append(
        say("mod.card.confirmed", person=_confirmed(deed.confirmed_person), deed=_confirmed(deed.confirmed_deed))
    )
    lines.append(
        say(
            "mod.card.allowed",
            words=say("mod.card.yes" if allowed.words else "mod.card.no"),
            pictures=say("mod.card.yes" if allowed.pictures else "mod.card.no"),
            honoree=_honoree_answer(allowed.honoree_asked, allowed.refused, allowed.allows(Thing.NAME)),
        )
    )
    lines.extend(_answers(history.questions_of(tx, deed.id)))
    last = last_decision(tx, deed.id)
    if last is not None and last.person_name:
        local = last.at.astimezone(VIET_NAM)
        lines.append(
            say(
                "mod.card.decided",
                name=last.person_name,
                act=say(f"act.{last.act}"),
                at=f"{local:%H:%M}, {say_day(local_day(last.at))}",
                reason=f": {last.reason}" if last.reason else "",
            )
        )
    return "\n".join(lines)


def _answers(asked: Sequence[Asked]) -> list[str]:
    """Return the lines of the last few answers; a card is read at a glance, and all of it stands at the desk."""
    answered = [(one.answered_at, one.id, one) for one in asked if one.answer and one.answered_at]
    answers = [one for *_, one in sorted(answered)]
    older, last = answers[:-ANSWERS_SHOWN], answers[-ANSWERS_SHOWN:]
    lines = [say("mod.card.answer", question=_cut(one.text), answer=_cut(one.answer or "")) for one in last]
    return [say("mod.card.more_answers", count=len(older)), *lines] if older else lines


def _cut(words: str) -> str:
    """Return told words in one line: nothing somebody typed may look like a line of ours."""
    return cut_at_sentence(" ".join(words.split()), WORDS_SHOWN)


def card_options(tx: Tx, deed: DeedRow, now: datetime) -> tuple[Option, ...]:
    """Return the card's buttons. Whoever presses one is checked then, not now."""
    options = [Option(option_id(deed, act), say(f"mod.button.{act}")) for act in OFFERED[deed.status]]
    last = last_decision(tx, deed.id)
    if last is not None and now - last.at <= UNDO_WINDOW:
        options.append(Option(option_id(deed, Act.UNDO), say("mod.button.undo", act=say(f"act.{last.act}"))))
    return tuple(options)


def last_decision(tx: Tx, deed_id: int) -> Entry | None:
    """Return the latest decision of a deed that stands and can be taken back."""
    return undo.last_of(tx, deed_id, UNDOABLE)


def short_name(tx: Tx, deed: DeedRow) -> str:
    """Return a few words that tell a deed from its neighbours, without its number."""
    honoree = deeds.honoree_of(tx, deed.id)
    return honoree.display or cut_at_sentence(deed.story, 40)


def _confirmed(words: str | None) -> str:
    return cut_at_sentence((words or "").strip(), 80) or say("mod.card.not_confirmed")


def _number(tx: Tx, deed: DeedRow) -> int:
    return deeds.submissions_of(tx, deed.id)[0].number


def _honoree_answer(asked: bool, refused: bool, name: bool) -> str:
    if not asked:
        return say("honoree.answer.not_asked")
    if refused:
        return say("honoree.answer.refused")
    return say("honoree.answer.named" if name else "honoree.answer.nameless")
