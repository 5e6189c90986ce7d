"""What Zalo opens at our server, over real HTTP: events, the proof of the domain, the end of an authorisation."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deeds.said import FileSource, Happening
from messengers.port import MessengerFailed
from messengers.zalo_oa import consent
from messengers.zalo_oa.oauth import OAuth
from messengers.zalo_oa.routes import PATH
from tests.messengers.hooks import picture, until
from tests.messengers.zalo_oa_api import ZaloOaApi
from tests.messengers.zalo_oa_api.ours import BUTTONS, PUBLIC_URL, Ours, our_side, says, serving
from texts import say


@pytest.fixture
def api() -> Iterator[ZaloOaApi]:
    """A fresh server."""
    with ZaloOaApi() as running:
        yield running


class Door:
    """Runs steps against our routes, served for real."""

    def __init__(self, api: ZaloOaApi, folder: Path) -> None:
        self.api, self.folder = api, folder

    def run(self, steps: Callable[[Ours, str], Awaitable[Any]]) -> None:
        """Serve, save the address of the webhook, run the steps."""

        async def connected() -> None:
            url = f"sqlite:///{self.folder / 'viectot.sqlite3'}"
            async with our_side(self.api, url, self.folder) as ours, serving(ours) as address:
                self.api.deliver_to(address + PATH)
                await until(lambda: ("probe", 200) in self.api.webhook.deliveries)
                await steps(ours, address)

        asyncio.run(connected())

    async def settled(self) -> None:
        """Wait until every event was answered."""
        await until(lambda: self.api.webhook.undelivered == 0)


@pytest.fixture
def door(api: ZaloOaApi, tmp_path: Path) -> Door:
    """The platform and our routes."""
    return Door(api, tmp_path)


async def get(url: str) -> tuple[int, str, str]:
    """Return status, type and text of a page."""
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as answer:
        return answer.status, answer.content_type, await answer.text()


@pytest.mark.parametrize("timestamp_from", ["header", "body"])
@pytest.mark.parametrize("prefix", ["mac=", ""])
def test_everything_people_do_arrives(api: ZaloOaApi, door: Door, timestamp_from: Any, prefix: str) -> None:
    """In whichever way the platform signs."""
    api.webhook.timestamp_from, api.webhook.prefix = timestamp_from, prefix

    async def steps(ours: Ours, _: str) -> None:
        lan = api.user("Lan")
        acts: list[Callable[[], int]] = [
            lan.follows,
            lambda: lan.says("Em Nam cứu bạn"),
            lambda: lan.sends_photos([picture("red"), picture("blue")], "hai ảnh"),
            lambda: lan.sends_photo(picture(), kind="photo"),
            lambda: lan.sends_place(21.03, 105.85, "UBND"),
            lambda: lan.sends_voice(b"#!AMR"),
            lambda: lan.sends_file(b"%PDF", "bao-cao.pdf"),
            lan.sends_sticker,
            lambda: lan.shares_phone("84901234567"),
            lan.unfollows,
        ]
        assert sum(act() for act in acts) == len(acts)
        await door.settled()
        kept = [event.said for event in ours.intake.kept]
        assert [(one.happening, one.text, len(one.photos), one.unreadable) for one in kept] == [
            (Happening.CAME_BACK, "", 0, False),
            (Happening.SAID, "Em Nam cứu bạn", 0, False),
            (Happening.SAID, "hai ảnh", 2, False),
            (Happening.SAID, "", 1, False),
            (Happening.SAID, "UBND", 0, False),
            (Happening.SAID, "", 0, False),
            (Happening.SAID, "", 0, True),
            (Happening.SAID, "", 0, True),
            (Happening.SAID, "", 0, False),
            (Happening.BLOCKED, "", 0, False),
        ]
        assert kept[4].location == (21.03, 105.85)
        assert kept[5].voice is not None
        assert kept[8].own_phone == "0901234567"
        assert {event.chat for event in ours.intake.kept} == {lan.address}
        assert ours.intake.parked == []

    door.run(steps)


def test_a_tap_comes_back_as_the_option_it_showed(api: ZaloOaApi, door: Door) -> None:
    """Out as a button, tapped, in as words, and there it is the option again; our own messages are not heard."""

    async def steps(ours: Ours, _: str) -> None:
        lan = api.user("Lan")
        lan.says("Xin chào")
        await ours.zalo.send(says(lan.address, "Gửi chứ?", options=BUTTONS))
        assert lan.presses(lan.messages[-1], "Đồng ý") == 1
        await door.settled()
        assert [(event.said.text, event.said.choice) for event in ours.intake.kept] == [
            ("Xin chào", None),
            ("", "yes:7"),
        ]
        assert ("oa_send_text", 200) in api.webhook.deliveries

    door.run(steps)


def test_a_picture_is_fetched_by_its_address(api: ZaloOaApi, door: Door) -> None:
    """Within the hour it lives; afterwards the fetch says so."""
    content = picture("red")

    async def steps(ours: Ours, _: str) -> None:
        api.user("Lan").sends_photo(content)
        await door.settled()
        (photo,) = ours.intake.kept[0].said.photos
        assert isinstance(photo, FileSource)
        assert photo.remote is not None
        assert b"".join([chunk async for chunk in ours.zalo.fetch(photo.remote, 10**7)]) == content
        ours.clock.forward(hours=2)
        with pytest.raises(MessengerFailed):
            await anext(aiter(ours.zalo.fetch(photo.remote, 10**7)))

    door.run(steps)


def test_the_same_event_again_is_kept_once(api: ZaloOaApi, door: Door) -> None:
    """Zalo brings again what was not answered in time; it carries the same id."""

    async def steps(ours: Ours, _: str) -> None:
        lan = api.user("Lan")
        ours.intake.refuse = 2
        lan.says("một")
        await door.settled()
        assert [status for name, status in api.webhook.deliveries if name == "user_send_text"] == [503, 503, 200]
        raw = ours.intake.kept[0].raw
        api.webhook.repeat("user_send_text", raw, "1790000000123")
        await door.settled()
        assert len(ours.intake.kept) == 1

    door.run(steps)


def test_an_answer_that_takes_too_long_is_asked_for_again(api: ZaloOaApi, tmp_path: Path) -> None:
    """After two seconds the platform no longer waits (here a tenth); what was kept meanwhile is not kept twice."""
    with ZaloOaApi(deadline_s=0.3) as impatient:
        door = Door(impatient, tmp_path)

        async def steps(ours: Ours, _: str) -> None:
            ours.intake.slow_s = 0.5
            impatient.user("Lan").says("một")
            await until(lambda: ("user_send_text", 0) in impatient.webhook.deliveries)
            ours.intake.slow_s = 0.0
            await door.settled()
            await asyncio.sleep(0.5)
            assert len(ours.intake.kept) == 1

        door.run(steps)


def test_what_cannot_be_read_is_parked_and_the_next_goes_on(api: ZaloOaApi, door: Door) -> None:
    """An authentic event of a shape nobody knows."""

    async def steps(ours: Ours, _: str) -> None:
        lan = api.user("Lan")
        lan.sends("user_send_location", {"attachments": []})
        lan.says("vẫn nghe chứ")
        await door.settled()
        assert len(ours.intake.parked) == 1
        assert [event.said.text for event in ours.intake.kept] == ["vẫn nghe chứ"]

    door.run(steps)


def test_a_wrong_key_is_refused_and_nothing_is_kept(api: ZaloOaApi, door: Door) -> None:
    """The app's secret instead of the account's key was somebody's real mishap."""

    async def steps(ours: Ours, _: str) -> None:
        api.secret_key = api.app_secret
        api.user("Lan").says("một")
        await door.settled()
        assert ("user_send_text", 401) in api.webhook.deliveries
        assert ours.intake.kept == []

    door.run(steps)


def test_the_page_that_proves_the_domain_is_served(api: ZaloOaApi, door: Door) -> None:
    """If the operator put it into the data folder; nothing else of that folder is."""
    (door.folder / "zalo_verifierAb-9_x.html").write_text("<html>mã</html>", "utf-8")
    (door.folder / "secret.html").write_text("x")

    async def steps(ours: Ours, address: str) -> None:
        assert await get(f"{address}/zalo_verifierAb-9_x.html") == (200, "text/html", "<html>mã</html>")
        for code in ("other", "..%2Fsecret", "Ab-9_x.html%00", "%2e%2e/secret", "Ab-9_x%0a", ""):
            assert (await get(f"{address}/zalo_verifier{code}.html"))[0] == 404
        assert (await get(address + PATH))[0] == 200

    door.run(steps)


def test_an_authorisation_is_finished_where_zalo_sends_the_browser(api: ZaloOaApi, door: Door) -> None:
    """From the link to new tokens, once; the sentence says it worked, and a broken account speaks again."""

    async def steps(ours: Ours, address: str) -> None:
        lan = api.user("Lan")
        lan.says("Xin chào")
        api.office.revoke()
        await ours.zalo.tick()
        assert ours.account().broken_since is not None
        link = begin(ours)
        back = api.office.consent(link).replace(PUBLIC_URL, address)
        status, kind, told = await get(back)
        assert (status, kind) == (200, "text/plain")
        assert "Đã cấp quyền" in told
        kept = ours.account()
        assert (kept.access_token, kept.broken_since) == (api.office.access_token, None)
        await ours.zalo.send(says(lan.address))
        assert len(lan.messages) == 1
        assert (await get(back))[::2] == (400, say("zalo_oa.authorized.not_begun"))
        assert ours.account() == kept

    door.run(steps)


def test_an_authorisation_that_is_not_ours_changes_nothing(api: ZaloOaApi, door: Door) -> None:
    """Another state, another account, too late, a code that does not fit: the tokens stay."""

    async def steps(ours: Ours, address: str) -> None:
        await ours.zalo.tick()
        before = ours.account()
        page = f"{address}/zalo-oa/authorized"

        async def refused(query: str) -> str:
            status, _, told = await get(f"{page}?{query}")
            assert status == 400
            return told

        not_begun = say("zalo_oa.authorized.not_begun")
        assert await refused("") == await refused("state=x&code=y") == await refused("code=y") == not_begun
        query = api.office.consent(begin(ours), as_oa="999").partition("?")[2]
        assert "999" in await refused(query)
        query = api.office.consent(begin(ours)).partition("?")[2]
        ours.clock.forward(minutes=31)
        assert await refused(query) == not_begun
        begin(ours)
        other = OAuth(api.url, ours.clock).consent_link(api.app_id, PUBLIC_URL, "s", "v" * 43)
        code = api.office.consent(other).partition("code=")[2].partition("&")[0]
        state = begin(ours).partition("state=")[2]
        assert "-14010" in await refused(f"state={state}&code={code}")
        api.fail_next("token", cut=True)
        query = api.office.consent(begin(ours)).partition("?")[2]
        assert await refused(query) == say("zalo_oa.authorized.no_answer")
        assert (ours.account().access_token, ours.account().refresh_token) == (
            before.access_token,
            before.refresh_token,
        )

    door.run(steps)


def begin(ours: Ours) -> str:
    """Return the link of a fresh authorisation."""
    oauth = OAuth(ours.api.url, ours.clock)
    return str(ours.write(lambda tx: consent.begin(tx, oauth, ours.account(), PUBLIC_URL, ours.clock)))
