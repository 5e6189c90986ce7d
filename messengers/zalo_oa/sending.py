"""One message of ours becomes calls: words with buttons, pictures uploaded small enough, papers of kinds Zalo takes."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import structlog

from deeds.clock import Clock
from deeds.said import File, Option
from messengers.port import Failure, MessengerFailed, Outgoing, Sent
from messengers.zalo_oa.abilities import (
    NAME,
    PAYLOAD_PREFIX,
    UPLOAD_FILE_ENDINGS,
    UPLOAD_FILE_MAX_BYTES,
    UPLOAD_IMAGE_MAX_BYTES,
)
from messengers.zalo_oa.client import Client
from messengers.zalo_oa.failures import SHAPE_CODES, Refused
from storage import remote_copies
from storage.store import Store
from texts import say

log = structlog.get_logger()

REMEMBERED = 10_000
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Part:
    """One call: words with at most one picture, or a file; `words` if it carries what the message says."""

    text: str = ""
    photo: str | None = None
    file: File | None = None
    options: tuple[Option, ...] = ()
    words: bool = False


def parts_of(outgoing: Outgoing) -> list[Part]:
    """Return the calls one message takes: a message has one attachment, so buttons and pictures go apart."""
    photos = [Part(photo=photo) for photo in outgoing.photos]
    files = [Part(file=file) for file in outgoing.files]
    if outgoing.options:
        return [*photos, *files, Part(outgoing.text, options=outgoing.options, words=True)]
    if photos:
        return [Part(outgoing.text, photo=outgoing.photos[0], words=True), *photos[1:], *files]
    return [Part(outgoing.text, words=True), *files] if outgoing.text or not files else files


class Sender:
    """Sends for all accounts. Remembers how far a message of several calls got."""

    def __init__(
        self,
        client: Client,
        store: Store,
        clock: Clock,
        *,
        small_copy: Callable[[str], bytes],
        data_dir: Path,
        public_url: str,
        button_template: str,
    ) -> None:
        """`small_copy` gives a published picture as a JPEG Zalo takes by its size."""
        self._client = client
        self._store = store
        self._clock = clock
        self._small_copy = small_copy
        self._data_dir = data_dir
        self._public_url = public_url
        self._button_template = button_template
        self._done: OrderedDict[str, tuple[int, str]] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one message; the id is that of the call with the words. Raises `MessengerFailed`."""
        account, _, user = outgoing.chat.partition(":")
        if not account or not user:
            raise MessengerFailed(Failure.FAILED, "Zalo OA send: the chat names no account and person")
        parts = parts_of(outgoing)
        # A retry after the second call failed must not send the first again.
        done, remote_id = self._done.get(outgoing.key, (0, "")) if outgoing.key else (0, "")
        for number, part in enumerate(parts[done:], start=done + 1):
            sent_id = await self._send_part(account, user, part)
            remote_id = sent_id if part.words or not remote_id else remote_id
            if outgoing.key and number < len(parts):
                self._remember(outgoing.key, number, remote_id)
        self._done.pop(outgoing.key, None)
        return Sent(remote_id)

    async def _send_part(self, account: str, user: str, part: Part) -> str:
        if part.photo is not None:
            return await self._send_photo(account, user, part, part.photo)
        if part.file is not None:
            return await self._client.send(account, user, await self._file(account, part.file))
        if not part.options:
            return await self._client.send(account, user, {"text": part.text})
        payload: dict[str, Any] = {"buttons": [_button(option) for option in part.options]}
        if self._button_template:
            payload["template_type"] = self._button_template
        with_buttons = {"text": part.text, "attachment": {"type": "template", "payload": payload}}
        try:
            return await self._client.send(account, user, with_buttons)
        except Refused as refused:
            if refused.code not in SHAPE_CODES:
                raise
            # The numbers stand in the text, so nothing is lost but the convenience.
            log.warning("Zalo took no buttons; sent as plain words", code=refused.code)
            return await self._client.send(account, user, {"text": part.text})

    async def _send_photo(self, account: str, user: str, part: Part, sha256: str) -> str:
        # What was deleted here must not go out from there either, whatever Zalo still keeps.
        content = await self._picture_here(sha256)
        kept = f"{NAME}:{account}"
        known = await self._store.read(lambda tx: remote_copies.known(tx, kept, [sha256]))
        remote = known.get(sha256)
        if remote is not None:
            try:
                return await self._client.send(account, user, _picture(part.text, remote))
            except Refused as refused:
                if refused.code not in SHAPE_CODES:
                    raise
            log.info("Zalo no longer has a picture; uploaded again", account=account)
            await self._store.write(kept, lambda tx: remote_copies.forget(tx, [sha256], kept))
        uploaded = await self._client.upload(account, "image", f"{sha256[:16]}.jpg", content, "image/jpeg")
        now = self._clock.now()
        await self._store.write(kept, lambda tx: remote_copies.remember(tx, kept, {sha256: uploaded}, now))
        return await self._client.send(account, user, _picture(part.text, uploaded))

    async def _picture_here(self, sha256: str) -> bytes:
        try:
            content = await asyncio.to_thread(self._small_copy, sha256)
        except (OSError, ValueError) as error:
            raise MessengerFailed(
                Failure.FAILED, f"Zalo OA upload: no picture to send: {type(error).__name__}"
            ) from None
        if len(content) > UPLOAD_IMAGE_MAX_BYTES:
            raise MessengerFailed(Failure.FAILED, f"Zalo OA upload: a picture of {len(content)} bytes is too big")
        return content

    async def _file(self, account: str, file: File) -> dict[str, Any]:
        """Return the message with a file; where Zalo takes none of its kind, words that say where it is."""
        path, ending = self._data_dir / file.path, PurePosixPath(file.name).suffix.lower()
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise MessengerFailed(Failure.FAILED, f"Zalo OA upload: no file to send: {type(error).__name__}") from None
        if ending not in UPLOAD_FILE_ENDINGS or len(content) > UPLOAD_FILE_MAX_BYTES:
            return {"text": say("zalo_oa.file.elsewhere", name=file.name, address=f"{self._public_url}/desk")}
        token = await self._client.upload(account, "file", file.name, content, CONTENT_TYPES[ending])
        return {"attachment": {"type": "file", "payload": {"token": token}}}

    def _remember(self, key: str, number: int, remote_id: str) -> None:
        self._done[key] = (number, remote_id)
        self._done.move_to_end(key)
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)


def _button(option: Option) -> dict[str, str]:
    return {"title": option.label, "type": "oa.query.hide", "payload": f"{PAYLOAD_PREFIX}{option.id}"}


def _picture(text: str, attachment_id: str) -> dict[str, Any]:
    element = {"media_type": "image", "attachment_id": attachment_id}
    payload = {"template_type": "media", "elements": [element]}
    message: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
    return {"text": text, **message} if text else message
