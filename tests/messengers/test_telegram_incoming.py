"""What Telegram sends becomes what somebody said: recorded payloads in, events out."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deeds.said import FileSource, Happening, Inbound, Said
from messengers.port import CannotRead
from messengers.telegram.incoming import Decoder
from tests.messengers.hooks import picture
from tests.messengers.telegram_api import TelegramApi

BOT_ID = 7_000_000_001
DECODER = Decoder(BOT_ID, "viectot_bot")
LAN = {"id": 6_000_000_001, "is_bot": False, "first_name": "Lan", "last_name": "Tr\u00e2\u0300n", "language_code": "vi"}
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Bot", "username": "viectot_bot"}
PRIVATE = {"id": 6_000_000_001, "first_name": "Lan", "type": "private"}
GROUP = {"id": -1_002_000_000_001, "title": "Tổ kiểm duyệt", "type": "supergroup", "is_forum": True}
SMALL = {"file_id": "small", "file_unique_id": "us", "width": 90, "height": 60, "file_size": 900}
BIG = {"file_id": "big", "file_unique_id": "ub", "width": 1280, "height": 853}
DOCUMENT = {"file_id": "d", "file_unique_id": "ud"}
MIDDLE = {"file_id": "middle", "file_unique_id": "um", "width": 800, "height": 533, "file_size": 70_000}


def message(*, chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    """Return an update with a message of Lan."""
    shown = {"message_id": 41, "from": LAN, "chat": chat, "date": 1_795_000_000, **content}
    return {"update_id": 500, "message": shown}


def read(update: dict[str, Any]) -> Inbound | None:
    """Decode an update as it comes over the wire."""
    return DECODER.read(json.dumps(update).encode())


SAID = [
    ("a text", {"text": "Hôm qua anh Tư cứu bạn"}, Said("Hôm qua anh Tư cứu bạn")),
    ("decomposed letters are put together", {"text": "Ca\u0302\u0300u"}, Said("Cầu")),
    ("a command with a payload", {"text": "/start u-ap-3"}, Said("/start u-ap-3")),
    ("our name is taken off a command", {"text": "/tin@ViecTot_bot hôm qua"}, Said("/tin hôm qua")),
    (
        "the biggest size, wherever it stands",
        {"photo": [SMALL, BIG, MIDDLE], "caption": "Cầu"},
        Said("Cầu", photos=(FileSource(remote="big", unique="ub"),)),
    ),
    (
        "an item of an album",
        {"photo": [SMALL], "media_group_id": "77"},
        Said(photos=(FileSource(remote="small", unique="us", size=900),), album="77"),
    ),
    (
        "a picture sent as a file",
        {"document": {"file_id": "d", "file_unique_id": "ud", "file_name": "IMG 1.HEIC", "file_size": 5}},
        Said(photos=(FileSource(remote="d", unique="ud", name="IMG 1.HEIC", size=5),)),
    ),
    (
        "a file that claims nothing may be a picture",
        {"document": DOCUMENT},
        Said(photos=(FileSource(remote="d", unique="ud"),)),
    ),
    (
        "another file",
        {"document": {**DOCUMENT, "file_name": "a.pdf", "mime_type": "application/pdf"}},
        Said(unreadable=True),
    ),
    (
        "a film that is shown as a document too",
        {"animation": {}, "document": {"file_id": "d", "mime_type": "image/gif"}},
        Said(unreadable=True),
    ),
    (
        "a voice",
        {"voice": {"file_id": "v", "file_unique_id": "uv", "duration": 7, "file_size": 9}},
        Said(voice=FileSource(remote="v", unique="uv", seconds=7, size=9)),
    ),
    ("a point", {"location": {"latitude": 10.5, "longitude": 105}}, Said(location=(10.5, 105.0))),
    (
        "a known place",
        {"location": {"latitude": 1, "longitude": 2}, "venue": {"title": "Chợ", "address": "ấp 3"}},
        Said("Chợ, ấp 3", location=(1.0, 2.0)),
    ),
    (
        "one's own number",
        {"contact": {"phone_number": "+84900000000", "first_name": "Lan", "user_id": LAN["id"]}},
        Said(own_phone="+84900000000"),
    ),
    (
        "somebody else's number proves nothing",
        {"contact": {"phone_number": "0900", "first_name": "Tư", "user_id": 5}},
        Said("Tư 0900"),
    ),
    (
        "a number without an owner proves nothing",
        {"contact": {"phone_number": "0900", "first_name": "Tư"}},
        Said("Tư 0900"),
    ),
    ("a sticker", {"sticker": {"file_id": "s"}}, Said(unreadable=True)),
    ("something of next year", {"hologram": {"file_id": "h"}}, Said(unreadable=True)),
    (
        "an answer to the bot",
        {"text": "Có", "reply_to_message": {"message_id": 40, "from": BOT}},
        Said("Có", reply_to="40"),
    ),
    ("an answer to another person", {"text": "Có", "reply_to_message": {"message_id": 40, "from": LAN}}, Said("Có")),
    ("half a character", {"text": "a\ud83d"}, Said("a\ufffd")),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), [case[1:] for case in SAID], ids=[case[0] for case in SAID])
def test_a_message_is_what_somebody_said(content: dict[str, Any], said: Said) -> None:
    """Each kind of message is read, with the key, the chat and the sender it came from."""
    event = read(message(**content))
    assert event is not None
    assert {**vars(event.said), "message": ""} == vars(said)
    assert (event.event_key, event.chat, event.sender) == ("500:6000000001:41", "6000000001", "6000000001")
    assert (event.said.message, event.sender_name, event.is_group, event.thread) == ("41", "Lan Trần", False, None)
    assert json.loads(event.raw)["update_id"] == 500


@pytest.mark.parametrize(
    "update",
    [
        message(new_chat_members=[BOT]),
        message(chat=GROUP, migrate_to_chat_id=-100),
        message(chat=GROUP, text="/tin@another_bot"),
        message(text="x") | {"message": message(text="x")["message"] | {"from": BOT}},
        message(chat={"id": -1, "type": "channel", "title": "x"}, text="x"),
        {"update_id": 1, "edited_message": message(location={"latitude": 1, "longitude": 2})["message"]},
        {"update_id": 1, "poll": {"id": "1"}},
        {"update_id": 1, "callback_query": {"id": "1", "from": LAN, "game_short_name": "x"}},
    ],
)
def test_what_nobody_told_us_is_passed_over(update: dict[str, Any]) -> None:
    """Notices, other bots, channels and moving points are no events."""
    assert read(update) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"message": {}}',
        b'{"update_id": 7, "message": {}}',
        b'{"update_id": 7, "message": 5}',
        b'{"update_id": 7, "message": {"chat": {"id": 1, "type": "private"}, "from": {"id": "x"}, "message_id": 1}}',
        b'{"update_id": 7, "callback_query": {"message": {"chat": 1}, "data": "x"}}',
        b'{"update_id": 7, "message": {"chat":{"id":1,"type":"private"},"from":{"id":1},"message_id":1,"photo":[]}}',
        b"[" * 100_000,
    ],
)
def test_what_does_not_parse_can_be_kept(raw: bytes) -> None:
    """An update that cannot be read raises one error with a key that is the same each time, and the bytes."""
    with pytest.raises(CannotRead) as first:
        DECODER.read(raw)
    with pytest.raises(CannotRead) as again:
        DECODER.read(raw)
    assert first.value.event_key == again.value.event_key != ""
    assert first.value.raw == raw
    assert first.value.event_key == "7" or b'"update_id"' not in raw


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    """A fresh server."""
    with TelegramApi() as running:
        yield running


def test_presses_edits_groups_and_blocking_are_read(api: TelegramApi) -> None:
    """Whatever people do becomes one event with its own key; the same update again has the same key."""
    decoder = Decoder(api.bot_id, api.username)
    lan, thu = api.user("Lan"), api.user("Thu")
    group = api.group("Tổ kiểm duyệt", [thu], topics=True)
    thread = group.topic("Duyệt")
    thu.says("/nhomduyet", to=group, topic=thread)
    story = lan.says("Hôm qua")
    lan.edits(story, "Hôm nay")
    said = _bot_writes(api, lan.id)
    lan.presses(said, "Gửi")
    lan.presses(said, "Gửi", inaccessible=True)
    lan.blocks_bot()
    lan.unblocks_bot()
    group.kicks_bot(by=thu)
    events = [decoder.read(json.dumps(pending.body).encode()) for pending in api.updates.pending]
    known = [event for event in events if event is not None]
    assert len({event.event_key for event in known}) == len(known)
    told = [(event.said.happening, event.is_group, event.thread, event.said.choice) for event in known]
    assert told == [
        (Happening.JOINED_GROUP, True, None, None),
        (Happening.SAID, True, str(thread), None),
        (Happening.SAID, False, None, None),
        (Happening.SAID, False, None, None),
        (Happening.SAID, False, None, "d:1:send:1"),
        (Happening.SAID, False, None, "d:1:send:1"),
        (Happening.BLOCKED, False, None, None),
        (Happening.CAME_BACK, False, None, None),
        (Happening.LEFT_GROUP, True, None, None),
    ]
    edit, press = known[3], known[4]
    assert (edit.said.text, edit.said.edits) == ("Hôm nay", str(story.id))
    assert (press.press is not None, press.said.reply_to) == (True, str(said.id))


def _bot_writes(api: TelegramApi, chat: int) -> Any:
    import asyncio

    import aiohttp

    async def post() -> None:
        markup = {"inline_keyboard": [[{"text": "Gửi", "callback_data": "d:1:send:1"}]]}
        async with aiohttp.ClientSession() as session:
            await session.post(
                f"{api.url}/bot{api.token}/sendMessage", json={"chat_id": chat, "text": "?", "reply_markup": markup}
            )

    asyncio.run(post())
    return api.chats[chat].last


def test_an_album_is_one_mark_on_every_item(api: TelegramApi) -> None:
    """Each item has its own key and picture; the caption may sit on any of them."""
    lan = api.user("Lan")
    lan.sends_album([picture("red"), picture("blue"), picture("green")], caption="Ba ảnh", caption_on=1)
    decode: Callable[[bytes], Inbound | None] = Decoder(api.bot_id, api.username).read
    events = [decode(json.dumps(pending.body).encode()) for pending in api.updates.pending]
    assert len({event.event_key for event in events if event}) == 3
    assert len({event.said.album for event in events if event}) == 1
    assert [event.said.text for event in events if event] == ["", "Ba ảnh", ""]
    assert all(event and len(event.said.photos) == 1 for event in events)
