"""Messages of ours as calls of the Official Account API, and every refusal with what it means, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from deeds.said import File, Option, Prompt
from messengers.port import Failure, MessengerFailed, Outgoing
from messengers.render import render
from messengers.zalo_oa.abilities import abilities
from messengers.zalo_oa.failures import MEANINGS, TOKEN_CODES, seconds_to_morning
from storage import remote_copies
from tests.messengers.hooks import picture
from tests.messengers.zalo_oa_api import Person, ZaloOaApi
from tests.messengers.zalo_oa_api.ours import BUTTONS, NAME, Ours, our_side, says

SHA = "ab" * 32
OTHER = "cd" * 32
HALF_AN_HOUR = 1800.0


@pytest.fixture
def api() -> Iterator[ZaloOaApi]:
    """A fresh server."""
    with ZaloOaApi() as running:
        yield running


class Wire:
    """Runs a piece of a conversation with everything around it."""

    def __init__(self, api: ZaloOaApi, folder: Path) -> None:
        self.api, self.folder = api, folder

    def run(self, steps: Callable[[Ours, Person], Awaitable[Any]], **more: Any) -> Any:
        """Run steps with our side and somebody who just wrote."""

        async def connected() -> Any:
            url = f"sqlite:///{self.folder / 'viectot.sqlite3'}"
            async with our_side(self.api, url, self.folder, **more) as ours:
                lan = self.api.user("Lan")
                lan.says("Xin chào")
                return await steps(ours, lan)

        return asyncio.run(connected())

    def failing(self, outgoing: Callable[[Person], Outgoing] | None = None, **more: Any) -> MessengerFailed:
        """Return how a sending fails."""

        async def steps(ours: Ours, lan: Person) -> MessengerFailed:
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(outgoing(lan) if outgoing else says(lan.address))
            return raised.value

        failed = self.run(steps, **more)
        assert isinstance(failed, MessengerFailed)
        return failed


@pytest.fixture
def wire(api: ZaloOaApi, tmp_path: Path) -> Wire:
    """The server and everything of ours."""
    return Wire(api, tmp_path)


def test_words_arrive_as_they_are(api: ZaloOaApi, wire: Wire) -> None:
    """No markup, nothing escaped; the id that comes back is the message's."""

    async def steps(ours: Ours, lan: Person) -> None:
        sent = await ours.zalo.send(says(lan.address, "Em *Nam* <cứu> bạn & _về_\n\n1. Đồng ý"))
        (message,) = lan.messages
        assert (message.text, message.id) == ("Em *Nam* <cứu> bạn & _về_\n\n1. Đồng ý", sent.remote_id)

    wire.run(steps)


@pytest.mark.parametrize("template", ["", "button"])
def test_buttons_carry_the_option_and_the_text_carries_the_numbers(api: ZaloOaApi, wire: Wire, template: str) -> None:
    """`template_type` is left out unless the settings name one."""
    api.button_template = template

    async def steps(ours: Ours, lan: Person) -> None:
        prompt = Prompt("Gửi chứ?", options=BUTTONS)
        for outgoing in render(prompt, ours.zalo.abilities, lan.address, key="k"):
            await ours.zalo.send(outgoing)
        (message,) = lan.messages
        assert message.text == "Gửi chứ?\n\n1. Đồng ý\n2. Thôi"
        assert message.payloads == {"Đồng ý": "#vt:yes:7", "Thôi": "#vt:no:7"}

    wire.run(steps, button_template=template)


def test_where_buttons_are_refused_the_numbers_remain(api: ZaloOaApi, wire: Wire) -> None:
    """-233, and -201 for a shape: sent once more as plain words."""
    api.refuses_buttons = True

    async def steps(ours: Ours, lan: Person) -> None:
        await ours.zalo.send(says(lan.address, "1. Đồng ý", options=BUTTONS))
        api.refuses_buttons = False
        api.button_template = "something else"
        await ours.zalo.send(says(lan.address, "1. Đồng ý", options=BUTTONS))
        assert [(message.text, message.buttons) for message in lan.messages] == [("1. Đồng ý", [])] * 2

    wire.run(steps)


def test_five_long_labels_fit_and_six_become_numbers(api: ZaloOaApi, wire: Wire) -> None:
    """Up to the limits of the platform, and not beyond."""

    async def steps(ours: Ours, lan: Person) -> None:
        for count in (5, 6):
            options = tuple(Option("o" * 990 + str(n), "L" * 99 + str(n)) for n in range(count))
            for outgoing in render(Prompt("?", options=options), ours.zalo.abilities, lan.address, key=f"k{count}"):
                await ours.zalo.send(outgoing)
        five, six = lan.messages
        assert (len(five.buttons), six.buttons) == (5, [])
        assert "6. LLL" in six.text

    wire.run(steps)


def test_pictures_go_out_one_a_message_the_first_with_the_words(api: ZaloOaApi, wire: Wire) -> None:
    """Uploaded once: the second time the platform's own id is enough, in another process too."""
    content = picture("red")

    async def steps(ours: Ours, lan: Person) -> None:
        for zalo in (ours.zalo, ours.another()):
            await zalo.send(says(lan.address, "Đã đăng.", photos=(SHA, OTHER)))
            await zalo.stop()
        assert [(len(message.photos), message.text) for message in lan.messages] == [(1, "Đã đăng."), (1, "")] * 2
        assert lan.messages[0].photos == [content]
        assert api.calls.count("upload") == 2

    wire.run(steps, small_copy=lambda sha256: content)


def test_a_picture_with_buttons_becomes_two_messages(api: ZaloOaApi, wire: Wire) -> None:
    """One message has one attachment; the words stand with the buttons, and theirs is the id."""

    async def steps(ours: Ours, lan: Person) -> None:
        sent = await ours.zalo.send(says(lan.address, "Xem lại", photos=(SHA,), options=BUTTONS))
        first, second = lan.messages
        assert (len(first.photos), first.text, second.text, len(second.buttons)) == (1, "", "Xem lại", 2)
        assert sent.remote_id == second.id

    wire.run(steps)


def test_a_retry_does_not_repeat_what_went_out(api: ZaloOaApi, wire: Wire) -> None:
    """The second picture failed: the next try begins with it."""

    async def steps(ours: Ours, lan: Person) -> None:
        message = says(lan.address, "Đã đăng.", photos=(SHA, OTHER), key="out1")
        await ours.zalo.send(says(lan.address, "Trước"))
        api.fail_next("upload", -32)
        with pytest.raises(MessengerFailed):
            await ours.zalo.send(message)
        api.fail_next("upload", raw="<html>", status=502)
        with pytest.raises(MessengerFailed):
            await ours.zalo.send(message)
        await ours.zalo.send(message)
        assert [one.text for one in lan.messages] == ["Trước", "Đã đăng.", ""]
        again = says(lan.address, "Ba ảnh", photos=(SHA, OTHER, SHA), key="out2")
        api.fail_next("getoa", -32)
        await ours.zalo.tick()
        sent = await ours.zalo.send(again)
        assert sent.remote_id == lan.messages[3].id

    wire.run(steps)


def test_a_forgotten_upload_is_uploaded_again(api: ZaloOaApi, wire: Wire) -> None:
    """How long the platform keeps one is told nowhere."""

    async def steps(ours: Ours, lan: Person) -> None:
        await ours.zalo.send(says(lan.address, photos=(SHA,)))
        api.uploaded_images.clear()
        await ours.zalo.send(says(lan.address, photos=(SHA,)))
        assert len(lan.messages) == 2
        with ours.database.read() as tx:
            (kept,) = remote_copies.known(tx, f"{NAME}:{api.oa_id}", [SHA]).values()
        assert kept in api.uploaded_images

    wire.run(steps)


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
def test_a_picture_is_taken_up_to_a_mebibyte(api: ZaloOaApi, wire: Wire, size: int) -> None:
    """One byte more is not even sent."""
    content = picture()
    content += bytes(size - len(content))

    async def steps(ours: Ours, lan: Person) -> None:
        if size <= 1024 * 1024:
            await ours.zalo.send(says(lan.address, photos=(SHA,)))
            assert len(lan.messages[0].photos[0]) == size
            return
        with pytest.raises(MessengerFailed) as raised:
            await ours.zalo.send(says(lan.address, photos=(SHA,)))
        assert raised.value.failure is Failure.FAILED
        assert "upload" not in api.calls

    wire.run(steps, small_copy=lambda sha256: content)


def test_a_picture_that_is_gone_is_a_dead_letter(api: ZaloOaApi, wire: Wire) -> None:
    """The bytes were erased while the message waited: it does not go out from what Zalo keeps either."""
    there = [picture()]

    def small_copy(sha256: str) -> bytes:
        if not there:
            raise FileNotFoundError(sha256)
        return there[0]

    async def steps(ours: Ours, lan: Person) -> None:
        await ours.zalo.send(says(lan.address, photos=(SHA,)))
        there.clear()
        for photo in (SHA, OTHER):
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(lan.address, photos=(photo,)))
            assert raised.value.failure is Failure.FAILED
        assert len(lan.messages) == 1

    wire.run(steps, small_copy=small_copy)


def test_papers_go_out_and_tables_are_told_of(api: ZaloOaApi, wire: Wire) -> None:
    """PDF and DOCX as files; for an XLSX, which Zalo does not take, words with its name and where it is."""
    names = ("bao-cao.pdf", "bao-cao.docx", "danh-sach.xlsx")
    for name in names:
        (wire.folder / name).write_bytes(name.encode())

    async def steps(ours: Ours, lan: Person) -> None:
        sent = await ours.zalo.send(says(lan.address, "Báo cáo", files=tuple(File(name, name) for name in names)))
        words, pdf, docx, xlsx = lan.messages
        assert (words.text, sent.remote_id) == ("Báo cáo", words.id)
        assert pdf.files + docx.files == [(name, name.encode()) for name in names[:2]]
        assert "danh-sach.xlsx" in xlsx.text
        assert "/desk" in xlsx.text

    wire.run(steps)


def test_a_missing_paper_is_a_dead_letter(wire: Wire) -> None:
    """Nothing half-made is sent of it."""
    gone = File("khong-co.pdf", "khong-co.pdf")
    assert wire.failing(lambda lan: says(lan.address, "", files=(gone,))).failure is Failure.FAILED


UNPAID = [(code, meaning.unpaid or meaning.failure) for meaning in MEANINGS for code in meaning.codes]
PAID = [(code, meaning.failure) for meaning in MEANINGS for code in meaning.codes]


@pytest.mark.parametrize(
    ("code", "paid", "failure"),
    [(code, paid, failure) for paid, rows in ((False, UNPAID), (True, PAID)) for code, failure in rows],
)
def test_every_row_of_the_table(api: ZaloOaApi, wire: Wire, code: int, paid: bool, failure: Failure) -> None:
    """Each code the platform is known to answer with becomes what its row says, over real HTTP with status 200."""
    api.fail_next("send", code, times=2 if code in TOKEN_CODES else 1)
    failed = wire.failing(paid=paid)
    assert failed.failure is failure
    assert str(code) in str(failed)


KNOWN = {
    Failure.LATER: {-32, -200, -204, -205, -209, -212, -219, -221, -223, -224, -234},
    Failure.FAILED: {-201, -210, -233, -248, -9999},
    Failure.UNREACHABLE: {-213, -217, -244, -227},
    Failure.CLOSED: {-230, -232, -305, -311, -211, -218, -320, -321},
    Failure.UNCERTAIN: {-100},
}


@pytest.mark.parametrize(("failure", "code"), [(failure, code) for failure, codes in KNOWN.items() for code in codes])
def test_the_table_says_what_was_agreed(api: ZaloOaApi, wire: Wire, failure: Failure, code: int) -> None:
    """Written down a second time, so that a slip in the table is seen; unpaid, as an office begins."""
    api.fail_next("send", code)
    with capture_logs() as logs:
        failed = wire.failing()
    assert failed.failure is failure
    operator = code in (-204, -205, -209, -212, -219, -221, -223, -224)
    assert any(line["log_level"] == "error" for line in logs) is (operator or code == -9999)
    if operator:
        assert (failed.retry_after_s or 0) >= HALF_AN_HOUR


@pytest.mark.parametrize(
    ("at", "seconds"),
    [("22:00", 8 * 3600 + 300), ("05:59", 360), ("06:04", 60), ("06:05", 24 * 3600), ("00:00", 6 * 3600 + 300)],
)
def test_what_is_refused_at_night_waits_for_the_morning(at: str, seconds: float) -> None:
    """Five past six in Viet Nam, seven hours ahead of UTC."""
    here = datetime.fromisoformat(f"2026-11-22T{at}:00+07:00")
    assert seconds_to_morning(here.astimezone(UTC)) == seconds


def test_the_curfew_of_the_server_is_waited_out(api: ZaloOaApi, wire: Wire) -> None:
    """-234 comes with the time to five past six."""
    api.curfew = True

    async def steps(ours: Ours, lan: Person) -> None:
        ours.clock.fixed = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 23:30 in Viet Nam
        lan.says("khuya rồi")
        with pytest.raises(MessengerFailed) as raised:
            await ours.zalo.send(says(lan.address))
        assert (raised.value.failure, raised.value.retry_after_s) == (Failure.LATER, 6.5 * 3600 + 300)
        ours.clock.forward(hours=6.6)
        await ours.zalo.send(says(lan.address))

    wire.run(steps)


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"cut": True}, Failure.UNCERTAIN),
        ({"cut": True, "done": True}, Failure.UNCERTAIN),
        ({"raw": "<html>", "status": 502}, Failure.LATER),
        ({"raw": "<html>", "status": 503}, Failure.LATER),
        ({"raw": "<html>", "status": 500}, Failure.UNCERTAIN),
        ({"raw": "<html>", "status": 504}, Failure.UNCERTAIN),
        ({"raw": "<html>", "status": 404}, Failure.LATER),
        ({"raw": "slow down", "status": 429}, Failure.LATER),
        ({"raw": "<html>", "status": 200}, Failure.UNCERTAIN),
        ({"raw": "{}", "status": 200}, Failure.UNCERTAIN),
        ({"raw": '{"error":0}', "status": 200}, None),
        ({"error": -213, "status": 400}, Failure.UNREACHABLE),
    ],
)
def test_answers_that_are_none(api: ZaloOaApi, wire: Wire, fault: dict[str, Any], failure: Failure | None) -> None:
    """What may have gone out is uncertain; what certainly did not is tried again."""

    async def steps(ours: Ours, lan: Person) -> None:
        api.fail_next("send", **fault)
        if failure is None:
            assert (await ours.zalo.send(says(lan.address))).remote_id == ""
            return
        with pytest.raises(MessengerFailed) as raised:
            await ours.zalo.send(says(lan.address))
        assert raised.value.failure is failure

    wire.run(steps)


def test_an_upload_cut_half_way_is_simply_tried_again(api: ZaloOaApi, wire: Wire) -> None:
    """Nothing went out with it."""
    api.fail_next("upload", cut=True)
    assert wire.failing(lambda lan: says(lan.address, photos=(SHA,))).failure is Failure.LATER


def test_zalo_being_away_is_waited_out(api: ZaloOaApi, wire: Wire) -> None:
    """Nobody was reached, so nothing went out."""
    failed = wire.failing(api_url="http://127.0.0.1:1")
    assert failed.failure is Failure.LATER


def test_stopping_lets_a_message_on_the_wire_end(api: ZaloOaApi, wire: Wire) -> None:
    """Its end is known, and nothing new begins."""

    async def steps(ours: Ours, lan: Person) -> None:
        await ours.zalo.tick()
        api.fail_next("send", slow_s=0.4)
        sending = asyncio.get_running_loop().create_task(ours.zalo.send(says(lan.address)))
        await asyncio.sleep(0.2)
        await ours.zalo.stop()
        assert (await sending).remote_id == lan.messages[0].id
        with pytest.raises(MessengerFailed) as raised:
            await ours.zalo.send(says(lan.address))
        assert raised.value.failure is Failure.LATER

    wire.run(steps)


def test_a_window_closes_and_opens(api: ZaloOaApi, wire: Wire) -> None:
    """Eight messages; then nothing until the person writes; after seven days not for money either."""

    async def steps(ours: Ours, lan: Person) -> None:
        for _ in range(8):
            await ours.zalo.send(says(lan.address))
        for change in ({}, {"hours": 49}, {"days": 8}):
            ours.clock.forward(**change)
            with pytest.raises(MessengerFailed) as raised:
                await ours.zalo.send(says(lan.address))
            assert raised.value.failure is Failure.CLOSED
            lan.says("Tôi đây")
            await ours.zalo.send(says(lan.address))
        assert len(lan.messages) == 8 + 3

    wire.run(steps)


def test_what_an_office_pays_for_is_told_by_its_window() -> None:
    """48 hours and eight messages, or seven days; the nights are quiet in both."""
    free, paid = abilities(paid=False).window, abilities(paid=True).window
    assert free is not None
    assert paid is not None
    assert (free.lasts.total_seconds() / 3600, free.messages) == (48, 8)
    assert (paid.lasts.days, paid.messages) == (7, 0)
    assert free.quiet == paid.quiet


def test_calls_are_proved_where_the_console_asks_for_it(api: ZaloOaApi, wire: Wire) -> None:
    """Without the proof nothing is taken, with it everything."""
    api.wants_proof = True

    async def steps(ours: Ours, lan: Person) -> None:
        await ours.zalo.send(says(lan.address))
        other = ours.another(prove_calls=False)
        with pytest.raises(MessengerFailed):
            await other.send(says(lan.address))
        await other.stop()

    wire.run(steps, prove_calls=True)


@pytest.mark.parametrize("chat", ["", "300", "300:", ":400"])
def test_a_chat_without_an_account_or_a_person_is_our_fault(wire: Wire, chat: str) -> None:
    """A dead letter, and nothing is sent to anybody."""
    assert wire.failing(lambda lan: says(chat)).failure is Failure.FAILED
    assert "send" not in wire.api.calls
