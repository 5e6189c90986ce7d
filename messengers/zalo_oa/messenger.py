"""Zalo's Official Accounts as one of the messengers: keep their tokens alive, send, fetch what people sent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import structlog

from deeds.clock import Clock
from messengers.photo_links import PhotoLinks
from messengers.port import Accept, MessengerFailed, Outgoing, Park, Sent
from messengers.zalo_oa import consent
from messengers.zalo_oa.abilities import NAME, abilities
from messengers.zalo_oa.alarm import raise_alarms
from messengers.zalo_oa.client import Client
from messengers.zalo_oa.oauth import OAuth
from messengers.zalo_oa.routes import Door, Routes
from messengers.zalo_oa.sending import Sender
from messengers.zalo_oa.tokens import Tokens
from storage import accounts
from storage.accounts import Account
from storage.store import Store

log = structlog.get_logger()

API_URL = "https://openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
TICK_EVERY_S = 60.0
ACCOUNTS_KEPT_S = 2.0  # so long a forged event costs no look into the database


class ZaloOA:
    """All Official Accounts of an instance; which there are stands in the database."""

    name = NAME

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        links: PhotoLinks,
        small_copy: Callable[[str], bytes],
        data_dir: Path,
        public_url: str,
        api_url: str = API_URL,
        oauth_url: str = OAUTH_URL,
        button_template: str = "",
        prove_calls: bool = False,
        paid: bool = False,
    ) -> None:
        """`links` fetches pictures by their address and is closed by who made it."""
        self.abilities = abilities(paid=paid)
        self._store = store
        self._clock = clock
        self._links = links
        self._data_dir = data_dir
        self._oauth = OAuth(oauth_url, clock)
        self._tokens = Tokens(store, clock, self._oauth)
        self._client = Client(api_url, self._tokens, clock, prove_calls=prove_calls, paid=paid)
        self._sender = Sender(
            self._client,
            store,
            clock,
            small_copy=small_copy,
            data_dir=data_dir,
            public_url=public_url.rstrip("/"),
            button_template=button_template,
        )
        self._stopped = asyncio.Event()
        self._accounts: Sequence[Account] = ()
        self._accounts_read_at = float("-inf")

    def routes(self, accept: Accept, park: Park) -> Routes:
        """Return the routes to mount."""
        return Door(self._known, self._finish_consent, self._data_dir, accept, park).routes()

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one message. Raises `MessengerFailed`."""
        return await self._sender.send(outgoing)

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Stream the bytes behind an address. Raises `MessengerFailed`."""
        return self._links.stream(remote, limit_bytes)

    async def answer_press(self, press: str) -> None:
        """Buttons here do not spin."""

    async def start(self, accept: Accept, park: Park) -> None:
        """Look after the tokens until `stop`: what people write comes by the webhook."""
        while not self._stopped.is_set():
            try:
                await self.tick()
            except Exception as error:
                log.exception("the tokens could not be looked after", error=type(error).__name__)
            try:
                async with asyncio.timeout(TICK_EVERY_S):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Let a refresh under way end, whose answer comes once, and close connections."""
        self._stopped.set()
        await self._tokens.finish()
        await self._client.close()

    async def tick(self) -> None:
        """Refresh what is due, learn what accounts are called, and raise the alarm about the rest."""
        await self._tokens.keep_fresh()
        await self._learn_names()
        await self.alarm_due()

    async def alarm_due(self) -> None:
        """Tell staff, at most once a day, of accounts that are broken or soon will be."""
        now = self._clock.now()
        if await self._store.read(lambda tx: accounts.alarms_due(tx, NAME, now)):
            await self._store.write(NAME, lambda tx: raise_alarms(tx, now))

    async def _learn_names(self) -> None:
        for account in await self._store.read(lambda tx: accounts.accounts(tx, NAME)):
            if account.name or not account.access_token:
                continue
            try:
                name = await self._client.name_of(account.account)
            except MessengerFailed as failed:
                log.info("an account did not tell its name", account=account.account, error=str(failed))
                continue
            if name:
                await self._keep_name(account.account, name)

    async def _keep_name(self, account: str, name: str) -> None:
        await self._store.write(NAME, lambda tx: accounts.keep_name(tx, NAME, account, name))

    async def _known(self) -> Sequence[Account]:
        now = asyncio.get_running_loop().time()
        if now - self._accounts_read_at >= ACCOUNTS_KEPT_S:
            self._accounts = await self._store.read(lambda tx: accounts.accounts(tx, NAME))
            self._accounts_read_at = now
        return self._accounts

    async def _finish_consent(self, state: str, code: str, oa_id: str) -> consent.Ended:
        return await consent.finish(self._store, self._oauth, self._clock, state=state, code=code, oa_id=oa_id)
