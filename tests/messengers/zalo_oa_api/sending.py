"""What `message/cs` and the uploads check and do."""

import secrets
from collections.abc import Mapping
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.messengers.zalo_oa_api.errors import ApiError
from tests.messengers.zalo_oa_api.people import Message, Person

if TYPE_CHECKING:
    from tests.messengers.zalo_oa_api.world import World

TEXT_MAX = 2000
BUTTONS_MAX = 5
TITLE_MAX = 100
PAYLOAD_MAX = 1000
IMAGE_MAX_BYTES = 1024 * 1024
FILE_MAX_BYTES = 5 * 1024 * 1024
FILE_ENDINGS = ("pdf", "doc", "docx")
FREE = timedelta(hours=48)
OUTER = timedelta(days=7)
FREE_MESSAGES = 8
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def send(world: "World", body: Any) -> dict[str, Any]:
    """Carry out a consultation message; returns `data`. Raises `ApiError`."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), dict):
        raise ApiError(-201)
    person = world.people.get(str((body.get("recipient") or {}).get("user_id")))
    if person is None:
        raise ApiError(-201, "user_id is invalid")
    message = _message(world, body["message"])
    _allowed(world, person)
    person.used += 1
    person.messages.append(message)
    echo = {"sender": {"id": world.oa_id}, "recipient": {"id": person.id}, "user_id_by_app": f"2{person.id}"}
    kind = "oa_send_image" if message.photos else "oa_send_file" if message.files else "oa_send_text"
    if world.echoes:
        world.emit(None, kind, {**echo, "message": {"msg_id": message.id, "text": message.text}})
    remain = max(0, FREE_MESSAGES - person.used)
    quota = {"quota_type": "reply", "remain": str(remain), "total": str(FREE_MESSAGES), "owner_type": "OA"}
    sent = str(int(world.clock().timestamp() * 1000))
    return {"message_id": message.id, "user_id": person.id, "sent_time": sent, "quota": quota}


def _allowed(world: "World", person: Person) -> None:
    if not person.follows_us:
        raise ApiError(-213)
    if person.last_interaction is None:
        raise ApiError(-230)
    since = world.clock() - person.last_interaction
    if since > OUTER:
        raise ApiError(-230)
    here = world.clock().astimezone(HANOI).time()
    if world.curfew and (here >= time(22) or here < time(6)):
        raise ApiError(-234)
    if not world.paid and (since > FREE or person.used >= FREE_MESSAGES):
        raise ApiError(-211)


def _message(world: "World", told: Mapping[str, Any]) -> Message:
    text = told.get("text", "")
    if not isinstance(text, str) or not (text or told.get("attachment")):
        raise ApiError(-201)
    if len(text.encode("utf-16-le")) // 2 > TEXT_MAX:
        raise ApiError(-210)
    message = Message(secrets.token_hex(12), text)
    attachment = told.get("attachment")
    if attachment is None:
        return message
    payload = attachment.get("payload") or {}
    if attachment.get("type") == "file":
        if payload.get("token") not in world.uploaded_files:
            raise ApiError(-201, "token is invalid")
        message.files.append(world.uploaded_files[payload["token"]])
        return message
    if attachment.get("type") != "template":
        raise ApiError(-201)
    if "elements" in payload:
        _add_pictures(world, message, payload)
    elif "buttons" in payload:
        _add_buttons(world, message, payload)
    else:
        raise ApiError(-201)
    return message


def _add_pictures(world: "World", message: Message, payload: Mapping[str, Any]) -> None:
    for element in payload["elements"]:
        if payload.get("template_type") != "media" or element.get("media_type") != "image":
            raise ApiError(-201)
        if element.get("attachment_id") not in world.uploaded_images:
            raise ApiError(-201, "attachment_id is invalid")
        message.photos.append(world.uploaded_images[element["attachment_id"]])


def _add_buttons(world: "World", message: Message, payload: Mapping[str, Any]) -> None:
    if payload.get("template_type", "") != world.button_template:
        raise ApiError(-201)
    if world.refuses_buttons:
        raise ApiError(-233, "Template is not supported")
    buttons = payload["buttons"]
    if not 1 <= len(buttons) <= BUTTONS_MAX or not message.text:
        raise ApiError(-201)
    for button in buttons:
        title, load = button.get("title", ""), button.get("payload", "")
        if button.get("type") != "oa.query.hide" or not title or not isinstance(load, str) or not load:
            raise ApiError(-201)
        if len(title) > TITLE_MAX or len(load) > PAYLOAD_MAX:
            raise ApiError(-210)
        message.buttons.append(title)
        message.payloads[title] = load


def upload(world: "World", kind: str, name: str, content: bytes) -> dict[str, Any]:
    """Carry out an upload; returns `data`, which is empty for a name without an ending. Raises `ApiError`."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if len(content) > (IMAGE_MAX_BYTES if kind == "image" else FILE_MAX_BYTES):
        raise ApiError(-210)
    if not ending:
        return {}
    remote = secrets.token_urlsafe(40)
    if kind == "image":
        if not content.startswith((b"\xff\xd8", b"\x89PNG")) or ending not in ("jpg", "jpeg", "png"):
            raise ApiError(-201)
        world.uploaded_images[remote] = content
        return {"attachment_id": remote}
    if ending not in FILE_ENDINGS:
        raise ApiError(-201)
    world.uploaded_files[remote] = (name, content)
    return {"token": remote}
