"""The stand-in of the Zalo Bot Platform behaves as its sources say, so that what is proved on it means something."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from tests.messengers.hooks import picture
from tests.messengers.zalo_bot_api import ZaloBotApi
from tests.messengers.zalo_bot_api.household import SECRET, loopback, until

Json = dict[str, Any]
Call = Callable[..., Awaitable[tuple[int, Json]]]


@pytest.fixture
def api() -> Iterator[ZaloBotApi]:
    """A fresh server."""
    with ZaloBotApi(held_s=0.2) as running:
        yield running


def asks(api: ZaloBotApi, steps: Callable[[Call], Awaitable[Any]], token: str = "") -> Any:
    """Run steps with a plain HTTP client that calls methods with JSON."""

    async def plot() -> Any:
        async with aiohttp.ClientSession() as session:

            async def call(method: str, **parameters: object) -> tuple[int, Json]:
                async with session.post(f"{api.url}/bot{token or api.token}/{method}", json=parameters) as answer:
                    return answer.status, await answer.json()

            return await steps(call)

    return asyncio.run(plot())


def test_names_and_token_must_be_right(api: ZaloBotApi) -> None:
    """A method in other letters is unknown, another token is refused, both with the code in status and body."""

    async def steps(call: Call) -> list[int]:
        answers = [await call(name) for name in ("getMe", "getme", "getWebhookInfo", "testWebhook")]
        assert answers[1][1]["error_code"] == 404
        assert "errorCode" in answers[3][1]
        return [status for status, _ in answers]

    assert asks(api, steps) == [200, 404, 404, 426]

    async def refused(call: Call) -> tuple[int, Json]:
        return await call("getMe")

    status, body = asks(api, refused, token="1:wrong")
    assert (status, body["ok"], body["error_code"]) == (401, False, 401)


def test_json_forms_and_queries_are_taken(api: ZaloBotApi) -> None:
    """The same message three ways."""
    lan = api.user("Lan")
    lan.says("chào")

    async def plot() -> None:
        where = f"{api.url}/bot{api.token}/sendMessage"
        async with aiohttp.ClientSession() as session:
            for more in (
                {"json": {"chat_id": lan.id, "text": "một"}},
                {"data": {"chat_id": lan.id, "text": "hai"}},
                {"params": {"chat_id": lan.id, "text": "ba"}},
            ):
                async with session.post(where, **more) as answer:  # type: ignore[arg-type]
                    told = await answer.json()
                    assert answer.status == 200
                    assert told["result"]["date"] > 10**12
                    assert isinstance(told["result"]["message_id"], str)

    asyncio.run(plot())
    assert [message.text for message in lan.messages] == ["một", "hai", "ba"]


def test_a_poll_gives_one_update_once(api: ZaloBotApi) -> None:
    """One object at a time, gone when given; an empty poll is held, then a 408 in status and body."""
    lan = api.user("Lan")
    lan.says("một")
    lan.says("hai")

    async def steps(call: Call) -> list[tuple[int, Json]]:
        return [await call("getUpdates", timeout="30") for _ in range(3)]

    first, second, empty = asks(api, steps)
    assert [first[1]["result"]["message"]["text"], second[1]["result"]["message"]["text"]] == ["một", "hai"]
    assert first[1]["result"]["message"]["date"] > 10**12
    assert empty[0] == empty[1]["error_code"] == 408
    assert api.pending == []


def test_polls_are_refused_beside_a_webhook_and_beside_each_other(api: ZaloBotApi) -> None:
    """400 while a webhook is set; a second poll at once is refused, the first goes on."""

    async def steps(call: Call) -> list[int]:
        await call("setWebhook", url="http://127.0.0.1:9/hook", secret_token=SECRET)
        beside_webhook = (await call("getUpdates"))[0]
        assert (await call("getWebhookInfo"))[1]["result"]["url"].endswith("/hook")
        await call("deleteWebhook")
        together = await asyncio.gather(call("getUpdates"), call("getUpdates"))
        return [beside_webhook, *sorted(status for status, _ in together)]

    assert asks(api, steps) == [400, 408, 409]


def test_webhooks_need_https_and_a_secret(api: ZaloBotApi) -> None:
    """Beyond loopback only https is taken, and a secret of 8 to 256 characters."""

    async def steps(call: Call) -> list[int]:
        tries = [("http://example.vn/x", SECRET), ("https://example.vn/x", "short"), ("", SECRET)]
        return [(await call("setWebhook", url=url, secret_token=secret))[0] for url, secret in tries]

    assert asks(api, steps) == [400, 400, 400]


def test_texts_are_counted(api: ZaloBotApi) -> None:
    """Nothing, or 2001 units, is refused; strangers cannot be written to."""
    lan, ba = api.user("Lan"), api.user("Ba")
    lan.says("chào")

    async def steps(call: Call) -> list[int]:
        texts = ["", " \n", "a" * 2000, "a" * 2001, "😀" * 1001]
        told = [(await call("sendMessage", chat_id=lan.id, text=text))[0] for text in texts]
        return [*told, (await call("sendMessage", chat_id=ba.id, text="a"))[0]]

    assert asks(api, steps) == [400, 400, 200, 400, 400, 400]


def test_pictures_are_really_fetched_twice(api: ZaloBotApi) -> None:
    """By the platform and by the telephone; what is no picture, or not there, is refused."""
    lan = api.user("Lan")
    lan.says("chào")
    green = picture()
    address, text = api.media.keep(green), api.media.keep(b"<html>")

    async def steps(call: Call) -> list[int]:
        return [
            (await call("sendPhoto", chat_id=lan.id, photo=url, caption="c"))[0]
            for url in (address, text, f"{api.url}/media/none.jpg", "http://127.0.0.1:9/x.jpg", "")
        ]

    assert asks(api, steps) == [200, 400, 400, 400, 400]
    assert lan.messages[0].photos == (green,)
    assert lan.messages[0].text == "c"
    assert api.media.fetched[:2] == [address.rpartition("/")[2]] * 2


def test_addresses_of_pictures_die(api: ZaloBotApi) -> None:
    """What somebody sent is there as bytes of no kind, until its time is over."""
    lan = api.user("Lan")
    lan.sends_photo(picture())
    url = api.pending[0]["message"]["photo_url"]

    async def plot() -> list[int]:
        statuses = []
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(url) as answer:
                    statuses.append(answer.status)
                    if answer.status == 200:
                        assert answer.content_type == "application/octet-stream"
                api.move_clock(3_601)
        return statuses

    assert asyncio.run(plot()) == [200, 404]


def test_what_people_do_has_the_shape_that_was_seen(api: ZaloBotApi) -> None:
    """Events by name, with the switches for what the sources disagree about."""
    lan = api.user("Lan")
    done = lan.says("a" * 2001) + lan.sends_sticker() + lan.sends_voice(b"aac") + lan.sends_unsupported()
    done += lan.sends_unsupported(with_message=False)
    api.photo_field, api.photo_as_object, api.captions_absent, api.dates_in_seconds = "photo", True, True, True
    done += lan.sends_photo(picture())
    assert done == len(api.pending) == 7
    assert [update["event_name"].split(".")[1] for update in api.pending] == (
        ["text", "text", "sticker", "voice", "unsupported", "unsupported", "image"]
    )
    assert "message" not in api.pending[5]
    photo = api.pending[6]["message"]
    assert photo["photo"]["url"].startswith(api.url)
    assert "caption" not in photo
    assert photo["date"] < 10**11


@pytest.mark.parametrize("wrapped", [False, True])
def test_deliveries_carry_the_secret(api: ZaloBotApi, wrapped: bool) -> None:
    """Bare or wrapped, with the header; not answered well they come again, and twice where that is switched on."""
    api.wrapped = wrapped
    lan = api.user("Lan")
    bodies: list[Json] = []
    refuse = [503, 503]

    async def plot() -> None:
        async def take(request: aiohttp.web.Request) -> aiohttp.web.Response:
            assert request.headers["X-Bot-Api-Secret-Token"] == SECRET
            assert request.headers["User-Agent"].startswith("Java/")
            bodies.append(await request.json())
            return aiohttp.web.Response(status=refuse.pop() if refuse else 200)

        app = aiohttp.web.Application()
        app.router.add_post("/hook", take)
        runner = aiohttp.web.AppRunner(app, access_log=None)
        await runner.setup()
        listening, url = loopback()
        await aiohttp.web.SockSite(runner, listening).start()
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{api.url}/bot{api.token}/setWebhook", json={"url": f"{url}/hook", "secret_token": SECRET}
            ) as answer,
        ):
            assert (await answer.json())["result"]["verification"]["ok"]
        lan.says("một")
        lan.says("hai")
        await until(lambda: not api.pending)
        api.deliver_twice = True
        lan.says("ba")
        await until(lambda: not api.pending)
        await runner.cleanup()

    asyncio.run(plot())
    updates = [body["result"] if wrapped else body for body in bodies]
    assert [update["message"]["text"] for update in updates] == ["một", "một", "một", "hai", "ba", "ba"]


def test_planned_faults_happen(api: ZaloBotApi) -> None:
    """Codes with another status, pages, cut lines before and after the effect, slow answers, an outage."""
    lan = api.user("Lan")
    lan.says("chào")
    api.errors_with_200 = True
    api.fail_next("sendMessage", 429, "quota")
    api.fail_next("sendMessage", 401, "reset", http=200)
    api.fail_next("sendMessage", 502, raw="<html>Bad gateway</html>")
    api.fail_next("sendMessage", 200, slow_s=0.05)
    api.fail_next("sendMessage", reset=True)
    api.fail_next("sendMessage", reset=True, done=True)

    async def plot() -> list[object]:
        seen: list[object] = []
        url = f"{api.url}/bot{api.token}/sendMessage"
        for number in range(7):
            body = io.BytesIO(json.dumps({"chat_id": lan.id, "text": str(number)}).encode())
            try:
                async with (
                    aiohttp.ClientSession(headers={"Content-Type": "application/json"}) as session,
                    session.post(url, data=body) as answer,
                ):
                    seen.append(answer.status)
            except aiohttp.ClientError as error:
                seen.append(type(error).__name__)
            if number == 5:
                api.down = True
        return seen

    cut = "ServerDisconnectedError"
    assert [str(each) for each in asyncio.run(plot())] == ["429", "200", "502", "200", cut, cut, cut]
    assert [message.text for message in lan.messages] == ["3", "5"]
