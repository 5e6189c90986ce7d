"""The server is killed while people talk to it: what was acknowledged is there once, and every reply goes out.

`VIECTOT_SOAK=1` (`make soak`) takes the full length, on both databases.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from deeds.kinds import Role
from storage import groups
from storage import people as staff
from tests.faults.server import Browser, Server, kept_of
from tests.faults.telling import ANSWERS, MESSAGES, STORY
from tests.messengers.telegram_api import Group, Person, TelegramApi

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
KILLS = {"webhook": 100 if SOAK else 3, "polling": 100 if SOAK else 2}  # most of the time goes into the restarts
PEOPLE = 1_250 if SOAK else 38  # on each of the two messengers; four messages each
DONE_WITHIN_S = 600 if SOAK else 120
SLOW_S, FEW = 3.0, 50 if SOAK else 8  # a messenger that answers late, and people: a group gets its cards one by one
SECRET = "a-secret-of-more-than-thirty-two-bytes"
CASES = [("webhook", "sqlite"), ("polling", "postgres"), ("webhook", "sqlite", "slow")]
if SOAK:
    CASES += [("polling", "sqlite"), ("webhook", "postgres"), ("polling", "postgres", "slow")]


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """Telegram, on the loopback."""
    with TelegramApi(answer_timeout_s=5.0) as running:
        yield running


@pytest.fixture(
    params=[
        pytest.param(case, marks=[pytest.mark.postgres] * ("postgres" in case), id="-".join(case)) for case in CASES
    ]
)
def server(request: pytest.FixtureRequest, api: TelegramApi, tmp_path: Path) -> Iterator[Server]:
    """A server on the web chat and on Telegram, not started yet."""
    mode, database, *slow = request.param
    api.answers_after_s = SLOW_S if slow else 0.0
    made = Server(
        tmp_path,
        str(request.getfixturevalue("postgres_url")) if database == "postgres" else "",
        warm=True,
        TELEGRAM_TOKEN=api.token,
        TELEGRAM_API_URL=api.url,
        TELEGRAM_SECRET=SECRET,
    )
    made.set("PUBLIC_URL", made.url)
    made.set("TELEGRAM_MODE", mode)
    yield made
    made.end()
    made.database.close()


def register(server: Server, group: Group) -> None:
    """Make a group the one that gets the cards."""
    now = datetime.now(UTC)
    with server.database.write() as tx:
        thu = staff.hire(tx, "Thu", [Role.MODERATOR], now)
        groups.register(tx, "telegram", str(group.id), None, thu.id, now)


async def kill_now_and_then(server: Server) -> None:
    """Kill and restart it at moments nobody chose."""
    chance = random.Random(7)
    while server.kills < KILLS[server.settings["TELEGRAM_MODE"]]:
        await asyncio.sleep(chance.uniform(0.05, 0.9))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)


def talk_over_kills(server: Server, citizens: list[Person]) -> list[Browser]:
    """Everybody tells one deed, in four messages, while the server is killed; returns who used a browser."""

    async def everybody() -> list[Browser]:
        timeout = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
            browsers = [Browser(server, session) for _ in citizens]
            async with asyncio.TaskGroup() as group:
                group.create_task(kill_now_and_then(server))
                for number, citizen in enumerate(citizens):
                    for text in (STORY.format(f"điện thoại {number}"), *ANSWERS):
                        citizen.says(text)
                for number, browser in enumerate(browsers):
                    texts = (STORY.format(f"máy tính {number}"), *ANSWERS)
                    group.create_task(browser.tells(texts, pause_s=random.Random(number).uniform(0, 40 if SOAK else 1)))
        return browsers

    return asyncio.run(everybody())


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_has_two_effects(api: TelegramApi, server: Server) -> None:
    """Killed again and again while hundreds of messages arrive: each is there once, its report once, its reply sent."""
    thu = api.user("Thu")
    group = api.group("Tổ duyệt", [thu], supergroup=True)
    register(server, group)
    people = FEW if api.answers_after_s else PEOPLE
    citizens = [api.user(f"Người {number}") for number in range(people)]
    server.start()
    browsers = talk_over_kills(server, citizens)
    server.waits_for_events(2 * MESSAGES * people + 1, DONE_WITHIN_S)  # the group told us that we were let in
    server.waits_until_sent(DONE_WITHIN_S)
    assert server.is_sound()
    check_events(server, browsers, citizens)
    check_reports(server, people)
    repeated = check_replies(server, citizens)
    missing = check_cards(server, group, people)
    server.end()
    print(
        f"\n{server.kills} kills, {2 * MESSAGES * people} messages: {repeated.total()} replies came twice, at most"
        f" {max(repeated.values(), default=0)} in one chat; {missing} cards are uncertain"
    )


def check_events(server: Server, browsers: list[Browser], citizens: list[Person]) -> None:
    """Every message that was acknowledged has one row, and nothing was parked."""
    events = server.rows("inbox_event", "event_key", "messenger", "chat", "state")
    assert {state for *_, state in events} == {"done"}
    keys = [key for key, *_ in events]
    assert len(keys) == len(set(keys))
    acknowledged = Counter(message for browser in browsers for message in browser.acknowledged)
    assert kept_of(server, acknowledged) == acknowledged
    said = Counter(chat for _, messenger, chat, _ in events if messenger == "telegram" and not chat.startswith("-"))
    assert said == {str(citizen.id): MESSAGES for citizen in citizens}


def check_reports(server: Server, people: int) -> None:
    """Everybody's report was handed in once, as it was told."""
    stories = Counter(told["story"] for (told,) in server.rows("submission", "told"))
    told = [STORY.format(f"{where} {number}") for where in ("điện thoại", "máy tính") for number in range(people)]
    assert stories == Counter(told)
    numbers = [number for (number,) in server.rows("submission", "number")]
    assert sorted(numbers) == list(range(1, 2 * people + 1))


def check_replies(server: Server, citizens: list[Person]) -> Counter[str]:
    """Each reply went out: on the web once, on Telegram perhaps once more a kill. Returns how many did in each chat."""
    replies: dict[str, Counter[str]] = {}
    for messenger, chat, key, body, state in server.rows(
        "outbox_message", "messenger", "chat", "send_key", "body", "state"
    ):
        if key is None or not key.startswith("card:"):
            assert state == "sent", (key, state)
            replies.setdefault(f"{messenger}:{chat}", Counter())[body["text"]] += 1
    lines: dict[str, Counter[str]] = {}
    for chat, sender, body in server.rows("chat_message", "chat", "sender", "body"):
        if sender == "bot":
            lines.setdefault(f"webchat:{chat}", Counter())[body["text"]] += 1
    assert lines == {chat: texts for chat, texts in replies.items() if chat.startswith("webchat:")}
    repeated: Counter[str] = Counter()
    for citizen in citizens:
        shown = Counter(message.text for message in citizen.messages)
        wanted = replies[f"telegram:{citizen.id}"]
        assert not wanted - shown, "a reply is missing"
        repeated[str(citizen.id)] = (shown - wanted).total()
    assert repeated <= server.in_hand
    return repeated


def check_cards(server: Server, group: Group, people: int) -> int:
    """No card stands twice; one that is missing is on the list of those a person must look at. Returns how many are."""
    cards = [row for row in server.rows("outbox_message", "send_key", "state") if (row[0] or "").startswith("card:")]
    assert len(cards) == 2 * people
    states = Counter(state for _, state in cards)
    shown = Counter(message.text.partition("\n")[0] for message in group.messages if message.buttons)
    assert set(shown.values()) == {1}, shown.most_common(3)
    assert states["sent"] + states["uncertain"] == 2 * people
    assert states["sent"] <= len(shown) <= 2 * people
    assert states["uncertain"] <= server.kills
    return states["uncertain"]
