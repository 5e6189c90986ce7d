"""The people at the other end: what they do becomes an update, what the bot sends becomes what they see."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.messengers.zalo_bot_api.world import World

TYPED_AT_ONCE = 2000
Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """One message of the bot, as the person's telephone shows it."""

    id: str
    text: str = ""
    photos: tuple[bytes, ...] = ()  # as fetched by the telephone, not by the platform
    buttons: tuple[str, ...] = ()  # there never are any
    photo_url: str = ""


class Person:
    """A person, and at once their private chat with the bot."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.id = secrets.token_hex(10)
        self.name = name
        self.messages: list[Message] = []
        self.updates: list[Json] = []  # what was told to the bot, oldest first

    def says(self, text: str, *, event: str = "message.text.received") -> int:
        """Type a text; what is too long for one message goes out as several."""
        parts = [text[at : at + TYPED_AT_ONCE] for at in range(0, len(text), TYPED_AT_ONCE)]
        for part in parts:
            self.does(event, {"text": part})
        return len(parts)

    def sends_photo(self, picture: bytes, caption: str = "") -> int:
        """Send a picture; the bot gets an address that dies after a while."""
        address = self.world.media.keep(picture)
        fields: Json = {"message_type": "CHAT_PHOTO", "caption": caption} | self._photo(address)
        if not caption and self.world.captions_absent:
            del fields["caption"]
        return self.does("message.image.received", fields)

    def sends_sticker(self) -> int:
        """Send a sticker."""
        fields = {"message_type": "CHAT_STICKER", "sticker": secrets.token_hex(6), "url": self.world.media.keep(b"GIF")}
        return self.does("message.sticker.received", fields)

    def sends_voice(self, content: bytes, seconds: int = 5) -> int:
        """Speak; the bot gets an address, not a word of how long it is."""
        return self.does("message.voice.received", {"voice_url": self.world.media.keep(content)})

    def sends_unsupported(self, *, with_message: bool = True) -> int:
        """Send a file, a film or a contact, or anything at all as a protected person: the content is held back."""
        return self.does("message.unsupported.received", {} if with_message else None)

    def says_in_group(self, text: str) -> int:
        """Mention the bot in a group."""
        group = {"chat": {"id": secrets.token_hex(10), "chat_type": "GROUP"}}
        return self.does("message.text.received", {"text": text} | group)

    def does(self, event: str, fields: Json | None) -> int:
        """Do anything, given as the event and the fields of its message; returns how many updates that is."""
        update: Json = {"event_name": event}
        with self.world.lock:
            if fields is not None:
                update["message"] = self._message() | fields
            self.updates.append(update)
            self.world.add(update)
        return 1

    def _message(self) -> Json:
        now = self.world.now()
        return {
            "date": int(now) if self.world.dates_in_seconds else int(now * 1000),
            "message_id": secrets.token_hex(10),
            "chat": {"id": self.id, "chat_type": "PRIVATE"},
            "from": {"id": self.id, "display_name": self.name, "is_bot": False},
        }

    def _photo(self, address: str) -> Json:
        shown: str | Json = {"url": address} if self.world.photo_as_object else address
        return {self.world.photo_field: shown}
