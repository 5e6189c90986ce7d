"""The people at the other end: what they do becomes an update, what the bot does becomes what they see."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.messengers.telegram_api.chats import Chat, Message, Press, user_text
from tests.messengers.telegram_api.files import StoredFile
from tests.messengers.telegram_api.updates import MESSAGE_LIVES_S, PRESS_LIVES_S

if TYPE_CHECKING:
    from tests.messengers.telegram_api.world import World

TYPED_AT_ONCE = 4096
ALBUM_MAX = 10
ADMINISTRATOR_RIGHTS = [
    "is_anonymous",
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
]


class Person(Chat):
    """A person, and at once their private chat with the bot."""

    def __init__(self, world: World, user_id: int, name: str, username: str | None, language: str) -> None:
        super().__init__(world, user_id)
        self.name = name
        self.username = username
        self.language = language
        self.started = self.blocked = self.deactivated = False
        self.reply_keyboard: list[list[dict[str, Any]]] = []

    def as_user(self) -> dict[str, Any]:
        """Return the person as a sender."""
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        return user | {"language_code": self.language}

    def as_json(self) -> dict[str, Any]:
        """Return the private chat."""
        chat: dict[str, Any] = {"id": self.id, "first_name": self.name, "type": "private"}
        return chat | ({"username": self.username} if self.username else {})

    def says(
        self, text: str, *, to: Group | None = None, reply_to: Message | None = None, topic: int | None = None
    ) -> Message:
        """Type a text; what is too long for one message goes out as several, and the last is returned."""
        parts = [text[at : at + TYPED_AT_ONCE] for at in range(0, len(text), TYPED_AT_ONCE)]
        return [self.sends_content(user_text(part), to=to, reply_to=reply_to, topic=topic) for part in parts][-1]

    def sends_photo(self, picture: bytes, caption: str | None = None, *, to: Group | None = None) -> Message:
        """Send a picture as a photo: compressed, in several sizes."""
        return self._sends_photo(picture, caption, to=to)

    def sends_album(
        self, pictures: Sequence[bytes], caption: str | None = None, *, caption_on: int = 0, to: Group | None = None
    ) -> list[Message]:
        """Send several pictures at once; more than ten become several albums."""
        sent: list[Message] = []
        for first in range(0, len(pictures), ALBUM_MAX):
            album = str(secrets.randbits(60))
            for number, picture in enumerate(pictures[first : first + ALBUM_MAX], start=first):
                words = caption if number == caption_on else None
                sent.append(self._sends_photo(picture, words, to=to, album=album))
        return sent

    def _sends_photo(
        self, picture: bytes, caption: str | None, *, to: Group | None, album: str | None = None
    ) -> Message:
        biggest = self.world.files.keep_photo(picture)
        # The size in bytes is optional in the API, so the biggest has none.
        sizes = [size.as_json(with_size=size is not biggest) for size in biggest.sizes]
        return self.sends_content({"photo": sizes} | _caption(caption), attached=biggest, to=to, album=album)

    def sends_file(
        self, content: bytes, name: str, *, caption: str | None = None, mime: str | None = None, to: Group | None = None
    ) -> Message:
        """Send a file as it is, under the name the device claims."""
        claimed = mime if mime is not None else mimetypes.guess_type(name)[0] or ""
        stored = self.world.files.keep("document", content, name=name, mime=claimed)
        return self.sends_content({"document": stored.as_json()} | _caption(caption), attached=stored, to=to)

    def sends_voice(self, content: bytes, seconds: int, *, to: Group | None = None) -> Message:
        """Send a voice message."""
        stored = self.world.files.keep("voice", content, mime="audio/ogg", duration_s=seconds)
        return self.sends_content({"voice": stored.as_json()}, attached=stored, to=to)

    def sends_location(self, latitude: float, longitude: float) -> Message:
        """Send a point on the map."""
        return self.sends_content({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_contact(self, phone: str, *, of: Person | None = None) -> Message:
        """Send a telephone number: one's own, or somebody else's."""
        owner = of or self
        return self.sends_content({"contact": {"phone_number": phone, "first_name": owner.name, "user_id": owner.id}})

    def sends_content(
        self,
        content: dict[str, Any],
        *,
        attached: StoredFile | None = None,
        to: Group | None = None,
        reply_to: Message | None = None,
        topic: int | None = None,
        album: str | None = None,
    ) -> Message:
        """Send anything, given as the fields the API shows."""
        world, chat = self.world, to or self
        with world.lock:
            if self.blocked and to is None:
                raise AssertionError(f"{self.name} has blocked the bot")
            if to is not None and self not in to.members:
                raise AssertionError(f"{self.name} is not in the group {to.title}")
            if to is None:
                self.started = True
            message = Message(chat, world.new_message_id(chat), self, int(world.now()), content, attached)
            message.reply_to, message.thread_id, message.album = reply_to, topic, album
            chat.add(message)
            if to is None or to.bot_sees(message):
                message.update = world.updates.add("message", message.as_json(), ("chat", chat.id), MESSAGE_LIVES_S)
            return message

    def taps(self, label: str) -> Message:
        """Tap a key of the reply keyboard, which types its label."""
        labels = [key["text"] for row in self.reply_keyboard for key in row]
        if label not in labels:
            raise AssertionError(f"no key {label!r} on the keyboard: {labels}")
        return self.says(label)

    def edits(self, message: Message, text: str) -> Message:
        """Change the words of one's own message."""
        with self.world.lock:
            if message.sender is not self:
                raise AssertionError("only one's own messages can be edited")
            caption = "text" not in message.content
            for name in ("caption", "caption_entities") if caption else ("text", "entities"):
                message.content.pop(name, None)
            message.content |= user_text(text, caption=caption)
            message.edited_at, message.version = int(self.world.now()), message.version + 1
            if not isinstance(message.chat, Group) or message.chat.bot_sees(message):
                message.update = self.world.updates.add(
                    "edited_message", message.as_json(), ("chat", message.chat.id), MESSAGE_LIVES_S
                )
            return message

    def presses(self, message: Message, label: str, *, inaccessible: bool = False) -> Press:
        """Press a button the message really has."""
        with self.world.lock:
            button = message.button(label)
            if "callback_data" not in button:
                raise AssertionError(f"the button {label!r} opens {button.get('url')}")
            return self._press(message, button["callback_data"], inaccessible)

    def presses_data(self, data: str, message: Message | None = None) -> Press:
        """Forge a press: data that no button holds, as a changed client can send."""
        with self.world.lock:
            return self._press(message or self.last, data, False)

    def _press(self, message: Message, data: str, inaccessible: bool) -> Press:
        world, chat = self.world, message.chat
        if message.deleted or chat.by_id.get(message.id) is not message:
            raise AssertionError("the message is not there any more")
        if chat is not self and not (isinstance(chat, Group) and self in chat.members):
            raise AssertionError(f"{self.name} does not see this message")
        shown = message.as_json()
        if inaccessible:
            shown = {"chat": chat.as_json(), "message_id": message.id, "date": 0}
        press = Press(str(secrets.randbits(62)), self, message, data, world.now())
        world.presses[press.id] = press
        query = {"id": press.id, "from": self.as_user(), "message": shown, "chat_instance": str(chat.id), "data": data}
        press.update = world.updates.add("callback_query", query, ("press", self.id), PRESS_LIVES_S)
        return press

    def blocks_bot(self) -> None:
        """Block the bot: it may not write any more."""
        self._set_blocked(True)

    def unblocks_bot(self) -> None:
        """Let the bot write again."""
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        with self.world.lock:
            old, new = ("member", "kicked") if blocked else ("kicked", "member")
            self.blocked = blocked
            self.started = True
            tell_membership(self, by=self, old=old, new=new)

    def commands(self, *, at: Group | None = None) -> list[str]:
        """Return the commands this person is offered: the narrowest list that was set."""
        place = at.id if at else self.id
        admin = at is not None and self is at.members[0]
        scopes = [("chat_member", place, self.id)] if at else []
        scopes += [("chat_administrators", place, 0)] if admin else []
        scopes += [("chat", place, 0)]
        scopes += [("all_chat_administrators", 0, 0)] if admin else []
        scopes += [("all_group_chats" if at else "all_private_chats", 0, 0), ("default", 0, 0)]
        with self.world.lock:
            for scope in scopes:
                for language in (self.language, ""):
                    listed = self.world.commands.get((*scope, language))
                    if listed:
                        return [command["command"] for command in listed]
        return []


class Group(Chat):
    """A group the bot is or was in."""

    def __init__(self, world: World, chat_id: int, title: str, members: list[Person], *, topics: bool) -> None:
        super().__init__(world, chat_id)
        self.type = "supergroup" if chat_id < -1_000_000_000_000 else "group"
        self.title = title
        self.members = list(members)
        self.topics: dict[int, str] | None = {} if topics else None
        self.bot_status = "left"

    def as_json(self) -> dict[str, Any]:
        """Return the group."""
        chat: dict[str, Any] = {"id": self.id, "title": self.title, "type": self.type}
        return chat | ({"is_forum": True} if self.topics is not None else {})

    def bot_sees(self, message: Message) -> bool:
        """Tell whether the bot is sent a message: with privacy on, only commands for it, replies to it and notices."""
        if self.bot_status in ("kicked", "left"):
            return False
        if not self.world.privacy or self.bot_status == "administrator":
            return True
        if message.reply_to is not None and message.reply_to.sender is None:
            return True
        if not any(name in message.content for name in ("text", "photo", "document", "voice", "location", "contact")):
            return True
        entities = message.content.get("entities", [])
        first = message.text.split(" ")[0]
        starts = bool(entities) and entities[0]["type"] == "bot_command" and entities[0]["offset"] == 0
        return starts and ("@" not in first or first.lower().endswith(f"@{self.world.username.lower()}"))

    def topic(self, name: str) -> int:
        """Open a topic and return its thread id."""
        with self.world.lock:
            if self.topics is None:
                raise AssertionError("this group has no topics")
            opener = self.members[0].sends_content(
                {"forum_topic_created": {"name": name, "icon_color": 7322096}}, to=self
            )
            self.topics[opener.id] = name
            return opener.id

    def closes_topic(self, thread_id: int) -> None:
        """Delete a topic with everything in it."""
        with self.world.lock:
            assert self.topics is not None
            del self.topics[thread_id]

    def joins(self, person: Person) -> None:
        """Let a person in."""
        with self.world.lock:
            self.members.append(person)
            person.sends_content({"new_chat_members": [person.as_user()]}, to=self)

    def leaves(self, person: Person) -> None:
        """Let a person go."""
        with self.world.lock:
            person.sends_content({"left_chat_member": person.as_user()}, to=self)
            self.members.remove(person)

    def lets_bot_in(self, *, by: Person, admin: bool = False) -> None:
        """Add the bot to the group."""
        with self.world.lock:
            old, self.bot_status = self.bot_status, "administrator" if admin else "member"
            tell_membership(self, by=by, old=old, new=self.bot_status)
            by.sends_content({"new_chat_members": [self.world.bot_as_user()]}, to=self)

    def kicks_bot(self, *, by: Person) -> None:
        """Throw the bot out."""
        with self.world.lock:
            old, self.bot_status = self.bot_status, "kicked"
            tell_membership(self, by=by, old=old, new="kicked")

    def upgrades(self) -> Group:
        """Become a supergroup: another id, and message ids from the start; the old messages can only be read."""
        world = self.world
        with world.lock:
            if self.type == "supergroup":
                raise AssertionError("it is a supergroup already")
            old_id, new_id = self.id, world.new_group_id(True)
            self.members[0].sends_content({"migrate_to_chat_id": new_id}, to=self)
            world.moved[old_id] = new_id
            del world.chats[old_id]
            self.id, self.type = new_id, "supergroup"
            self.by_id.clear()
            world.chats[new_id] = self
            self.members[0].sends_content({"migrate_from_chat_id": old_id}, to=self)
            return self


def tell_membership(chat: Chat, *, by: Person, old: str, new: str) -> None:
    """Tell the bot that it came in, was made administrator, or was put out."""
    world = chat.world
    change = {
        "chat": chat.as_json(),
        "from": by.as_user(),
        "date": int(world.now()),
        "old_chat_member": member_json(world.bot_as_user(), old),
        "new_chat_member": member_json(world.bot_as_user(), new),
    }
    world.updates.add("my_chat_member", change, ("me", chat.id), MESSAGE_LIVES_S)


def member_json(user: dict[str, Any], status: str) -> dict[str, Any]:
    """Return a member of a chat as the API shows one."""
    shown: dict[str, Any] = {"user": user, "status": status}
    if status == "kicked":
        shown["until_date"] = 0
    if status == "creator":
        shown["is_anonymous"] = False
    if status == "administrator":
        shown |= {right: right in ("can_manage_chat", "can_delete_messages") for right in ADMINISTRATOR_RIGHTS}
    return shown


def _caption(caption: str | None) -> dict[str, Any]:
    return user_text(caption, caption=True) if caption else {}
