"""One message of ours becomes calls of the Bot Platform: every picture by its address, then the words.

Text goes out as it is, without `parse_mode`: nothing in it is markup, so nothing somebody wrote can be taken for any.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import structlog

from deeds.clock import Clock
from messengers.port import Failure, MessengerFailed, Outgoing, Sent
from messengers.zalo_bot.client import CALL_TIMEOUT_S, Answer, Client, NoAnswer, NotReached, Refused
from messengers.zalo_bot.failures import failure_of
from messengers.zalo_bot.photo_addresses import PATH, PhotoAddresses

log = structlog.get_logger()

PHOTO_TIMEOUT_S = 150.0  # the platform fetches the picture before it answers; other clients wait as long
REMEMBERED = 10_000
BROKEN_THERE = 403  # its own "internal error": of a picture it may be for good, so the words do not wait for it


class Sender:
    """Sends for one bot. Remembers how far a message of several calls got."""

    def __init__(
        self,
        client: Client,
        addresses: PhotoAddresses,
        photo_path: Callable[[str], Path],
        clock: Clock,
        public_url: str,
    ) -> None:
        self._client = client
        self._addresses = addresses
        self._photo_path = photo_path
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._done: OrderedDict[str, int] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one message; the id is that of the words. Raises `MessengerFailed`."""
        text = outgoing.text
        if outgoing.files:
            log.warning("the Bot Platform takes no files; only the words went out", key=outgoing.key)
        # A retry after the second call failed must not send the picture of the first again.
        done = self._done.get(outgoing.key, 0) if outgoing.key else 0
        sent = Sent("")
        for number, sha256 in enumerate(outgoing.photos[done:], start=done + 1):
            sent = await self._send_photo(outgoing, sha256) or sent
            if outgoing.key:
                self._remember(outgoing.key, number)
        if text.strip():
            sent = await self._send_words(outgoing.chat, text)
        elif not outgoing.photos:
            raise MessengerFailed(Failure.FAILED, "Zalo Bot send: nothing to say")
        self._done.pop(outgoing.key, None)
        return sent

    async def _send_photo(self, outgoing: Outgoing, sha256: str) -> Sent | None:
        """Send a picture; None where it could not be, or not surely. Raises only what holds for the words as well."""
        if not await asyncio.to_thread(self._photo_path(sha256).is_file):
            log.warning("a picture to send is gone", key=outgoing.key, sha256=sha256)
            return None
        address = f"{self._public_url}{PATH}{self._addresses.token(sha256, self._clock.now())}.jpg"
        try:
            answer = await self._client.call("sendPhoto", PHOTO_TIMEOUT_S, chat_id=outgoing.chat, photo=address)
        except (Refused, NotReached, NoAnswer) as error:
            failed, code = failure_of(error, "sendPhoto"), getattr(error, "code", 0)
        else:
            return Sent(_message_id(answer))
        if failed.failure is Failure.LATER and code != BROKEN_THERE:
            raise failed
        # The words say what matters, and must not be lost because a picture could not be fetched from us.
        log.warning("a picture did not surely go out", key=outgoing.key, sha256=sha256, error=str(failed))
        return None

    async def _send_words(self, chat: str, text: str) -> Sent:
        try:
            return Sent(_message_id(await self._client.call("sendMessage", CALL_TIMEOUT_S, chat_id=chat, text=text)))
        except (Refused, NotReached, NoAnswer) as error:
            failed = failure_of(error, "sendMessage")
        raise failed

    def _remember(self, key: str, number: int) -> None:
        self._done[key] = number
        self._done.move_to_end(key)
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)


def _message_id(answer: Answer) -> str:
    result = answer.result if isinstance(answer.result, dict) else {}
    return str(result.get("message_id") or "")
