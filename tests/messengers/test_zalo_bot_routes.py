"""What the Zalo Bot Platform may ask of us: its deliveries are proved, its pictures cannot be guessed."""

import asyncio
import base64
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
import structlog
from starlette.applications import Starlette

from messengers.zalo_bot.messenger import ZaloBot
from messengers.zalo_bot.photo_addresses import PhotoAddresses
from messengers.zalo_bot.routes import PATH, check_secret, webhook
from tests.messengers.hooks import picture
from tests.messengers.zalo_bot_api import ZaloBotApi
from tests.messengers.zalo_bot_api.household import (
    KEY,
    SECRET,
    WITHIN_S,
    House,
    Keeper,
    loopback,
    receiving,
    serving,
    until,
)

HEADER = b"x-bot-api-secret-token"
UPDATE = json.dumps(
    {
        "event_name": "message.text.received",
        "message": {
            "date": 1790000000123,
            "message_id": "aa11",
            "text": "Em muốn kể",
            "chat": {"id": "0123", "chat_type": "PRIVATE"},
            "from": {"id": "0123", "display_name": "Lan", "is_bot": False},
        },
    },
    ensure_ascii=False,
).encode()
Headers = list[tuple[bytes, bytes]]


class Clock:
    """A clock a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def api() -> Iterator[ZaloBotApi]:
    """A fresh server."""
    with ZaloBotApi(held_s=0.2) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, api: ZaloBotApi) -> Iterator[House]:
    """A fresh database, on a clock of the test's."""
    house = House(tmp_path, api, Clock())
    yield house
    house.close()


async def ask(app: Starlette, headers: Headers, body: bytes, method: str = "POST", path: str = PATH) -> int:
    """Send a request straight into the application, byte for byte, as no polite client would; return the status."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
    }
    statuses: list[int] = []
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


def forged_headers(chance: Random) -> Headers:
    """Return headers of a request that does not know the secret."""
    true = SECRET.encode()
    letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    match chance.randrange(8):
        case 0:
            return []
        case 1:
            flipped = bytearray(true)
            flipped[chance.randrange(len(true))] ^= 1 << chance.randrange(8)
            return [(HEADER, bytes(flipped))]
        case 2:
            return [(HEADER, true[: chance.randrange(len(true))])]
        case 3:
            return [(HEADER, true + bytes(chance.choices(letters, k=chance.randint(1, 3))))]
        case 4:
            return [(HEADER, bytes(chance.choices(letters, k=len(true))))]
        case 5:
            return [(HEADER, bytes(chance.choices(range(0x80, 0x100), k=chance.choice((1, 40, 300)))))]
        case 6:
            return [(HEADER, true), (HEADER, chance.choice((true, b"", b"x")))]
        case _:
            other = (b"authorization", b"x-bot-api-secret", b"x-telegram-bot-api-secret-token")
            return [(chance.choice(other), true), (HEADER, chance.choice((b"", b"null", true.lower(), true[::-1])))]


def damaged(chance: Random, whole: bytes) -> bytes:
    """Return a body with some of its bits, or all of it, not as it was."""
    body = bytearray(whole)
    for _ in range(chance.randint(1, 4)):
        match chance.randrange(3):
            case 0:
                body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            case 1:
                del body[chance.randrange(len(body) // 2) :]
            case _:
                body = bytearray(chance.randbytes(chance.randint(1, 60)))
        if len(body) < 4:
            break
    return bytes(body)


def test_nobody_gets_in_without_the_secret() -> None:
    """Ten thousand forged calls, with a true body or a damaged one: none accepted, every one answered 401."""
    chance = Random(1)
    keeper = Keeper()
    app = Starlette(routes=webhook(SECRET, keeper.accept, keeper.park).routes())

    async def plot() -> set[int]:
        statuses = set()
        for number in range(10_000):
            body = UPDATE if number % 2 else damaged(chance, UPDATE)
            statuses.add(await ask(app, forged_headers(chance), body))
        assert await ask(app, [(HEADER, SECRET.encode())], UPDATE) == 200
        return statuses

    assert asyncio.run(plot()) == {401}
    assert keeper.texts == ["Em muốn kể"]
    assert keeper.parked == []


def test_damaged_bodies_break_nothing() -> None:
    """Three thousand damaged bodies with the true secret: kept, parked or nothing for us, never a 5xx."""
    chance = Random(2)
    keeper = Keeper()
    app = Starlette(routes=webhook(SECRET, keeper.accept, keeper.park).routes())

    async def plot() -> set[int]:
        true = [(HEADER, SECRET.encode())]
        return {await ask(app, true, damaged(chance, UPDATE)) for _ in range(3_000)}

    assert asyncio.run(plot()) == {200}
    assert keeper.parked


@pytest.mark.parametrize("secret", ["", "short", "a" * 31, "a" * 257, "á" * 40, "a" * 20 + " " + "a" * 20, "a\n" * 20])
def test_a_secret_that_protects_nothing_is_refused(house: House, secret: str) -> None:
    """At construction: not when the first stranger calls."""
    with pytest.raises(ValueError, match="VIECTOT_ZALO_BOT_SECRET"):
        check_secret(secret)
    with pytest.raises(ValueError, match="VIECTOT_ZALO_BOT_SECRET"):
        house.messenger(mode="webhook", secret=secret, public_url="https://viectot.example.vn")


def test_the_webhook_says_what_became_of_an_update() -> None:
    """200 kept, repeated, parked or nothing for us; 503 not kept; 413 too big; 405 not a post; over real HTTP."""
    keeper = Keeper()

    async def plot() -> list[int]:
        listening, url = loopback()
        door = webhook(SECRET, keeper.accept, keeper.park)
        statuses = []
        async with (
            serving(door.routes(), listening),
            aiohttp.ClientSession(headers={HEADER.decode(): SECRET}) as session,
        ):
            bodies = (UPDATE, UPDATE, b"{", b"{}", b'{"event_name": "bot.moved"}', b"x" * (1024 * 1024 + 1))
            for body in bodies:
                async with session.post(url + PATH, data=io.BytesIO(body)) as answer:
                    statuses.append(answer.status)
            for body in (UPDATE, b"{"):
                keeper.refuse = 1
                async with session.post(url + PATH, data=body) as answer:
                    statuses.append(answer.status)
            async with session.get(url + PATH) as answer:
                statuses.append(answer.status)
        return statuses

    assert asyncio.run(plot()) == [200, 200, 200, 200, 200, 413, 503, 503, 405]
    assert keeper.texts == ["Em muốn kể"]
    assert [parked.raw for parked in keeper.parked] == [b"{"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_platform_brings_everything_to_the_webhook(api: ZaloBotApi, house: House, wrapped: bool) -> None:
    """The bot registers itself with its secret; what could not be kept comes again, in order, and counts once."""
    api.wrapped = wrapped
    api.fail_next("setWebhook", 502, raw="<html>")
    keeper = Keeper()
    lan = api.user("Lan")

    async def plot() -> None:
        listening, url = loopback()
        zalo = house.messenger(mode="webhook", secret=SECRET, public_url=url + "/")
        async with serving(zalo.routes(keeper.accept, keeper.park), listening), receiving(zalo, keeper):
            await until(lambda: bool(api.hook.url))
            assert (api.hook.url, api.hook.secret) == (url + PATH, SECRET)
            keeper.refuse = 2
            for text in ("một", "hai"):
                lan.says(text)
            lan.sends_photo(picture(), "ảnh")
            await until(lambda: not api.pending)
            api.deliver_twice = True
            lan.says("ba")
            api.redeliver(lan.updates[0])
            api.add({"event_name": "message.text.received", "message": {}})
            await until(lambda: not api.pending)

    asyncio.run(plot())
    assert keeper.texts == ["một", "hai", "ảnh", "ba"]
    assert keeper.duplicates == 3
    assert len(keeper.parked) == 1
    assert [status for _, status in api.hook.deliveries[:3]] == [503, 503, 200]
    assert api.calls_of("getUpdates") == []


def test_a_webhook_the_platform_cannot_reach_is_said(api: ZaloBotApi, house: House) -> None:
    """It keeps the address all the same, so nothing else would tell the operator; a wrong token is said too."""
    api.hook_tried_ok = False
    api.fail_next("setWebhook", 429, "quota")

    async def plot(zalo: ZaloBot) -> list[tuple[str, str]]:
        keeper = Keeper()
        with structlog.testing.capture_logs() as logs:
            await asyncio.wait_for(zalo.start(keeper.accept, keeper.park), WITHIN_S)
        return [(entry["log_level"], entry["event"]) for entry in logs]

    told = house.run(plot, mode="webhook", secret=SECRET, public_url="http://127.0.0.1:9")
    assert told == [
        ("error", "Zalo Bot is not ready"),
        ("warning", "the platform did not reach the webhook"),
        ("info", "Zalo Bot is ready"),
    ]


def test_a_stop_does_not_wait_for_a_platform_that_is_away(api: ZaloBotApi, house: House) -> None:
    """The webhook is being registered again and again: a stop ends that."""
    api.down = True
    keeper = Keeper()

    async def plot() -> None:
        zalo = house.messenger(mode="webhook", secret=SECRET, public_url="https://viectot.example.vn")
        async with receiving(zalo, keeper):
            await asyncio.sleep(0.2)

    asyncio.run(asyncio.wait_for(plot(), WITHIN_S))


def test_in_polling_mode_there_is_no_webhook(house: House) -> None:
    """What nobody needs is not there to be tried; the pictures are."""
    keeper = Keeper()
    paths = [route.path for route in house.messenger().routes(keeper.accept, keeper.park)]
    assert paths == ["/zalo-photos/{token}.jpg"]


async def fetch(house: House, requests: Sequence[tuple[str, str]]) -> list[tuple[int, bytes, dict[str, str]]]:
    """Ask a real server of this house for these addresses; return what it answers."""
    keeper = Keeper()
    listening, url = loopback()
    zalo = house.messenger(public_url=url)
    answers = []
    async with serving(zalo.routes(keeper.accept, keeper.park), listening), aiohttp.ClientSession() as session:
        for method, path in requests:
            async with session.request(method, url + path) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                answers.append((answer.status, await answer.read(), headers))
    await zalo.stop()
    return answers


def address_of(house: House, sha256: str) -> str:
    """Return the path of a picture."""
    return f"/zalo-photos/{PhotoAddresses(KEY).token(sha256, house.clock.now())}.jpg"


def test_a_picture_is_there_as_often_as_it_is_asked_for(house: House) -> None:
    """By GET and HEAD: a link that works once showed as a black box."""
    green = picture()
    path = address_of(house, house.keep(green))
    answers = asyncio.run(fetch(house, [("GET", path), ("HEAD", path), ("GET", path), ("POST", path)]))
    assert [(status, body) for status, body, _ in answers[:3]] == [(200, green), (200, b""), (200, green)]
    for _, _, headers in answers[:3]:
        assert headers["content-type"] == "image/jpeg"
        assert headers["content-length"] == str(len(green))
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, max-age=3600"
    assert answers[3][0] == 405


def test_an_address_lives_for_seven_days(house: House) -> None:
    """To the second; what a cache may keep never outlives it."""
    clock = house.clock
    assert isinstance(clock, Clock)
    path = address_of(house, house.keep(picture()))
    told = []
    for days, seconds in ((6, 0), (0, 86_399), (0, 1)):
        clock.at += timedelta(days=days, seconds=seconds)
        [(status, _, headers)] = asyncio.run(fetch(house, [("GET", path)]))
        told.append((status, headers["cache-control"]))
    assert told == [(200, "private, max-age=3600"), (200, "private, max-age=1"), (404, "no-store")]


def test_a_picture_that_is_gone_is_gone(house: House) -> None:
    """Erased here, it is no longer handed out, however long its address would have lived."""
    sha256 = house.keep(picture())
    path = address_of(house, sha256)
    (house.folder / sha256).unlink()
    assert asyncio.run(fetch(house, [("GET", path)]))[0][0] == 404


def test_addresses_cannot_be_guessed(house: House) -> None:
    """Every bit of one flipped, other keys, other shapes: 404, never an error, and another picture never shows."""
    sha256 = house.keep(picture())
    now = house.clock.now()
    true = PhotoAddresses(KEY).token(sha256, now)
    signed = base64.urlsafe_b64decode(true)
    guesses = []
    for bit in range(len(signed) * 8):
        flipped = bytearray(signed)
        flipped[bit // 8] ^= 1 << bit % 8
        guesses.append(base64.urlsafe_b64encode(flipped).decode())
    chance = Random(3)
    guesses += [base64.urlsafe_b64encode(chance.randbytes(69)).decode() for _ in range(2_000)]
    guesses += [PhotoAddresses(b"other key of ours").token(sha256, now), sha256, "", "A" * 92, true[:-1], true + "A"]
    guesses += [true[:-1] + "=", f"{true}.jpg", f"../{sha256}", "%2e%2e%2f" + true, f"{true}%00", "é" * 92]
    keeper = Keeper()
    app = Starlette(routes=house.messenger().routes(keeper.accept, keeper.park))

    async def plot() -> set[int]:
        assert await ask(app, [], b"", "GET", f"/zalo-photos/{true}.jpg") == 200
        return {await ask(app, [], b"", "GET", f"/zalo-photos/{guess}.jpg") for guess in guesses}

    assert asyncio.run(plot()) == {404}


def test_a_key_that_protects_nothing_is_refused(house: House) -> None:
    """An empty key would make every address guessable."""
    with pytest.raises(ValueError, match="key"):
        house.messenger(key=b"")
