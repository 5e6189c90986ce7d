"""Chats and the messages in them, as the server keeps them and as people see them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.messengers.telegram_api.entities import formatted
from tests.messengers.telegram_api.files import StoredFile

if TYPE_CHECKING:
    from tests.messengers.telegram_api.people import Person
    from tests.messengers.telegram_api.world import World

MEDIA = ("photo", "document", "voice")


@dataclass(eq=False)
class Message:
    """One message. `content` holds the fields of the API that are the message itself."""

    chat: Chat
    id: int
    sender: Person | None  # None is the bot
    date: int
    content: dict[str, Any]
    attached: StoredFile | None = None
    markup: dict[str, Any] | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    album: str | None = None
    edited_at: int | None = None
    deleted: bool = False
    protected: bool = False
    version: int = 1
    update: dict[str, Any] = field(default_factory=dict)  # the last one the bot was sent about it

    @property
    def text(self) -> str:
        """Return the words people see: the text, or the caption under a picture or file."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def buttons(self) -> list[str]:
        """Return the labels of the inline buttons, row after row."""
        return [button["text"] for button in self._inline_buttons()]

    @property
    def picture(self) -> bytes | None:
        """Return the picture in its biggest size."""
        return self.attached.content if self.attached and self.attached.kind == "photo" else None

    @property
    def file(self) -> tuple[str, bytes] | None:
        """Return name and bytes of the document."""
        if self.attached is None or self.attached.kind != "document":
            return None
        return self.attached.name, self.attached.content

    def _inline_buttons(self) -> list[dict[str, Any]]:
        return [button for row in (self.markup or {}).get("inline_keyboard", []) for button in row]

    def button(self, label: str) -> dict[str, Any]:
        """Return the button with this label, or the only one containing it. Fails when there is none."""
        buttons = self._inline_buttons()
        exact = [button for button in buttons if button["text"] == label]
        found = exact or [button for button in buttons if label in button["text"]]
        if len(found) != 1:
            raise AssertionError(f"no single button {label!r} on the message {self.text!r}: {self.buttons}")
        return found[0]

    def as_json(self, *, nested: bool = False) -> dict[str, Any]:
        """Return the message as the API shows it."""
        world = self.chat.world
        shown: dict[str, Any] = {
            "message_id": self.id,
            "from": self.sender.as_user() if self.sender else world.bot_as_user(),
            "chat": self.chat.as_json(),
            "date": self.date,
        }
        if self.edited_at is not None:
            shown["edit_date"] = self.edited_at
        if self.thread_id is not None:
            shown |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.reply_to is not None and not nested:
            shown["reply_to_message"] = self.reply_to.as_json(nested=True)
        if self.album is not None:
            shown["media_group_id"] = self.album
        if self.protected:
            shown["has_protected_content"] = True
        shown |= self.content
        if "inline_keyboard" in (self.markup or {}):
            shown["reply_markup"] = self.markup
        return shown


@dataclass(eq=False)
class Press:
    """One press of a button, and what the bot answered."""

    id: str
    person: Person
    message: Message
    data: str
    at: float
    update: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] | None = None

    @property
    def popup(self) -> str:
        """Return the words the bot flashed in answer, if any."""
        return str((self.answer or {}).get("text", ""))


class Chat:
    """A conversation the bot may be in."""

    type = "private"

    def __init__(self, world: World, chat_id: int) -> None:
        self.world = world
        self.id = chat_id
        self.by_id: dict[int, Message] = {}
        self.history: list[Message] = []
        self.actions: list[str] = []  # what `sendChatAction` showed
        self._waited_for: set[tuple[int, int]] = set()

    def as_json(self) -> dict[str, Any]:
        """Return the chat as the API shows it inside a message."""
        raise NotImplementedError

    @property
    def messages(self) -> list[Message]:
        """Return what people see from the bot, oldest first."""
        with self.world.lock:
            return [message for message in self.history if message.sender is None and not message.deleted]

    @property
    def last(self) -> Message:
        """Return the newest message of the bot. Fails when there is none."""
        messages = self.messages
        if not messages:
            raise AssertionError("the bot has not written anything here")
        return messages[-1]

    def add(self, message: Message) -> Message:
        """Put a message into the chat."""
        self.by_id[message.id] = message
        self.history.append(message)
        self.world.changed.notify_all()
        return message

    def waits_for(self, part: str, seconds: float = 20.0) -> Message:
        """Return the bot's next message (or edit) containing `part`; each is returned once. Fails after `seconds`."""
        return self.waits_until(lambda message: part in message.text, seconds, f"a message with {part!r}")

    def waits_until(
        self, fits: Callable[[Message], bool], seconds: float = 20.0, wanted: str = "a message that fits"
    ) -> Message:
        """Return the bot's next message (or edit) that fits; each is returned once. Fails after `seconds`."""
        until = time.monotonic() + seconds
        with self.world.changed:
            while True:
                for message in self.history:
                    mark = (id(message), message.version)
                    if (
                        message.sender is None
                        and not message.deleted
                        and mark not in self._waited_for
                        and fits(message)
                    ):
                        self._waited_for.add(mark)
                        return message
                left = until - time.monotonic()
                if left <= 0:
                    seen = "\n".join(f"  - {message.text!r} {message.buttons or ''}" for message in self.history[-12:])
                    raise AssertionError(f"{wanted} did not come within {seconds} s; the chat shows:\n{seen}")
                self.world.changed.wait(left)


def user_text(text: str, *, caption: bool = False) -> dict[str, Any]:
    """Return the content of a message somebody typed."""
    name = "caption" if caption else "text"
    told, entities = formatted(text, "", None, max_units=4096, what=name)
    content: dict[str, Any] = {name: told}
    if entities:
        content["caption_entities" if caption else "entities"] = entities
    return content
