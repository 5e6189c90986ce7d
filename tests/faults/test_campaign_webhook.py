"""The webhook under forgers, under repeats, under load, and with two processes behind it.

`VIECTOT_SOAK=1` (`make soak`) takes the full length and prints what was measured.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from messengers.telegram.routes import PATH
from storage import inbox
from tests.faults.server import Server
from tests.messengers.hooks import picture
from tests.messengers.telegram_api import TelegramApi

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
FORGED = 10_000 if SOAK else 500
RECORDED = 2_000 if SOAK else 150  # updates, each delivered five times
PER_S, LOAD_S, BURST = (200, 60, 200) if SOAK else (50, 4, 20)
PEOPLE, EACH = (50, 24) if SOAK else (12, 10)
SECRET = "a-secret-of-more-than-thirty-two-bytes"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
HELP = "giúp"  # answered by one message, whatever was said before

pytestmark = pytest.mark.slow
Json = dict[str, Any]


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """Telegram, on the loopback."""
    with TelegramApi() as running:
        yield running


def served(api: TelegramApi, folder: Path, database_url: str = "", mode: str = "webhook") -> Server:
    """Return a server on Telegram, not started yet."""
    folder.mkdir(exist_ok=True)
    made = Server(folder, database_url, TELEGRAM_TOKEN=api.token, TELEGRAM_API_URL=api.url, TELEGRAM_SECRET=SECRET)
    made.set("PUBLIC_URL", made.url)
    made.set("TELEGRAM_MODE", mode)
    return made


@pytest.fixture
def server(api: TelegramApi, tmp_path: Path) -> Iterator[Server]:
    """A server with a webhook on SQLite, started."""
    made = served(api, tmp_path)
    made.start()
    yield made
    made.end()
    made.database.close()


def update(number: int, person: int, text: str = HELP, **content: Any) -> Json:
    """Return an update as Telegram would send it."""
    sender = {"id": person, "is_bot": False, "first_name": "Lan"}
    message = {"message_id": number, "date": 1_790_000_000, "from": sender, "chat": {"id": person, "type": "private"}}
    return {"update_id": 50_000_000 + number, "message": message | (content or {"text": text})}


async def post(session: aiohttp.ClientSession, server: Server, body: bytes, *secret: str) -> int:
    """Post to the webhook with these secrets; return the status, 0 where nobody answered."""
    headers = [(HEADER, told) for told in secret]
    try:
        async with session.post(server.url + PATH, data=body, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, OSError):
        return 0


async def together(work: Sequence[Any], most: int) -> list[Any]:
    """Carry out a lot of work, so many at a time; return the results in order."""
    room = asyncio.Semaphore(most)

    async def one(each: Any) -> Any:
        async with room:
            return await each

    return await asyncio.gather(*(one(each) for each in work))


def test_no_forged_call_gets_in(api: TelegramApi, server: Server) -> None:
    """Wrong, cut, doubled and strange secrets on good and bad bodies: all refused, none an error, no row."""
    chance = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789_-"

    def secrets() -> tuple[str, ...]:
        at = chance.randrange(len(SECRET))
        return chance.choice([
            (), ("",), (SECRET[:at],), (SECRET + "x",), (SECRET.upper(),), (SECRET, SECRET), (SECRET, "x"),
            ("x", SECRET), (SECRET[:at] + "é" + SECRET[at + 1 :],), ("a" * 4_000,),
            ("".join(chance.choices(letters, k=len(SECRET))),),
        ])  # fmt: skip

    def body(number: int) -> bytes:
        good = json.dumps(update(number, 6_000_000_000 + number)).encode()
        return chance.choice([good, good[: len(good) // 2], b"", b"{}", b"\xff" * 100, good * 200])

    async def forge() -> list[int]:
        async with aiohttp.ClientSession() as session:
            return await together([post(session, server, body(n), *secrets()) for n in range(FORGED)], 20)

    assert Counter(asyncio.run(forge())) == {401: FORGED}
    assert server.rows("inbox_event", "id") == []
    assert server.rows("person", "id") == []


def test_each_update_has_one_effect_however_often_it_comes(api: TelegramApi, server: Server) -> None:
    """Every update five times, shuffled, at once, over restarts, and once more a month later: one effect each."""
    people = [api.user(f"Người {number}") for number in range(RECORDED)]
    for person in people:
        person.started = True
    bodies = [json.dumps(update(number, person.id)).encode() for number, person in enumerate(people)]
    chance = random.Random(5)
    five = bodies * 5
    chance.shuffle(five)

    async def insist(session: aiohttp.ClientSession, body: bytes) -> None:
        for pause_s in (0, *[0.1] * 600):
            await asyncio.sleep(pause_s)
            if await post(session, server, body, SECRET) == 200:
                return
        raise AssertionError("an update was not taken within a minute")

    async def kill_now_and_then() -> None:
        for _ in range(10 if SOAK else 1):
            await asyncio.sleep(chance.uniform(0.2, 0.6))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

    async def deliver(what: Sequence[bytes], *, killing: bool) -> None:
        async with aiohttp.ClientSession() as session:
            killer = asyncio.create_task(kill_now_and_then() if killing else asyncio.sleep(0))
            await together([insist(session, body) for body in what], 20)
            await killer

    asyncio.run(deliver(five, killing=True))
    server.waits_until_sent(120)
    answered = [chat for chat, _ in server.rows("outbox_message", "chat", "id")]
    assert Counter(answered) == {str(person.id): 1 for person in people}
    events = server.rows("inbox_event", "event_key", "state")
    assert len(events) == RECORDED
    assert {state for _, state in events} == {"done"}
    # Thirty days on the bodies are forgotten, the keys are not.
    with server.database.write() as tx:
        inbox.forget_before(tx, server.rows("inbox_event", "received_at")[-1][0].replace(year=2100))
    asyncio.run(deliver(bodies, killing=False))
    assert len(server.rows("outbox_message", "id")) == RECORDED
    assert len(server.rows("inbox_event", "id")) == RECORDED
    for person in people:
        assert (
            1 <= len(person.messages) <= 1 + server.in_hand[str(person.id)]
        )  # what was on its way at a kill, once more


def test_a_steady_stream_is_answered_while_pictures_are_fetched(api: TelegramApi, server: Server) -> None:
    """Calls at a fixed rate with a burst of pictures behind: each is answered 200. The soak prints the times."""
    people = [api.user(f"Người {number}") for number in range(100)]
    for person in people:
        person.started = True
        api.files.keep_photo(picture(size=(60, 60)))
    for person in people[:BURST]:
        person.sends_photo(picture(size=(1280, 960)))  # comes by Telegram itself, and its bytes are fetched
    times: list[float] = []

    async def call(session: aiohttp.ClientSession, number: int) -> int:
        began = time.perf_counter()
        status = await post(session, server, json.dumps(update(number, people[number % 100].id)).encode(), SECRET)
        times.append(time.perf_counter() - began)
        return status

    async def stream() -> list[int]:
        calls = []
        async with aiohttp.ClientSession() as session:
            began = time.perf_counter()
            for number in range(PER_S * LOAD_S):
                await asyncio.sleep(max(0.0, began + number / PER_S - time.perf_counter()))
                calls.append(asyncio.create_task(call(session, 1_000_000 + number)))
            return list(await asyncio.gather(*calls))

    assert Counter(asyncio.run(stream())) == {200: PER_S * LOAD_S}
    if SOAK:
        times.sort()
        p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
        print(f"\n{PER_S} calls a second for {LOAD_S} s, {BURST} pictures: p50 {p50:.0f} ms, p99 {p99:.0f} ms")


@pytest.mark.postgres
@pytest.mark.parametrize("way", ["polling", "two processes", *(["webhook"] if SOAK else [])])
def test_what_each_person_says_is_heard_in_order(api: TelegramApi, tmp_path: Path, postgres_url: str, way: str) -> None:
    """Bursts of many people on the lanes of PostgreSQL: each person's words are kept and answered as they were said."""
    people = [api.user(f"Người {number}") for number in range(PEOPLE)]
    mode = "polling" if way == "polling" else "webhook"
    count = 2 if way == "two processes" else 1
    servers = [served(api, tmp_path / f"{number}", postgres_url, mode) for number in range(count)]
    texts = [HELP if number % 2 else "tin của tôi" for number in range(EACH)]
    with ExitStack() as ends:
        for each in servers:
            each.set("PROCESSES", str(count))
            ends.callback(each.database.close)
            ends.callback(each.end)
            each.start()
        if count == 1:
            for text in texts:
                for person in people:
                    person.says(text)
        else:
            for person in people:
                person.started = True
            asyncio.run(spread(servers, [person.id for person in people], texts))
        servers[0].waits_for_events(PEOPLE * EACH, 120)
        servers[0].waits_until_sent(120)
        heard = defaultdict(list)
        for chat, raw in servers[0].rows("inbox_event", "chat", "raw"):
            heard[chat].append(json.loads(raw)["message"]["message_id"])
        assert len(heard) == PEOPLE
        assert all(numbers == sorted(numbers) and len(numbers) == EACH for numbers in heard.values())
        asked, helped = (text for text, _ in Counter(message.text for message in people[0].messages).most_common(2))
        for person in people:
            shown = [message.text for message in person.messages]
            assert shown in ([asked, helped] * (EACH // 2), [helped, asked] * (EACH // 2)), shown


async def spread(servers: Sequence[Server], people: Sequence[int], texts: Sequence[str]) -> None:
    """Bring everybody's words to whichever process comes, one of a chat under way at a time, as Telegram does."""
    chance = random.Random(9)

    async def one(session: aiohttp.ClientSession, person: int, first: int) -> None:
        for number, text in enumerate(texts, start=first):
            body = json.dumps(update(number, person, text)).encode()
            assert await post(session, chance.choice(servers), body, SECRET) == 200

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, person, at * 1_000) for at, person in enumerate(people)))
