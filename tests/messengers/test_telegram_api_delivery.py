"""How the stand-in delivers: queues, repeats, waiting, expiry, what a bot in a group is shown, planned outages."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.messengers.hooks import picture, receiver, until
from tests.messengers.telegram_api import TelegramApi


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """A fresh server."""
    with TelegramApi() as running:
        yield running


async def call(api: TelegramApi, method: str, **params: Any) -> dict[str, Any]:
    """Call a method without any library."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.url}/bot{api.token}/{method}", json=params) as answer,
    ):
        told: dict[str, Any] = await answer.json()
        return told


def test_one_refused_message_holds_its_chat_and_nobody_else(api: TelegramApi) -> None:
    """The next message of a chat waits for the first; presses of the same person and other chats go on."""
    lan, ba = api.user("Lan"), api.user("Ba")
    seen: list[str] = []

    def answers(secret: str, update: dict[str, Any]) -> int:
        if "callback_query" in update:
            seen.append("press")
            return 200
        seen.append(update["message"]["text"])
        return 503 if update["message"]["text"] == "hỏng" and seen.count("hỏng") < 4 else 200

    async def plot() -> None:
        lan.says("/start")
        await call(
            api,
            "sendMessage",
            chat_id=lan.id,
            text="?",
            reply_markup={"inline_keyboard": [[{"text": "Gửi", "callback_data": "a"}]]},
        )
        await call(api, "getUpdates", offset=-1)
        api.updates.pending.clear()
        async with receiver(answers) as url:
            assert (await call(api, "setWebhook", url=url))["ok"]
            ba.says("trước")
            await until(lambda: seen == ["trước"])
            lan.says("hỏng")
            lan.says("sau")
            ba.says("khác")
            lan.presses(lan.last, "Gửi")
            await until(lambda: "sau" in seen)
        await call(api, "deleteWebhook")

    asyncio.run(plot())
    assert seen.count("hỏng") == 4
    assert seen.index("sau") > max(place for place, text in enumerate(seen) if text == "hỏng")
    assert {"khác", "press"} <= set(seen)


def test_one_update_of_a_chat_is_under_way_at_a_time(api: TelegramApi) -> None:
    """While the bot thinks about a message, the next of that chat waits; that of another chat does not."""
    lan, ba = api.user("Lan"), api.user("Ba")
    came: dict[str, float] = {}

    def answers(secret: str, update: dict[str, Any]) -> int:
        came[update["message"]["text"]] = time.monotonic()
        return 200

    async def plot() -> None:
        async with receiver(answers, slow_s=0.4) as url:
            await call(api, "setWebhook", url=url)
            ba.says("trước")
            await until(lambda: api.webhook.deliveries != [])
            lan.says("một")
            lan.says("hai")
            ba.says("khác")
            await until(lambda: len(came) == 4 and not api.updates.pending)
        await call(api, "deleteWebhook")

    asyncio.run(plot())
    assert len({update_id for update_id, _ in api.webhook.deliveries}) == len(api.webhook.deliveries) == 4
    assert came["hai"] - came["một"] >= 0.4
    assert came["khác"] < came["hai"]


def test_updates_grow_too_old(api: TelegramApi) -> None:
    """A press lives 150 seconds, a message a day."""
    lan = api.user("Lan")
    lan.says("/start")
    asyncio.run(call(api, "sendMessage", chat_id=lan.id, text="?"))
    lan.presses_data("a")

    def left() -> int:
        return int(asyncio.run(call(api, "getWebhookInfo"))["result"]["pending_update_count"])

    assert left() == 2
    api.move_clock(151)
    assert left() == 1
    api.move_clock(86_400)
    assert left() == 0


def test_an_update_is_delivered_again_on_demand(api: TelegramApi) -> None:
    """A repeat has the same id, and reaches a poller though the id was confirmed."""
    lan = api.user("Lan")
    said = lan.says("/start")
    update_id = said.update["update_id"]

    async def plot() -> None:
        assert [one["update_id"] for one in (await call(api, "getUpdates"))["result"]] == [update_id]
        assert (await call(api, "getUpdates", offset=update_id + 1))["result"] == []
        api.redeliver(said)
        again = (await call(api, "getUpdates", offset=update_id + 1))["result"]
        assert again == [said.update]
        assert (await call(api, "getUpdates", offset=update_id + 1))["result"] == []

    asyncio.run(plot())


def test_only_wanted_kinds_are_kept(api: TelegramApi) -> None:
    """What is not in allowed_updates never becomes an update, and takes no id."""
    lan = api.user("Lan")
    asyncio.run(call(api, "getUpdates", allowed_updates=["message"]))
    first = lan.says("một")
    started = first.update["update_id"]
    lan.edits(first, "hai")
    lan.blocks_bot()
    lan.unblocks_bot()
    last = lan.says("ba")
    assert last.update["update_id"] == started + 1
    assert [next(key for key in one.body if key != "update_id") for one in api.updates.pending] == ["message"] * 2


def test_a_bot_with_privacy_sees_little_of_a_group(api: TelegramApi) -> None:
    """Commands for it and replies to it are shown; talk, pictures and commands for others are not."""
    thu = api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu])
    asyncio.run(call(api, "sendMessage", chat_id=group.id, text="Tin mới"))
    assert thu.says("/nhomduyet", to=group).update
    assert thu.says("/nhomduyet@VietTot_Bot", to=group).update == {}
    assert thu.says("/nhomduyet@viectot_bot", to=group).update
    assert thu.says("chào cả nhà", to=group).update == {}
    assert thu.says("Chưa rõ ngày", to=group, reply_to=group.last).update
    assert thu.sends_photo(picture(), to=group).update == {}


def test_topics_take_messages_and_the_general_one_has_no_number(api: TelegramApi) -> None:
    """A topic is named by its thread id; 1 and a deleted topic are not found."""
    thu = api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu], topics=True)
    thread = group.topic("Duyệt")

    async def plot() -> None:
        sent = await call(api, "sendMessage", chat_id=group.id, text="a", message_thread_id=thread)
        assert sent["result"]["message_thread_id"] == thread
        assert (await call(api, "sendMessage", chat_id=group.id, text="b"))["ok"]
        group.closes_topic(thread)
        for number in (1, thread):
            refused = await call(api, "sendMessage", chat_id=group.id, text="c", message_thread_id=number)
            assert (refused["error_code"], "thread not found" in refused["description"]) == (400, True)

    asyncio.run(plot())


def test_failures_happen_as_planned(api: TelegramApi) -> None:
    """An album fails half-way, an outage cuts every line, a slow answer is slow; afterwards all is well."""
    lan = api.user("Lan")
    lan.says("/start")
    photo = lan.sends_photo(picture()).content["photo"][0]["file_id"]
    album = [{"type": "photo", "media": photo}] * 3

    async def plot() -> None:
        api.fail_next("sendMediaGroup", items=2)
        refused = await call(api, "sendMediaGroup", chat_id=lan.id, media=album)
        assert "failed to send message #3" in refused["description"].lower()
        assert len(lan.messages) == 2
        api.down = True
        with pytest.raises(aiohttp.ClientError):
            await call(api, "getMe")
        api.down = False
        api.fail_next("getMe", code=200, slow_s=0.3)
        began = time.monotonic()
        assert (await call(api, "getMe"))["ok"]
        assert time.monotonic() - began >= 0.3

    asyncio.run(plot())


def test_a_failure_that_never_happened_is_told() -> None:
    """A plan nobody ran into means the test did not test it."""
    with pytest.raises(AssertionError, match="never happened"), TelegramApi() as api:
        api.fail_next("sendMessage")


def test_waiting_fails_with_what_the_chat_shows(api: TelegramApi) -> None:
    """Who waits in vain is told what is there instead; what came is returned once."""
    lan = api.user("Lan")
    lan.says("/start")
    asyncio.run(call(api, "sendMessage", chat_id=lan.id, text="Chào bác"))
    assert lan.waits_for("Chào").text == "Chào bác"
    with pytest.raises(AssertionError, match="Chào bác"):
        lan.waits_for("Chào", seconds=0.1)
