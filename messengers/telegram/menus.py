"""The command lists people are offered, each where it is heard: citizens, moderators in their own chats, their groups.

A list is a help and no right: who may do what is looked up when a command comes.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import DeleteMyCommands, SetMyCommands
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from handlers.moderators import DECIDERS
from messengers.telegram.failures import failure_of
from messengers.telegram.incoming import NAME
from messengers.telegram.sending import call
from storage import groups, people
from storage.database import Tx
from storage.store import Store
from texts import say

log = structlog.get_logger()

COMMANDS = ("ke", "tincuatoi", "huy", "xoa", "giup")  # understood by handlers/commands.toml
MODERATORS_COMMANDS = ("xem", "hoantac")  # before those of everybody
GROUP_COMMANDS = ("nhomduyet",)  # all that is heard in a group
LOOK_EVERY_S = 60.0  # somebody new on the desk finds their commands after that


class Menus:
    """Sets the lists of one bot; without a store only those that are the same for everybody."""

    def __init__(self, bot: Bot, store: Store | None, commands: Sequence[str] = COMMANDS) -> None:
        self._bot = bot
        self._store = store
        self._commands = tuple(commands)
        self._shown: dict[str, tuple[str, ...]] = {}  # by chat, as far as this process has set them

    async def set_for_everybody(self) -> None:
        """Set the list of private chats, and the one for those who may let the bot into a group."""
        for names, scope in (
            (self._commands, BotCommandScopeAllPrivateChats()),
            (GROUP_COMMANDS, BotCommandScopeAllChatAdministrators()),
        ):
            for language in (None, "vi"):
                await call(self._bot, SetMyCommands(commands=_listed(names), scope=scope, language_code=language))

    async def run(self) -> None:
        """Keep the lists of single chats as roles and groups are, until cancelled."""
        while self._store is not None:
            try:
                await self.look()
            except Exception as error:
                told = str(failure_of(error, "setMyCommands")) if isinstance(error, AiogramError) else None
                log.warning("command lists wait", error=told or type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Set what has changed since the last look. Raises what keeps Telegram or the store from it."""
        if self._store is None:
            return
        wanted = await self._store.read(self._wanted)
        gone = [chat for chat in self._shown if chat not in wanted]
        for chat, names in (*wanted.items(), *((chat, ()) for chat in gone)):
            if self._shown.get(chat) != names:
                await self._set(chat, names)
                self._shown[chat] = names
        for chat in gone:
            del self._shown[chat]

    def _wanted(self, tx: Tx) -> Mapping[str, tuple[str, ...]]:
        """Return the lists of single chats; an empty one where somebody may have had one before a restart."""
        wanted: dict[str, tuple[str, ...]] = {}
        for somebody in people.staff(tx):
            decides = not set(DECIDERS).isdisjoint(somebody.roles)
            for messenger, address in somebody.identities:
                if messenger == NAME:
                    wanted[address] = (*MODERATORS_COMMANDS, *self._commands) if decides else ()
        for group in groups.registered(tx):
            if group.messenger == NAME:
                wanted[group.chat] = GROUP_COMMANDS
        return wanted

    async def _set(self, chat: str, names: tuple[str, ...]) -> None:
        scope = BotCommandScopeChat(chat_id=int(chat))
        try:
            if names:
                await call(self._bot, SetMyCommands(commands=_listed(names), scope=scope))
            else:
                await call(self._bot, DeleteMyCommands(scope=scope))
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            # Somebody who blocked us or a group that is gone has nobody to show a list to.
            log.info("a chat takes no command list", error=str(failure_of(error, "setMyCommands")))


def _listed(names: Sequence[str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=say(f"telegram.command.{name}")) for name in names]
