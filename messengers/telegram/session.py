"""How calls of the Bot API travel: aiogram's session, with a light way for words and errors that tell who failed."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramServerError
from aiogram.methods import Response, TelegramMethod
from aiogram.types import ForceReply, InlineKeyboardMarkup
from aiohttp import JsonPayload
from pydantic import BaseModel, ValidationError

# Said by what stands in front of the Bot API server (RFC 9110, 15.6.3 and 15.6.4), mostly as a page and not as JSON: it
# could not hand the request on. During Telegram's outages this is the answer to everything, and nothing goes out. A 500
# comes from the server itself, which may have sent before it broke; a 504 from a proxy that did hand the request on.
NOT_TAKEN = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)


class NotTaken(TelegramServerError):
    """The request did not get as far as the Bot API server."""


class Number(BaseModel):
    """All we need of a message Telegram has sent; reading the whole of it takes longer than everything else here."""

    message_id: int


class SendWords(TelegramMethod[Number]):
    """`sendMessage` with what we use of it, for most of what goes out is words."""

    __returning__ = Number
    __api_method__ = "sendMessage"

    chat_id: int
    text: str
    message_thread_id: int | None
    protect_content: bool | None
    reply_markup: InlineKeyboardMarkup | ForceReply | None
    link_preview_options: dict[str, bool]


_SENT = Response[Number]


class Session(AiohttpSession):
    """aiogram's own session, which tells who in the chain failed: its errors do not carry the status."""

    def build_form_data(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        """Return the body of a request: JSON where nothing can be uploaded, else aiogram's form in parts."""
        if isinstance(method, SendWords):
            return JsonPayload(method.model_dump(exclude_none=True))
        return super().build_form_data(bot, method)

    def check_response(self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str) -> Response[Any]:
        """Return the answer as read. Raises what it stands for."""
        if status_code in NOT_TAKEN:
            raise NotTaken(method=method, message=HTTPStatus(status_code).phrase)
        if isinstance(method, SendWords) and status_code == HTTPStatus.OK:
            with suppress(ValidationError):
                sent = _SENT.model_validate_json(content)
                if sent.ok:
                    return sent
            # Whatever else was answered, aiogram knows how to take it.
        return super().check_response(bot, method, status_code, content)
