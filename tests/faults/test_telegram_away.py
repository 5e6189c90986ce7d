"""Telegram fails for a while: no chat is hurried, a pause it asks for holds one chat, and all recover by themselves."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.server import Server
from tests.messengers.telegram_api import TelegramApi

PEOPLE = 10
AWAY_S = 8.0
PAUSE_S = 4

pytestmark = pytest.mark.slow


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """Telegram, on the loopback."""
    with TelegramApi() as running:
        yield running


@pytest.fixture
def server(api: TelegramApi, tmp_path: Path) -> Iterator[Server]:
    """A server that polls it, started."""
    made = Server(tmp_path, TELEGRAM_TOKEN=api.token, TELEGRAM_API_URL=api.url)
    made.start()
    yield made
    made.end()
    made.database.close()


def test_an_outage_is_sat_out(api: TelegramApi, server: Server) -> None:
    """Every sending fails for eight seconds: at most one try a second and chat, then each reply arrives, once."""
    people = [api.user(f"Người {number}") for number in range(PEOPLE)]
    api.fail_next("sendMessage", 502, "Bad Gateway", times=1_000_000)
    for person in people:
        person.says("giúp")
        person.says("giúp")
    server.waits_for_events(2 * PEOPLE, 30)
    time.sleep(AWAY_S)
    with api.lock:
        back_at = api.now()
        api.faults._planned.clear()
    server.waits_until_sent(2 * AWAY_S)
    tries = defaultdict(list)
    for call in api.calls_of("sendMessage"):
        tries[call.integer("chat_id")].append(call.at)
    assert len(tries) == PEOPLE
    for instants in tries.values():
        failing = [instant for instant in instants if instant < back_at]
        assert 1 < len(failing) <= AWAY_S
        assert all(after - before > 0.9 for before, after in pairwise(failing))
    for person in people:
        assert len(person.messages) == 2


def test_a_pause_holds_the_chat_it_was_asked_for(api: TelegramApi, server: Server) -> None:
    """One of ten is told to wait four seconds; the nine get their answers meanwhile, and it gets its own after."""
    people = [api.user(f"Người {number}") for number in range(PEOPLE)]
    slow, *others = people
    api.fail_next("sendMessage", retry_after=PAUSE_S, chat=slow.id)
    for person in people:
        for _ in range(3):
            person.says("giúp")
    for person in others:
        for _ in range(3):
            person.waits_until(lambda _: True, 20)
    server.waits_until_sent(30)
    calls = [(call.integer("chat_id"), call.at) for call in api.calls_of("sendMessage")]
    told, *after = [at for chat, at in calls if chat == slow.id]
    assert after[0] - told >= PAUSE_S
    assert Counter(chat for chat, _ in calls) == {slow.id: 4} | {person.id: 3 for person in others}
    assert len(slow.messages) == 3
