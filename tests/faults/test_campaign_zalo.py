"""Zalo's two doors under kills and repeats: what they brought is there once; what a poll may lose is counted.

`VIECTOT_SOAK=1` (`make soak`) takes the full length and prints what was found.
"""

import asyncio
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from messengers.zalo_bot.routes import SECRET_HEADER
from storage.inbox import kept_key
from tests.faults.server import Server
from tests.faults.telling import STORY
from tests.messengers.zalo_bot_api import ZaloBotApi
from tests.messengers.zalo_oa_api import ZaloOaApi

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
KILLS = 100 if SOAK else 3
PEOPLE = 300 if SOAK else 15  # four messages each
RECORDED = 2_000 if SOAK else 100  # events, each delivered five times
SECRET = "a-secret-of-more-than-thirty-two-bytes"
ANSWERS = {"Việc này ở thôn": "thôn Đông", "Xin xem lại:": "gửi đi"}
SENT = "có được dùng"
HELP = "giúp"  # answered by one message, whatever was said before
DOORS = ("zalo_oa", "zalo_bot by webhook", "zalo_bot by polling")

pytestmark = pytest.mark.slow
Api = ZaloOaApi | ZaloBotApi


@contextmanager
def oa(folder: Path) -> Iterator[tuple[ZaloOaApi, Server]]:
    """An Official Account and the server it calls; however long an outage lasts, Zalo goes on trying here."""
    with ZaloOaApi(retry_scale=0.001) as api:
        server = Server(
            folder, warm=True,
            ZALO_OA_ID=api.oa_id, ZALO_OA_APP_ID=api.app_id, ZALO_OA_APP_SECRET=api.app_secret,
            ZALO_OA_SECRET_KEY=api.secret_key, ZALO_OA_REFRESH_TOKEN=api.refresh_token,
            ZALO_OA_API_URL=api.url, ZALO_OA_OAUTH_URL=api.url,
        )  # fmt: skip
        with ended(server):
            api.deliver_to(f"{server.url}/webhooks/zalo-oa")
            yield api, server


@contextmanager
def bot(folder: Path, mode: str) -> Iterator[tuple[ZaloBotApi, Server]]:
    """A bot of the Bot Platform and its server."""
    with ZaloBotApi() as api:
        server = Server(
            folder, warm=True,
            ZALO_BOT_TOKEN=api.token, ZALO_BOT_API_URL=api.url, ZALO_BOT_MODE=mode, ZALO_BOT_SECRET=SECRET,
        )  # fmt: skip
        server.set("PUBLIC_URL", server.url)
        with ended(server):
            yield api, server


@contextmanager
def ended(server: Server) -> Iterator[None]:
    """Start a server, and end it in the end."""
    server.start()
    try:
        yield
    finally:
        server.end()
        server.database.close()


@contextmanager
def door(which: str, folder: Path) -> Iterator[tuple[Api, Server]]:
    """Open one of the doors."""
    opened: Any = oa(folder) if which == "zalo_oa" else bot(folder, which.rpartition(" ")[2])
    with opened as both:
        yield both


class Teller:
    """Somebody who answers what they are asked, once for each question, as people do."""

    def __init__(self, person: Any, number: int) -> None:
        self.person = person
        self.says_next = STORY.format(number)
        self.answered: set[str] = set()
        self.taken = True  # by the platform: an account whose webhook was switched off brings nothing
        self.spoken = 0  # with what had to be said again
        self.spoke_at = 0.0
        self.missed_at = 0.0  # since when what was said is neither waiting nor kept

    def goes_on(self) -> bool:
        """Answer the next question if it was put. Returns whether everything was said and answered."""
        shown = "\n".join(message.text for message in self.person.messages)
        if not self.spoken or not self.taken:
            self.speaks()
        for question, answer in ANSWERS.items():
            if question in shown and question not in self.answered:
                self.answered.add(question)
                self.says_next = answer
                self.speaks()
        return SENT in shown

    def speaks(self) -> None:
        """Say what is to be said now, perhaps again."""
        self.spoke_at = time.monotonic()
        self.taken = self.person.says(self.says_next) > 0
        self.spoken += self.taken


@pytest.mark.parametrize("which", DOORS)
def test_nothing_that_was_brought_is_lost_over_kills(which: str, tmp_path: Path) -> None:
    """Killed again and again while people tell: each report is there once, a reply comes twice once a chat and kill."""
    with door(which, tmp_path) as (api, server):
        tellers = [Teller(api.user(f"Người {number}"), number) for number in range(PEOPLE)]
        killer = threading.Thread(target=kill_now_and_then, args=(server,))
        killer.start()
        tell_on(tellers, api, server, while_=killer.is_alive)
        killer.join()
        server.waits_until_sent(60)
        assert server.is_sound()
        stories = Counter(told["story"] for (told,) in server.rows("submission", "told"))
        assert stories == Counter(STORY.format(number) for number in range(PEOPLE))
        events = server.rows("inbox_event", "event_key", "state")
        assert {state for _, state in events} == {"done"}
        assert len({key for key, _ in events}) == len(events)
        lost = sum(one.spoken for one in tellers) - len(events)
        repeated = check_replies(server, tellers)
        # A poll hands an update over for good: killed between that and the commit it is gone, one a kill at most.
        assert lost <= (server.kills if which.endswith("polling") else 0)
        print(f"\n{which}: {server.kills} kills, {len(events)} messages, {repeated} replies came twice, {lost} lost")


def kill_now_and_then(server: Server) -> None:
    """Kill and restart it at moments nobody chose."""
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.6))
        server.kill()
        server.start()


def tell_on(tellers: list[Teller], api: Api, server: Server, while_: Callable[[], bool]) -> None:
    """Let everybody tell to the end; what a poll had lost is said again, as people do who get no answer."""
    until = time.monotonic() + (1_800 if SOAK else 120)
    waiting = list(tellers)
    while waiting or while_():
        assert time.monotonic() < until, report(waiting[0], server)
        waiting = [one for one in waiting if not one.goes_on()]
        if isinstance(api, ZaloBotApi):
            say_again(waiting, api, server)
        elif api.webhook.switched_off:  # too many kills in a row for the platform: its operator switches it on again
            api.deliver_to(api.webhook.url)
        time.sleep(0.02)


def report(one: Teller, server: Server) -> str:
    """Tell all that is known of somebody who waits for an answer."""
    sent = [row for row in server.rows("outbox_message", "chat", "state", "body") if row[0].endswith(one.person.id)]
    heard = [row for row in server.rows("inbox_event", "chat", "event_key", "raw") if row[0].endswith(one.person.id)]
    shown = [message.text for message in one.person.messages]
    return f"{one.spoken=}\n{shown=}\n{sent=}\n{heard=}\n{server.log.read_text()[-1000:]}"


def _is_kept(message: str, kept: set[str]) -> bool:
    return not message or kept_key(f"zalo_bot:message.text.received:{message}") in kept


def say_again(waiting: list[Teller], api: ZaloBotApi, server: Server) -> None:
    """Say again what a poll took and a kill lost."""
    silent = [one for one in waiting if time.monotonic() - one.spoke_at > 3]
    if not silent:
        return
    given = {update["message"]["from"]["id"]: update["message"]["message_id"] for update in list(api.given)}
    kept = {key for (key,) in server.rows("inbox_event", "event_key")}
    latest = {update["message"]["from"]["id"] for update in list(api.pending)}
    for one in silent:
        if one.person.id in latest or _is_kept(given.get(one.person.id, ""), kept):
            one.missed_at = 0.0
        elif not one.missed_at:
            one.missed_at = time.monotonic()  # perhaps it is being kept at this moment
        elif time.monotonic() - one.missed_at > 5:
            one.missed_at = 0.0
            one.speaks()


def check_replies(server: Server, tellers: list[Teller]) -> int:
    """Each reply reached its person; returns how many came twice, once a chat and kill at most."""
    replies: dict[str, Counter[str]] = {}
    for chat, body, state in server.rows("outbox_message", "chat", "body", "state"):
        assert state == "sent", state
        replies.setdefault(chat.rpartition(":")[2], Counter())[body["text"]] += 1
    repeated: Counter[str] = Counter()
    in_hand = Counter({chat.rpartition(":")[2]: kills for chat, kills in server.in_hand.items()})
    for one in tellers:
        shown = Counter(message.text.partition("\n\n1. ")[0] for message in one.person.messages)
        assert not replies[one.person.id] - shown, "a reply is missing"
        repeated[one.person.id] = (shown - replies[one.person.id]).total()
    assert repeated <= in_hand
    return repeated.total()


@pytest.mark.parametrize("which", DOORS[:2])
def test_each_event_has_one_effect_however_often_it_comes(which: str, tmp_path: Path) -> None:
    """Every event five times, shuffled, at once, over a restart: one row and one answer each."""
    chance = random.Random(13)
    with door(which, tmp_path) as (api, server):
        calls = [recorded(api, server, number) for number in range(RECORDED)] * 5
        chance.shuffle(calls)

        async def insist(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> None:
            for pause_s in (0, *[0.1] * 600):
                await asyncio.sleep(pause_s)
                try:
                    async with session.post(url, data=body, headers=headers) as answer:
                        if answer.status == 200:
                            return
                        assert answer.status == 503, answer.status
                except (aiohttp.ClientError, OSError):
                    continue
            raise AssertionError("an event was not taken within a minute")

        async def deliver() -> None:
            room = asyncio.Semaphore(20)

            async def one(session: aiohttp.ClientSession, call: tuple[str, bytes, dict[str, str]]) -> None:
                async with room:
                    await insist(session, *call)

            async with aiohttp.ClientSession() as session:
                killing = asyncio.create_task(asyncio.to_thread(kill_once, server))
                await asyncio.gather(*(one(session, call) for call in calls))
                await killing

        asyncio.run(deliver())
        server.waits_until_sent(120)
        assert len(server.rows("inbox_event", "id")) == RECORDED
        answered = Counter(chat for (chat,) in server.rows("outbox_message", "chat"))
        assert len(answered) == RECORDED
        assert set(answered.values()) == {1}


def kill_once(server: Server) -> None:
    """Kill and restart it in the middle."""
    time.sleep(0.5)
    server.kill()
    server.start()


def recorded(api: Api, server: Server, number: int) -> tuple[str, bytes, dict[str, str]]:
    """Return one event as its platform would post it: address, body, headers."""
    stamp = 1_790_000_000_000 + number
    if isinstance(api, ZaloOaApi):
        sender = api.user(f"Người {number}")
        message = {"msg_id": f"m{number}", "text": HELP}
        event = {
            "app_id": api.app_id, "event_name": "user_send_text", "timestamp": str(stamp),
            **sender.between(), "message": message,
        }  # fmt: skip
        body = json.dumps(event, ensure_ascii=False).encode()
        return f"{server.url}/webhooks/zalo-oa", body, api.webhook.headers(body, str(stamp))
    person = api.user(f"Người {number}")
    shown = {
        "date": stamp, "message_id": f"m{number}", "text": HELP, "chat": {"id": person.id, "chat_type": "PRIVATE"},
        "from": {"id": person.id, "display_name": person.name, "is_bot": False},
    }  # fmt: skip
    body = json.dumps({"event_name": "message.text.received", "message": shown}, ensure_ascii=False).encode()
    return f"{server.url}/webhooks/zalo-bot", body, {SECRET_HEADER.decode(): SECRET}
