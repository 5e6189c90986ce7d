"""Two independent Bot API clients behind one small face, so that the same script drives both."""

import io
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

import aiogram
import telegram
import telegram.request
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BufferedInputFile, InputMediaPhoto

from tests.messengers.telegram_api import TelegramApi

Json = dict[str, Any]


class Refused(Exception):
    """What the server answered instead of a result."""

    def __init__(self, text: str, retry_after: int | None, migrate_to: int | None) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.migrate_to = migrate_to


class Client(Protocol):
    """What the scripts need; answers come back as the JSON the library understood."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method by its name in the API."""

    async def photo(self, chat: int, picture: bytes | str, **params: Any) -> Any:
        """Upload a photo, or send one again by its id."""

    async def album(self, chat: int, pictures: Sequence[bytes | str], caption: str) -> Any:
        """Send several photos in one call."""

    async def document(self, chat: int, content: bytes, name: str) -> Any:
        """Upload a file."""

    async def download(self, file_id: str) -> bytes:
        """Fetch a file by its id."""

    def decode(self, update: Json) -> Json:
        """Return an update as the library understood it."""


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)


class ByAiogram:
    """aiogram's Bot."""

    def __init__(self, api: TelegramApi, token: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
        self.bot = aiogram.Bot(token, session=session)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.bot.session.close()

    async def call(self, method: str, **params: Any) -> Any:
        return await self._told(getattr(self.bot, _snake(method))(**params))

    async def photo(self, chat: int, picture: bytes | str, **params: Any) -> Any:
        given = picture if isinstance(picture, str) else BufferedInputFile(picture, "anh.jpg")
        return await self._told(self.bot.send_photo(chat, given, **params))

    async def album(self, chat: int, pictures: Sequence[bytes | str], caption: str) -> Any:
        given = [one if isinstance(one, str) else BufferedInputFile(one, "anh.jpg") for one in pictures]
        media = [InputMediaPhoto(media=one, caption=None if number else caption) for number, one in enumerate(given)]
        return await self._told(self.bot.send_media_group(chat, media))  # type: ignore[arg-type]

    async def document(self, chat: int, content: bytes, name: str) -> Any:
        return await self._told(self.bot.send_document(chat, BufferedInputFile(content, name)))

    async def download(self, file_id: str) -> bytes:
        into = io.BytesIO()
        await self.bot.download(file_id, into)
        return into.getvalue()

    def decode(self, update: Json) -> Json:
        understood: Json = _of_aiogram(aiogram.types.Update.model_validate(update))
        return understood

    async def _told(self, answer: Any) -> Any:
        try:
            got = await answer
        except TelegramAPIError as error:
            raise Refused(
                str(error), getattr(error, "retry_after", None), getattr(error, "migrate_to_chat_id", None)
            ) from None
        return [_of_aiogram(one) for one in got] if isinstance(got, list) else _of_aiogram(got)


def _of_aiogram(thing: Any) -> Any:
    return thing.model_dump(mode="json", exclude_none=True, by_alias=True) if hasattr(thing, "model_dump") else thing


class ByPtb:
    """python-telegram-bot's Bot."""

    def __init__(self, api: TelegramApi, token: str) -> None:
        # One connection is its default for polling, too few for two polls at once.
        polling = telegram.request.HTTPXRequest(connection_pool_size=4)
        self.bot = telegram.Bot(
            token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot", get_updates_request=polling
        )

    async def __aenter__(self) -> Self:
        for request in self.bot._request:
            await request.initialize()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for request in self.bot._request:
            await request.shutdown()

    async def call(self, method: str, **params: Any) -> Any:
        if method == "getUpdates":
            # Its own default would keep the call open a little longer than asked for.
            params.setdefault("read_timeout", 10)
        if "reply_markup" in params and "inline_keyboard" in params["reply_markup"]:
            params["reply_markup"] = telegram.InlineKeyboardMarkup.de_json(params["reply_markup"], self.bot)
        return await self._told(getattr(self.bot, _snake(method))(**params))

    async def photo(self, chat: int, picture: bytes | str, **params: Any) -> Any:
        return await self._told(self.bot.send_photo(chat, picture, **params))

    async def album(self, chat: int, pictures: Sequence[bytes | str], caption: str) -> Any:
        media = [
            telegram.InputMediaPhoto(one, caption=None if number else caption) for number, one in enumerate(pictures)
        ]
        return await self._told(self.bot.send_media_group(chat, media))

    async def document(self, chat: int, content: bytes, name: str) -> Any:
        return await self._told(self.bot.send_document(chat, content, filename=name))

    async def download(self, file_id: str) -> bytes:
        return bytes(await (await self.bot.get_file(file_id)).download_as_bytearray())

    def decode(self, update: Json) -> Json:
        return telegram.Update.de_json(update, self.bot).to_dict()

    async def _told(self, answer: Any) -> Any:
        try:
            got = await answer
        except telegram.error.TelegramError as error:
            seconds = getattr(error, "retry_after", None)
            raise Refused(
                str(error),
                None if seconds is None else int(seconds.total_seconds()),
                getattr(error, "new_chat_id", None),
            ) from None
        return [_of_ptb(one) for one in got] if isinstance(got, tuple | list) else _of_ptb(got)


def _of_ptb(thing: Any) -> Any:
    return thing.to_dict() if hasattr(thing, "to_dict") else thing
