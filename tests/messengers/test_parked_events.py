"""What was kept of an event that failed reads as it did when it came."""

import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

import messengers
from bot.doors import ABILITIES, WINDOWED, decode
from bot.settings import Settings
from storage.inbox import ParkedEvent
from tests.messengers.test_telegram_incoming import BOT, BOT_ID, DECODER, message


def test_an_answer_to_one_of_our_messages_is_still_known_as_that() -> None:
    """By the id the token begins with."""
    answered = {"message_id": 7, "from": BOT, "chat": {"id": 1, "type": "private"}, "date": 1_795_000_000}
    raw = json.dumps(message(text="có ông Sáu", reply_to_message=answered)).encode()
    parked = ParkedEvent(1, "telegram:500", "telegram", "1", datetime(2026, 11, 22, tzinfo=UTC), raw, "a fault")
    event = decode(parked, Settings(TELEGRAM_TOKEN=SecretStr(f"{BOT_ID}:secret")))
    assert event == DECODER.read(raw)
    assert event is not None
    assert event.said.reply_to == "7"


def test_what_every_messenger_can_is_known_without_serving_it() -> None:
    """Whoever adds a messenger says here what it can; a command that retries asks it of nobody else."""
    folders = {path.parent.name for path in Path(messengers.__path__[0]).glob("*/abilities.py")}
    assert set(ABILITIES) == folders
    assert {"zalo_oa"} == WINDOWED
