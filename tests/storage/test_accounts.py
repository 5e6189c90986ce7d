"""Accounts of our own: the settings make the first, a pair is kept as one, an authorisation works once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import accounts
from storage.accounts import Account
from storage.database import Database, Tx

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRETS = {"app_id": "100", "app_secret": "app-secret-1", "secret_key": "secret-key-1"}


def seed(tx: Tx, refresh_token: str = "r0", **more: Any) -> None:
    """Do what every start does with the settings."""
    accounts.seed(tx, "zalo_oa", "300", now=NOW, refresh_token=refresh_token, **{**SECRETS, **more})


def one(tx: Tx) -> Account:
    """Return the account."""
    found = accounts.account(tx, "zalo_oa", "300")
    assert found is not None
    return found


def keep(tx: Tx, number: int, **more: Any) -> bool:
    """Keep the pair of this number."""
    pair = {"access_token": f"a{number}", "refresh_token": f"r{number}"}
    times = {"access_until": NOW + 25 * HOUR, "refresh_until": NOW + 90 * DAY}
    return accounts.keep_tokens(tx, "zalo_oa", "300", now=NOW, **{**pair, **times, **more})


def test_the_same_settings_again_leave_the_newer_pair(database: Database) -> None:
    """The refresh token of the settings is dead after its first use: at the next start it must not come back."""
    with database.write() as tx:
        seed(tx)
        assert one(tx).refresh_token == "r0"
        assert keep(tx, 1)
        seed(tx)
        seed(tx, refresh_token="")
        assert (one(tx).access_token, one(tx).refresh_token) == ("a1", "r1")
        assert len(accounts.accounts(tx)) == len(accounts.accounts(tx, "zalo_oa")) == 1


def test_another_token_in_the_settings_replaces_the_pair(database: Database) -> None:
    """That is one way back for the operator: what was broken is whole, and the new token is used next."""
    with database.write() as tx:
        seed(tx)
        keep(tx, 1)
        assert accounts.mark_broken(tx, "zalo_oa", "300", "r1", "-14014", NOW)
        seed(tx, refresh_token="fresh", secret_key="secret-key-2")
        found = one(tx)
    assert (found.access_token, found.refresh_token, found.secret_key) == ("", "fresh", "secret-key-2")
    assert (found.broken_since, found.refreshed_at, found.access_until) == (None, None, None)


def test_changed_secrets_come_in_without_touching_tokens(database: Database) -> None:
    """A new key of the webhook page is no reason to lose a pair."""
    with database.write() as tx:
        seed(tx)
        keep(tx, 1)
        seed(tx, app_secret="app-secret-2")
        assert (one(tx).app_secret, one(tx).refresh_token) == ("app-secret-2", "r1")


def test_a_refresh_does_not_undo_a_newer_consent(database: Database) -> None:
    """A pair comes in only instead of the token it was asked with; so does the word that one was refused."""
    with database.write() as tx:
        seed(tx)
        keep(tx, 1)
        assert not keep(tx, 2, instead_of="r0")
        assert not accounts.mark_broken(tx, "zalo_oa", "300", "r0", "-14014", NOW)
        assert (one(tx).refresh_token, one(tx).broken_since) == ("r1", None)
        assert keep(tx, 2, instead_of="r1")
        assert accounts.mark_broken(tx, "zalo_oa", "300", "r2", "-14014", NOW)
        assert not accounts.mark_broken(tx, "zalo_oa", "300", "r2", "-14014", NOW + HOUR), "it is known already"
        assert one(tx).broken_since == NOW
        keep(tx, 3)
        assert one(tx).broken_since is None


@pytest.mark.parametrize(("days", "due"), [(15, False), (13, True)])
def test_an_alarm_is_due_once_a_day(database: Database, days: int, due: bool) -> None:
    """Two weeks before the end, and while it is broken; whoever claims it first tells of it."""
    with database.write() as tx:
        seed(tx)
        keep(tx, 1, refresh_until=NOW + days * DAY)
        assert bool(accounts.alarms_due(tx, "zalo_oa", NOW)) is due
        accounts.mark_broken(tx, "zalo_oa", "300", "r1", "-118", NOW)
        assert [found.account for found in accounts.alarms_due(tx, "zalo_oa", NOW)] == ["300"]
        assert accounts.claim_alarm(tx, "zalo_oa", "300", NOW)
        assert not accounts.claim_alarm(tx, "zalo_oa", "300", NOW + 23 * HOUR)
        assert not accounts.alarms_due(tx, "zalo_oa", NOW + 23 * HOUR)
        assert accounts.alarms_due(tx, "zalo_oa", NOW + DAY)


def test_a_consent_works_once_and_for_half_an_hour(database: Database) -> None:
    """By its state or, at the command line, by its account; a newer attempt ends the one before."""
    with database.write() as tx:
        seed(tx)
        for number in (1, 2):
            assert accounts.begin_consent(tx, "zalo_oa", "300", state=f"s{number}", verifier=f"v{number}", now=NOW)
        assert not accounts.begin_consent(tx, "zalo_oa", "301", state="s", verifier="v", now=NOW)
        assert accounts.take_consent(tx, "zalo_oa", NOW, state="s1") is None
        assert accounts.take_consent(tx, "zalo_oa", NOW + timedelta(minutes=30), state="s2") is None
        taken = accounts.take_consent(tx, "zalo_oa", NOW + timedelta(minutes=29), state="s2")
        assert taken is not None
        assert taken.consent_verifier == "v2"
        assert accounts.take_consent(tx, "zalo_oa", NOW, state="s2") is None
        assert accounts.take_consent(tx, "zalo_oa", NOW, account="300") is None
        accounts.begin_consent(tx, "zalo_oa", "300", state="s3", verifier="v3", now=NOW)
        assert accounts.take_consent(tx, "zalo_oa", NOW, account="300") is not None


def test_no_secret_stands_in_a_repr(database: Database) -> None:
    """An account that gets into a log or a traceback gives nothing away."""
    with database.write() as tx:
        seed(tx, refresh_token="refresh-token-0")
        keep(tx, 1, access_token="access-token-1")
        accounts.begin_consent(tx, "zalo_oa", "300", state="the-state", verifier="the-verifier", now=NOW)
        shown = repr(one(tx))
    for secret in ("app-secret-1", "secret-key-1", "access-token-1", "r1'", "refresh-token", "the-verifier"):
        assert secret not in shown
