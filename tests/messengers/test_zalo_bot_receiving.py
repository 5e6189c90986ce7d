"""What people write on the Zalo bot is kept before anything else of it is fetched, and by one poller at a time."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from bot.intake import Intake
from deeds.places import areas
from handlers.front_door import Town
from messengers.zalo_bot.messenger import ZaloBot
from storage.inbox import kept_key
from storage.models import InboxEvent, Lease
from tests.messengers.hooks import picture
from tests.messengers.zalo_bot_api import ZaloBotApi
from tests.messengers.zalo_bot_api.household import House, Keeper, receiving, until


@pytest.fixture
def api() -> Iterator[ZaloBotApi]:
    """A fresh server."""
    with ZaloBotApi(held_s=0.2) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, api: ZaloBotApi) -> Iterator[House]:
    """A fresh database."""
    house = House(tmp_path, api)
    yield house
    house.close()


def test_updates_are_brought_in_order(api: ZaloBotApi, house: House) -> None:
    """One by one, as they were said, with the pictures as addresses; what nobody should answer is passed over."""
    keeper = Keeper()
    lan, ba = api.user("Lan"), api.user("Ba")

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            for number in range(5):
                lan.says(f"L{number}")
                ba.says(f"B{number}")
            lan.sends_photo(picture(), "ảnh")
            lan.says_in_group("@bot")
            lan.sends_unsupported(with_message=False)
            lan.sends_sticker()
            await until(lambda: len(keeper.kept) == 12)

    asyncio.run(plot())
    assert keeper.texts[:10] == [f"{who}{number}" for number in range(5) for who in "LB"]
    assert keeper.kept[10].said.photos[0].remote == lan.updates[5]["message"]["photo_url"]
    assert keeper.kept[11].said.unreadable
    assert api.calls[0].method == "deleteWebhook"
    assert keeper.parked == []


@pytest.mark.parametrize("with_200", [False, True])
def test_empty_polls_are_no_news(api: ZaloBotApi, house: House, with_200: bool) -> None:
    """A 408 in the status or only in the body: polled again at once, and not a word in the log."""
    api.errors_with_200 = with_200
    lan = api.user("Lan")
    keeper = Keeper()

    async def plot() -> list[str]:
        async with receiving(house.messenger(), keeper):
            await until(lambda: len(api.calls_of("getUpdates")) >= 2)
            with structlog.testing.capture_logs() as logs:
                await until(lambda: len(api.calls_of("getUpdates")) >= 6)
                lan.says("một")
                await until(lambda: keeper.texts == ["một"])
            return [entry["event"] for entry in logs]

    assert asyncio.run(plot()) == []


def test_empty_polls_that_are_not_held_do_not_spin(api: ZaloBotApi, house: House) -> None:
    """A platform, or a proxy, that says 408 at once is asked more and more slowly."""
    api.held_s = 0.0

    async def plot() -> None:
        async with receiving(house.messenger(), Keeper()):
            await until(lambda: bool(api.calls_of("getUpdates")))
            await asyncio.sleep(1.2)

    asyncio.run(plot())
    assert len(api.calls_of("getUpdates")) <= 4


def test_what_could_not_be_kept_is_held_until_it_is(api: ZaloBotApi, house: House) -> None:
    """The platform gives an update once: meanwhile nothing more is taken from it, and nothing is lost."""
    keeper = Keeper()
    keeper.refuse = 4
    lan = api.user("Lan")
    for text in ("một", "hai", "ba"):
        lan.says(text)

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            await until(lambda: keeper.refused == 3)
            assert [update["message"]["text"] for update in api.given] == ["một"]
            await until(lambda: len(keeper.kept) == 3)

    asyncio.run(plot())
    assert keeper.texts == ["một", "hai", "ba"]
    assert keeper.refused == 4


def test_an_update_that_does_not_parse_is_parked(api: ZaloBotApi, house: House) -> None:
    """With its bytes, as soon as that is possible; the ones behind it go on."""
    keeper = Keeper()
    keeper.refuse = 1
    api.add({"event_name": "message.text.received", "message": {"text": "không có ai"}})
    api.user("Lan").says("một")

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            await until(lambda: keeper.texts == ["một"])

    asyncio.run(plot())
    assert b"message.text.received" in keeper.parked[0].raw
    assert keeper.parked[0].event_key.startswith("zalo_bot:unreadable:")


def test_what_nobody_foresaw_is_parked_in_the_end(
    api: ZaloBotApi, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried a few times, then put aside: one strange update does not stop the door for good."""
    monkeypatch.setattr("messengers.zalo_bot.polling.STRANGE_TRIES", 2)
    keeper = Keeper()
    keeper.breaks = 2
    lan = api.user("Lan")
    lan.says("lạ")
    lan.says("một")

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            await until(lambda: keeper.texts == ["một"])

    asyncio.run(plot())
    assert "lạ".encode() in keeper.parked[0].raw or b"l\\u1ea1" in keeper.parked[0].raw


def test_a_forgotten_webhook_is_taken_away(api: ZaloBotApi, house: House) -> None:
    """Before the first poll, and again when somebody sets one later: else polling is dead and says nothing."""
    keeper = Keeper()
    lan = api.user("Lan")
    api.hook.url = "http://127.0.0.1:9/hook"

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            lan.says("một")
            await until(lambda: keeper.texts == ["một"])
            api.hook.url = "http://127.0.0.1:9/hook"
            api.woken()
            lan.says("hai")
            await until(lambda: keeper.texts == ["một", "hai"] and api.hook.url == "")

    asyncio.run(plot())
    assert len(api.calls_of("deleteWebhook")) == 2


def test_polling_survives_an_outage(api: ZaloBotApi, house: House) -> None:
    """Pages instead of answers, a quota, cut lines, half a token change: it goes on, and says what it waits for."""
    keeper = Keeper()
    lan = api.user("Lan")
    api.fail_next("deleteWebhook", 502, raw="<html>Bad Gateway</html>")
    api.fail_next("getUpdates", 504, raw="<html>")
    api.fail_next("getUpdates", 429, "quota", http=200)
    api.fail_next("getUpdates", reset=True)
    lan.says("một")

    async def plot() -> list[str]:
        with structlog.testing.capture_logs() as logs:
            async with receiving(house.messenger(), keeper):
                await until(lambda: keeper.texts == ["một"])
        return [str(entry) for entry in logs if entry["event"] == "updates could not be fetched"]

    waits = asyncio.run(plot())
    assert len(waits) == 4
    assert api.token.partition(":")[2] not in "".join(waits)


def test_a_wrong_token_is_said_and_tried_again(api: ZaloBotApi, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator reads what to do; as soon as the token holds again, it goes on."""
    monkeypatch.setattr("messengers.zalo_bot.polling.TOKEN_WRONG_PAUSE_S", 0.1)
    keeper = Keeper()
    api.fail_next("getUpdates", 401, "token", times=2)
    api.user("Lan").says("một")

    async def plot() -> list[str]:
        with structlog.testing.capture_logs() as logs:
            async with receiving(house.messenger(), keeper):
                await until(lambda: keeper.texts == ["một"])
        return [entry["event"] for entry in logs if entry["log_level"] == "error"]

    assert all("VIECTOT_ZALO_BOT_TOKEN" in line for line in asyncio.run(plot()))


def test_a_list_of_updates_is_taken_whole(api: ZaloBotApi, house: House) -> None:
    """Should a poll ever bring several, each of them is kept."""
    keeper = Keeper()
    lan = api.user("Lan")
    lan.says("một")
    api.pending.clear()
    update = lan.updates[0]
    body = [update, {**update, "message": {**update["message"], "message_id": "b2", "text": "hai"}}]
    api.fail_next("getUpdates", 200, raw=json.dumps({"ok": True, "result": body}))

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            await until(lambda: keeper.texts == ["một", "hai"])

    asyncio.run(plot())


def test_another_poller_elsewhere_is_outlasted(api: ZaloBotApi, house: House) -> None:
    """Somebody polls with our token from another installation: refused with whatever code, we come again."""
    keeper = Keeper()
    api.fail_next("getUpdates", 409, "Conflict", times=2)
    api.user("Lan").says("một")

    async def plot() -> None:
        async with receiving(house.messenger(), keeper):
            await until(lambda: keeper.texts == ["một"])

    asyncio.run(plot())


def test_of_two_messengers_on_one_database_one_polls(api: ZaloBotApi, house: House) -> None:
    """Never two polls at once; when the one that polls stops, the other goes on at once."""
    one, two = Keeper(), Keeper()
    lan = api.user("Lan")

    async def plot() -> None:
        first, second = house.messenger(), house.messenger()
        async with receiving(first, one):
            await until(lambda: bool(api.calls_of("getUpdates")))
            async with receiving(second, two):
                for number in range(10):
                    lan.says(str(number))
                await until(lambda: len(one.kept) == 10)
                await asyncio.sleep(0.3)
                await first.stop()
                lan.says("sau")
                await until(lambda: two.texts == ["sau"])

    asyncio.run(plot())
    assert api.most_polls_at_once == 1
    assert {call.answered for call in api.calls_of("getUpdates")} <= {200, 408}
    with house.database.read() as tx:
        assert tx.execute(select(Lease)).all() == []


def test_two_tokens_do_not_wait_for_each_other(tmp_path: Path, api: ZaloBotApi, house: House) -> None:
    """The turn to poll belongs to a token; its name in the database does not hold it."""
    names: list[str] = []
    with ZaloBotApi(held_s=0.2) as other:

        async def plot() -> None:
            elsewhere = house.messenger(token=other.token, api_url=other.url)
            async with receiving(house.messenger(), Keeper()), receiving(elsewhere, Keeper()):
                await until(lambda: bool(api.calls_of("getUpdates")) and bool(other.calls_of("getUpdates")))
                with house.database.read() as tx:
                    names.extend(tx.scalars(select(Lease.name)))

        asyncio.run(plot())
        assert len(names) == 2
        assert not any(part in name for name in names for part in api.token.split(":"))


def test_a_stop_keeps_what_the_last_poll_brought(api: ZaloBotApi, house: House) -> None:
    """The poll under way comes to its end, and what it brought is committed: a clean stop loses nothing."""
    api.held_s = 10.0
    keeper = Keeper()
    keeper.slow_s = 0.3
    lan = api.user("Lan")

    async def plot() -> None:
        zalo = house.messenger()
        async with receiving(zalo, keeper):
            await until(lambda: bool(api.calls_of("getUpdates")))
            stopping = asyncio.get_running_loop().create_task(zalo.stop())
            await asyncio.sleep(0.2)
            lan.says("một")
            lan.says("hai")
            await stopping

    asyncio.run(plot())
    assert keeper.texts == ["một"]
    assert [update["message"]["text"] for update in api.pending] == ["hai"]


def test_what_is_lost_is_said(api: ZaloBotApi, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one update that is lost: given by the platform, not kept for as long as a stop may take.

    The platform has no way to give it again. In webhook mode it would not have been acknowledged, and come again.
    """
    monkeypatch.setattr("messengers.zalo_bot.messenger.STOPS_WITHIN_S", 0.3)
    keeper = Keeper()
    keeper.refuse = 10_000
    lan = api.user("Lan")
    lan.says("một")
    lan.says("hai")

    async def plot() -> list[str]:
        with structlog.testing.capture_logs() as logs:
            async with receiving(house.messenger(), keeper):
                await until(lambda: keeper.refused > 0)
        return [entry["event"] for entry in logs if entry["log_level"] == "error"]

    assert asyncio.run(plot()) == ["an update may be lost: it was not stored before the stop"]
    assert keeper.kept == []
    assert [update["message"]["text"] for update in api.pending] == ["hai"]


def test_a_store_that_is_away_only_delays(api: ZaloBotApi, house: House) -> None:
    """Without the database nobody knows whose turn it is: nothing is fetched, so nothing can be lost."""
    keeper = Keeper()
    lan = api.user("Lan")
    lan.says("một")

    class Away:
        """A store whose database does not answer at first."""

        write_fails = 2

        async def write(self, key: str, work: object) -> object:
            if self.write_fails:
                self.write_fails -= 1
                raise OSError("no database")
            return await house.lanes.write(key, work)  # type: ignore[arg-type]

        read = house.lanes.read

    async def plot() -> None:
        async with receiving(house.messenger(store=Away()), keeper):
            await asyncio.sleep(0.3)
            assert api.calls == []
            await until(lambda: keeper.texts == ["một"])

    asyncio.run(plot())


def test_repeats_have_one_effect(api: ZaloBotApi, house: House) -> None:
    """Through the real intake: an update that comes three times is one event; one that does not parse is parked."""
    lan = api.user("Lan")
    lan.says("Xin chào")
    for _ in range(2):
        api.redeliver(lan.updates[0])
    broken = {"event_name": "message.text.received"}
    api.add(broken)
    api.add(broken)
    intake = Intake(house.lanes, house.clock, Town(areas(), b"k" * 32))

    async def plot() -> None:
        zalo = house.messenger()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(zalo.start(intake.accept, intake.park))
            await until(lambda: len(api.given) == 5)
            await zalo.stop()
            await running

    asyncio.run(plot())
    with house.database.read() as tx:
        rows = tx.execute(select(InboxEvent.event_key, InboxEvent.state).order_by(InboxEvent.id)).all()
    assert [row.state for row in rows] == ["done", "parked"]
    assert rows[0].event_key == kept_key(f"zalo_bot:message.text.received:{lan.updates[0]['message']['message_id']}")


POLLER = """
    import asyncio, sys
    from pathlib import Path
    from bot.lanes import Lanes
    from deeds.clock import SystemClock
    from messengers.photo_links import PhotoLinks
    from messengers.port import Accepted
    from messengers.zalo_bot import polling
    from messengers.zalo_bot.messenger import ZaloBot
    from storage.database import Database

    polling.POLL_S, polling.POLL_TAKES_S, polling.LEASE_S, polling.LOOK_EVERY_S = 1, 5.0, 8.0, 0.2
    database, token, url, heard = sys.argv[1:]

    async def accept(event):
        with open(heard, "a") as file:
            file.write(event.said.text + chr(10))
        return Accepted()

    async def run():
        zalo = ZaloBot(token, store=Lanes(Database(database), 1), clock=SystemClock(), links=PhotoLinks([]),
                       photo_path=Path, key=b"k" * 32, api_url=url)
        await zalo.start(accept, None)

    asyncio.run(run())
"""


class Process:
    """Another process that polls on the same database."""

    def __init__(self, house: House, name: str) -> None:
        self.heard_in = house.folder / name
        command = [sys.executable, "-c", textwrap.dedent(POLLER), house.database.url]
        command += [house.api.token, house.api.url, str(self.heard_in)]
        self.running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def heard(self) -> list[str]:
        """What it was told."""
        return self.heard_in.read_text().split() if self.heard_in.exists() else []

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.running.poll() is None:
            os.kill(self.running.pid, signal.SIGKILL)
        self.running.wait()


@pytest.mark.slow
def test_of_two_processes_one_polls_and_the_other_takes_over(api: ZaloBotApi, house: House) -> None:
    """Two processes on one database: never two polls at once; one is killed, and what is said after it is heard."""
    lan = api.user("Lan")
    both = [Process(house, "one"), Process(house, "two")]
    try:

        async def plot() -> None:
            await until(lambda: bool(api.calls_of("getUpdates")))
            for number in range(20):
                lan.says(f"{number}")
            await until(lambda: sum(len(each.heard) for each in both) == 20)
            polling = next(each for each in both if each.heard)
            waiting = next(each for each in both if each is not polling)
            assert waiting.heard == []
            polling.kill()
            await asyncio.sleep(0.5)  # the poll it left open ends; what that is given nobody hears
            lan.says("sau")
            await until(lambda: waiting.heard == ["sau"])

        asyncio.run(plot())
    finally:
        for each in both:
            each.kill()
    assert api.most_polls_at_once == 1
    assert {call.answered for call in api.calls_of("getUpdates")} <= {0, 200, 408}


def test_a_messenger_that_never_started_stops(house: House) -> None:
    """As when another part of the instance failed first."""

    async def steps(zalo: ZaloBot) -> None:
        await zalo.stop()

    house.run(steps)
