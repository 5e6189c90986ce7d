"""Telegram as one of the messengers: start it, send through it, fetch what people sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import structlog
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, DeleteWebhook, GetMe, SetWebhook
from aiogram.utils.token import TokenValidationError

from deeds.clock import Clock
from messengers.port import Accept, Outgoing, Park, Sent
from messengers.receiving import Receiver
from messengers.telegram.abilities import ABILITIES, ALLOWED_UPDATES
from messengers.telegram.failures import failure_of
from messengers.telegram.files import stream
from messengers.telegram.incoming import NAME, Decoder
from messengers.telegram.menus import COMMANDS, Menus
from messengers.telegram.pictures import Pictures
from messengers.telegram.polling import Polling
from messengers.telegram.routes import PATH, check_secret, webhook
from messengers.telegram.sending import Sender, call
from messengers.telegram.session import Session
from storage import settings
from storage.database import Tx
from storage.office import TELEGRAM_BOT
from storage.store import Store

log = structlog.get_logger()

API_URL = "https://api.telegram.org"
SEND_TIMEOUT_S = 60.0
START_PAUSE_MAX_S = 60.0
PRESS_TIMEOUT_S = 10
Mode = Literal["polling", "webhook"]


class Telegram:
    """One bot. In webhook mode `secret` and `public_url` are needed, and `webhook` must be mounted."""

    name = NAME
    abilities = ABILITIES

    def __init__(
        self,
        token: str,
        *,
        photo_path: Callable[[str], Path],
        data_dir: Path,
        mode: Mode = "polling",
        api_url: str = API_URL,
        public_url: str = "",
        secret: str = "",
        commands: Sequence[str] = COMMANDS,
        store: Store | None = None,
        clock: Clock | None = None,
    ) -> None:
        """With a `store` it knows after a restart which pictures Telegram has, and shows moderators their commands.

        Raises `ValueError` for a token of no shape, or in webhook mode for a secret that protects nothing.
        """
        session = Session(api=TelegramAPIServer.from_base(api_url), timeout=SEND_TIMEOUT_S)
        try:
            self._bot = Bot(token, session=session)
        except TokenValidationError:
            raise ValueError("VIECTOT_TELEGRAM_TOKEN does not look like a bot token") from None
        if mode == "webhook":
            check_secret(secret)
        self.decoder = Decoder(self._bot.id)
        self._mode = mode
        self._public_url = public_url
        self._secret = secret
        self._store = store
        self._clock = clock
        self._menus = Menus(self._bot, store, commands)
        self._sender = Sender(self._bot, photo_path, data_dir, Pictures(store, clock))
        self._stopped = asyncio.Event()
        self._keeping_menus: asyncio.Task[None] | None = None

    def routes(self, accept: Accept, park: Park) -> Sequence[Any]:
        """Return the webhook's route; none where updates are fetched."""
        if self._mode == "polling":
            return ()
        return webhook(self._secret, self._receiver(accept, park).take).routes()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send or edit one message. Raises `MessengerFailed`."""
        return await self._sender.send(outgoing)

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Stream the bytes behind a file id. Raises `MessengerFailed`."""
        return stream(self._bot, remote, limit_bytes)

    async def answer_press(self, press: str) -> None:
        """Stop the spinner of a pressed button; failing at it is no failure."""
        try:
            await call(self._bot, AnswerCallbackQuery(callback_query_id=press), PRESS_TIMEOUT_S)
        except (AiogramError, OSError) as error:
            log.info("a press was not answered", error=str(failure_of(error, "answerCallbackQuery")))

    async def start(self, accept: Accept, park: Park) -> None:
        """Introduce the bot and receive: polling runs until `stop`, a webhook is registered and returned from.

        Telegram being away is no reason to fail: it is tried until it works.
        """
        async with asyncio.TaskGroup() as group:
            receiving = group.create_task(self._receive(accept, park))
            stopping = group.create_task(self._stopped.wait())
            await asyncio.wait((receiving, stopping), return_when=asyncio.FIRST_COMPLETED)
            receiving.cancel()
            stopping.cancel()

    async def stop(self) -> None:
        """Stop receiving and close connections."""
        self._stopped.set()
        if self._keeping_menus is not None:
            self._keeping_menus.cancel()
            await asyncio.wait((self._keeping_menus,))
        await self._bot.session.close()

    async def _receive(self, accept: Accept, park: Park) -> None:
        with suppress(asyncio.CancelledError):
            await self._introduce()
            self._keeping_menus = asyncio.get_running_loop().create_task(self._menus.run())
            if self._mode == "polling":
                await Polling(self._bot, self._receiver(accept, park)).run()

    def _receiver(self, accept: Accept, park: Park) -> Receiver:
        return Receiver(NAME, lambda raw: self.decoder.read(raw), accept, park)  # another one once its name is known

    async def _introduce(self) -> None:
        pause = 1.0
        while True:
            try:
                await self._set_up()
            except (AiogramError, OSError) as error:
                failed = failure_of(error, "start")
                wait = failed.retry_after_s or pause
                log.error("Telegram is not ready", error=str(failed), pause_s=wait)
                await asyncio.sleep(wait)
                pause = min(START_PAUSE_MAX_S, pause * 2)
            else:
                return

    async def _set_up(self) -> None:
        me = await call(self._bot, GetMe())
        username = me.get("username") if isinstance(me, dict) else me.username
        self.decoder = Decoder(self._bot.id, username or "")
        if self._mode == "webhook":
            await call(
                self._bot,
                SetWebhook(
                    url=self._public_url.rstrip("/") + PATH,
                    secret_token=self._secret,
                    allowed_updates=list(ALLOWED_UPDATES),
                ),
            )
        else:
            await call(self._bot, DeleteWebhook())
        await self._menus.set_for_everybody()
        await self._note_name(username or "")
        log.info("Telegram is ready", bot=username, mode=self._mode)

    async def _note_name(self, username: str) -> None:
        """Let the other messengers' conversations know where to find us; without it they give no link."""
        if self._store is None or self._clock is None:
            return
        now = self._clock.now()

        def note(tx: Tx) -> None:
            if settings.all_settings(tx).get(TELEGRAM_BOT) != username:
                settings.set_setting(tx, TELEGRAM_BOT, username, now)

        try:
            await self._store.write(NAME, note)
        except Exception as error:
            log.warning("the bot's name was not noted", error=type(error).__name__)
