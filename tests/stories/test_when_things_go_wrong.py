"""Two messages at once, an event that fails, a messenger that is away: nothing is lost or done twice."""

import json

import httpx2
from sqlalchemy import select, update

from deeds.said import Said
from storage.models import InboxEvent, Place, Submission
from tests.cast import RESCUE, OnPlain, OnTelegram, OnWebChat
from tests.town import Town


def test_two_quick_messages_answer_the_same_step(town: Town) -> None:
    """ "1" is sent twice before the answer comes: one report, and the second is no consent to anything else."""
    lan = town.citizen("Lan")
    assert isinstance(lan, OnPlain)
    lan.tells(RESCUE)
    lan.sees("Xin xem lại:")

    async def twice() -> None:
        for _ in range(2):
            await town.plain.deliver(lan.chat, "Lan", Said(text="đồng ý", message=town.plain.number()))

    town.run(twice())
    town.deliver()
    assert lan.receipt()[0] == 1
    assert lan.shows("gõ 1, 2 hoặc 3")
    assert town.rows(lambda tx: len(tx.execute(select(Submission.id)).all())) == 1


def test_the_same_post_twice_is_one(town: Town) -> None:
    """A browser repeats a post it had no answer to: the second changes nothing."""
    lan = town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    lan.tells(RESCUE)
    lan.sees("Xin xem lại:")
    key = "0b6c3ac2-6d2f-4d3e-9a51-0c4c6a1e7c11"
    assert lan.posts({"text": "đồng ý"}, key=key) == 1
    assert lan.posts({"text": "đồng ý"}, key=key) == 0
    town.deliver()
    assert lan.receipt()[0] == 1
    assert not lan.shows("gõ 1, 2 hoặc 3")


def test_a_press_delivered_twice_is_one(town: Town) -> None:
    """Telegram sends the same press again: one receipt."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    lan.tells(RESCUE)
    lan.sees("Xin xem lại:")
    town.clock.forward(seconds=5)
    before = town.heard()
    press = lan.person.presses(lan.offering("Đồng ý, gửi đi").handle, "Đồng ý, gửi đi")
    town.wait_heard(before + 1)
    town.telegram.redeliver(press)
    lan.says("tin của tôi")
    assert lan.last.count("Số 1") == 1
    assert "Số 2" not in lan.last
    assert sum("Số tiếp nhận" in shown.text for shown in lan.messages()) == 1


def test_an_event_that_fails_is_parked_and_retried(town: Town) -> None:
    """The stored place is damaged: the sender hears that somebody will look; mended and retried, the story is there."""
    lan = town.citizen("Lan", on="webchat")
    lan.says("alo")
    sound = town.rows(lambda tx: tx.execute(select(Place.state)).scalar_one())
    town.writes(lambda tx: tx.execute(update(Place).values(state={**sound, "shown": [["only an id"]]})))
    lan.says(RESCUE)
    lan.sees("Tin vừa gửi đã được giữ lại")
    listed = json.loads(town.command("parked", "list", "--json"))
    assert [one["what"] for one in listed] == ["event"]
    assert not town.deeds()
    town.writes(lambda tx: tx.execute(update(Place).values(state=sound)))
    town.command("parked", "retry", str(listed[0]["id"]))
    town.clock.catch_up()
    town.deliver()
    lan.sees("Xin xem lại:")
    assert json.loads(town.command("parked", "list", "--json")) == []
    lan.picks("Đồng ý, gửi đi")
    assert lan.receipt()[0] == 1


def test_one_bad_event_does_not_hold_up_the_others(town: Town) -> None:
    """Minh's place is damaged, Lan's is not: in the same burst Lan is answered and Minh is told."""
    lan, minh = town.citizen("Lan"), town.citizen("Minh")
    assert isinstance(lan, OnPlain)
    assert isinstance(minh, OnPlain)
    minh.says("alo")
    sound = town.rows(lambda tx: tx.execute(select(Place.state)).scalar_one())
    town.writes(lambda tx: tx.execute(update(Place).values(state={**sound, "shown": [["only an id"]]})))
    for who in (minh, lan):
        who.sends(RESCUE, [])
    minh.sees("Tin vừa gửi đã được giữ lại")
    lan.sees("Xin xem lại:")


def test_a_place_of_another_program_is_a_kind_restart(town: Town, on: str) -> None:
    """An older or newer program stored the place: what was told is kept, the rest is asked again."""
    lan = town.citizen("Lan", on=on)
    lan.says("Hôm qua anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    lan.sees("Xin xem lại:")
    town.foreign_place(version=99, asked="something_new", extra={"strange": 1})
    lan.says("1")
    lan.sees("Việc này vào hôm nào ạ?")
    lan.says("hôm kia")
    check = lan.sees("Xin xem lại:")
    assert "dọn đường sau lũ" in check
    assert "- Người làm: anh Lò Văn Nam" in check
    assert "- Nơi: tổ 3" in check


def test_telegram_is_away_for_a_while(town: Town) -> None:
    """The answer meets an outage; it is sent when Telegram is back, once."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    lan.says("alo")
    town.telegram.fail_next("sendMessage", code=502, description="Bad Gateway", times=1)
    before = town.heard()
    lan.person.says(RESCUE)
    until_heard(town, before + 1)
    town.clock.forward(minutes=1)
    town.deliver()
    lan.sees("Xin xem lại:")
    assert sum("Xin xem lại:" in shown.text for shown in lan.messages()) == 1


def until_heard(town: Town, count: int) -> None:
    """Wait for an event without waiting for its answers."""
    import time

    until = time.monotonic() + 10
    while town.heard() < count:
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.3)  # the first sending is under way


def test_the_database_says_what_came(town: Town) -> None:
    """Every event is known again, whatever was said, and by nothing that names who said it."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    lan.reports()
    keys = town.rows(lambda tx: tx.execute(select(InboxEvent.event_key)).scalars().all())
    assert len(keys) == len(set(keys)) == 2
    assert not any(str(lan.person.id) in key for key in keys)


def test_a_number_no_database_holds_is_not_found(town: Town) -> None:
    """Addresses with thousands of digits, or one more than an id has: no fault of ours, a page that is not there."""
    for digits in ("9" * 5_000, "9" * 23, "9" * 19):
        for path in ("/desk/recordings/{}", "/chat/photos/{}-0", "/chat/files/1-{}", "/desk/calls/{}"):
            assert httpx2.get(town.address + path.format(digits)).status_code == 404, (path, len(digits))
