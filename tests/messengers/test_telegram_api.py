"""The stand-in of the Bot API against two independent clients: the same script must pass with both."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.messengers.hooks import picture, receiver, until
from tests.messengers.telegram_api import TelegramApi
from tests.messengers.telegram_clients import ByAiogram, ByPtb, Client, Refused

KEYBOARD = {
    "inline_keyboard": [[{"text": "Gửi", "callback_data": "d:1:send:1"}, {"text": "Sửa", "callback_data": "x"}]]
}


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """A fresh server."""
    with TelegramApi() as running:
        yield running


@pytest.fixture(params=[ByAiogram, ByPtb], ids=["aiogram", "ptb"])
def script(api: TelegramApi, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a script with a client that is connected to the server."""
    # Without it python-telegram-bot warns that it will give durations one day.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")

    def run(steps: Callable[[Client], Awaitable[Any]], token: str | None = None) -> Any:
        async def connected() -> Any:
            async with request.param(api, token or api.token) as client:
                return await steps(client)

        return asyncio.run(connected())

    return run


def test_the_bot_learns_its_name_and_a_wrong_token_is_refused(api: TelegramApi, script: Any) -> None:
    """getMe has a username; another token is told so."""

    async def steps(client: Client) -> None:
        me = await client.call("getMe")
        assert (me["username"], me["id"]) == ("viectot_bot", api.bot_id)

    async def stranger(client: Client) -> None:
        with pytest.raises(Refused, match=r"(?i)unauthorized|token"):
            await client.call("getMe")

    script(steps)
    script(stranger, token=f"{api.bot_id}:{'x' * 35}")


def test_polling_confirms_by_offset(api: TelegramApi, script: Any) -> None:
    """Updates stay until a higher offset comes; a negative one drops the rest; a long poll ends with news."""
    lan = api.user("Lan")

    async def steps(client: Client) -> None:
        for text in ("một", "hai", "ba"):
            lan.says(text)
        first = await client.call("getUpdates", limit=2)
        assert [one["message"]["text"] for one in first] == ["một", "hai"]
        assert first[1]["update_id"] == first[0]["update_id"] + 1
        assert await client.call("getUpdates", limit=2) == first
        after = await client.call("getUpdates", offset=first[1]["update_id"] + 1)
        assert [one["message"]["text"] for one in after] == ["ba"]
        lan.says("bốn")
        assert [one["message"]["text"] for one in await client.call("getUpdates", offset=-1)] == ["bốn"]
        last = await client.call("getUpdates")
        waiting = asyncio.create_task(client.call("getUpdates", offset=last[-1]["update_id"] + 1, timeout=5))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        lan.says("năm")
        assert [one["message"]["text"] for one in await waiting] == ["năm"]

    script(steps)


def test_a_second_poller_ends_the_first(api: TelegramApi, script: Any) -> None:
    """Two pollers of one token: the one that waited gets 409. While a webhook is set, everybody does."""

    async def steps(client: Client) -> None:
        waiting = asyncio.create_task(client.call("getUpdates", timeout=5))
        await asyncio.sleep(0.2)
        assert await client.call("getUpdates") == []
        with pytest.raises(Refused, match="terminated by other getUpdates"):
            await waiting
        await client.call("setWebhook", url="https://viectot.example/webhooks/telegram")
        with pytest.raises(Refused, match="webhook is active"):
            await client.call("getUpdates")
        await client.call("deleteWebhook")
        assert await client.call("getUpdates") == []

    script(steps)


def test_a_webhook_brings_updates_with_the_secret(api: TelegramApi, script: Any) -> None:
    """Each update arrives once with the secret; a refusal is tried again; the status call tells about it."""
    lan = api.user("Lan")
    seen: list[tuple[str, str]] = []

    def answers(secret: str, update: dict[str, Any]) -> int:
        seen.append((secret, update["message"]["text"]))
        return 500 if len(seen) == 1 else 200

    async def steps(client: Client) -> None:
        async with receiver(answers) as url:
            await client.call("setWebhook", url=url, secret_token="s" * 32, allowed_updates=["message"])
            lan.says("/start")
            lan.says("xin chào")
            await until(lambda: len(seen) == 3)
            info = await client.call("getWebhookInfo")
            assert (info["url"], info["allowed_updates"]) == (url, ["message"])
            assert "500" in info["last_error_message"]
        await client.call("deleteWebhook")

    script(steps)
    assert seen == [("s" * 32, "/start"), ("s" * 32, "/start"), ("s" * 32, "xin chào")]


def test_text_with_html_arrives_without_its_tags(api: TelegramApi, script: Any) -> None:
    """Entities are parsed; broken HTML, empty and over-long text are refused; the limit counts what is left."""
    lan = api.user("Lan")
    lan.says("/start")

    async def steps(client: Client) -> None:
        sent = await client.call("sendMessage", chat_id=lan.id, text="<b>Chào</b> &lt;bác&gt; 🙏", parse_mode="HTML")
        assert sent["text"] == "Chào <bác> 🙏"
        assert sent["entities"][0]["type"] == "bold"
        for broken in ("<p>a</p>", "<b>a", "a</b>", "<b>a</i>", "1 < 2", "<a href='x"):
            with pytest.raises(Refused, match=r"(?i)can't parse entities"):
                await client.call("sendMessage", chat_id=lan.id, text=broken, parse_mode="HTML")
        await client.call("sendMessage", chat_id=lan.id, text=f"<b>{'🙏' * 2048}</b>", parse_mode="HTML")
        with pytest.raises(Refused, match="too long"):
            await client.call("sendMessage", chat_id=lan.id, text="🙏" * 2048 + "a")
        with pytest.raises(Refused, match=r"(?i)text is empty"):
            await client.call("sendMessage", chat_id=lan.id, text=" ")
        with pytest.raises(Refused, match=r"(?i)chat not found"):
            await client.call("sendMessage", chat_id=12345, text="a")

    script(steps)
    assert lan.waits_for("bác").text == "Chào <bác> 🙏"
    assert len(lan.messages) == 2


def test_buttons_are_pressed_and_answered(api: TelegramApi, script: Any) -> None:
    """A press is an update with the button's data; its answer is shown, a late one refused; 65 bytes are too many."""
    lan = api.user("Lan")
    lan.says("/start")

    async def steps(client: Client) -> None:
        await client.call("sendMessage", chat_id=lan.id, text="Gửi chứ?", reply_markup=KEYBOARD)
        press = lan.presses(lan.last, "Gửi")
        query = (await client.call("getUpdates", offset=-1))[0]["callback_query"]
        assert (query["data"], query["message"]["message_id"]) == ("d:1:send:1", lan.last.id)
        await client.call("answerCallbackQuery", callback_query_id=query["id"], text="Đã nhận")
        assert press.popup == "Đã nhận"
        forged = lan.presses_data("d:2:approve:9")
        assert (await client.call("getUpdates", offset=-1))[0]["callback_query"]["data"] == "d:2:approve:9"
        api.move_clock(60)
        with pytest.raises(Refused, match=r"(?i)query is too old"):
            await client.call("answerCallbackQuery", callback_query_id=forged.id)
        for size, fits in ((64, True), (65, False)):
            wide = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * size}]]}
            if fits:
                await client.call("sendMessage", chat_id=lan.id, text="a", reply_markup=wide)
            else:
                with pytest.raises(Refused, match=r"(?i)button_data_invalid"):
                    await client.call("sendMessage", chat_id=lan.id, text="a", reply_markup=wide)

    script(steps)
    with pytest.raises(AssertionError, match="no single button"):
        lan.presses(lan.messages[0], "Xóa")


def test_photos_albums_and_files_go_up_and_come_down(api: TelegramApi, script: Any) -> None:
    """Both ways of uploading work, files come back byte for byte, and an id is sent again without uploading."""
    lan = api.user("Lan")
    lan.says("/start")

    async def steps(client: Client) -> None:
        sent = await client.photo(lan.id, picture(), caption="Cây cầu mới")
        biggest = max(sent["photo"], key=lambda size: size["width"])
        assert (biggest["width"], biggest["height"]) == (900, 600)
        await client.photo(lan.id, biggest["file_id"])
        album = await client.album(lan.id, [picture("red"), biggest["file_id"], picture("blue")], "Ba ảnh")
        assert len({one["media_group_id"] for one in album}) == 1
        assert [one.get("caption") for one in album] == ["Ba ảnh", None, None]
        document = await client.document(lan.id, b"%PDF-1.7 noi dung", "ban-tin-2026-11.pdf")
        assert await client.download(document["document"]["file_id"]) == b"%PDF-1.7 noi dung"
        with pytest.raises(Refused, match=r"(?i)image_process_failed"):
            await client.photo(lan.id, b"not a picture")
        with pytest.raises(Refused, match=r"(?i)wrong file identifier"):
            await client.photo(lan.id, "AgACAgUAAxkBAAI")

    script(steps)
    shown = lan.messages
    assert [message.picture is not None for message in shown] == [True] * 5 + [False]
    assert shown[0].picture == shown[1].picture == shown[3].picture
    assert shown[5].file == ("ban-tin-2026-11.pdf", b"%PDF-1.7 noi dung")


def test_links_to_files_grow_old_and_big_files_are_refused(api: TelegramApi, script: Any) -> None:
    """A link lives an hour, and getFile refuses more than 20 MB."""
    lan = api.user("Lan")
    small = lan.sends_file(b"nho", "nho.txt").content["document"]["file_id"]
    big = lan.sends_file(bytes(20 * 1024 * 1024 + 1), "lon.bin").content["document"]["file_id"]

    async def steps(client: Client) -> str:
        assert await client.download(small) == b"nho"
        with pytest.raises(Refused, match=r"(?i)file is too big"):
            await client.call("getFile", file_id=big)
        path: str = (await client.call("getFile", file_id=small))["file_path"]
        return path

    path = script(steps).rpartition("/file/bot" + api.token + "/")[2]
    assert api.files.at(path, api.now() + 3000) == b"nho"
    with pytest.raises(Exception, match="404"):
        api.files.at(path, api.now() + 3700)


def test_messages_are_edited_and_deleted(api: TelegramApi, script: Any) -> None:
    """An edit changes what people see; the same again, a missing one and an old deletion are refused."""
    lan = api.user("Lan")
    typed = lan.says("/start")

    async def steps(client: Client) -> None:
        sent = await client.call("sendMessage", chat_id=lan.id, text="một", reply_markup=KEYBOARD)
        where = {"chat_id": lan.id, "message_id": sent["message_id"]}
        await client.call("editMessageText", text="hai", reply_markup=KEYBOARD, **where)
        assert (lan.last.text, lan.last.buttons) == ("hai", ["Gửi", "Sửa"])
        with pytest.raises(Refused, match=r"(?i)message is not modified"):
            await client.call("editMessageText", text="hai", reply_markup=KEYBOARD, **where)
        await client.call("editMessageReplyMarkup", **where)
        assert lan.last.buttons == []
        photo = await client.photo(lan.id, picture(), caption="trước")
        await client.call("editMessageCaption", chat_id=lan.id, message_id=photo["message_id"], caption="sau")
        assert lan.last.text == "sau"
        with pytest.raises(Refused, match=r"(?i)no text in the message"):
            await client.call("editMessageText", chat_id=lan.id, message_id=photo["message_id"], text="x")
        with pytest.raises(Refused, match=r"(?i)message can't be edited"):
            await client.call("editMessageText", chat_id=lan.id, message_id=typed.id, text="x")
        with pytest.raises(Refused, match=r"(?i)message to edit not found"):
            await client.call("editMessageText", chat_id=lan.id, message_id=9999, text="x")
        await client.call("deleteMessage", chat_id=lan.id, message_id=photo["message_id"])
        assert lan.last.text == "hai"
        api.move_clock(49 * 3600)
        with pytest.raises(Refused, match=r"(?i)message can't be deleted"):
            await client.call("deleteMessage", **where)

    script(steps)


def test_people_who_are_gone_are_refused(api: TelegramApi, script: Any) -> None:
    """Blocked, never met, deactivated, kicked from the group: each has its own 403."""
    lan, ba, tu, thu = api.user("Lan"), api.user("Ba"), api.user("Tư"), api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu])
    lan.says("/start")
    tu.says("/start")

    async def steps(client: Client) -> None:
        lan.blocks_bot()
        tu.deactivated = True
        group.kicks_bot(by=thu)
        said = (
            (lan, "bot was blocked by the user"),
            (ba, "bot can't initiate conversation with a user"),
            (tu, "user is deactivated"),
            (group, "bot was kicked from the group chat"),
        )
        for chat, why in said:
            with pytest.raises(Refused, match=f"(?i){why}"):
                await client.call("sendMessage", chat_id=chat.id, text="a")
        kinds = [next(key for key in one if key != "update_id") for one in await client.call("getUpdates")]
        assert kinds == ["my_chat_member", "message", "message", "message", "my_chat_member", "my_chat_member"]

    script(steps)


def test_a_group_moves_and_the_answer_names_the_new_one(api: TelegramApi, script: Any) -> None:
    """After the upgrade the old id answers with the new one, which does not fit into 32 bits."""
    thu = api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu])
    old = group.id

    async def steps(client: Client) -> None:
        await client.call("sendMessage", chat_id=old, text="trước")
        group.upgrades()
        with pytest.raises(Refused) as refused:
            await client.call("sendMessage", chat_id=old, text="sau")
        assert refused.value.migrate_to == group.id < -(2**32)
        sent = await client.call("sendMessage", chat_id=group.id, text="sau")
        assert (sent["chat"]["type"], group.last.text) == ("supergroup", "sau")

    script(steps)


def test_a_flood_is_told_how_long_to_wait(api: TelegramApi, script: Any) -> None:
    """With limits on a burst passes, the flood gets 429 with the seconds to wait, and after them it goes on."""
    lan, thu = api.user("Lan"), api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu])
    lan.says("/start")
    api.limits.on = True

    async def flood(client: Client, chat: int, pause_s: float) -> tuple[int, int]:
        for number in range(40):
            try:
                await client.call("sendMessage", chat_id=chat, text="a")
            except Refused as refused:
                return number, refused.retry_after or 0
            api.move_clock(pause_s)
        raise AssertionError("nobody was stopped")

    async def steps(client: Client) -> None:
        assert await flood(client, lan.id, 0) == (5, 1)
        api.move_clock(1.1)
        await client.call("sendMessage", chat_id=lan.id, text="a")
        sent, wait = await flood(client, group.id, 1.5)
        assert (sent, 28 <= wait <= 31) == (20, True)
        api.move_clock(wait)
        await client.call("sendMessage", chat_id=group.id, text="a")
        api.fail_next("sendMessage", retry_after=7)
        with pytest.raises(Refused) as refused:
            await client.call("sendMessage", chat_id=lan.id, text="a")
        assert refused.value.retry_after == 7

    script(steps)


def test_commands_are_listed_by_the_narrowest_scope(api: TelegramApi, script: Any) -> None:
    """A list for one chat hides the one for all; deleting it brings the wider one back."""
    lan, thu = api.user("Lan"), api.user("Thu")
    lan.says("/start")
    group = api.group("Tổ kiểm duyệt", [thu])

    async def steps(client: Client) -> None:
        await client.call("setMyCommands", commands=[("start", "Bắt đầu")] if _ptb(client) else _aio("start"))
        scope = _scope(client, group.id)
        commands = [("cho", "Tin chờ")] if _ptb(client) else _aio("cho")
        await client.call("setMyCommands", commands=commands, scope=scope)
        assert (lan.commands(), thu.commands(at=group)) == (["start"], ["cho"])
        assert [one["command"] for one in await client.call("getMyCommands", scope=scope)] == ["cho"]
        await client.call("deleteMyCommands", scope=scope)
        assert thu.commands(at=group) == ["start"]

    script(steps)


def _ptb(client: Client) -> bool:
    return isinstance(client, ByPtb)


def _aio(name: str) -> list[Any]:
    from aiogram.types import BotCommand

    return [BotCommand(command=name, description="Lệnh")]


def _scope(client: Client, chat_id: int) -> Any:
    import telegram
    from aiogram.types import BotCommandScopeChat

    return telegram.BotCommandScopeChat(chat_id) if _ptb(client) else BotCommandScopeChat(chat_id=chat_id)


def test_chats_and_members_can_be_looked_up(api: TelegramApi, script: Any) -> None:
    """getChat and getChatMember decode in both libraries for every kind of chat and member."""
    lan, thu = api.user("Lan"), api.user("Thu")
    lan.says("/start")
    group = api.group("Tổ kiểm duyệt", [thu], supergroup=True, admin=True)

    async def steps(client: Client) -> None:
        assert (await client.call("getChat", chat_id=lan.id))["first_name"] == "Lan"
        assert (await client.call("getChat", chat_id=group.id))["title"] == "Tổ kiểm duyệt"
        told = [
            (await client.call("getChatMember", chat_id=group.id, user_id=who))["status"]
            for who in (thu.id, api.bot_id, lan.id)
        ]
        assert told == ["creator", "administrator", "left"]
        await client.call("sendChatAction", chat_id=lan.id, action="typing")
        assert lan.actions == ["typing"]

    script(steps)


def test_every_kind_of_update_decodes_in_both(api: TelegramApi, script: Any) -> None:
    """Whatever people do here, both libraries understand it, with the same ids and words."""
    lan, thu = api.user("Lan", username="lan_tt"), api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu], topics=True)
    lan.says("/start abc")
    lan.edits(lan.says("Hôm qua"), "Hôm nay")
    lan.sends_photo(picture(), caption="Ảnh")
    lan.sends_album([picture("red"), picture("blue")], caption="Hai ảnh", caption_on=1)
    lan.sends_file(b"abc", "tệp đính kèm.heic")
    lan.sends_voice(b"OggS", 7)
    lan.sends_location(10.5, 105.1)
    lan.sends_contact("+84900000000")
    lan.blocks_bot()
    lan.unblocks_bot()
    group.joins(lan)
    thu.says("/nhomduyet@viectot_bot", to=group, topic=group.topic("Duyệt"))
    group.leaves(lan)
    old = api.group("Cũ", [thu])
    old.upgrades()

    async def steps(client: Client) -> None:
        await client.call("sendMessage", chat_id=lan.id, text="Gửi chứ?", reply_markup=KEYBOARD)
        lan.presses(lan.last, "Gửi")
        lan.presses(lan.last, "Sửa", inaccessible=True)
        raw = [pending.body for pending in api.updates.pending]
        assert len(raw) > 20
        for update in raw:
            understood = client.decode(update)
            assert understood["update_id"] == update["update_id"]
            for kind in ("message", "edited_message"):
                if kind in update:
                    for name in ("message_id", "text", "caption", "media_group_id", "location", "contact"):
                        assert understood[kind].get(name) == update[kind].get(name)

    script(steps)


def test_a_broken_call_ends_in_an_error_of_the_client(api: TelegramApi, script: Any) -> None:
    """A cut line, a bad gateway and a refusal after the effect: the client fails, and the last one was delivered."""
    lan = api.user("Lan")
    lan.says("/start")
    api.fail_next("sendMessage", reset=True)
    api.fail_next("sendMessage", code=502, raw="<html>bad gateway</html>")
    api.fail_next("sendMessage", reset=True, done=True)

    async def steps(client: Client) -> None:
        for text in ("một", "hai", "ba"):
            with pytest.raises(Exception, match=r".") as failed:
                await client.call("sendMessage", chat_id=lan.id, text=text)
            assert not isinstance(failed.value, AssertionError)

    script(steps)
    assert [message.text for message in lan.messages] == ["ba"]
