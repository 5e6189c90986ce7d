"""Our own accounts on messengers that have several, and the tokens they live by. No secret shows in a `repr`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from deeds.codes import secret_hash
from storage.database import Tx
from storage.models import MessengerAccount
from storage.statements import insert_unless_there, table

ALARM_EVERY = timedelta(days=1)
ENDS_SOON = timedelta(days=14)  # before a refresh token dies: time enough for somebody to authorise the app again
CONSENT_LIVES = timedelta(minutes=30)

_ACCOUNT = table(MessengerAccount)


@dataclass(frozen=True)
class Account:
    """One account as the messenger's folder needs it."""

    messenger: str
    account: str
    name: str
    app_id: str
    app_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    access_token: str = field(repr=False)
    access_until: datetime | None
    refresh_token: str = field(repr=False)
    refresh_until: datetime | None
    refreshed_at: datetime | None
    broken_since: datetime | None
    broken_why: str | None
    alarmed_at: datetime | None
    consent_verifier: str | None = field(repr=False)
    consent_until: datetime | None

    def ends_soon(self, now: datetime) -> bool:
        """Tell whether the refresh token dies within two weeks: healthy ones are replaced twice a day."""
        return self.refresh_until is not None and self.refresh_until - now < ENDS_SOON


_COLUMNS = tuple(_ACCOUNT.c[name] for name in Account.__dataclass_fields__)


def seed(
    tx: Tx,
    messenger: str,
    account: str,
    *,
    app_id: str,
    app_secret: str,
    secret_key: str,
    refresh_token: str = "",
    now: datetime,
) -> None:
    """Make an account, or bring an existing one to these secrets.

    A refresh token works once, so the one given counts only the first time: the pair kept since is newer. Another one
    than was given before is the operator's way back, and replaces the pair.
    """
    secrets = {"app_id": app_id, "app_secret": app_secret, "secret_key": secret_key}
    told = secret_hash(refresh_token) if refresh_token else None
    new = {"messenger": messenger, "account": account, "name": "", "access_token": "", "created_at": now, **secrets}
    if insert_unless_there(tx, MessengerAccount, {**new, "refresh_token": refresh_token, "seed_hash": told}):
        return
    tx.execute(update(MessengerAccount).where(*_is(messenger, account)).values(**secrets))
    if told is None:
        return
    other = or_(MessengerAccount.seed_hash.is_(None), MessengerAccount.seed_hash != told)
    tx.execute(
        update(MessengerAccount)
        .where(*_is(messenger, account), other)
        .values(
            access_token="",
            access_until=None,
            refresh_token=refresh_token,
            refresh_until=None,
            refreshed_at=None,
            seed_hash=told,
            **_WHOLE,
        )
    )


def account(tx: Tx, messenger: str, account: str) -> Account | None:
    """Return one account."""
    found = tx.execute(select(*_COLUMNS).where(*_is(messenger, account))).first()
    return Account(**found._mapping) if found is not None else None


def accounts(tx: Tx, messenger: str | None = None) -> Sequence[Account]:
    """Return the accounts, of one messenger or of all, in the order they were made."""
    here = () if messenger is None else (MessengerAccount.messenger == messenger,)
    rows = tx.execute(select(*_COLUMNS).where(*here).order_by(MessengerAccount.id))
    return [Account(**row._mapping) for row in rows]


def keep_tokens(
    tx: Tx,
    messenger: str,
    account: str,
    *,
    access_token: str,
    access_until: datetime,
    refresh_token: str,
    refresh_until: datetime,
    now: datetime,
    instead_of: str | None = None,
) -> bool:
    """Keep a new pair. With `instead_of` only where that refresh token still stands: a newer consent is not undone."""
    still = () if instead_of is None else (MessengerAccount.refresh_token == instead_of,)
    changed = tx.execute(
        update(MessengerAccount)
        .where(*_is(messenger, account), *still)
        .values(
            access_token=access_token,
            access_until=access_until,
            refresh_token=refresh_token,
            refresh_until=refresh_until,
            refreshed_at=now,
            **_WHOLE,
        )
    )
    return changed.rowcount == 1


def keep_name(tx: Tx, messenger: str, account: str, name: str) -> None:
    """Note what an account is called where people see it."""
    tx.execute(update(MessengerAccount).where(*_is(messenger, account)).values(name=name))


def mark_broken(tx: Tx, messenger: str, account: str, refresh_token: str, why: str, now: datetime) -> bool:
    """Note that this refresh token was refused. Returns False where another stands there by now, or it is known."""
    still = (MessengerAccount.refresh_token == refresh_token, MessengerAccount.broken_since.is_(None))
    marked = update(MessengerAccount).where(*_is(messenger, account), *still)
    return tx.execute(marked.values(broken_since=now, broken_why=why)).rowcount == 1


def alarms_due(tx: Tx, messenger: str, now: datetime) -> Sequence[Account]:
    """Return the accounts somebody must be told of: broken or about to end, and not told of within a day."""
    return [
        found
        for found in accounts(tx, messenger)
        if (found.broken_since is not None or found.ends_soon(now))
        and (found.alarmed_at is None or found.alarmed_at <= now - ALARM_EVERY)
    ]


def claim_alarm(tx: Tx, messenger: str, account: str, now: datetime) -> bool:
    """Take it on oneself to tell of an account; False where another process just did."""
    quiet = or_(MessengerAccount.alarmed_at.is_(None), MessengerAccount.alarmed_at <= now - ALARM_EVERY)
    taken = update(MessengerAccount).where(*_is(messenger, account), quiet).values(alarmed_at=now)
    return tx.execute(taken).rowcount == 1


def begin_consent(tx: Tx, messenger: str, account: str, *, state: str, verifier: str, now: datetime) -> bool:
    """Note that somebody is about to authorise our app; an earlier attempt ends. False: there is no such account."""
    begun = update(MessengerAccount).where(*_is(messenger, account))
    values = {"consent_state": secret_hash(state), "consent_verifier": verifier, "consent_until": now + CONSENT_LIVES}
    return tx.execute(begun.values(values)).rowcount == 1


def consent_is_open(tx: Tx, messenger: str, state: str, now: datetime) -> bool:
    """Tell whether this state belongs to an authorisation under way; asking uses nothing up."""
    open_ = (MessengerAccount.messenger == messenger, MessengerAccount.consent_until > now)
    asked = select(MessengerAccount.id).where(MessengerAccount.consent_state == secret_hash(state), *open_)
    return tx.execute(asked).first() is not None


def take_consent(tx: Tx, messenger: str, now: datetime, *, state: str = "", account: str = "") -> Account | None:
    """Return the account an authorisation under way is for, by its state or its id, and end it: it works once."""
    which = MessengerAccount.consent_state == secret_hash(state) if state else MessengerAccount.account == account
    open_ = (MessengerAccount.messenger == messenger, which, MessengerAccount.consent_until > now)
    found = tx.execute(select(*_COLUMNS).where(*open_).with_for_update()).first()
    if found is None:
        return None
    ended = {"consent_state": None, "consent_verifier": None, "consent_until": None}
    tx.execute(update(MessengerAccount).where(*_is(messenger, found.account)).values(ended))
    return Account(**found._mapping)


_WHOLE: dict[str, None] = {"broken_since": None, "broken_why": None, "alarmed_at": None}


def _is(messenger: str, account: str) -> tuple[ColumnElement[bool], ...]:
    return MessengerAccount.messenger == messenger, MessengerAccount.account == account
