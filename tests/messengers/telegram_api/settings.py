"""The methods about the bot itself: who it is, its webhook, commands, chats, members and files."""

import re
from collections.abc import Callable
from typing import Any

from tests.messengers.telegram_api import editing, sending
from tests.messengers.telegram_api.errors import ApiError, bad
from tests.messengers.telegram_api.people import Group, Person, member_json
from tests.messengers.telegram_api.request import Call
from tests.messengers.telegram_api.world import World

COMMAND_NAME = re.compile(r"/?[a-z0-9_]{1,32}")
COMMANDS_MAX = 100
DESCRIPTION_MAX = 256
SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")


def get_me(world: World, call: Call) -> dict[str, Any]:
    """Carry out `getMe`."""
    can = {"can_join_groups": True, "can_read_all_group_messages": not world.privacy, "supports_inline_queries": False}
    can |= {"can_connect_to_business": False, "has_main_web_app": False}
    return world.bot_as_user() | can


def set_webhook(world: World, call: Call) -> bool:
    """Carry out `setWebhook`: at most once a second while limits are on."""
    now = world.now()
    if call.text("url"):
        if world.limits.on and now - world.webhook_set_at < 1:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
        world.webhook_set_at = now
        world.updates.end_poller("setWebhook request")
    world.webhook.set(call)
    return True


def delete_webhook(world: World, call: Call) -> bool:
    """Carry out `deleteWebhook`."""
    kept = {name: value for name, value in call.params.items() if name == "drop_pending_updates"}
    world.webhook.set(Call(call.method, kept))
    return True


def get_webhook_info(world: World, call: Call) -> dict[str, Any]:
    """Carry out `getWebhookInfo`."""
    return world.webhook.info()


def get_file(world: World, call: Call) -> dict[str, Any]:
    """Carry out `getFile`."""
    return world.files.link(call.text("file_id"), world.now())


def get_chat(world: World, call: Call) -> dict[str, Any]:
    """Carry out `getChat`."""
    chat = world.chat_of(call)
    if isinstance(chat, Person) and not chat.started:
        raise bad("chat not found")
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = chat.as_json() | {"accent_color_id": 1, "max_reaction_count": 11}
    return full | {"accepted_gift_types": dict.fromkeys(gifts, True)}


def get_chat_member(world: World, call: Call) -> dict[str, Any]:
    """Carry out `getChatMember`."""
    chat = world.chat_of(call)
    user_id = call.integer("user_id")
    if isinstance(chat, Group):
        if user_id == world.bot_id:
            return member_json(world.bot_as_user(), chat.bot_status)
        for number, member in enumerate(chat.members):
            if member.id == user_id:
                return member_json(member.as_user(), "member" if number else "creator")
    person = world.chats.get(user_id)
    if not isinstance(person, Person):
        raise bad("invalid user_id specified")
    return member_json(person.as_user(), "member" if person is chat else "left")


def set_my_commands(world: World, call: Call) -> bool:
    """Carry out `setMyCommands`."""
    commands = call.structure("commands")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    if len(commands) > COMMANDS_MAX:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND_NAME.fullmatch(str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= DESCRIPTION_MAX:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    listed = [{**command, "command": command["command"].removeprefix("/")} for command in commands]
    world.commands[_scope(world, call)] = listed
    return True


def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    """Carry out `getMyCommands`."""
    return world.commands.get(_scope(world, call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Carry out `deleteMyCommands`."""
    world.commands.pop(_scope(world, call), None)
    return True


def _scope(world: World, call: Call) -> tuple[str, int, int, str]:
    scope = call.structure("scope") or {"type": "default"}
    kind, language = str(scope.get("type")), call.text("language_code")
    if kind in SCOPES:
        return kind, 0, 0, language
    if kind not in CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: type is unsupported")
    chat = world.chat_of(Call(call.method, {"chat_id": scope.get("chat_id")}))
    if kind != "chat" and isinstance(chat, Person):
        raise bad("can't parse BotCommandScope: the scope needs a group")
    return kind, chat.id, int(scope.get("user_id", 0)) if kind == "chat_member" else 0, language


METHODS: dict[str, Callable[[World, Call], Any]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getfile": get_file,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": editing.answer_callback_query,
}
