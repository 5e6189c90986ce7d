"""The methods that change or remove messages, and the answer to a press."""

from typing import Any

from tests.messengers.telegram_api.chats import MEDIA, Chat, Message
from tests.messengers.telegram_api.errors import bad
from tests.messengers.telegram_api.keyboards import check_markup
from tests.messengers.telegram_api.people import Group, Person
from tests.messengers.telegram_api.request import Call
from tests.messengers.telegram_api.sending import caption_content, text_content
from tests.messengers.telegram_api.world import World

DELETABLE_FOR_S = 48 * 3600
PRESS_ANSWERABLE_FOR_S = 20.0
ANSWER_MAX_CHARS = 200
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def edit_message_text(world: World, call: Call) -> dict[str, Any]:
    """Carry out `editMessageText`. Without a keyboard in the request the old one goes."""
    chat, message = _own_message(world, call)
    if "text" not in message.content:
        raise bad("there is no text in the message to edit")
    return _change(world, call, chat, message, text_content(call))


def edit_message_caption(world: World, call: Call) -> dict[str, Any]:
    """Carry out `editMessageCaption`."""
    chat, message = _own_message(world, call)
    if not any(kind in message.content for kind in MEDIA):
        raise bad("there is no caption in the message to edit")
    kept = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    return _change(world, call, chat, message, kept | caption_content(call.params, call))


def edit_message_reply_markup(world: World, call: Call) -> dict[str, Any]:
    """Carry out `editMessageReplyMarkup`."""
    chat, message = _own_message(world, call)
    return _change(world, call, chat, message, message.content)


def delete_message(world: World, call: Call) -> bool:
    """Carry out `deleteMessage`: within 48 hours; in a group, other people's only as administrator."""
    chat = world.chat_of(call, writes=True)
    message = world.message_of(call, chat, "message to delete")
    others = message.sender is not None and isinstance(chat, Group) and chat.bot_status != "administrator"
    if others or world.now() - message.date > DELETABLE_FOR_S:
        raise bad("message can't be deleted for everyone")
    message.deleted = True
    world.changed.notify_all()
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """Carry out `answerCallbackQuery`."""
    press = world.presses.get(call.text("callback_query_id"))
    if press is None or world.now() - press.at > PRESS_ANSWERABLE_FOR_S:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(call.text("text")) > ANSWER_MAX_CHARS:
        raise bad("MESSAGE_TOO_LONG")
    press.answer = {"text": call.text("text"), "show_alert": call.flag("show_alert")}
    world.changed.notify_all()
    return True


def _own_message(world: World, call: Call) -> tuple[Chat, Message]:
    chat = world.chat_of(call, edits=True)
    message = world.message_of(call, chat, "message to edit")
    if message.sender is not None or (message.markup and "inline_keyboard" not in message.markup):
        raise bad("message can't be edited")
    return chat, message


def _change(world: World, call: Call, chat: Chat, message: Message, content: dict[str, Any]) -> dict[str, Any]:
    markup = check_markup(call.structure("reply_markup"), private=isinstance(chat, Person))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad("inline keyboard expected")
    if markup == {"inline_keyboard": []}:
        markup = None
    if content == message.content and markup == message.markup:
        raise bad(NOT_MODIFIED)
    world.limits.spend(chat.id, group=isinstance(chat, Group), cost=1, now=world.now())
    message.content, message.markup = content, markup
    message.edited_at, message.version = int(world.now()), message.version + 1
    world.changed.notify_all()
    return message.as_json()
