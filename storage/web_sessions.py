"""Signing in at the desk: one-time links, and the sessions of browsers. Only hashes of their secrets are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select, update

from deeds.codes import new_secret, secret_hash
from storage import invitations, people
from storage.database import Tx
from storage.models import SignInLink, WebSession
from storage.people import Known

COMMAND_LINK_LIVES = timedelta(hours=24)  # printed by a command, carried to a browser by hand
ASKED_LINK_LIVES = timedelta(seconds=120)  # asked for at the desk, opened in the browser that asked
SESSION_LIVES = timedelta(hours=8)
SESSION_IDLE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)  # a page view is no reason to write more often


@dataclass(frozen=True)
class Session:
    """A browser that is signed in: who, with the roles they hold now, and the token every form of theirs carries."""

    id: int
    person: Known
    form_token: str
    last_seen_at: datetime

    def is_due_for_touch(self, now: datetime) -> bool:
        """Tell whether it is time to write down that this session is in use."""
        return now - self.last_seen_at >= TOUCH_EVERY


def new_link(
    tx: Tx,
    person_id: int,
    now: datetime,
    lives: timedelta,
    browser: str | None = None,
    *,
    invitation_id: int | None = None,
) -> str:
    """Return the token of a fresh link that signs this person in once; with `browser`, in that browser only.

    One that was given out beside an invitation gives its roles as well.
    """
    token = new_secret()
    tx.execute(
        insert(SignInLink).values(
            token_hash=secret_hash(token),
            person_id=person_id,
            invitation_id=invitation_id,
            browser_hash=secret_hash(browser) if browser else None,
            created_at=now,
            expires_at=now + lives,
        )
    )
    return token


def links_since(tx: Tx, person_id: int, browser: str, since: datetime) -> int:
    """Return how many links this browser asked for in a person's name since then.

    Counted by who asks, never by whose name it is: or three questions of a stranger would lock that person out.
    """
    return tx.execute(
        select(func.count())
        .select_from(SignInLink)
        .where(
            SignInLink.person_id == person_id,
            SignInLink.browser_hash == secret_hash(browser),
            SignInLink.created_at >= since,
        )
    ).scalar_one()


def link_is_open(tx: Tx, token: str, now: datetime, browser: str | None) -> bool:
    """Tell whether a link would sign this browser in; asking uses nothing up."""
    return tx.execute(select(SignInLink.id).where(*_open(token, browser, now))).first() is not None


def consume_link(tx: Tx, token: str, browser: str | None, now: datetime) -> tuple[str, str] | None:
    """Use a link up; returns the secret of a new session and its form token, or None when the link opens nothing."""
    using = update(SignInLink).where(*_open(token, browser, now)).values(used_at=now)
    used = tx.execute(using.returning(SignInLink.person_id, SignInLink.invitation_id)).first()
    if used is None or people.person(tx, used.person_id) is None:
        return None
    if used.invitation_id is not None:
        invitations.appoint(tx, used.invitation_id, now)
    secret, form_token = new_secret(), new_secret()
    tx.execute(
        insert(WebSession).values(
            token_hash=secret_hash(secret),
            form_token=form_token,
            person_id=used.person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIVES,
        )
    )
    return secret, form_token


def _open(token: str, browser: str | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    for_browser: ColumnElement[bool] = SignInLink.browser_hash.is_(None)
    if browser:
        for_browser = for_browser | (SignInLink.browser_hash == secret_hash(browser))
    return (
        SignInLink.token_hash == secret_hash(token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
        for_browser,
    )


def session_of(tx: Tx, token: str, now: datetime) -> Session | None:
    """Return the session behind a cookie; None once it was ended, lay idle for 30 minutes or is 8 hours old."""
    row = tx.execute(
        select(WebSession.id, WebSession.person_id, WebSession.form_token, WebSession.last_seen_at).where(
            WebSession.token_hash == secret_hash(token),
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > now,
            WebSession.last_seen_at > now - SESSION_IDLE,
        )
    ).first()
    if row is None:
        return None
    person = people.person(tx, row.person_id)
    return Session(row.id, person, row.form_token, row.last_seen_at) if person else None


def touch(tx: Tx, session_id: int, now: datetime) -> None:
    """Write down that a session is in use."""
    tx.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=now))


def end_session(tx: Tx, token: str, now: datetime) -> None:
    """End the session behind a cookie."""
    tx.execute(
        update(WebSession)
        .where(WebSession.token_hash == secret_hash(token), WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_sessions_of(tx: Tx, person_id: int, now: datetime) -> None:
    """End every session of a person, wherever they are signed in, and every link that would open another."""
    unused = (SignInLink.person_id == person_id, SignInLink.used_at.is_(None))
    tx.execute(update(SignInLink).where(*unused).values(used_at=now))
    tx.execute(
        update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
