"""Everything the server knows, behind one lock: chats, files, updates, limits, planned failures and the clock."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.messengers.telegram_api.chats import Chat, Message, Press
from tests.messengers.telegram_api.errors import bad, forbidden
from tests.messengers.telegram_api.faults import Faults
from tests.messengers.telegram_api.files import Files
from tests.messengers.telegram_api.limits import Limits
from tests.messengers.telegram_api.people import Group, Person
from tests.messengers.telegram_api.request import Call
from tests.messengers.telegram_api.updates import Updates
from tests.messengers.telegram_api.webhook import Webhook

CommandList = list[dict[str, str]]


class World:
    """The state of one bot's server."""

    def __init__(
        self, *, username: str, limits: bool, privacy: bool, retry_scale: float, answer_timeout_s: float
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.bot_id = 7_000_000_000 + secrets.randbelow(10**8)
        self.token = f"{self.bot_id}:{secrets.token_urlsafe(26)[:35]}"
        self.username = username
        self.privacy = privacy
        self.chats: dict[int, Chat] = {}
        self.moved: dict[int, int] = {}
        self.presses: dict[str, Press] = {}
        self.calls: list[Call] = []
        self.commands: dict[tuple[str, int, int, str], CommandList] = {}
        self.files = Files()
        self.limits = Limits(limits)
        self.faults = Faults()
        self._clock_ahead_s = 0.0
        self._message_ids = 0
        self._user_ids = 6_000_000_000
        self._group_ids = 4_000_000
        self.webhook_set_at = float("-inf")
        self.updates = Updates(self.now, self.woken)
        self.webhook = Webhook(self.updates, self.lock, retry_scale=retry_scale, answer_timeout_s=answer_timeout_s)

    def woken(self) -> None:
        """Tell the waiting poll or the webhook that there is something new."""

    def in_loop(self, act: Callable[[], None]) -> None:
        """Run something in the loop of the server."""

    def now(self) -> float:
        """Return the server's time in seconds since 1970."""
        return time.time() + self._clock_ahead_s

    def move_clock(self, seconds: float) -> None:
        """Let time pass on the server: links, buttons and updates grow old."""
        with self.lock:
            self._clock_ahead_s += seconds
            self.updates.expire()

    def bot_as_user(self) -> dict[str, Any]:
        """Return the bot as a sender."""
        return {"id": self.bot_id, "is_bot": True, "first_name": "Bot", "username": self.username}

    def user(self, name: str, *, username: str | None = None, language: str = "vi") -> Person:
        """Let a person appear. They have not written to the bot yet."""
        with self.lock:
            self._user_ids += 1
            person = Person(self, self._user_ids, name, username, language)
            self.chats[person.id] = person
            return person

    def group(
        self, title: str, members: list[Person], *, supergroup: bool = False, topics: bool = False, admin: bool = False
    ) -> Group:
        """Let the first member make a group with the bot in it."""
        with self.lock:
            group = Group(self, self.new_group_id(supergroup or topics), title, members, topics=topics)
            self.chats[group.id] = group
            group.lets_bot_in(by=members[0], admin=admin)
            return group

    def new_group_id(self, supergroup: bool) -> int:
        """Return an id of the right range: supergroups do not fit into 32 bits."""
        self._group_ids += 1
        return -1_002_000_000_000 - self._group_ids if supergroup else -self._group_ids

    def new_message_id(self, chat: Chat) -> int:
        """Return the next id: a supergroup counts for itself, everything else together."""
        if chat.type == "supergroup":
            return max(chat.by_id, default=0) + 1
        self._message_ids += 1
        return self._message_ids

    def chat_of(self, call: Call, *, writes: bool = False, edits: bool = False) -> Chat:
        """Return the chat a call is about. Raises what the server says when the bot may not."""
        name = call.text("chat_id").strip()
        if not name:
            raise bad("chat_id is empty")
        chat_id = call.integer("chat_id")
        if chat_id in self.moved:
            if writes:
                moved = bad("group chat was upgraded to a supergroup chat")
                moved.parameters = {"migrate_to_chat_id": self.moved[chat_id]}
                raise moved
            raise bad("message can't be edited" if edits else "chat not found")
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad("chat not found")
        if isinstance(chat, Person):
            if chat.deactivated and (writes or edits):
                raise forbidden("user is deactivated")
            if not chat.started and (writes or edits):
                raise forbidden("bot can't initiate conversation with a user")
            if chat.blocked and writes:
                raise forbidden("bot was blocked by the user")
        elif isinstance(chat, Group) and chat.bot_status in ("kicked", "left") and (writes or edits):
            what = "was kicked from" if chat.bot_status == "kicked" else "is not a member of"
            raise forbidden(f"bot {what} the {chat.type} chat")
        return chat

    def message_of(self, call: Call, chat: Chat, what: str) -> Message:
        """Return the message a call is about. Raises the server's 400 when it is gone."""
        if not call.text("message_id"):
            raise bad("message identifier is not specified")
        message = chat.by_id.get(call.integer("message_id"))
        if message is None or message.deleted:
            raise bad(f"{what} not found")
        return message

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of a method so far, oldest first."""
        with self.lock:
            return [call for call in self.calls if call.method == method.lower()]

    def redeliver(self, what: Message | Press | dict[str, Any]) -> None:
        """Send the bot an update it has had already."""
        update = what if isinstance(what, dict) else what.update
        if not update:
            raise AssertionError("the bot was never sent an update about this")
        with self.lock:
            self.updates.add_again(update)
