"""Tokens live on: refreshed once by one, saved before they are used; when that ends, staff hear of it elsewhere."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.lanes import Lanes
from deeds.kinds import Role
from messengers.port import Failure, MessengerFailed
from messengers.zalo_oa import tokens
from messengers.zalo_oa.oauth import OAuth
from storage import accounts, invitations, people
from storage.database import Database, Tx
from storage.models import OutboxMessage
from tests.messengers.zalo_oa_api import Person, ZaloOaApi
from tests.messengers.zalo_oa_api.ours import NAME, Ours, messenger, our_side, says, seed


@pytest.fixture
def api() -> Iterator[ZaloOaApi]:
    """A fresh server."""
    with ZaloOaApi() as running:
        yield running


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database."""
    return f"sqlite:///{tmp_path / 'viectot.sqlite3'}"


def caller(api: ZaloOaApi) -> Person:
    """Somebody who wrote a moment ago."""
    lan = api.user("Lan")
    lan.says("Xin chào")
    return lan


def alarms(ours: Ours) -> list[tuple[str, str, str]]:
    """Return what stands in the outbox."""

    def read(tx: Tx) -> list[tuple[str, str, str]]:
        rows = tx.execute(select(OutboxMessage.messenger, OutboxMessage.chat, OutboxMessage.body))
        return [(row.messenger, row.chat, row.body["text"]) for row in rows]

    with ours.database.read() as tx:
        return read(tx)


def hire(ours: Ours, name: str, role: Role, *ways: str) -> None:
    """Let somebody have a role and accounts on these messengers."""

    def make(tx: Tx) -> None:
        known = people.hire(tx, name, [role], ours.clock.now())
        for way in ways:
            code = invitations.invite(tx, known.id, ours.clock.now())
            people.identify(tx, way, f"{way}-{name}", name, ours.clock.now())
            invitations.redeem(tx, code, way, f"{way}-{name}", ours.clock.now())

    ours.write(make)


def test_two_who_refresh_at_once_ask_zalo_once(api: ZaloOaApi, database_url: str, tmp_path: Path) -> None:
    """Two processes on one database: one refreshes, the other waits and uses the same pair."""

    async def steps() -> None:
        async with our_side(api, database_url, tmp_path) as ours:
            lan = caller(api)
            elsewhere = Database(database_url)
            other_lanes = Lanes(elsewhere, 2)
            other = messenger(api, other_lanes, ours.clock, tmp_path)
            api.fail_next("token", slow_s=0.5)
            await asyncio.gather(
                *(zalo.send(says(lan.address, f"{number}")) for zalo in (ours.zalo, other) for number in range(5))
            )
            assert (api.office.asked, api.office.refreshes) == (1, 1)
            assert len(lan.messages) == 10
            assert ours.account().refresh_token == api.office.refresh_token
            await other.stop()
            other_lanes.close()
            elsewhere.close()

    api.paid = True
    asyncio.run(steps())


def test_a_token_is_refreshed_every_twelve_hours_and_outlives_a_year(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """`expires_in` is text; nothing is asked twice within twelve hours."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            for _ in range(3):
                await ours.zalo.tick()
            assert api.office.refreshes == 1
            kept = ours.account()
            assert kept.access_until is not None
            assert kept.refresh_until is not None
            assert abs(kept.access_until - ours.clock.now() - timedelta(hours=25)) < timedelta(minutes=1)
            assert abs(kept.refresh_until - ours.clock.now() - timedelta(days=90)) < timedelta(minutes=1)
            assert kept.name == api.oa_name
            for _ in range(24):
                ours.clock.forward(hours=6)
                await ours.zalo.tick()
            assert api.office.refreshes == 1 + 12
            assert alarms(ours) == []

    asyncio.run(steps())


@pytest.mark.parametrize("code", [-216, 216, -401, 401, -220])
def test_a_refused_token_is_renewed_once_and_the_message_sent_again(
    api: ZaloOaApi, url: str, tmp_path: Path, code: int
) -> None:
    """The person gets one message; nobody but the token endpoint notices."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            await ours.zalo.tick()
            api.fail_next("send", code)
            await ours.zalo.send(says(lan.address))
            assert [message.text for message in lan.messages] == ["Đã nhận tin."]
            assert (api.office.refreshes, api.calls.count("send")) == (2, 2)

    asyncio.run(steps())


def test_a_token_refused_twice_waits(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """Refreshing again and again would help nobody: an operator is told, and the message keeps."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            api.fail_next("send", -216, times=2)
            with capture_logs() as logs, pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(lan.address))
            assert raised.value.failure is Failure.LATER
            assert (raised.value.retry_after_s or 0) >= 600
            assert api.office.refreshes == 2
            assert any(line["log_level"] == "error" for line in logs)

    asyncio.run(steps())


def test_a_token_another_process_replaced_is_read_again_not_refreshed(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """The dead token of one process is known to be replaced by the other's; theirs is used."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            await ours.zalo.tick()
            old = ours.account()
            other = ours.another()
            ours.clock.forward(hours=13)
            await other.tick()
            renewed = await tokens.Tokens(ours.lanes, ours.clock, OAuth(api.url, ours.clock)).renewed(old)
            assert renewed.access_token == api.office.access_token
            assert api.office.refreshes == 2
            await other.stop()

    asyncio.run(steps())


@pytest.mark.parametrize("status", [200, 400, 401])
def test_an_error_body_never_overwrites_good_tokens(api: ZaloOaApi, url: str, tmp_path: Path, status: int) -> None:
    """Also with HTTP 200: the pair stays, the access token goes on working, and staff are told to look."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            await ours.zalo.tick()
            before = ours.account()
            ours.clock.forward(hours=13)
            api.fail_next("token", -14014, status=status)
            await ours.zalo.tick()
            after = ours.account()
            assert (after.access_token, after.refresh_token) == (before.access_token, before.refresh_token)
            assert after.broken_since is not None
            assert after.broken_why == "-14014"
            lan.says("còn đó không")
            await ours.zalo.send(says(lan.address))
            assert len(lan.messages) == 1

    asyncio.run(steps())


@pytest.mark.parametrize(
    "body", ['{"access_token":"", "refresh_token":"x"}', '{"access_token":"x"}', "[]", "null", "<html>", ""]
)
def test_half_an_answer_is_none(api: ZaloOaApi, url: str, tmp_path: Path, body: str) -> None:
    """Both tokens or nothing."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            before = ours.account()
            api.fail_next("token", raw=body)
            await ours.zalo.tick()
            assert ours.account().refresh_token == before.refresh_token
            assert ours.account().access_token == ""

    asyncio.run(steps())


def test_a_lost_answer_breaks_the_account_and_staff_hear_of_it(
    api: ZaloOaApi, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pair was made and never reached us: the next try is refused, and administrators are told once a day."""
    monkeypatch.setattr(tokens, "PAUSE_NO_ANSWER_S", 0.0)

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            hire(ours, "Ninh", Role.ADMIN, "telegram", "webchat", NAME)
            hire(ours, "Thu", Role.MODERATOR, "telegram")
            await ours.zalo.tick()
            ours.clock.forward(hours=13)
            api.fail_next("token", done=True, cut=True)
            await ours.zalo.tick()
            assert ours.account().broken_since is None, "it may only have been the line"
            await ours.zalo.tick()
            assert ours.account().broken_since is not None
            assert {(way, chat) for way, chat, _ in alarms(ours)} == {
                ("telegram", "telegram-Ninh"),
                ("webchat", "webchat-Ninh"),
            }
            assert all("viectot zalo-oa authorize" in text and api.oa_name in text for _, _, text in alarms(ours))
            asked = api.office.asked
            for _ in range(3):
                await ours.zalo.tick()
            assert (len(alarms(ours)), api.office.asked) == (2, asked), "a refused token is not tried all the time"
            ours.clock.forward(days=1)
            await ours.zalo.alarm_due()
            assert len(alarms(ours)) == 4

    asyncio.run(steps())


def test_an_administrator_who_is_only_on_zalo_gets_a_letter(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """The account that broke is the only chat they have: the alarm comes by e-mail."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            hire(ours, "Ninh", Role.ADMIN, NAME)
            with ours.database.write() as tx:
                ninh = people.named(tx, "Ninh")
                assert ninh is not None
                people.set_mail(tx, ninh.id, "ninh@xa.example", ours.clock.now())
            api.office.revoke()
            await ours.zalo.tick()
            assert [(way, chat) for way, chat, _ in alarms(ours)] == [("mail", "ninh@xa.example")]

    asyncio.run(steps())


def test_without_an_administrator_moderators_hear_of_it(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """And two processes tell it once; who can only be reached on Zalo is not written to there."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            hire(ours, "Ninh", Role.ADMIN, NAME)
            hire(ours, "Thu", Role.MODERATOR, "telegram")
            api.office.revoke()
            other = ours.another()
            await asyncio.gather(ours.zalo.tick(), other.tick())
            assert [(way, chat) for way, chat, _ in alarms(ours)] == [("telegram", "telegram-Thu")]
            await other.stop()

    asyncio.run(steps())


def test_two_weeks_before_the_end_staff_are_warned(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """Zalo not being reachable for months is not a refusal; but the day on which all ends is known."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            hire(ours, "Ninh", Role.ADMIN, "telegram")
            await ours.zalo.tick()
            api.down = True
            ours.clock.forward(days=75)
            await ours.zalo.tick()
            assert alarms(ours) == []
            ours.clock.forward(days=2)
            await ours.zalo.tick()
            ((_, _, text),) = alarms(ours)
            assert "hết hạn ngày" in text
            assert ours.account().broken_since is None

    asyncio.run(steps())


def test_a_new_token_in_the_settings_mends_a_broken_account(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """It is used at once, although the one before was refused a moment ago."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            api.office.revoke()
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(lan.address))
            assert raised.value.failure is Failure.LATER
            ours.write(lambda tx: seed(tx, api, ours.clock))
            await ours.zalo.send(says(lan.address))
            assert len(lan.messages) == 1
            assert ours.account().broken_since is None

    asyncio.run(steps())


def test_an_account_nobody_authorised_yet_waits(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """Zalo is not even asked."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            ours.write(
                lambda tx: accounts.seed(
                    tx, NAME, "301", app_id="1", app_secret="s", secret_key="k", now=ours.clock.now()
                )
            )
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(f"301:{lan.id}"))
            assert raised.value.failure is Failure.LATER
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(f"999:{lan.id}"))
            assert raised.value.failure is Failure.FAILED
            assert api.calls == []

    asyncio.run(steps())


def test_stopping_waits_for_a_refresh_under_way(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """Its answer comes once; whoever asked for it may be gone."""

    async def steps() -> None:
        async with our_side(api, url, tmp_path) as ours:
            api.fail_next("token", slow_s=0.4)
            asking = asyncio.get_running_loop().create_task(ours.zalo.tick())
            await asyncio.sleep(0.2)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            again = asyncio.get_running_loop().create_task(ours.zalo.tick())
            await asyncio.sleep(0.05)
            again.cancel()
            await ours.zalo.stop()
            assert ours.account().refresh_token == api.office.refresh_token
            assert (api.office.refreshes, api.office.asked) == (1, 1), "the second one waits for the first"

    asyncio.run(steps())


def test_no_token_or_secret_reaches_a_log(api: ZaloOaApi, url: str, tmp_path: Path) -> None:
    """Not when all goes well, and not when it fails in any of its ways."""

    async def steps() -> list[str]:
        said: list[str] = []
        async with our_side(api, url, tmp_path) as ours:
            lan = caller(api)
            for error in (None, -216, -224, -9999, -201):
                if error is not None:
                    api.fail_next("send", error)
                try:
                    await ours.zalo.send(says(lan.address))
                except MessengerFailed as failed:
                    said.append(f"{failed!r} {failed}")
            for plan in ({"raw": "<html>"}, {"cut": True}, {"error": -14014}):
                ours.clock.forward(hours=30)
                api.fail_next("token", **plan)
                await ours.another().tick()
            await ours.zalo.tick()
        return said

    with capture_logs() as logs:
        said = asyncio.run(steps())
    told = "\n".join([*said, *map(repr, logs)])
    assert "-224" in told
    for secret in (*api.office.every_token, api.app_secret, api.secret_key):
        assert secret not in told
