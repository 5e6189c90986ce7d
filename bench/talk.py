"""The dialogue every bot of the bench holds: two messages of a person in turn, one reply to each."""

import json

TOKEN = "42:" + "A" * 35
SECRET = "s" * 40
HELLO = "kể"
STOP = "thôi"


def update(number: int, chat: int, text: str) -> bytes:
    """Return a private text message as Telegram sends it."""
    person = {"id": chat, "is_bot": False, "first_name": "An", "language_code": "vi"}
    return json.dumps(
        {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1_760_000_000,
                "text": text,
                "chat": {"id": chat, "type": "private", "first_name": "An"},
                "from": person,
            },
        }
    ).encode()


def sent(chat: int = 1) -> dict[str, object]:
    """Return what the Bot API answers to a message sent."""
    message = {"message_id": 1, "date": 1_760_000_000, "text": "ok", "chat": {"id": chat, "type": "private"}}
    return {"ok": True, "result": message}
