"""A raw update becomes what somebody said. Read from the JSON itself: the platform's pages and its traffic differ.

Nothing here needs the date of a message, so it does no harm that it is in milliseconds, or in seconds, or missing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deeds.said import FileSource, Inbound, Said
from deeds.vietnamese import nfc
from messengers.port import CannotRead
from messengers.receiving import parsed

NAME = "zalo_bot"
UNSUPPORTED = "message.unsupported.received"
PRIVATE = "PRIVATE"
ID_MAX_CHARS = 200
ADDRESS_MAX_CHARS = 4_000
Json = Mapping[str, Any]


def updates_of(body: bytes) -> list[bytes]:
    """Return the updates in an answer or a delivery, each as bytes for `read`; mostly the body itself.

    The pages show one update, wrapped or bare; should a list ever come, none of it is lost.
    """
    try:
        told = parsed(body)
    except ValueError:
        return [body]
    result = told.get("result") if isinstance(told, dict) else None
    if not isinstance(result, list):
        return [body]
    return [json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass") for update in result]


def read(raw: bytes) -> Inbound | None:
    """Return the event in an update, or None when it is nothing for us.

    Raises `CannotRead` for an update of no known shape; the same bytes always have the same key.
    """
    try:
        update = _update(parsed(raw))
        return _event(update, raw) if update else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # The message of the error may quote what somebody wrote; its class says enough.
        log = f"an update does not parse: {type(error).__name__}"
    raise CannotRead(f"{NAME}:unreadable:{_mark(raw)}", raw, log)


def _update(body: Any) -> Json:
    """Return the update itself, taken out of `{"ok": true, "result": ...}` where it is in one; `{}` for none."""
    if "event_name" not in body and "ok" in body:
        body = body.get("result") or {}
    elif isinstance(body.get("result"), dict):
        body = body["result"]
    if not isinstance(body, dict):
        raise TypeError
    return body


def _event(update: Json, raw: bytes) -> Inbound | None:
    event_name = update["event_name"]
    if not isinstance(event_name, str):
        raise TypeError
    if event_name not in (*_READERS, UNSUPPORTED):
        return None  # a reaction, or something newer than this file
    message: Any = update.get("message")
    if event_name == UNSUPPORTED and not _has_chat(message):
        return None  # nobody can be answered
    chat = _id(message["chat"]["id"])
    sender = message.get("from") or {}
    if sender.get("is_bot") is True:
        return None
    sender_id = _id(sender["id"]) if "id" in sender else chat
    kind = message["chat"].get("chat_type") or (PRIVATE if sender_id == chat else "")
    if str(kind).upper() != PRIVATE:
        return None  # groups are off: there the bot hears only what mentions it
    said = Said(unreadable=True) if event_name == UNSUPPORTED else _READERS[event_name](message)
    # Without an id only an unsupported one may come; its bytes hold the date.
    number = _mark(raw) if event_name == UNSUPPORTED and not message.get("message_id") else _id(message["message_id"])
    return Inbound(
        event_key=f"{NAME}:{event_name}:{number}",
        messenger=NAME,
        chat=chat,
        sender=sender_id,
        said=replace(said, message=number),
        raw=raw,
        sender_name=_words(sender.get("display_name")),
    )


def _text(message: Json) -> Said:
    if not isinstance(message["text"], str):
        raise TypeError
    return Said(text=_words(message["text"]))


def _image(message: Json) -> Said:
    # The pages say `photo`, the traffic says `photo_url`.
    address = _address(message.get("photo_url")) or _address(message.get("photo"))
    said = Said(text=_words(message.get("caption")))
    return replace(said, photos=(FileSource(remote=address),)) if address else replace(said, unreadable=True)


def _voice(message: Json) -> Said:
    address = _address(message.get("voice_url"))
    return Said(voice=FileSource(remote=address)) if address else Said(unreadable=True)


def _link(message: Json) -> Said:
    """Words that hold an address come as this, sometimes with a preview around it."""
    text = next((message[part] for part in ("text", "caption") if isinstance(message.get(part), str)), "")
    text = text or _address(message.get("url")) or _address(message.get("link"))
    return Said(text=_words(text)) if text else Said(unreadable=True)


def _sticker(_: Json) -> Said:
    return Said(unreadable=True)


_READERS = {
    "message.text.received": _text,
    "message.image.received": _image,
    "message.sticker.received": _sticker,
    "message.voice.received": _voice,
    "message.link.received": _link,
}


def _address(told: Any) -> str:
    """Return a URL, given as it is or as `{"url": ...}`; empty where there is none that could be kept and fetched."""
    if isinstance(told, dict):
        told = told.get("url")
    if not isinstance(told, str) or len(told) > ADDRESS_MAX_CHARS:
        return ""
    return told if told.isascii() and told.isprintable() else ""


def _has_chat(message: Any) -> bool:
    chat = message.get("chat") if isinstance(message, dict) else None
    return isinstance(chat, dict) and bool(chat.get("id"))


def _id(told: Any) -> str:
    """Return an id as it is sent back. Raises `ValueError` for what is none: keys are made of these."""
    number = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not 0 < len(number) <= ID_MAX_CHARS or not number.isascii() or not number.isprintable():
        raise ValueError
    return number


def _mark(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:32]


def _words(text: object) -> str:
    """Return a text in NFC without what no database takes: zero bytes and halves of characters."""
    whole = str(text or "").replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return nfc(whole)
