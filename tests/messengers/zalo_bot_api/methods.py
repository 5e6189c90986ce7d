"""The methods of the platform; the names are as it spells them, and case matters."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from tests.messengers.zalo_bot_api.errors import ApiError
from tests.messengers.zalo_bot_api.people import Message, Person
from tests.messengers.zalo_bot_api.world import Call, Hook

if TYPE_CHECKING:
    from tests.messengers.zalo_bot_api.server import ZaloBotApi

TEXT_MAX_UNITS = 2000
PICTURE_BEGINS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")
FETCH_TIMEOUT_S = 10.0


async def get_me(api: ZaloBotApi, call: Call) -> Any:
    """Say who the bot is."""
    return {
        "id": api.token.partition(":")[0],
        "account_name": "bot.StandIn",
        "account_type": "BASIC",
        "can_join_groups": False,
        "display_name": "Bot Việc Tốt",
    }


async def send_message(api: ZaloBotApi, call: Call) -> Any:
    """Show a text to a person who has written before."""
    person, text = _chat(api, call), call.params.get("text", "")
    if not text.strip():
        raise ApiError(400, "Bad Request: text is empty")
    if len(text.encode("utf-16-le")) // 2 > TEXT_MAX_UNITS:
        raise ApiError(400, "Bad Request: text is too long")
    return _shown(api, person, Message(_new_id(), text))


async def send_photo(api: ZaloBotApi, call: Call) -> Any:
    """Fetch a picture from its address, let the telephone fetch it too, and show it."""
    person, url, caption = _chat(api, call), call.params.get("photo", ""), call.params.get("caption", "")
    if len(caption.encode("utf-16-le")) // 2 > TEXT_MAX_UNITS:
        raise ApiError(400, "Bad Request: caption is too long")
    if not url:
        raise ApiError(400, "Bad Request: photo is empty")
    await _picture(url)
    on_telephone = await _picture(url)
    return _shown(api, person, Message(_new_id(), caption, (on_telephone,), photo_url=url))


async def send_sticker(api: ZaloBotApi, call: Call) -> Any:
    """Show a sticker."""
    return _shown(api, _chat(api, call), Message(_new_id()))


async def send_chat_action(api: ZaloBotApi, call: Call) -> Any:
    """Show that the bot is typing; there is no result."""
    _chat(api, call)
    return None


async def set_webhook(api: ZaloBotApi, call: Call) -> Any:
    """Keep an address, whether it answers or not."""
    url, secret = call.params.get("url", ""), call.params.get("secret_token", "")
    parts = urlsplit(url)
    if not 8 <= len(secret) <= 256:
        raise ApiError(400, "Bad Request: secret_token must have 8 to 256 characters")
    # The real one refuses what this one needs: loopback.
    if not parts.hostname or (parts.scheme != "https" and not _is_loopback(parts.hostname)):
        raise ApiError(400, "Bad Request: url must be HTTPS")
    with api.lock:
        api.hook = Hook(url, secret, api.now_ms(), api.hook.deliveries)
    api.woken()
    tried = {"ok": api.hook_tried_ok, "url": url, "outcome": "webhook.ok" if api.hook_tried_ok else "webhook.http.404"}
    return {"url": url, "updated_at": api.hook.updated_at, "verification": tried}


async def delete_webhook(api: ZaloBotApi, call: Call) -> Any:
    """Forget the address; fine where there is none."""
    with api.lock:
        api.hook = Hook(deliveries=api.hook.deliveries)
    return {"url": "", "updated_at": api.now_ms()}


async def get_webhook_info(api: ZaloBotApi, call: Call) -> Any:
    """Say which address is kept."""
    if not api.hook.url:
        raise ApiError(404, "Not Found")
    return {"url": api.hook.url, "updated_at": api.hook.updated_at}


async def test_webhook(api: ZaloBotApi, call: Call) -> Any:
    """Refuse: the day's tries are used up."""
    raise ApiError(426, "Daily limit exceeded", key="errorCode")


async def get_updates(api: ZaloBotApi, call: Call) -> Any:
    """Hold the request until there is an update, and give one."""
    return await api.poll(float(call.params.get("timeout") or 30))


METHODS: dict[str, Callable[[ZaloBotApi, Call], Awaitable[Any]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendSticker": send_sticker,
    "sendChatAction": send_chat_action,
    "setWebhook": set_webhook,
    "testWebhook": test_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}


def _chat(api: ZaloBotApi, call: Call) -> Person:
    person = api.people.get(call.params.get("chat_id", ""))
    if person is None or not person.updates:
        raise ApiError(400, "Bad Request: chat not found")
    return person


def _shown(api: ZaloBotApi, person: Person, message: Message) -> Any:
    with api.lock:
        person.messages.append(message)
    return {"message_id": message.id, "date": api.now_ms()}


def _new_id() -> str:
    return secrets.token_hex(10)


async def _picture(url: str) -> bytes:
    """Return the picture behind an address, fetched as any stranger would."""
    timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            content = await answer.read()
            if answer.status != 200 or not content.startswith(PICTURE_BEGINS):
                raise ApiError(400, f"Bad Request: the photo could not be fetched ({answer.status})")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise ApiError(400, "Bad Request: the photo could not be fetched") from None
    return content


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
