"""A raw event becomes what somebody said. Read from the JSON itself, so that fields nobody knows yet do no harm."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from deeds.said import FileSource, Happening, Inbound, Said
from deeds.vietnamese import nfc
from messengers.port import CannotRead
from messengers.receiving import parsed
from messengers.zalo_oa.abilities import NAME, PAYLOAD_PREFIX

# Who follows is told of without a `sender`.
COMING_AND_GOING = {"follow": Happening.CAME_BACK, "unfollow": Happening.BLOCKED}
# Nothing of these can be taken, and whoever sent one is told so.
NOT_TAKEN = frozenset(
    ("user_send_link", "user_send_video", "user_send_sticker", "user_send_gif", "user_send_business_card")
)
OURS = "oa_"  # echoes of what we or somebody in the account's own chat window sent
PICTURE_TYPES = frozenset(("image", "photo"))
PICTURE_ENDINGS = frozenset((".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"))
COUNTRY = "84"
Json = Mapping[str, Any]


def account_of(event: Json) -> str:
    """Return the id of our account an event is about; empty where it names none."""
    if event.get("oa_id"):
        return _id(event["oa_id"])
    side = event.get("sender" if str(event.get("event_name", "")).startswith(OURS) else "recipient")
    return _id(side["id"]) if isinstance(side, Mapping) and side.get("id") else ""


def read(raw: bytes) -> Inbound | None:
    """Return what somebody said, or None when an event is nothing for us.

    Raises `CannotRead` for an event that does not parse; it carries the key under which it can be kept.
    """
    key = f"{NAME}:unreadable:{hashlib.sha256(raw).hexdigest()[:32]}"
    try:
        return _event(parsed(raw), raw)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # The message of the error may quote what somebody wrote; its class says enough.
        raise CannotRead(key, raw, f"a Zalo event does not parse: {type(error).__name__}") from None


def _event(event: Json, raw: bytes) -> Inbound | None:
    name = str(event["event_name"])
    if name in COMING_AND_GOING:
        person = _id(event["follower"]["id"])
        return _inbound(event, raw, person, _id(event["timestamp"]), Said(happening=COMING_AND_GOING[name]))
    if name == "user_submit_info":
        phone = own_phone(event["info"].get("phone"))
        person = _id(event["sender"]["id"])
        return _inbound(event, raw, person, _id(event["timestamp"]), Said(own_phone=phone)) if phone else None
    if name not in NOT_TAKEN and name not in _READERS:
        return None  # seen, received, reacted, anonymous, echoes of our own, and whatever comes to be
    person = _id(event["sender"]["id"])
    if person == account_of(event):
        return None
    message = event["message"]
    number = _id(message["msg_id"])
    said = Said(text=_words(message.get("text")), unreadable=True) if name in NOT_TAKEN else _READERS[name](message)
    quoted = message.get("quote_msg_id")
    return _inbound(event, raw, person, "", said, message=number, reply_to=_id(quoted) if quoted else None)


def _inbound(
    event: Json, raw: bytes, person: str, at: str, said: Said, *, message: str = "", reply_to: str | None = None
) -> Inbound:
    name, account = str(event["event_name"]), account_of(event)
    if not account:
        raise ValueError("an event of no account")
    chat = f"{account}:{person}"  # somebody has another id at every account
    return Inbound(
        event_key=f"{NAME}:{name}:{message or f'{chat}:{at}'}",
        messenger=NAME,
        chat=chat,
        sender=chat,
        said=Said(**{**vars(said), "message": message, "reply_to": reply_to}),
        raw=raw,
    )


def _text(message: Json) -> Said:
    text = message.get("text")
    if isinstance(text, str) and text.startswith(PAYLOAD_PREFIX):
        return Said(choice=_storable(text.removeprefix(PAYLOAD_PREFIX)))
    return Said(text=_words(text))


def _pictures(message: Json) -> Said:
    photos = tuple(
        FileSource(remote=shown["payload"]["url"])
        for shown in _attachments(message)
        if shown.get("type") in PICTURE_TYPES and _address(shown["payload"].get("url"))
    )
    return Said(text=_words(message.get("text")), photos=photos, unreadable=not photos)


def _file(message: Json) -> Said:
    photos = []
    for shown in _attachments(message):
        payload = shown["payload"]
        name = str(payload.get("name") or "")
        kind = f".{payload.get('type') or ''}".lower()
        if {PurePosixPath(name).suffix.lower(), kind} & PICTURE_ENDINGS and _address(payload.get("url")):
            photos.append(FileSource(remote=payload["url"], name=_words(name) or None, size=_size(payload.get("size"))))
    return Said(text=_words(message.get("text")), photos=tuple(photos), unreadable=not photos)


def _recording(message: Json) -> Said:
    for shown in _attachments(message):
        if _address(shown["payload"].get("url")):
            return Said(text=_words(message.get("text")), voice=FileSource(remote=shown["payload"]["url"]))
    return Said(text=_words(message.get("text")), unreadable=True)


def _place(message: Json) -> Said:
    point = _attachments(message)[0]["payload"]["coordinates"]
    latitude, longitude = float(point["latitude"]), float(point["longitude"])
    if not (math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude) and abs(longitude) <= 180):
        raise ValueError("a place that is not on Earth")
    return Said(text=_words(message.get("text")), location=(latitude, longitude))


_READERS = {
    "user_send_text": _text,
    "user_send_image": _pictures,
    "user_send_file": _file,
    "user_send_audio": _recording,
    "user_send_location": _place,
}


def own_phone(told: object) -> str | None:
    """Return a telephone number as people here write it: 0901234567 for 84901234567."""
    digits = "".join(sign for sign in str(told or "") if sign in "0123456789")
    if digits.startswith(COUNTRY) and len(digits) >= 11:
        digits = f"0{digits.removeprefix(COUNTRY)}"
    return digits if 9 <= len(digits) <= 15 else None


def _attachments(message: Json) -> Sequence[Json]:
    shown = message.get("attachments") or ()
    if not isinstance(shown, list | tuple):
        raise TypeError("attachments are no list")
    return shown


def _address(told: object) -> bool:
    return isinstance(told, str) and told.startswith(("https://", "http://"))


def _size(told: object) -> int | None:
    text = str(told or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _id(told: object) -> str:
    """Return an id, which comes as text and now and then as a number."""
    if isinstance(told, bool) or not isinstance(told, str | int) or not str(told):
        raise TypeError("an id is text")
    return _storable(str(told))


def _words(text: object) -> str:
    return nfc(_storable(str(text or "")))


def _storable(text: str) -> str:
    """Return a text without what no database takes: zero bytes and halves of characters."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
