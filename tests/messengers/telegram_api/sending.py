"""The methods that put new messages into chats."""

import secrets
from typing import Any

from tests.messengers.telegram_api.chats import Chat, Message
from tests.messengers.telegram_api.entities import CAPTION_MAX_UNITS, TEXT_MAX_UNITS, formatted
from tests.messengers.telegram_api.errors import bad
from tests.messengers.telegram_api.files import StoredFile
from tests.messengers.telegram_api.keyboards import check_markup
from tests.messengers.telegram_api.people import Group, Person
from tests.messengers.telegram_api.request import Call
from tests.messengers.telegram_api.world import World

ALBUM_SIZES = range(2, 11)
ACTIONS = [
    "typing",
    "upload_photo",
    "upload_document",
    "record_voice",
    "upload_voice",
    "find_location",
    "choose_sticker",
    "record_video",
    "upload_video",
    "record_video_note",
    "upload_video_note",
]


def send_message(world: World, call: Call) -> dict[str, Any]:
    """Carry out `sendMessage`."""
    chat = world.chat_of(call, writes=True)
    if not call.text("text"):
        raise bad("message text is empty")
    return _put(world, call, chat, text_content(call)).as_json()


def send_photo(world: World, call: Call) -> dict[str, Any]:
    """Carry out `sendPhoto`."""
    chat = world.chat_of(call, writes=True)
    photo = world.files.given(call, "photo")
    return _put(world, call, chat, _media("photo", photo) | caption_content(call.params, call), photo).as_json()


def send_document(world: World, call: Call) -> dict[str, Any]:
    """Carry out `sendDocument`."""
    chat = world.chat_of(call, writes=True)
    document = world.files.given(call, "document")
    content = _media("document", document) | caption_content(call.params, call)
    return _put(world, call, chat, content, document).as_json()


def send_media_group(world: World, call: Call) -> list[dict[str, Any]]:
    """Carry out `sendMediaGroup`. A planned failure may strike in the middle, when some items are out already."""
    chat = world.chat_of(call, writes=True)
    items = call.structure("media")
    if not isinstance(items, list):
        raise bad("expected an Array of InputMedia")
    if len(items) not in ALBUM_SIZES:
        raise bad("too few messages to send as an album" if len(items) < 2 else "too many messages to send as an album")
    kinds = {str(item.get("type")) for item in items}
    if not kinds <= {"photo", "document"}:
        raise bad("type of the media is unsupported")
    if len(kinds) > 1:
        raise bad("document can't be mixed with other media types")
    ready = []
    for item in items:
        kind = item["type"]
        attached = world.files.given(call, kind, item.get("media", ""))
        ready.append((_media(kind, attached) | caption_content(item, call), attached))
    _check_place(call, chat)
    world.limits.spend(chat.id, group=isinstance(chat, Group), cost=len(items), now=world.now())
    strikes_at: int | None = call.params.get("_fails_after")
    album = str(secrets.randbits(60))
    sent = []
    for number, (content, attached) in enumerate(ready):
        if strikes_at is not None and number >= strikes_at:
            why = "Too Many Requests: retry after 3"
            raise bad(f'failed to send message #{number + 1} with the error message "{why}"')
        sent.append(_put(world, call, chat, content, attached, album=album))
    return [message.as_json() for message in sent]


def send_chat_action(world: World, call: Call) -> bool:
    """Carry out `sendChatAction`."""
    chat = world.chat_of(call, writes=True)
    if call.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append(call.text("action"))
    return True


def text_content(call: Call) -> dict[str, Any]:
    """Return the content of a text message."""
    text, entities = formatted(
        call.text("text"), call.text("parse_mode"), call.structure("entities"), max_units=TEXT_MAX_UNITS, what="message"
    )
    if not text:
        raise bad("message text is empty")
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = entities
    return content


def caption_content(source: dict[str, Any], call: Call) -> dict[str, Any]:
    """Return the caption of one photo or file, empty when there is none."""
    own = Call(call.method, source)
    caption, entities = formatted(
        own.text("caption"),
        own.text("parse_mode"),
        own.structure("caption_entities"),
        max_units=CAPTION_MAX_UNITS,
        what="message caption",
    )
    content: dict[str, Any] = {"caption": caption} if caption else {}
    if caption and entities:
        content["caption_entities"] = entities
    return content


def _media(kind: str, stored: StoredFile) -> dict[str, Any]:
    return {kind: [size.as_json() for size in stored.sizes] if kind == "photo" else stored.as_json()}


def _check_place(call: Call, chat: Chat) -> tuple[Message | None, int | None]:
    thread_id = call.integer("message_thread_id") or None
    if thread_id is not None and not (isinstance(chat, Group) and thread_id in (chat.topics or {})):
        # The general topic has the id 1 and must be left out.
        raise bad("message thread not found")
    reply = call.structure("reply_parameters") or {}
    if not reply:
        return None, thread_id
    answered = chat.by_id.get(int(reply.get("message_id", 0)))
    gone = answered is None or answered.deleted
    if gone and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return (None if gone else answered), thread_id


def _put(
    world: World,
    call: Call,
    chat: Chat,
    content: dict[str, Any],
    attached: StoredFile | None = None,
    *,
    album: str | None = None,
) -> Message:
    markup = check_markup(call.structure("reply_markup"), private=isinstance(chat, Person))
    reply_to, thread_id = _check_place(call, chat)
    if album is None:
        world.limits.spend(chat.id, group=isinstance(chat, Group), cost=1, now=world.now())
    message = Message(chat, world.new_message_id(chat), None, int(world.now()), content, attached, markup)
    message.reply_to, message.thread_id, message.album = reply_to, thread_id, album
    message.protected = call.flag("protect_content")
    if markup and isinstance(chat, Person):
        if "keyboard" in markup:
            chat.reply_keyboard = markup["keyboard"]
        elif markup.get("remove_keyboard"):
            chat.reply_keyboard = []
    return chat.add(message)
