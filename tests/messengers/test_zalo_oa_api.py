"""The stand-in of the Official Account API behaves as the reference says, faults included."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.messengers.hooks import picture, until
from tests.messengers.zalo_oa_api import Person, ZaloOaApi

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The server's time."""
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Iterator[ZaloOaApi]:
    """A fresh server."""
    with ZaloOaApi(clock=clock) as running:
        yield running


class Caller:
    """A client with the token that works now."""

    def __init__(self, api: ZaloOaApi, session: aiohttp.ClientSession) -> None:
        self.api, self.session = api, session
        self.token = api.office.access_token

    async def send(self, person: Person, **message: Any) -> Any:
        """Return the answer to a consultation message."""
        body = {"recipient": {"user_id": person.id}, "message": message}
        return await self.call("POST", "/v3.0/oa/message/cs", json=body)

    async def call(self, method: str, path: str, **more: Any) -> Any:
        """Return the body of an answer, whose status is always 200."""
        url, headers = self.api.url + path, {"access_token": self.token}
        async with self.session.request(method, url, headers=headers, **more) as answer:
            assert answer.status == 200
            return await answer.json()

    async def upload(self, kind: str, name: str, content: bytes) -> Any:
        """Return the answer to an upload."""
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=name)
        return await self.call("POST", f"/v2.0/oa/upload/{kind}", data=form)

    async def tokens(self, secret: str = "", **form: str) -> Any:
        """Return the answer of the token endpoint."""
        url, headers = f"{self.api.url}/v4/oa/access_token", {"secret_key": secret or self.api.app_secret}
        async with self.session.post(url, data={"app_id": self.api.app_id, **form}, headers=headers) as answer:
            assert answer.status == 200
            return await answer.json()


def run(api: ZaloOaApi, steps: Callable[[Caller], Awaitable[None]]) -> None:
    """Run steps with a client."""

    async def connected() -> None:
        async with aiohttp.ClientSession() as session:
            await steps(Caller(api, session))

    asyncio.run(connected())


@asynccontextmanager
async def receiver(answer: Callable[[web.Request, bytes], Awaitable[int]]) -> AsyncIterator[str]:
    """A webhook; yields its address."""

    async def take(request: web.Request) -> web.Response:
        return web.Response(status=await answer(request, await request.read()))

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


def test_a_refresh_works_once_and_kills_both_tokens(api: ZaloOaApi, clock: Clock) -> None:
    """`expires_in` is text; the second use of a refresh token gets an error with HTTP 200."""

    async def steps(caller: Caller) -> None:
        lan = api.user("Lan")
        lan.says("a")
        old = api.refresh_token
        pair = await caller.tokens(grant_type="refresh_token", refresh_token=old)
        assert pair["expires_in"] == "90000"
        assert (await caller.send(lan, text="a"))["error"] == -216
        caller.token = pair["access_token"]
        assert (await caller.send(lan, text="a"))["error"] == 0
        assert (await caller.tokens(grant_type="refresh_token", refresh_token=old))["error"] == -14014
        assert (await caller.tokens("wrong", grant_type="refresh_token", refresh_token=old))["error"] == -14004
        clock.now += timedelta(hours=25)
        assert (await caller.send(lan, text="a"))["error"] == -220

    run(api, steps)


def test_eight_messages_are_free_and_counted(api: ZaloOaApi) -> None:
    """As numbers written as text, from seven to none; writing again begins anew."""

    async def steps(caller: Caller) -> None:
        lan = api.user("Lan")
        assert (await caller.send(lan, text="a"))["error"] == -230, "nobody may be written to first"
        lan.says("a")
        left = [(await caller.send(lan, text="a"))["data"]["quota"]["remain"] for _ in range(8)]
        assert left == ["7", "6", "5", "4", "3", "2", "1", "0"]
        assert (await caller.send(lan, text="a"))["error"] == -211
        lan.says("b")
        assert (await caller.send(lan, text="a"))["data"]["quota"]["remain"] == "7"

    run(api, steps)


@pytest.mark.parametrize(
    ("paid", "hours", "error"), [(False, 48, 0), (False, 49, -211), (True, 49, 0), (True, 168, 0), (True, 169, -230)]
)
def test_time_closes_the_window(api: ZaloOaApi, clock: Clock, paid: bool, hours: int, error: int) -> None:
    """48 hours for nothing, seven days for money."""
    api.paid = paid

    async def steps(caller: Caller) -> None:
        lan = api.user("Lan")
        api.office.access_until += timedelta(days=10)
        lan.says("a")
        clock.now += timedelta(hours=hours)
        assert (await caller.send(lan, text="a"))["error"] == error

    run(api, steps)


def test_what_it_turns_down(api: ZaloOaApi, clock: Clock) -> None:
    """Shapes, lengths, people who left, the night."""

    async def steps(caller: Caller) -> None:
        lan = api.user("Lan")
        lan.says("a")
        button = {"title": "Có", "type": "oa.query.hide", "payload": "#vt:1"}
        for message, error in (
            ({"text": "a" * 2000}, 0),
            ({"text": "a" * 2001}, -210),
            ({"text": ""}, -201),
            ({"attachment": {"type": "image", "payload": {}}}, -201),
            ({"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button] * 6}}}, -201),
            ({"text": "a", "attachment": {"type": "template", "payload": {"buttons": [button] * 5}}}, 0),
            (
                {
                    "text": "a",
                    "attachment": {
                        "type": "template",
                        "payload": {"buttons": [{**button, "title": "a" * 101}]},
                    },
                },
                -210,
            ),
            (
                {
                    "text": "a",
                    "attachment": {"type": "template", "payload": {"template_type": "button", "buttons": [button]}},
                },
                -201,
            ),
        ):
            assert (await caller.send(lan, **message))["error"] == error, message
        api.curfew = True
        clock.now = datetime(2026, 11, 22, 15, tzinfo=UTC)  # 22:00 in Viet Nam
        assert (await caller.send(lan, text="a"))["error"] == -234
        api.curfew = False
        lan.unfollows()
        assert (await caller.send(lan, text="a"))["error"] == -213
        api.fail_next("send", -32)
        assert (await caller.send(lan, text="a"))["error"] == -32

    run(api, steps)


def test_uploads_have_their_limits(api: ZaloOaApi) -> None:
    """A megabyte, and a name with an ending; else the answer is empty."""

    async def steps(caller: Caller) -> None:
        content = picture()
        assert (await caller.upload("image", "a.jpg", content))["data"]["attachment_id"]
        assert (await caller.upload("image", "a", content))["data"] == {}
        assert (await caller.upload("image", "a.jpg", content + bytes(1024 * 1024)))["error"] == -210
        assert (await caller.upload("image", "a.jpg", b"no picture"))["error"] == -201
        assert (await caller.upload("file", "a.pdf", b"%PDF"))["data"]["token"]
        assert (await caller.upload("file", "a.xlsx", b"PK"))["error"] == -201

    run(api, steps)


def test_people_and_the_account_can_be_looked_up(api: ZaloOaApi, clock: Clock) -> None:
    """By GET with JSON in the address."""

    async def steps(caller: Caller) -> None:
        lan = api.user("Lan")
        lan.says("a")
        detail = await caller.call("GET", "/v3.0/oa/user/detail", params={"data": json.dumps({"user_id": lan.id})})
        assert detail["data"]["display_name"] == "Lan"
        assert detail["data"]["user_last_interaction_date"] == "22/11/2026"
        assert (await caller.call("GET", "/v2.0/oa/getoa"))["data"]["name"] == api.oa_name
        await caller.send(lan, text="xin chào")
        recent = await caller.call("GET", "/v2.0/oa/listrecentchat", params={"data": '{"offset":0,"count":5}'})
        assert [row["message"] for row in recent["data"]] == ["xin chào"]

    run(api, steps)


def test_an_event_is_brought_again_until_it_is_answered(api: ZaloOaApi) -> None:
    """Unsigned probe first; then the same bytes with a count of the tries; after five more it is switched off."""
    tries: list[str] = []
    bodies: set[bytes] = set()
    failing = True

    async def answer(request: web.Request, body: bytes) -> int:
        if body == b"{}":
            assert "X-ZEvent-Signature" not in request.headers
            return 200
        tries.append(request.headers.get("num_retry", ""))
        bodies.add(body)
        assert request.headers["X-ZEvent-Signature"].startswith("mac=")
        return 500 if failing else 200

    async def steps() -> None:
        nonlocal failing
        async with receiver(answer) as url:
            api.deliver_to(url)
            lan = api.user("Lan")
            assert lan.says("a") == 1
            await until(lambda: len(tries) == 3)
            failing = False
            await until(lambda: api.webhook.undelivered == 0)
            assert tries[:3] == ["", "1", "2"]
            assert len(bodies) == 1
            failing = True
            api.webhook._retry_scale = 0.0
            lan.says("b")
            await until(lambda: api.webhook.switched_off)
            assert lan.says("c") == 0

    asyncio.run(steps())


def test_what_people_send_dies_after_a_while(api: ZaloOaApi, clock: Clock) -> None:
    """It is served as bytes of no kind."""

    async def steps(caller: Caller) -> None:
        content = picture()
        url = api.keep_media(content, "jpg")
        async with caller.session.get(url) as answer:
            assert answer.content_type == "application/octet-stream"
            assert await answer.read() == content
        clock.now += timedelta(hours=1)
        async with caller.session.get(url) as answer:
            assert answer.status == 404

    run(api, steps)


def test_a_failure_that_never_happened_is_told() -> None:
    """A test that plans one and does not meet it proves nothing."""
    with pytest.raises(AssertionError, match="never happened"), ZaloOaApi() as api:
        api.fail_next("send", -32)
