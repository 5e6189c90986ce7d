"""The life of an account's tokens: a refresh works once, so one process does it at a time and saves before it uses."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from deeds.clock import Clock
from deeds.codes import secret_hash
from messengers.port import Failure, MessengerFailed
from messengers.zalo_oa.abilities import NAME
from messengers.zalo_oa.oauth import TIMEOUT_S, NoAnswer, OAuth, Pair, TokenRefused
from storage import accounts, leases
from storage.accounts import Account
from storage.database import Tx, is_worth_a_retry
from storage.store import Store

log = structlog.get_logger()

REFRESH_EVERY = timedelta(hours=12)  # of 25: a day on which nothing works is survived
AT_LEAST_LEFT = timedelta(minutes=1)  # of an access token that is still used
LEASE = timedelta(seconds=TIMEOUT_S * 3)  # longer than the answer may take, or two would refresh with one token
WAIT_FOR_OTHER_S = 45.0
LOOK_EVERY_S = 0.2
PAUSE_REFUSED_S = 1800.0  # before a refused token is tried again
PAUSE_NO_ANSWER_S = 10.0
STORE_AGAIN_S = 1.0


class Tokens:
    """Gives out access tokens that work."""

    def __init__(self, store: Store, clock: Clock, oauth: OAuth) -> None:
        """Several of these on one database take turns."""
        self._store = store
        self._clock = clock
        self._oauth = oauth
        self._holder = uuid4().hex
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._failed: dict[str, tuple[str, float, str]] = {}  # by account: hash of the token, not before, why
        self._under_way: set[asyncio.Task[Account]] = set()
        self._stopping = False

    async def access(self, account: str) -> Account:
        """Return an account whose access token should work. Raises `MessengerFailed`."""
        row = await self._row(account)
        if _works(row, self._clock.now()):
            return row
        return await self._renew(row)

    async def renewed(self, refused: Account) -> Account:
        """Return the account with another access token than the one Zalo just refused. Raises `MessengerFailed`."""
        return await self._renew(refused)

    async def keep_fresh(self) -> None:
        """Refresh what is twelve hours old. What fails is tried again by the next call."""
        for row in await self._store.read(lambda tx: accounts.accounts(tx, NAME)):
            if not row.refresh_token or not _is_due(row, self._clock.now()):
                continue
            try:
                await self._renew(row)
            except MessengerFailed as failed:
                log.warning("tokens could not be refreshed", account=row.account, error=str(failed))

    async def finish(self) -> None:
        """Wait until no refresh is under way: its answer must be kept."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=TIMEOUT_S)

    async def _row(self, account: str) -> Account:
        row = await self._store.read(lambda tx: accounts.account(tx, NAME, account))
        if row is None:
            raise MessengerFailed(Failure.FAILED, f"Zalo OA: there is no account {account}")
        return row

    async def _renew(self, seen: Account) -> Account:
        """Return the account with a newer pair than `seen` had: one of ours, or somebody else's."""
        # Whoever asked may go away; a refresh cut short would lose the pair for good.
        task = asyncio.get_running_loop().create_task(self._renew_in_turn(seen))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Task[Account]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # heard, also where nobody waits for it any more

    async def _renew_in_turn(self, seen: Account) -> Account:
        async with self._turns[seen.account]:
            row = await self._row(seen.account)
            if row.access_token and row.access_token != seen.access_token:
                return row
            loop = asyncio.get_running_loop()
            until = loop.time() + WAIT_FOR_OTHER_S
            while True:
                row, ours = await self._store.write(_lane(seen.account), lambda tx: self._take_turn(tx, seen))
                if row.access_token != seen.access_token and row.access_token:
                    return row
                if ours:
                    return await self._refresh(row)
                if self._stopping or loop.time() >= until:
                    raise MessengerFailed(Failure.LATER, "Zalo OA: somebody else refreshes the tokens")
                await asyncio.sleep(LOOK_EVERY_S)

    def _take_turn(self, tx: Tx, seen: Account) -> tuple[Account, bool]:
        """Return the row as it is now, and whether we may refresh it."""
        now = self._clock.now()
        ours = leases.take(tx, _lane(seen.account), self._holder, now, LEASE)
        row = accounts.account(tx, NAME, seen.account)
        if row is None:
            raise MessengerFailed(Failure.FAILED, f"Zalo OA: there is no account {seen.account}")
        if ours and row.access_token and row.access_token != seen.access_token:
            leases.give_back(tx, _lane(seen.account), self._holder)
        return row, ours

    async def _refresh(self, row: Account) -> Account:
        """Ask for the next pair while we hold the lease, and save it before anybody uses it."""
        try:
            self._not_too_often(row)
            pair = await self._oauth.refresh(row)
        except NoAnswer as lost:
            self._remember_failure(row, PAUSE_NO_ANSWER_S, str(lost))
            await self._give_back(row.account)
            raise MessengerFailed(Failure.LATER, f"Zalo OA refresh: {lost}", retry_after_s=PAUSE_NO_ANSWER_S) from None
        except TokenRefused as refused:
            self._remember_failure(row, PAUSE_REFUSED_S, f"refused, {refused}")
            await self._mark_broken(row, str(refused))
            raise _broken(str(refused)) from None
        except BaseException:
            await self._give_back(row.account)
            raise
        return await self._keep(row, pair)

    def _not_too_often(self, row: Account) -> None:
        """Raise what the last try with this very token ended in, while that was a moment ago."""
        if not row.refresh_token:
            raise _broken("nobody has authorised the app yet")
        token, not_before, why = self._failed.get(row.account, ("", 0.0, ""))
        left = not_before - asyncio.get_running_loop().time()
        if token == secret_hash(row.refresh_token) and left > 0:
            raise MessengerFailed(Failure.LATER, f"Zalo OA refresh: {why}", retry_after_s=left)

    def _remember_failure(self, row: Account, pause_s: float, why: str) -> None:
        not_before = asyncio.get_running_loop().time() + pause_s
        self._failed[row.account] = (secret_hash(row.refresh_token), not_before, why)

    async def _keep(self, row: Account, pair: Pair) -> Account:
        """Write a new pair down. The old one is dead, so a full disk is waited for."""

        def keep(tx: Tx) -> Account | None:
            now = self._clock.now()
            kept = accounts.keep_tokens(
                tx,
                NAME,
                row.account,
                access_token=pair.access_token,
                access_until=pair.access_until,
                refresh_token=pair.refresh_token,
                refresh_until=pair.refresh_until,
                now=now,
                instead_of=row.refresh_token,
            )
            leases.give_back(tx, _lane(row.account), self._holder)
            if not kept:
                log.warning("somebody authorised the app meanwhile: their tokens stay", account=row.account)
            return accounts.account(tx, NAME, row.account)

        while True:
            try:
                now_kept = await self._store.write(_lane(row.account), keep)
            except Exception as error:
                log.error("new tokens could not be stored", account=row.account, error=type(error).__name__)
                if not is_worth_a_retry(error):
                    raise
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                self._failed.pop(row.account, None)
                log.info("tokens were refreshed", account=row.account)
                if now_kept is None:
                    raise MessengerFailed(Failure.FAILED, f"Zalo OA: there is no account {row.account}")
                return now_kept

    async def _mark_broken(self, row: Account, why: str) -> None:
        def mark(tx: Tx) -> bool:
            leases.give_back(tx, _lane(row.account), self._holder)
            return accounts.mark_broken(tx, NAME, row.account, row.refresh_token, why, self._clock.now())

        if await self._store.write(_lane(row.account), mark):
            log.error("Zalo gives no tokens any more: viectot zalo-oa authorize", account=row.account, code=why)

    async def _give_back(self, account: str) -> None:
        await self._store.write(_lane(account), lambda tx: leases.give_back(tx, _lane(account), self._holder))


def _lane(account: str) -> str:
    return f"{NAME}:tokens:{account}"


def _works(row: Account, now: datetime) -> bool:
    return bool(row.access_token) and row.access_until is not None and row.access_until - now > AT_LEAST_LEFT


def _is_due(row: Account, now: datetime) -> bool:
    return not _works(row, now) or row.refreshed_at is None or now - row.refreshed_at >= REFRESH_EVERY


def _broken(why: str) -> MessengerFailed:
    return MessengerFailed(Failure.LATER, f"Zalo OA refresh: refused, {why}", retry_after_s=PAUSE_REFUSED_S)
