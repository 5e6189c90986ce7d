"""How the operator lets our app act for an account: a link, a person's yes on it, and the code it comes back with."""

from dataclasses import dataclass

import structlog

from deeds.clock import Clock
from deeds.codes import new_secret
from messengers.zalo_oa.abilities import NAME
from messengers.zalo_oa.oauth import NoAnswer, OAuth, Pair, TokenRefused, new_verifier
from storage import accounts
from storage.accounts import Account
from storage.database import Tx
from storage.store import Store
from texts import say

log = structlog.get_logger()


@dataclass(frozen=True)
class Ended:
    """How an authorisation ended, as a sentence for who made it."""

    worked: bool
    sentence: str


def begin(tx: Tx, oauth: OAuth, account: Account, public_url: str, clock: Clock) -> str:
    """Return the link an administrator of the account opens within half an hour."""
    state, verifier = new_secret(), new_verifier()
    accounts.begin_consent(tx, NAME, account.account, state=state, verifier=verifier, now=clock.now())
    return oauth.consent_link(account.app_id, public_url, state, verifier)


def keep(tx: Tx, account: str, pair: Pair, clock: Clock) -> None:
    """Keep the pair an authorisation gave, whatever stood there."""
    accounts.keep_tokens(
        tx,
        NAME,
        account,
        access_token=pair.access_token,
        access_until=pair.access_until,
        refresh_token=pair.refresh_token,
        refresh_until=pair.refresh_until,
        now=clock.now(),
    )


async def exchange(oauth: OAuth, account: Account, code: str) -> Pair | str:
    """Return the tokens for a code, or the sentence that says why there are none."""
    try:
        return await oauth.exchange(account, code, account.consent_verifier or "")
    except TokenRefused as refused:
        log.error("Zalo refused an authorisation", account=account.account, code=str(refused))
        return say("zalo_oa.authorized.refused", code=refused)
    except NoAnswer as lost:
        log.error("an authorisation got no answer", account=account.account, error=str(lost))
        return say("zalo_oa.authorized.no_answer")


async def finish(store: Store, oauth: OAuth, clock: Clock, *, state: str, code: str, oa_id: str) -> Ended:
    """Finish what `begin` began, as Zalo sends the administrator back to us."""
    if not state or not code:
        return Ended(False, say("zalo_oa.authorized.not_begun"))
    # Anybody can open this address; who did not begin anything holds up no writer.
    account = None
    if await store.read(lambda tx: accounts.consent_is_open(tx, NAME, state, clock.now())):
        account = await store.write(NAME, lambda tx: accounts.take_consent(tx, NAME, clock.now(), state=state))
    if account is None:
        return Ended(False, say("zalo_oa.authorized.not_begun"))
    if oa_id and oa_id != account.account:
        return Ended(False, say("zalo_oa.authorized.other_account", wanted=account.account, got=oa_id))
    got = await exchange(oauth, account, code)
    if isinstance(got, str):
        return Ended(False, got)
    await store.write(NAME, lambda tx: keep(tx, account.account, got, clock))
    return Ended(True, say("zalo_oa.authorized.done", account=account.name or account.account))
