"""The line to Telegram is bad for a while: nothing is lost or done twice, nobody is hurried, all is well again alone.

`VIECTOT_SOAK=1` (`make soak`) takes the full length.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from deeds.kinds import Role
from storage import groups, people
from tests.faults.proxy import FAIR, Fault, Passed, Proxy, Weather
from tests.faults.server import Server
from tests.faults.telling import ANSWERS, MESSAGES, STORY
from tests.messengers.telegram_api import Group, Person, TelegramApi

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
PEOPLE = 100 if SOAK else 20
ROUNDS = 12 if SOAK else 1
EACH_S = 2.0 if SOAK else 1.0
RECOVERS_WITHIN_S = 330.0 if SOAK else 40.0  # the longest pause between two tries, and some
UNSEEN = (Fault.RESET_ANSWER, Fault.HALF_CLOSED, Fault.GARBAGE)  # took effect, and the sender cannot know
SCHEDULE = (
    Weather(faults=(Fault.RESET_REQUEST, Fault.SWALLOWED)),
    Weather(faults=UNSEEN),
    Weather(refuses=True),
    Weather(latency_s=0.2, faults=(Fault.TRICKLED,)),
    Weather(latency_s=0.05, faults=tuple(Fault)),
)

pytestmark = pytest.mark.slow


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """Telegram, on the loopback."""
    with TelegramApi() as running:
        yield running


@pytest.fixture
def proxy(api: TelegramApi) -> Iterator[Proxy]:
    """The line to it."""
    with Proxy(api.url) as line:
        yield line


@pytest.fixture
def server(api: TelegramApi, proxy: Proxy, tmp_path: Path) -> Iterator[Server]:
    """A server that polls Telegram over that line, not started yet."""
    made = Server(tmp_path, TELEGRAM_TOKEN=api.token, TELEGRAM_API_URL=proxy.url)
    yield made
    made.end()
    made.database.close()


def test_a_bad_network_loses_and_doubles_nothing(api: TelegramApi, proxy: Proxy, server: Server) -> None:
    """Twenty people tell a deed each while everything goes wrong in turn: each is kept once, and each gets answers."""
    thu = api.user("Thu")
    group = api.group("Tổ duyệt", [thu], supergroup=True)
    with server.database.write() as tx:
        hired = people.hire(tx, "Thu", [Role.MODERATOR], datetime.now(UTC))
        groups.register(tx, "telegram", str(group.id), None, hired.id, datetime.now(UTC))
    citizens = [api.user(f"Người {number}") for number in range(PEOPLE)]
    server.start()
    server.waits_for_events(1, 30)  # the group told us that we were let in: the bot is there
    tell_in_bad_weather(api, proxy, citizens)
    proxy.turns(FAIR)
    fair_at = time.time()
    server.waits_for_events(MESSAGES * PEOPLE + 1, RECOVERS_WITHIN_S)
    server.waits_until_sent(RECOVERS_WITHIN_S)
    print(f"\nall well {time.time() - fair_at:.1f} s after the last fault; {dict(proxy.happened)}")
    check_kept(server, citizens)
    check_answers(server, proxy, citizens)
    check_cards(server, group)
    check_patience(proxy)
    assert set(proxy.happened) == set(Fault), "the test proves less than it says"
    assert {429, 500, 502} <= {one.status for one in proxy.passed}


def tell_in_bad_weather(api: TelegramApi, proxy: Proxy, citizens: list[Person]) -> None:
    """Let everybody tell, some in every weather, with the server itself unwell in between."""
    texts = [[STORY.format(number), *ANSWERS] for number in range(len(citizens))]
    spells = [*SCHEDULE] * ROUNDS
    for number, weather in enumerate(spells):
        proxy.turns(weather)
        for at, citizen in enumerate(citizens):
            while texts[at] and at % len(spells) <= number:
                citizen.says(texts[at].pop(0))
        busy = citizens[number % len(citizens)]
        if not weather.refuses:
            api.fail_next("sendMessage", retry_after=2, chat=busy.id)
            for status, done in ((500, True), (502, False)):
                api.fail_next("sendMessage", status, "Unwell", times=2, done=done)
        proxy.lasts(EACH_S)


def check_kept(server: Server, citizens: list[Person]) -> None:
    """Every message has one row and every report is there once."""
    events = server.rows("inbox_event", "chat", "state")
    assert {state for _, state in events} == {"done"}
    heard = Counter(chat for chat, _ in events if not chat.startswith("-"))
    assert heard == {str(citizen.id): MESSAGES for citizen in citizens}
    stories = Counter(told["story"] for (told,) in server.rows("submission", "told"))
    assert stories == Counter(STORY.format(number) for number in range(PEOPLE))


def check_answers(server: Server, proxy: Proxy, citizens: list[Person]) -> None:
    """Everybody has every answer; one came twice only where Telegram took it and its word got lost."""
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    for chat, key, body, state in server.rows("outbox_message", "chat", "send_key", "body", "state"):
        if not (key or "").startswith("card:"):
            assert state == "sent", (key, state)
            wanted[chat][body["text"]] += 1
    unseen = Counter(one.chat for one in proxy.passed if one.fault in UNSEEN or one.status == 500)
    for citizen in citizens:
        shown = Counter(message.text for message in citizen.messages)
        chat = str(citizen.id)
        assert not wanted[chat] - shown, "an answer is missing"
        assert (shown - wanted[chat]).total() <= unseen[chat]


def check_cards(server: Server, group: Group) -> None:
    """No card stands twice, and one that does not stand is on the list of those a person must look at."""
    states = [
        state for key, state in server.rows("outbox_message", "send_key", "state") if (key or "").startswith("card:")
    ]
    assert len(states) == PEOPLE
    assert set(states) <= {"sent", "uncertain"}
    shown = Counter(message.text.partition("\n")[0] for message in group.messages if message.buttons)
    assert set(shown.values()) <= {1}, shown.most_common(3)
    assert states.count("sent") <= len(shown) <= PEOPLE


def check_patience(proxy: Proxy) -> None:
    """After a failure a chat is left alone for a second, or for as long as Telegram asked; polling waits as well."""
    tries: dict[tuple[str, str], list[Passed]] = defaultdict(list)
    for one in proxy.passed:
        if one.method in ("sendMessage", "editMessageText"):
            tries["chat", one.chat].append(one)
        elif one.method == "getUpdates":
            tries["updates", ""].append(one)
    assert sum(one.failed for per_chat in tries.values() for one in per_chat) > PEOPLE
    for (kind, _), made in tries.items():
        for before, after in pairwise(made):
            if before.failed:
                asked = before.status == 429 and before.read
                pause_s = 2.0 if asked else 1.0 if kind == "chat" else 0.5
                assert after.at - before.at > 0.95 * pause_s, (kind, before, after)
