"""Somebody is erased: also their name, wherever it stands in what was said to others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from deeds.said import Prompt
from moderation import cards
from moderation.acts import undo
from moderation.moves import UNDOABLE
from moderation.purge import SHOWN
from storage import chat_lines, deeds, erasure, history, outbox, outbox_forgetting, people
from storage.database import Tx
from texts import say


def erase(tx: Tx, person_id: int, named: Mapping[str, str], now: datetime) -> None:
    """Delete a person; cards and other chats say what they said without the name, and history keeps its days.

    `named`: how else others may have been told of them, and what stands there from now on.
    """
    known = people.person(tx, person_id)
    if known is not None and known.name:
        named = {**named, known.name: say("desk.history.left", number=person_id)}
    on_cards = [deed for deed in history.decided_by(tx, person_id) if _is_last(tx, deed, person_id)]
    erasure.erase_person(tx, person_id, now)
    for deed in on_cards:
        _off_the_cards(tx, deed, now)
    chat_lines.rename(tx, named)
    for said in outbox_forgetting.rename(tx, named):
        if said.send_key.startswith(f"{SHOWN}:"):  # it stands there; who cannot edit keeps it as it is
            prompt = replace(said.prompt, send_key=said.send_key, instead=said.prompt.instead or said.prompt.text)
            outbox.put(tx, said.messenger, said.chat, prompt, now, said.thread)


def _off_the_cards(tx: Tx, deed_id: int, now: datetime) -> None:
    """Write the cards of a deed anew; where nobody may read it any more, the old words go all the same."""
    stands = outbox.keys_under(tx, f"{outbox.CARD}{deed_id}:")  # also where we keep its words no more
    written = cards.refresh(tx, deed_id, now) if stands else ()
    gone = say("mod.card.gone", number=deeds.submissions_of(tx, deed_id)[0].number)
    for key, messenger, chat, thread in stands:
        if key not in written:
            outbox.put(tx, messenger, chat, Prompt(gone, send_key=key, instead=gone), now, thread)


def _is_last(tx: Tx, deed_id: int, person_id: int) -> bool:
    last = undo.last_of(tx, deed_id, UNDOABLE)
    return last is not None and last.person_id == person_id
