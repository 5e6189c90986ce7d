"""What the bot sends is what people see; what goes wrong is told with its consequence."""

import asyncio
import hashlib
import io
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import SendMessage
from PIL import Image

from deeds.said import File, Option
from messengers.port import Failure, MessengerFailed, Outgoing
from messengers.telegram.failures import failure_of
from messengers.telegram.messenger import Telegram
from messengers.telegram.sending import keyboard_of
from tests.messengers.hooks import picture
from tests.messengers.telegram_api import Person, TelegramApi
from tests.messengers.telegram_api.entities import clean

CHOICES = (Option("p1:send", "Gửi"), Option("p1:edit", "Sửa lại"), Option("p1:drop", "Bỏ, không gửi nữa"))


MARKUP = "<>&;\"'/=#*_[](){}`~|\\!\n\t aêđ漢🙏\u202e\u200d\u0301"

UNICODE = MARKUP + "".join(chr(code) for code in range(0x20, 0x110000, 37) if not 0xD800 <= code <= 0xDFFF)
TEXTS = 5_000 if os.environ.get("VIECTOT_SOAK") == "1" else 300


class Desk:
    """A server, a person who has written, and the messenger under test."""

    def __init__(self, api: TelegramApi, folder: Path) -> None:
        self.api = api
        self.folder = folder
        self.lan: Person = api.user("Lan")
        self.lan.says("/start")

    def keep(self, content: bytes) -> str:
        """Put a picture where published copies lie; return its SHA-256."""
        name = hashlib.sha256(content).hexdigest()
        (self.folder / name).write_bytes(content)
        return name

    def run(self, steps: Callable[[Telegram], Awaitable[Any]]) -> Any:
        """Run steps with a messenger of this server."""

        async def connected() -> Any:
            telegram = Telegram(
                self.api.token,
                api_url=self.api.url,
                photo_path=lambda sha256: self.folder / sha256,
                data_dir=self.folder,
            )
            try:
                return await steps(telegram)
            finally:
                await telegram.stop()

        return asyncio.run(connected())

    def sends(self, *messages: Outgoing) -> list[str]:
        """Send messages one after the other; return their ids."""

        async def steps(telegram: Telegram) -> list[str]:
            return [(await telegram.send(message)).remote_id for message in messages]

        sent: list[str] = self.run(steps)
        return sent

    def fails(self, message: Outgoing) -> MessengerFailed:
        """Send a message that must fail; return how."""
        with pytest.raises(MessengerFailed) as failed:
            self.sends(message)
        assert self.api.token not in str(failed.value)
        assert failed.value.__cause__ is None
        return failed.value

    def to_lan(self, text: str = "Chào bác", **more: Any) -> Outgoing:
        """Return a message to Lan."""
        return Outgoing(str(self.lan.id), text, **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A fresh server and person."""
    with TelegramApi() as api:
        yield Desk(api, tmp_path)


def test_words_and_choices_arrive(desk: Desk) -> None:
    """The text comes as written, also where it looks like markup, with every choice as a button to press."""
    (sent,) = desk.sends(desk.to_lan("1 < 2 & <b>đậm</b> *sao* [x](y) 🙏", options=CHOICES))
    seen = desk.lan.last
    assert (str(seen.id), seen.text) == (sent, "1 < 2 & <b>đậm</b> *sao* [x](y) 🙏")
    assert seen.buttons == ["Gửi", "Sửa lại", "Bỏ, không gửi nữa"]
    assert desk.lan.presses(seen, "Sửa lại").data == "p1:edit"


def test_short_choices_stand_side_by_side() -> None:
    """Labels share a row only while a narrow phone shows them whole."""
    markup = keyboard_of(CHOICES)
    assert markup is not None
    assert [[button.text for button in row] for row in markup.inline_keyboard] == [
        ["Gửi", "Sửa lại"],
        ["Bỏ, không gửi nữa"],
    ]


@pytest.mark.parametrize("alphabet", [MARKUP, UNICODE], ids=["markup", "all of Unicode"])
def test_any_text_comes_through_as_it_is(desk: Desk, alphabet: str) -> None:
    """Nothing anybody can type is taken for markup: random texts all arrive as the server keeps any text."""
    random = Random(13)
    texts = ["x" + "".join(random.choices(alphabet, k=random.randint(1, 80))) + "x" for _ in range(TEXTS)]
    desk.sends(*(desk.to_lan(text) for text in texts))
    assert [message.text for message in desk.lan.messages] == [clean(text) for text in texts]
    assert {call.answered for call in desk.api.calls_of("sendMessage")} == {200}


def test_one_picture_carries_words_and_choices(desk: Desk) -> None:
    """A picture with a short text is one message; the second time it is sent by its id and not uploaded."""
    name = desk.keep(picture())
    message = desk.to_lan("Cây cầu mới", photos=(name,), options=CHOICES)
    desk.sends(message, message)
    first, second = desk.lan.messages
    assert (first.text, first.buttons[0], first.picture) == ("Cây cầu mới", "Gửi", second.picture)
    assert [len(call.files) for call in desk.api.calls_of("sendPhoto")] == [1, 0]


def test_an_album_comes_before_the_words_with_choices(desk: Desk) -> None:
    """Buttons cannot stand under an album, so they come with the words below it; without choices one call does."""
    names = tuple(desk.keep(picture(colour)) for colour in ("red", "green", "blue"))
    (sent,) = desk.sends(desk.to_lan("Ba ảnh", photos=names, options=CHOICES))
    assert [message.picture is not None for message in desk.lan.messages] == [True, True, True, False]
    assert (desk.lan.last.text, str(desk.lan.last.id)) == ("Ba ảnh", sent)
    desk.sends(desk.to_lan("Ba ảnh nữa", photos=names))
    assert [message.text for message in desk.lan.messages[4:]] == ["Ba ảnh nữa", "", ""]


def test_a_file_arrives_under_its_name(desk: Desk) -> None:
    """A document is sent with its words; a missing one is a dead letter."""
    (desk.folder / "digests").mkdir()
    (desk.folder / "digests" / "a.pdf").write_bytes(b"%PDF-1.7")
    desk.sends(desk.to_lan("Dự thảo", files=(File("digests/a.pdf", "ban-tin-2026-11.pdf"),)))
    assert (desk.lan.last.text, desk.lan.last.file) == ("Dự thảo", ("ban-tin-2026-11.pdf", b"%PDF-1.7"))
    gone = desk.fails(desk.to_lan("Dự thảo", files=(File("digests/b.pdf", "b.pdf"),)))
    assert gone.failure is Failure.FAILED


def test_a_card_is_replaced_in_place(desk: Desk) -> None:
    """Words and choices change under the same id, with a picture too; the same again is no failure."""
    name = desk.keep(picture())
    (card,) = desk.sends(desk.to_lan("Chờ duyệt", options=CHOICES))
    for _ in range(2):
        desk.sends(desk.to_lan("Đã duyệt", edits=card))
    assert [(message.text, message.buttons) for message in desk.lan.messages] == [("Đã duyệt", [])]
    (card,) = desk.sends(desk.to_lan("Chờ duyệt", photos=(name,), options=CHOICES))
    for _ in range(2):
        desk.sends(desk.to_lan("Đã duyệt", edits=card, options=CHOICES[:1]))
    assert (desk.lan.last.text, desk.lan.last.buttons) == ("Đã duyệt", ["Gửi"])
    assert desk.fails(desk.to_lan("x", edits="999")).failure is Failure.EDIT_GONE


def test_in_a_group_an_answer_is_asked_for_as_a_reply(desk: Desk) -> None:
    """A question to the group forces a reply, in its topic, protected; a topic that is gone does not stop it."""
    thu = desk.api.user("Thu")
    group = desk.api.group("Tổ kiểm duyệt", [thu], topics=True)
    thread = group.topic("Duyệt")
    question = Outgoing(str(group.id), "Vì sao?", thread=str(thread), ask_reply=True)
    desk.sends(question)
    seen = group.last
    assert (seen.thread_id, seen.protected, (seen.markup or {}).get("force_reply")) == (thread, True, True)
    assert thu.says("Chưa rõ ngày", to=group, reply_to=seen, topic=thread).update
    group.closes_topic(thread)
    desk.sends(question, replace(question, text="Chung", thread="1"))
    assert [(message.text, message.thread_id) for message in group.messages[1:]] == [("Vì sao?", None), ("Chung", None)]


FAILURES: list[tuple[str, dict[str, Any], Failure, float | None]] = [
    ("a flood", {"retry_after": 7}, Failure.LATER, 7.0),
    ("a broken server", {"code": 500}, Failure.UNCERTAIN, None),
    ("a proxy in the way", {"code": 502, "raw": "<html>Bad Gateway</html>"}, Failure.LATER, None),
    ("a server that is full", {"code": 503, "description": "Service Unavailable"}, Failure.LATER, None),
    ("a server that does not answer its proxy", {"code": 504, "raw": ""}, Failure.UNCERTAIN, None),
    ("a page where JSON should be", {"code": 500, "raw": "<html>Oops</html>"}, Failure.UNCERTAIN, None),
    ("a cut line", {"reset": True}, Failure.UNCERTAIN, None),
    ("a cut line after it went out", {"reset": True, "done": True}, Failure.UNCERTAIN, None),
    ("a wrong token", {"code": 401, "description": "Unauthorized"}, Failure.LATER, 300.0),
    ("a refusal nobody foresaw", {"code": 400, "description": "Bad Request: NEW_THING"}, Failure.FAILED, None),
    ("too much at once", {"code": 413, "description": "Request Entity Too Large"}, Failure.FAILED, None),
]


@pytest.mark.parametrize(("plan", "failure", "wait_s"), [case[1:] for case in FAILURES], ids=[f[0] for f in FAILURES])
def test_a_failure_is_told_with_its_consequence(
    desk: Desk, plan: dict[str, Any], failure: Failure, wait_s: float | None
) -> None:
    """Each refusal says what the outbox may do next, and for how long to wait."""
    desk.api.fail_next("sendMessage", **plan)
    failed = desk.fails(desk.to_lan())
    assert (failed.failure, failed.retry_after_s) == (failure, wait_s)
    assert len(desk.lan.messages) == (1 if plan.get("done") else 0)


def test_an_edit_is_never_uncertain(desk: Desk) -> None:
    """The same edit twice does no harm, so a lost answer only means: again."""
    (card,) = desk.sends(desk.to_lan())
    desk.api.fail_next("editMessageText", reset=True)
    assert desk.fails(desk.to_lan("Sau", edits=card)).failure is Failure.LATER


def test_people_and_groups_who_are_gone(desk: Desk) -> None:
    """Blocked, unknown, kicked: unreachable. A group that moved says where to."""
    thu = desk.api.user("Thu")
    kicked, moved = desk.api.group("Một", [thu]), desk.api.group("Hai", [thu])
    old = moved.id
    kicked.kicks_bot(by=thu)
    moved.upgrades()
    desk.lan.blocks_bot()
    for chat in (desk.lan.id, thu.id, kicked.id, 12345):
        assert desk.fails(Outgoing(str(chat), "x")).failure is Failure.UNREACHABLE
    failed = desk.fails(Outgoing(str(old), "x"))
    assert (failed.failure, failed.moved_to) == (Failure.MOVED, str(moved.id))


def test_nobody_at_the_other_end_means_nothing_went_out(desk: Desk, tmp_path: Path) -> None:
    """Where no connection comes about at all, sending again is safe."""

    async def steps() -> None:
        telegram = Telegram(desk.api.token, api_url="http://127.0.0.1:9", photo_path=Path, data_dir=tmp_path)
        with pytest.raises(MessengerFailed) as failed:
            await telegram.send(desk.to_lan())
        assert failed.value.failure is Failure.LATER
        await telegram.stop()

    asyncio.run(steps())


def test_a_retry_goes_on_where_it_stopped(desk: Desk) -> None:
    """The album was out and the words were not: the second try sends the words only."""
    names = tuple(desk.keep(picture(colour)) for colour in ("red", "green"))
    message = desk.to_lan("Hai ảnh", photos=names, options=CHOICES, key="d1")
    desk.api.fail_next("sendMessage", retry_after=1)

    async def steps(telegram: Telegram) -> None:
        with pytest.raises(MessengerFailed):
            await telegram.send(message)
        await telegram.send(message)

    desk.run(steps)
    assert [message.picture is not None for message in desk.lan.messages] == [True, True, False]


def test_an_album_that_stopped_half_way_is_uncertain(desk: Desk) -> None:
    """Some pictures are out: the outbox must know, and the wait the server asked for."""
    names = tuple(desk.keep(picture(colour)) for colour in ("red", "green", "blue"))
    desk.api.fail_next("sendMediaGroup", items=2)
    failed = desk.fails(desk.to_lan("Ba ảnh", photos=names))
    assert (failed.failure, failed.retry_after_s, len(desk.lan.messages)) == (Failure.UNCERTAIN, 3.0, 2)


def test_what_people_send_is_fetched_with_a_cap(desk: Desk) -> None:
    """A file comes byte for byte; too big, unknown, broken off or expired is a failure without the token in it."""
    into = io.BytesIO()
    Image.effect_noise((700, 500), 90).save(into, "PNG")
    content = into.getvalue()
    file_id = desk.lan.sends_file(content, "anh.png").content["document"]["file_id"]
    big = desk.lan.sends_file(bytes(20 * 1024 * 1024 + 1), "x.png").content["document"]["file_id"]

    async def fetch(telegram: Telegram, remote: str, limit: int) -> bytes:
        return b"".join([chunk async for chunk in telegram.fetch(remote, limit)])

    async def steps(telegram: Telegram) -> None:
        assert await fetch(telegram, file_id, len(content)) == content
        cases = (
            (file_id, len(content) - 1, None, Failure.FAILED),
            (big, 10**9, None, Failure.FAILED),
            ("unknown", 10**9, None, Failure.FAILED),
            (file_id, 10**9, {"code": 404}, Failure.LATER),
            (file_id, 10**9, {"reset": True}, Failure.LATER),
        )
        for remote, limit, plan, failure in cases:
            if plan:
                desk.api.fail_next("download", **plan)
            with pytest.raises(MessengerFailed) as failed:
                await fetch(telegram, remote, limit)
            assert failed.value.failure is failure
            assert desk.api.token not in repr(failed.value)

    desk.run(steps)


def test_no_error_repeats_the_token(desk: Desk) -> None:
    """aiogram's errors may hold the address with the token; what is passed on does not."""
    method = SendMessage(chat_id=1, text="x")
    told = f"ClientOSError: cannot write to {desk.api.url}/bot{desk.api.token}/sendMessage"
    for error in (TelegramNetworkError(method, told), TelegramBadRequest(method, told), OSError(told), KeyError(told)):
        failed = failure_of(error, "send")
        assert desk.api.token not in str(failed)
        assert str(failed).startswith("Telegram send: ")


def test_a_press_is_answered_and_a_late_answer_does_not_matter(desk: Desk) -> None:
    """The spinner stops; when it is too late for that, nothing is raised."""
    desk.sends(desk.to_lan(options=CHOICES))
    press = desk.lan.presses(desk.lan.last, "Gửi")
    desk.run(lambda telegram: telegram.answer_press(press.id))
    assert press.answer is not None
    late = desk.lan.presses(desk.lan.last, "Gửi")
    desk.api.move_clock(100)
    desk.run(lambda telegram: telegram.answer_press(late.id))
    assert late.answer is None


def test_a_token_of_no_shape_and_a_weak_secret_stop_the_start(tmp_path: Path) -> None:
    """What could never work is told at once, without repeating the token."""
    with pytest.raises(ValueError, match="TELEGRAM_TOKEN") as refused:
        Telegram("not-a-token", photo_path=Path, data_dir=tmp_path)
    assert "not-a-token" not in str(refused.value)
    for secret in ("", "x" * 31):
        with pytest.raises(ValueError, match="at least 32"):
            Telegram(f"1234567:{'a' * 35}", photo_path=Path, data_dir=tmp_path, mode="webhook", secret=secret)
