"""A raw update becomes what somebody said. Read from the JSON itself, so that fields nobody knows yet do no harm."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from deeds.said import FileSource, Happening, Inbound, Said
from deeds.vietnamese import nfc
from messengers.port import CannotRead
from messengers.receiving import parsed

NAME = "telegram"
PICTURE_ENDINGS = frozenset((".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp"))
ANY_BYTES = frozenset(("", "application/octet-stream"))
COMMAND_FOR = re.compile(r"(/[A-Za-z0-9_]{1,32})@([A-Za-z0-9_]{3,32})(?=\s|$)")
IN_CHAT = frozenset(("member", "administrator", "creator", "restricted"))
# Notices of the app itself. Nobody said them, and what changes our standing comes as my_chat_member besides.
NOTICES = frozenset(
    (
        *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
        *(
            "group_chat_created",
            "supergroup_chat_created",
            "migrate_to_chat_id",
            "migrate_from_chat_id",
            "pinned_message",
        ),
        *("message_auto_delete_timer_changed", "forum_topic_created", "forum_topic_edited", "forum_topic_closed"),
        *("forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "boost_added"),
        *("video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited"),
        *("write_access_allowed", "chat_background_set", "proximity_alert_triggered", "users_shared", "chat_shared"),
    )
)
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Decoder:
    """Reads updates for one bot; who it is tells its own messages and commands from others'."""

    bot_id: int
    username: str = ""

    def read(self, raw: bytes) -> Inbound | None:
        """Return the event in an update, or None when it is nothing for us.

        Raises `CannotRead` for an update that does not parse; it carries the key under which it can be kept.
        """
        key = ""
        try:
            update = parsed(raw)
            key = f"{int(update['update_id'])}"
            return self._event(update, key, raw)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            key = key or f"unreadable:{hashlib.sha256(raw).hexdigest()[:32]}"
            # The message of the error may quote what somebody wrote; its class says enough.
            raise CannotRead(key, raw, f"update {key} does not parse: {type(error).__name__}") from None

    def _event(self, update: Json, key: str, raw: bytes) -> Inbound | None:
        if "message" in update:
            return self._message(update["message"], key, raw, edited=False)
        if "edited_message" in update:
            return self._message(update["edited_message"], key, raw, edited=True)
        if "callback_query" in update:
            return _press(update["callback_query"], key, raw)
        if "my_chat_member" in update:
            return _membership(update["my_chat_member"], key, raw)
        return None

    def _message(self, message: Json, key: str, raw: bytes, *, edited: bool) -> Inbound | None:
        chat, sender = message["chat"], message.get("from")
        if sender is None or sender.get("is_bot") or chat["type"] == "channel":
            return None
        if not NOTICES.isdisjoint(message):
            return None
        if edited and "location" in message:
            return None  # a live location that moves; the first point was the answer
        number = str(int(message["message_id"]))
        bare = Said(
            text=_words(message.get("text") or message.get("caption")),
            album=message.get("media_group_id"),
            message=number,
            edits=number if edited else None,
            reply_to=self._answered(message),
        )
        said = _with_what_it_carries(bare, message, int(sender["id"]))
        text = self._for_us(said.text)
        if text is None:
            return None
        return Inbound(
            event_key=f"{key}:{chat['id']}:{number}",
            messenger=NAME,
            chat=str(int(chat["id"])),
            sender=str(int(sender["id"])),
            said=said if text == said.text else replace(said, text=text),
            raw=raw,
            sender_name=_name(sender),
            is_group=chat["type"] != "private",
            thread=_thread(message),
        )

    def _for_us(self, text: str) -> str | None:
        """Return a command without the name of the bot, other text as it is, None for a command to another bot."""
        match = COMMAND_FOR.match(text)
        if match is None:
            return text
        if self.username and match[2].lower() != self.username.lower():
            return None
        return match[1] + text[match.end() :]

    def _answered(self, message: Json) -> str | None:
        earlier = message.get("reply_to_message") or {}
        ours = (earlier.get("from") or {}).get("id") == self.bot_id
        return str(int(earlier["message_id"])) if ours else None


def _with_what_it_carries(said: Said, message: Json, sender_id: int) -> Said:
    if "photo" in message:
        return replace(said, photos=(_biggest(message["photo"]),))
    if "animation" in message:  # shown as a document too, but it is a film
        return replace(said, unreadable=True)
    if "document" in message:
        document = message["document"]
        if _may_be_picture(document):
            return replace(said, photos=(_file(document),))
        return replace(said, unreadable=True)
    for recording in ("voice", "audio"):
        if recording in message:
            return replace(said, voice=_file(message[recording]))
    if "location" in message:
        venue = message.get("venue") or {}
        named = ", ".join(str(venue[part]) for part in ("title", "address") if venue.get(part))
        point = message["location"]
        return replace(said, text=_words(named), location=(float(point["latitude"]), float(point["longitude"])))
    if "contact" in message:
        return _contact(said, message["contact"], sender_id)
    return said if "text" in message else replace(said, unreadable=True)


def _contact(said: Said, contact: Json, sender_id: int) -> Said:
    phone = str(contact["phone_number"])
    # Only the sender's own card proves the number; anybody's can be passed on.
    if contact.get("user_id") == sender_id:
        return replace(said, own_phone=phone)
    return replace(said, text=_words(f"{_name(contact)} {phone}".strip()))


def _biggest(sizes: list[Json]) -> FileSource:
    return _file(max(sizes, key=lambda size: int(size["width"]) * int(size["height"])))


def _file(shown: Json) -> FileSource:
    return FileSource(
        remote=str(shown["file_id"]),
        unique=shown.get("file_unique_id"),
        name=shown.get("file_name"),
        size=_number(shown.get("file_size")),
        seconds=_number(shown.get("duration")),
    )


def _number(shown: object) -> int | None:
    return None if shown is None else int(str(shown))


def _may_be_picture(document: Json) -> bool:
    """Tell whether fetching a document is worth it; what it really is, its first bytes say afterwards."""
    mime = str(document.get("mime_type") or "").lower()
    ending = PurePosixPath(str(document.get("file_name") or "")).suffix.lower()
    return mime.startswith("image/") or ending in PICTURE_ENDINGS or (mime in ANY_BYTES and not ending)


def _press(query: Json, key: str, raw: bytes) -> Inbound | None:
    message = query.get("message")
    if message is None or "data" not in query:
        return None  # a game, or a message sent through another chat: neither is ours
    chat, sender = message["chat"], query["from"]
    return Inbound(
        event_key=f"{key}:{chat['id']}:press:{query['id']}",
        messenger=NAME,
        chat=str(int(chat["id"])),
        sender=str(int(sender["id"])),
        said=Said(choice=str(query["data"]), reply_to=str(int(message["message_id"]))),
        raw=raw,
        sender_name=_name(sender),
        is_group=chat["type"] != "private",
        thread=_thread(message),
        press=str(query["id"]),
    )


def _membership(change: Json, key: str, raw: bytes) -> Inbound | None:
    chat, sender = change["chat"], change["from"]
    was, now = (_is_in(change[when]) for when in ("old_chat_member", "new_chat_member"))
    if was == now or chat["type"] == "channel":
        return None
    private = chat["type"] == "private"
    if now:
        happening = Happening.CAME_BACK if private else Happening.JOINED_GROUP
    else:
        happening = Happening.BLOCKED if private else Happening.LEFT_GROUP
    return Inbound(
        event_key=f"{key}:{chat['id']}:{happening}",
        messenger=NAME,
        chat=str(int(chat["id"])),
        sender=str(int(sender["id"])),
        said=Said(happening=happening),
        raw=raw,
        sender_name=_name(sender),
        is_group=not private,
    )


def _is_in(member: Json) -> bool:
    return member["status"] in IN_CHAT and member.get("is_member", True)


def _thread(message: Json) -> str | None:
    # Replies outside of topics have a thread id as well; only the flag tells them apart.
    return str(int(message["message_thread_id"])) if message.get("is_topic_message") else None


def _name(person: Json) -> str:
    return _words(" ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part)))


def _words(text: object) -> str:
    """Return a text in NFC without what no database takes: zero bytes and halves of characters."""
    whole = str(text or "").replace("\0", "")
    if whole.isascii():
        return whole
    return nfc(whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
