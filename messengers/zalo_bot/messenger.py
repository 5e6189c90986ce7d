"""The Zalo Bot Platform as one of the messengers: start it, send through it, fetch what people sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import structlog

from deeds.clock import Clock
from messengers.photo_links import PhotoLinks
from messengers.port import Accept, Outgoing, Park, Sent
from messengers.receiving import Receiver
from messengers.zalo_bot.abilities import ABILITIES
from messengers.zalo_bot.client import Client, NoAnswer, NotReached, Refused
from messengers.zalo_bot.failures import failure_of
from messengers.zalo_bot.incoming import NAME, read
from messengers.zalo_bot.photo_addresses import PhotoAddresses
from messengers.zalo_bot.polling import POLL_TAKES_S, Polling
from messengers.zalo_bot.routes import PATH, Photos, Routes, check_secret, webhook
from messengers.zalo_bot.sending import Sender
from storage.store import Store

log = structlog.get_logger()

START_PAUSE_MAX_S = 60.0
STOPS_WITHIN_S = POLL_TAKES_S + 5.0
Mode = Literal["polling", "webhook"]


class ZaloBot:
    """One bot. What `routes` returns must be mounted: pictures are fetched from us whatever the mode."""

    name = NAME
    abilities = ABILITIES

    def __init__(
        self,
        token: str,
        *,
        store: Store,
        clock: Clock,
        links: PhotoLinks,
        photo_path: Callable[[str], Path],
        key: bytes,
        api_url: str,
        mode: Mode = "polling",
        public_url: str = "",
        secret: str = "",
        alone: bool = False,
    ) -> None:
        """Raises `ValueError` for a token of no shape, or in webhook mode for a secret that protects nothing.

        `links` fetches what people sent; it stays open when this messenger stops, others use it too.
        """
        if mode == "webhook":
            check_secret(secret)
        self._client = Client(token, api_url)
        self._token = token
        self._store = store
        self._clock = clock
        self._links = links
        self._photo_path = photo_path
        self._mode = mode
        self._public_url = public_url.rstrip("/")
        self._secret = secret
        self._alone = alone
        self._addresses = PhotoAddresses(key)
        self._sender = Sender(self._client, self._addresses, photo_path, clock, self._public_url)
        self._stopped = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    def routes(self, accept: Accept, park: Park) -> Routes:
        """Return what to mount: the pictures, and in webhook mode the webhook."""
        pictures = Photos(self._addresses, self._photo_path, self._clock).routes()
        return pictures if self._mode == "polling" else [*pictures, *webhook(self._secret, accept, park).routes()]

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one message; nothing is ever replaced here. Raises `MessengerFailed`."""
        return await self._sender.send(outgoing)

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Stream the bytes behind an address the platform gave. Raises `MessengerFailed`."""
        return self._links.stream(remote, limit_bytes)

    async def answer_press(self, press: str) -> None:
        """Do nothing: there are no buttons."""

    async def start(self, accept: Accept, park: Park) -> None:
        """Receive: polling runs until `stop`, a webhook is registered and returned from.

        The platform being away is no reason to fail: it is tried until it works.
        """
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as group:
                receiving = group.create_task(self._receive(accept, park))
                stopping = group.create_task(self._stopped.wait())
                await asyncio.wait((receiving, stopping), return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait((receiving,), timeout=STOPS_WITHIN_S)  # a poll cut in two loses what it was given
                receiving.cancel()
                stopping.cancel()
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Stop receiving, let the poll under way end and what it brought be kept, and close connections."""
        self._stopped.set()
        await self._ended.wait()
        await self._client.close()

    async def _receive(self, accept: Accept, park: Park) -> None:
        with suppress(asyncio.CancelledError):
            if self._mode == "polling":
                receiver = Receiver(NAME, read, accept, park)
                polling = Polling(self._client, self._token, self._store, self._clock, receiver, alone=self._alone)
                await polling.run(self._stopped)
            else:
                await self._register()

    async def _register(self) -> None:
        pause_s = 1.0
        while not self._stopped.is_set():
            url = self._public_url + PATH
            try:
                answer = await self._client.call("setWebhook", url=url, secret_token=self._secret)
            except (Refused, NotReached, NoAnswer) as error:
                failed = failure_of(error, "setWebhook")
                wait_s = failed.retry_after_s or pause_s
                log.error("Zalo Bot is not ready", error=str(failed), pause_s=wait_s)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), wait_s)
                pause_s = min(START_PAUSE_MAX_S, pause_s * 2)
            else:
                _say_whether_reached(answer.result)
                log.info("Zalo Bot is ready", mode="webhook")
                return


def _say_whether_reached(result: object) -> None:
    """Log what the platform found when it tried our address: it keeps the address either way."""
    tried = result.get("verification") if isinstance(result, dict) else None
    if isinstance(tried, dict) and tried.get("ok") is False:
        log.warning("the platform did not reach the webhook", outcome=str(tried.get("outcome"))[:100])
