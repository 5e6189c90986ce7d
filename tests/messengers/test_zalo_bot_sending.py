"""What the Zalo bot sends is what people see; what goes wrong is told with its consequence, never with the token."""

import asyncio
import logging
import os
import socket
import traceback
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog

from deeds.said import File
from messengers.port import Failure, MessengerFailed, Outgoing
from messengers.zalo_bot.failures import MEANINGS, meaning_of
from messengers.zalo_bot.messenger import ZaloBot
from tests.messengers.hooks import picture
from tests.messengers.zalo_bot_api import ZaloBotApi
from tests.messengers.zalo_bot_api.household import House, Keeper, loopback, serving, until

MARKUP = "<>&;\"'/=#*_[](){}`~|\\!\n\t aêđ漢🙏\u0301"
UNICODE = MARKUP + "".join(chr(code) for code in range(0x20, 0x110000, 37) if not 0xD800 <= code <= 0xDFFF)
TEXTS = 5_000 if os.environ.get("VIECTOT_SOAK") == "1" else 200


class Desk(House):
    """A house, and a person who has written."""

    def __init__(self, folder: Path, api: ZaloBotApi) -> None:
        super().__init__(folder, api)
        self.lan = api.user("Lan")
        self.lan.says("chào")

    def sends(self, *messages: Outgoing, **more: Any) -> list[str]:
        """Send messages one after the other; return their ids. Pictures are served as an instance does."""

        async def plot() -> list[str] | MessengerFailed:
            listening, url = loopback()
            zalo = self.messenger(**({"public_url": url} | more))
            keeper = Keeper()
            async with AsyncExitStack() as served:
                if any(message.photos for message in messages):
                    await served.enter_async_context(serving(zalo.routes(keeper.accept, keeper.park), listening))
                else:
                    listening.close()
                try:
                    return [(await zalo.send(message)).remote_id for message in messages]
                except MessengerFailed as failed:
                    return failed
                finally:
                    await zalo.stop()

        sent = asyncio.run(plot())
        if isinstance(sent, MessengerFailed):
            raise sent
        return sent

    def fails(self, message: Outgoing, **more: Any) -> MessengerFailed:
        """Send a message that must fail; return how."""
        with pytest.raises(MessengerFailed) as failed:
            self.sends(message, **more)
        assert failed.value.__cause__ is None
        assert failed.value.__context__ is None
        return failed.value

    def to_lan(self, text: str = "Chào bác", **more: Any) -> Outgoing:
        """Return a message to Lan."""
        return Outgoing(self.lan.id, text, **more)

    @property
    def texts(self) -> list[str]:
        """What Lan's telephone shows."""
        return [message.text for message in self.lan.messages]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A fresh server and person."""
    with ZaloBotApi() as api:
        desk = Desk(tmp_path, api)
        yield desk
        desk.close()


def test_words_arrive_as_written(desk: Desk) -> None:
    """Also where they look like markup; the id is the platform's."""
    (sent,) = desk.sends(desk.to_lan("1 < 2 & <b>đậm</b> *sao* [x](y) 🙏\n\n1. Gửi\n2. Sửa"))
    assert (desk.lan.messages[0].id, desk.texts) == (sent, ["1 < 2 & <b>đậm</b> *sao* [x](y) 🙏\n\n1. Gửi\n2. Sửa"])
    assert "parse_mode" not in desk.api.calls_of("sendMessage")[0].params


def test_texts_of_any_letters_arrive_as_typed(desk: Desk) -> None:
    """Hundreds of texts out of all of Unicode, up to the very limit."""
    chance = Random(7)
    texts = ["".join(chance.choices(UNICODE, k=chance.randint(1, 300))) + "." for _ in range(TEXTS)]
    texts.append("😀" * 1_000)
    desk.sends(*[desk.to_lan(text) for text in texts])
    assert desk.texts == texts


def test_pictures_go_before_the_words(desk: Desk) -> None:
    """Each by itself, from an address of ours that the platform and the telephone both fetch."""
    green, red = picture("green"), picture("red")
    desk.sends(desk.to_lan("Hai ảnh", photos=(desk.keep(green), desk.keep(red))))
    assert [message.photos for message in desk.lan.messages] == [(green,), (red,), ()]
    assert desk.texts == ["", "", "Hai ảnh"]


def test_a_picture_that_cannot_go_does_not_swallow_the_words(desk: Desk) -> None:
    """Gone from the disk, not to be fetched, or nobody knows: the words come, the other pictures too."""
    red = picture("red")
    colours = (picture("blue"), red, picture("yellow"))
    photos = ("ab" * 32, desk.keep(b"no picture at all"), *[desk.keep(colour) for colour in colours])
    desk.api.fail_next("sendPhoto", 200)
    desk.api.fail_next("sendPhoto", reset=True)
    desk.api.fail_next("sendPhoto", 200)
    desk.api.fail_next("sendPhoto", 403, "internal server error")
    desk.sends(desk.to_lan("Lời", photos=photos))
    assert desk.texts == ["", "Lời"]
    assert desk.lan.messages[0].photos == (red,)


def test_a_retry_does_not_show_a_picture_twice(desk: Desk) -> None:
    """The words failed after the picture had gone: the next try sends the words alone."""
    message = desk.to_lan("Lời", photos=(desk.keep(picture()),), key="outbox:1")
    desk.api.fail_next("sendMessage", 429, "quota")

    async def plot() -> None:
        listening, url = loopback()
        zalo = desk.messenger(public_url=url)
        keeper = Keeper()
        async with serving(zalo.routes(keeper.accept, keeper.park), listening):
            with pytest.raises(MessengerFailed):
                await zalo.send(message)
            await zalo.send(message)
            await zalo.send(message)
            await zalo.stop()

    asyncio.run(plot())
    assert desk.texts == ["", "Lời", "", "Lời"]


def test_an_outage_holds_the_pictures_and_the_words(desk: Desk) -> None:
    """What would stop the words too stops the message: it is tried again as a whole."""
    message = desk.to_lan("Lời", photos=(desk.keep(picture()),))
    desk.api.fail_next("sendPhoto", 502, raw="<html>")
    assert desk.fails(message).failure is Failure.LATER
    assert desk.texts == []


def test_files_and_edits_become_plain_words(desk: Desk) -> None:
    """There is neither here: the words are said anew, and nothing breaks."""
    desk.sends(desk.to_lan("Công văn", files=(File("a.docx", "a.docx"),), edits="aa11"))
    assert desk.texts == ["Công văn"]
    assert desk.fails(desk.to_lan(" \n")).failure is Failure.FAILED


FAULTS: list[tuple[str, dict[str, Any], Failure, float | None]] = [
    ("400 for good", {"code": 400}, Failure.FAILED, None),
    ("401, a token that was reset", {"code": 401}, Failure.LATER, 300.0),
    ("401 with HTTP 200", {"code": 401, "http": 200}, Failure.LATER, 300.0),
    ("403, by the pages an internal error", {"code": 403}, Failure.LATER, None),
    ("404, a wrong address", {"code": 404}, Failure.LATER, 300.0),
    ("408, nobody knows", {"code": 408}, Failure.UNCERTAIN, None),
    ("426, the day's limit", {"code": 426}, Failure.FAILED, None),
    ("429 without a pause", {"code": 429}, Failure.LATER, None),
    ("429 with HTTP 200", {"code": 429, "http": 200}, Failure.LATER, None),
    ("429 with a pause", {"code": 429, "retry_after": 7}, Failure.LATER, 7.0),
    ("500 from the platform", {"code": 500}, Failure.UNCERTAIN, None),
    ("502 as a page", {"code": 502, "raw": "<html>Bad Gateway</html>"}, Failure.LATER, None),
    ("503 as a page", {"code": 503, "raw": "<html>"}, Failure.LATER, None),
    ("504 as a page", {"code": 504, "raw": "<html>"}, Failure.UNCERTAIN, None),
    ("404 as a page", {"code": 404, "raw": "<html>"}, Failure.LATER, 300.0),
    ("302 to elsewhere", {"code": 302, "raw": "<html>"}, Failure.LATER, 300.0),
    ("200 as a page", {"code": 201, "raw": "<html>", "http": 200}, Failure.UNCERTAIN, None),
    ("200 with too much", {"code": 201, "raw": "x" * 1_100_000, "http": 200}, Failure.UNCERTAIN, None),
    ("a success with HTTP 500", {"code": 500, "raw": '{"ok": true, "error_code": 0}'}, Failure.UNCERTAIN, None),
    ("no success with HTTP 200", {"code": 201, "raw": '{"ok": false}', "http": 200}, Failure.FAILED, None),
    ("a code as text", {"code": 201, "raw": '{"ok": false, "error_code": "429"}', "http": 200}, Failure.LATER, None),
    ("a code in camels", {"code": 201, "raw": '{"ok": false, "errorCode": 426}', "http": 200}, Failure.FAILED, None),
    ("a code nobody knows", {"code": 418}, Failure.FAILED, None),
    ("another 5xx", {"code": 599}, Failure.UNCERTAIN, None),
    ("cut before", {"reset": True}, Failure.UNCERTAIN, None),
    ("cut after", {"reset": True, "done": True}, Failure.UNCERTAIN, None),
    ("too slow", {"code": 200, "slow_s": 2.0}, Failure.UNCERTAIN, None),
]


@pytest.mark.parametrize(("fault", "failure", "wait_s"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_every_failure_is_told_with_its_consequence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], failure: Failure, wait_s: float | None
) -> None:
    """The whole table once over real HTTP; the token is in none of it, although the platform quotes it."""
    if "slow_s" in fault:
        monkeypatch.setattr("messengers.zalo_bot.sending.CALL_TIMEOUT_S", 0.5)
    desk.api.fail_next("sendMessage", **({"description": f"no: /bot{desk.api.token}/sendMessage"} | fault))
    with structlog.testing.capture_logs() as logs:
        failed = desk.fails(desk.to_lan())
    assert (failed.failure, failed.retry_after_s) == (failure, wait_s)
    assert desk.api.token.partition(":")[2] not in f"{failed}{logs}"
    operator = [entry for entry in logs if entry["log_level"] == "error"]
    assert bool(operator) == (wait_s == 300.0)
    assert len(desk.texts) == bool(fault.get("done"))


def test_every_code_of_the_table_was_tried() -> None:
    """A row nobody tried would be a guess."""
    assert set(MEANINGS) <= {row[1].get("code") for row in FAULTS}
    assert meaning_of(0).failure is Failure.FAILED


def test_nobody_there_means_later(desk: Desk) -> None:
    """A refused connection, an unknown name and a stopped messenger: the message certainly did not go out."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken, but not listening
        nobody = f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert desk.fails(desk.to_lan(), api_url=nobody).failure is Failure.LATER

    async def stopped(zalo: ZaloBot) -> None:
        await zalo.stop()
        with pytest.raises(MessengerFailed) as failed:
            await zalo.send(desk.to_lan())
        assert failed.value.failure is Failure.LATER

    desk.run(stopped)


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    """Whoever sends us elsewhere learns nothing: the message, and the token in the address, stay here."""
    desk.api.fail_next("sendMessage", 307, raw="<html>", location=f"{desk.api.url}/media/elsewhere")
    desk.api.fail_next("sendMessage", 302, raw="<html>", location=f"{desk.api.url}/media/elsewhere")
    assert [desk.fails(desk.to_lan()).failure for _ in range(2)] == [Failure.LATER, Failure.LATER]
    assert desk.api.media.fetched == []


def test_a_stop_lets_a_message_under_way_end(desk: Desk) -> None:
    """It is not cut off half-way, which nobody could tell from a message that was lost."""
    desk.api.fail_next("sendMessage", 200, slow_s=0.5)

    async def steps(zalo: ZaloBot) -> str:
        sending = asyncio.get_running_loop().create_task(zalo.send(desk.to_lan()))
        await until(lambda: bool(desk.api.calls_of("sendMessage")))
        await zalo.stop()
        return (await sending).remote_id

    assert desk.run(steps) == desk.lan.messages[0].id


def test_what_people_sent_is_fetched(desk: Desk) -> None:
    """From the address the platform gave, while it lives; an address elsewhere is not asked."""
    green = picture()
    address = desk.api.media.keep(green)

    async def steps(zalo: ZaloBot) -> bytes:
        got = b"".join([chunk async for chunk in zalo.fetch(address, 1_000_000)])
        for url, limit in ((address, 10), ("http://127.0.0.1:9/x.jpg", 1_000)):
            with pytest.raises(MessengerFailed) as failed:
                async for _ in zalo.fetch(url, limit):
                    pass
            assert failed.value.failure is Failure.FAILED
        await zalo.answer_press("nothing")
        return got

    assert desk.run(steps) == green


def test_an_address_of_no_shape_is_refused_at_once(desk: Desk) -> None:
    """Before the first message, and without the token in what is said about it."""
    for api_url in ("", "api.example.vn", "ftp://api.example.vn", "http://[::bad", "https://a.vn/?x=1"):
        with pytest.raises(ValueError, match="VIECTOT_ZALO_BOT_API_URL") as refused:
            desk.messenger(api_url=api_url)
        assert refused.value.__cause__ is None
        assert desk.api.token not in str(refused.value)


def test_a_token_of_no_shape_is_refused_without_being_quoted(desk: Desk) -> None:
    """It may be a good token with a letter too many in it."""
    for token in ("", "abc", "12345", "1:a/b", "1:a b", "x:abc"):
        with pytest.raises(ValueError) as refused:
            desk.messenger(token=token)
        assert not token or token not in str(refused.value).replace("VIECTOT_ZALO_BOT_TOKEN", "")


def test_no_log_and_no_trace_holds_the_token(
    desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that can fail fails, with every logger at its loudest, and the traces are printed in full."""
    caplog.set_level(logging.DEBUG)
    traces = []
    for fault in (*[row[1] for row in FAULTS if "slow_s" not in row[1]], {"reset": True}):
        desk.api.fail_next("sendMessage", **({"description": f"x {desk.api.token} y"} | fault))
        try:
            desk.sends(desk.to_lan())
        except MessengerFailed as failed:
            traces.append("".join(traceback.TracebackException.from_exception(failed, capture_locals=False).format()))
    assert len(traces) == len(FAULTS)
    everything = "\n".join([*traces, caplog.text, *capsys.readouterr()])
    assert "Zalo Bot sendMessage" in everything
    for secret in (desk.api.token, desk.api.token.partition(":")[2]):
        assert secret not in everything
