"""People who write to the account, and what their telephones show."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.messengers.zalo_oa_api.world import World


@dataclass
class Message:
    """A message of the account as the person sees it."""

    id: str
    text: str
    buttons: list[str] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    payloads: dict[str, str] = field(default_factory=dict)  # by label


class Person:
    """Somebody with a telephone. What they do becomes events for the webhook; each act returns how many."""

    def __init__(self, world: "World", number: int, name: str) -> None:
        self.world = world
        self.name = name
        self.id = f"{4_000_000_000_000_000 + number}"
        self.follows_us = True
        self.last_interaction: datetime | None = None
        self.used = 0  # messages of ours since they last did something
        self.messages: list[Message] = []

    @property
    def address(self) -> str:
        """The chat as our side names it: people have another id at every account."""
        return f"{self.world.oa_id}:{self.id}"

    def says(self, text: str) -> int:
        """Write something."""
        return self.sends("user_send_text", {"text": text})

    def presses(self, message: Message, label: str) -> int:
        """Tap a button: its payload arrives as if it had been written."""
        if label not in message.payloads:
            raise AssertionError(f"no button {label!r}: {message.buttons}")
        return self.says(message.payloads[label])

    def sends_photo(self, content: bytes, caption: str = "", *, kind: str = "image") -> int:
        """Send one picture."""
        return self.sends_photos([content], caption, kind=kind)

    def sends_photos(self, contents: list[bytes], caption: str = "", *, kind: str = "image") -> int:
        """Send pictures in one message."""
        urls = [self.world.keep_media(content, "jpg") for content in contents]
        shown = [{"type": kind, "payload": {"url": url, "thumbnail": url}} for url in urls]
        return self.sends("user_send_image", {**({"text": caption} if caption else {}), "attachments": shown})

    def sends_file(self, content: bytes, name: str) -> int:
        """Send a file."""
        ending = name.rpartition(".")[2]
        payload = {
            "url": self.world.keep_media(content, ending),
            "name": name,
            "size": str(len(content)),
            "type": ending,
        }
        return self.sends("user_send_file", {"attachments": [{"type": "file", "payload": payload}]})

    def sends_voice(self, content: bytes) -> int:
        """Send a recording."""
        payload = {"url": self.world.keep_media(content, "amr")}
        return self.sends("user_send_audio", {"attachments": [{"type": "audio", "payload": payload}]})

    def sends_place(self, latitude: float, longitude: float, called: str = "") -> int:
        """Send where one is; the numbers travel as text."""
        point = {"latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}"}
        shown = [{"type": "location", "payload": {"coordinates": point}}]
        return self.sends("user_send_location", {"text": called, "attachments": shown})

    def sends_sticker(self) -> int:
        """Send a sticker."""
        url = self.world.keep_media(b"sticker", "png")
        return self.sends(
            "user_send_sticker", {"attachments": [{"type": "sticker", "payload": {"id": "1", "url": url}}]}
        )

    def shares_phone(self, phone: str) -> int:
        """Fill in the form in which the account asks who one is."""
        self._interacts()
        info = {"name": self.name, "phone": phone, "address": "", "city": "", "district": ""}
        return self.world.emit(self, "user_submit_info", {**self.between(), "info": info})

    def follows(self) -> int:
        """Follow the account. Whether that is an interaction is told nowhere, so it is none here."""
        self.follows_us = True
        return self.world.emit(self, "follow", self._about_following())

    def unfollows(self) -> int:
        """Stop following: nothing can be sent any more."""
        self.follows_us = False
        return self.world.emit(self, "unfollow", self._about_following())

    def sees(self, message: Message) -> int:
        """Open a message: an event nobody needs."""
        content = {"message": {"msg_ids": [message.id]}}
        return self.world.emit(self, "user_seen_message", {**self.between(), **content})

    def sends(self, event: str, message: dict[str, Any]) -> int:
        """Send anything, given as the fields the event shows."""
        self._interacts()
        content = {"message": {"msg_id": secrets.token_hex(12), **message}}
        return self.world.emit(self, event, {**self.between(), **content})

    def between(self) -> dict[str, Any]:
        """Return who writes to whom."""
        ids = {"sender": {"id": self.id}, "recipient": {"id": self.world.oa_id}}
        return {"user_id_by_app": f"2{self.id}", **ids}

    def _interacts(self) -> None:
        with self.world.lock:
            self.last_interaction = self.world.clock()
            self.used = 0

    def _about_following(self) -> dict[str, Any]:
        return {
            "oa_id": self.world.oa_id,
            "follower": {"id": self.id},
            "user_id_by_app": f"2{self.id}",
            "source": "oa_profile",
        }
