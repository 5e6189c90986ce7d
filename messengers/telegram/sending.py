"""One message of ours becomes calls of the Bot API: text, buttons, pictures, files, or the edit of an earlier one.

Text goes out as it is, without a parse mode: nothing in a message of ours is markup, so nothing somebody wrote can be
taken for any, and "can't parse entities" cannot happen.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramBadRequest
from aiogram.methods import (
    EditMessageCaption,
    EditMessageText,
    SendDocument,
    SendMediaGroup,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import (
    ForceReply,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
)

from deeds.said import File, Option
from messengers.port import Failure, MessengerFailed, Outgoing, Sent
from messengers.render import units
from messengers.telegram.abilities import ALBUM_MAX, CAPTION_MAX_UNITS
from messengers.telegram.failures import failure_of
from messengers.telegram.pictures import Pictures
from messengers.telegram.session import SendWords

log = structlog.get_logger()

GENERAL_TOPIC = "1"  # must be left out when sending
ROW_MAX_CHARS = 24  # labels side by side on a narrow phone
ROW_MAX_BUTTONS = 3
REMEMBERED = 10_000


@dataclass(frozen=True)
class Part:
    """One call: words with at most one album, picture or file; `keyboard` if it carries the choices."""

    text: str = ""
    photos: tuple[str, ...] = ()
    file: File | None = None
    keyboard: bool = False


def parts_of(outgoing: Outgoing) -> list[Part]:
    """Return the calls one message takes. Words and choices come last, under the pictures, or all in one call."""
    text = outgoing.text
    photos, files = outgoing.photos, outgoing.files
    captioned = units(text) <= CAPTION_MAX_UNITS
    if len(photos) + len(files) == 1 and captioned:
        return [Part(text, photos, files[0] if files else None, keyboard=True)]
    if 2 <= len(photos) <= ALBUM_MAX and not files and not outgoing.options and captioned:
        return [Part(text, photos)]
    parts = [Part(photos=photos[at : at + ALBUM_MAX]) for at in range(0, len(photos), ALBUM_MAX)]
    parts += [Part(file=file) for file in files]
    return [*parts, Part(text, keyboard=True)] if text or not parts else parts


def keyboard_of(options: tuple[Option, ...]) -> InlineKeyboardMarkup | None:
    """Return the choices as buttons, short ones side by side."""
    rows: list[list[InlineKeyboardButton]] = []
    for option in options:
        button = InlineKeyboardButton(text=option.label, callback_data=option.id)
        row_chars = sum(len(beside.text) for beside in rows[-1]) + len(option.label) if rows else 0
        if rows and len(rows[-1]) < ROW_MAX_BUTTONS and row_chars <= ROW_MAX_CHARS:
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


async def call(bot: Bot, method: TelegramMethod[Any], timeout_s: int | None = None) -> Any:
    """Return what Telegram answers; as plain JSON where it succeeded in a shape this version of aiogram cannot read."""
    try:
        return await bot(method, request_timeout=timeout_s)
    except ClientDecodeError as error:
        if isinstance(error.data, dict) and error.data.get("ok"):
            return error.data["result"]
        raise


class Sender:
    """Sends for one bot. Knows which pictures Telegram has, and how far a message of several calls got."""

    def __init__(self, bot: Bot, photo_path: Callable[[str], Path], data_dir: Path, pictures: Pictures) -> None:
        self._bot = bot
        self._photo_path = photo_path
        self._data_dir = data_dir
        self._pictures = pictures
        self._done: OrderedDict[str, int] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send or edit one message; the id is that of the call with the words. Raises `MessengerFailed`."""
        doing = "edit" if outgoing.edits is not None else "send"
        try:
            if outgoing.edits is not None:
                return await self._edit(outgoing, outgoing.edits)
            return await self._send(outgoing)
        except FileNotFoundError:
            raise MessengerFailed(Failure.FAILED, f"Telegram {doing}: the file to send is gone") from None
        except Exception as error:
            if not isinstance(error, AiogramError | MessengerFailed | OSError):
                log.exception("a message could not be made into calls", key=outgoing.key)
            failed = failure_of(error, doing)
            if outgoing.edits is not None and failed.failure is Failure.UNCERTAIN:
                failed.failure = Failure.LATER  # the same edit twice does no harm
            raise failed from None

    async def _send(self, outgoing: Outgoing) -> Sent:
        parts = parts_of(outgoing)
        if outgoing.options and not any(part.keyboard for part in parts):
            raise MessengerFailed(Failure.FAILED, "Telegram send: choices need words")
        # A retry after the second call failed must not send the album of the first again.
        done = self._done.get(outgoing.key, 0) if outgoing.key else 0
        remote_id = ""
        for number, part in enumerate(parts[done:], start=done + 1):
            remote_id = await self._post(outgoing, part)
            if outgoing.key and number < len(parts):
                _remember(self._done, outgoing.key, number)
        self._done.pop(outgoing.key, None)
        return Sent(remote_id)

    async def _post(self, outgoing: Outgoing, part: Part) -> str:
        thread = None if outgoing.thread in (None, GENERAL_TOPIC) else int(outgoing.thread)
        try:
            return await self._post_to(outgoing, part, thread)
        except TelegramBadRequest as error:
            told = str(error).lower()
            if "message thread not found" in told and thread is not None:
                log.warning("the topic of a group is gone; sent without it", chat=outgoing.chat, thread=thread)
                return await self._post_to(outgoing, part, None)
            if "wrong file identifier" in told and await self._pictures.forget(part.photos):
                return await self._post_to(outgoing, part, thread)
            raise

    async def _post_to(self, outgoing: Outgoing, part: Part, thread: int | None) -> str:
        chat = int(outgoing.chat)
        common: dict[str, Any] = {"chat_id": chat, "message_thread_id": thread}
        # In the moderators' groups: a hindrance to passing cards on, no secrecy.
        common["protect_content"] = chat < 0 or None
        known = await self._pictures.known(part.photos) if part.photos else {}
        photos = [self._photo(photo, known) for photo in part.photos]
        if len(photos) > 1:
            return await self._post_album(common, part, photos)
        markup = self._markup(outgoing) if part.keyboard else None
        if photos:
            answer = await call(
                self._bot,
                SendPhoto(photo=photos[0], caption=part.text or None, reply_markup=markup, **common),
            )
            await self._pictures.remember(_file_ids(part.photos, [answer]))
        elif part.file is not None:
            document = _on_disk(self._data_dir / part.file.path, part.file.name)
            answer = await call(
                self._bot,
                SendDocument(document=document, caption=part.text or None, reply_markup=markup, **common),
            )
        else:
            preview = {"is_disabled": True}
            words = SendWords(text=part.text, link_preview_options=preview, reply_markup=markup, **common)
            answer = await call(self._bot, words)
        return str(_of(answer, "message_id"))

    async def _post_album(self, common: dict[str, Any], part: Part, photos: Sequence[str | FSInputFile]) -> str:
        media = [
            InputMediaPhoto(media=photo, caption=None if number else part.text or None)
            for number, photo in enumerate(photos)
        ]
        answers = await call(self._bot, SendMediaGroup(media=list(media), **common))
        await self._pictures.remember(_file_ids(part.photos, answers))
        return str(_of(answers[0], "message_id"))

    async def _edit(self, outgoing: Outgoing, remote_id: str) -> Sent:
        text = outgoing.text
        where: dict[str, Any] = {"chat_id": int(outgoing.chat), "message_id": int(remote_id)}
        where["reply_markup"] = keyboard_of(outgoing.options)
        no_preview = LinkPreviewOptions(is_disabled=True)
        try:
            await call(self._bot, EditMessageText(text=text, link_preview_options=no_preview, **where))
        except TelegramBadRequest as error:
            told = str(error).lower()
            if "message is not modified" in told:
                return Sent(remote_id)
            if "no text in the message" not in told:
                raise
            await self._edit_caption(text, where)
        return Sent(remote_id)

    async def _edit_caption(self, text: str, where: dict[str, Any]) -> None:
        try:
            await call(self._bot, EditMessageCaption(caption=text, **where))
        except TelegramBadRequest as error:
            if "message is not modified" not in str(error).lower():
                raise

    def _markup(self, outgoing: Outgoing) -> InlineKeyboardMarkup | ForceReply | None:
        keyboard = keyboard_of(outgoing.options)
        if keyboard is None and outgoing.ask_reply:
            # With privacy on a bot in a group is shown nothing but replies and commands.
            return ForceReply()
        return keyboard

    def _photo(self, sha256: str, known: Mapping[str, str]) -> str | FSInputFile:
        # What was deleted here must not go out from there either, whatever Telegram still keeps.
        here = _on_disk(self._photo_path(sha256), f"{sha256[:16]}.jpg")
        return known.get(sha256) or here


def _file_ids(sha256s: Sequence[str], answers: Sequence[Any]) -> dict[str, str]:
    """Return the ids of the biggest sizes of pictures that were sent."""
    ids: dict[str, str] = {}
    for sha256, answer in zip(sha256s, answers, strict=True):
        if sizes := _of(answer, "photo") or []:
            ids[sha256] = str(_of(max(sizes, key=lambda size: _of(size, "width")), "file_id"))
    return ids


def _on_disk(path: Path, name: str) -> FSInputFile:
    # In the middle of an upload a missing file would look like a cut line, which is tried again.
    if not path.is_file():
        raise FileNotFoundError(path.name)
    return FSInputFile(path, name)


def _of(answer: Any, name: str) -> Any:
    return answer.get(name) if isinstance(answer, dict) else getattr(answer, name)


def _remember(memory: OrderedDict[str, int], key: str, value: int) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
