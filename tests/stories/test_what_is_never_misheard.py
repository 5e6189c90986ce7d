"""Consent, deletion and names are never the reading of a doubtful word, a doubled tap, or somebody else's code."""

from datetime import timedelta

import pytest

from tests.cast import RESCUE, OnPlain, OnTelegram, OnWebChat, OnZaloOa
from tests.town import Town

UNKNOWN_WHO = "Hôm qua có người ở tổ 3 giúp bà con dọn đường sau lũ"


def test_right_is_not_stop(town: Town, on: str) -> None:
    """At the check she says "đúng": the report is neither put off nor sent, and she is told how to send it."""
    lan = town.citizen("Lan", on=on)
    lan.tells(RESCUE)
    lan.sees("Xin xem lại:")
    for words in ("đúng", "Đúng", "dung", "đúng hết ạ", "không sai"):
        lan.says(words)
        assert "Để chắc chắn" in lan.last, words
    lan.says("đồng ý")
    assert lan.receipt()[0] == 1


def test_a_plain_no_deletes_nothing(town: Town, on: str) -> None:
    """ "Không" at the check may say that nothing is wrong: everything is still there, and can be sent."""
    lan = town.citizen("Lan", on=on)
    lan.tells(RESCUE)
    for words in ("không", "khong", "không ạ"):
        lan.says(words)
        assert "Chưa gửi và chưa xóa gì cả" in lan.last, words
    lan.says("đồng ý")
    assert lan.receipt()[0] == 1
    assert town.deed().story == RESCUE


def test_a_man_called_huy_is_no_wish_to_stop(town: Town) -> None:
    """Asked who did it, they type a name alone, with marks or a capital: it is a name, as good as any other."""
    for number, name in enumerate(("Dũng", "Huy", "Thời", "Gôi", "Thơi"), start=1):
        lan = town.citizen(f"Lan {number}")
        lan.says(UNKNOWN_WHO)
        lan.sees("Ai đã làm việc này ạ?")
        lan.says(name)
        assert f"- Người làm: {name}" in lan.sees("Xin xem lại:")


def test_a_second_tap_on_the_same_spot_deletes_nothing(town: Town) -> None:
    """The finger that chose a name comes down again a second later, where "Không đồng ý" stands now."""
    for on in ("telegram", "zalo_oa", "webchat"):
        lan = town.citizen(f"Lan {on}", on=on)
        assert isinstance(lan, OnTelegram | OnZaloOa | OnWebChat)
        lan.says("Hôm qua ở tổ 3 có chị Ngoan giúp bà con dọn đường sau lũ")
        if "Người làm: chị Ngoan" in lan.choices:
            lan.picks("Người làm: chị Ngoan")
        lan.sees("Xin xem lại:")
        for label in ("Không đồng ý, bỏ bản kể", "Đồng ý, gửi đi"):
            check = lan.offering(label)
            before = town.heard()
            lan._press(check, label)
            town.wait_heard(before + 1)
            lan.sees("Chưa làm gì cả")
        town.clock.forward(seconds=1.9)
        before = town.heard()
        lan._press(lan.offering("Đồng ý, gửi đi"), "Đồng ý, gửi đi")
        town.wait_heard(before + 1)
        lan.sees("Chưa làm gì cả")
        lan.picks("Đồng ý, gửi đi")
        lan.sees("Số tiếp nhận:")


def test_the_number_of_a_report_agrees_to_nothing(town: Town, on: str) -> None:
    """After her report number 1 she asks about it in words that open another: "số 1" is the first one's number."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.says("không")
    lan.says("cho hỏi tin em gửi hôm bữa ạ")
    lan.says("chưa thấy ai báo lại")
    for words in ("số 1", "so 1", "tin số 1", "Số 1 ạ", "số một"):
        lan.says(words)
        assert not lan.shows("Số tiếp nhận: 2"), words
    assert len(town.deeds()) == 1
    lan.says("số 1")
    assert lan.shows("Số 1 (anh Lò Văn Khuyên): Đã nhận")


def test_a_code_tells_a_stranger_a_status_and_no_name(town: Town, on: str) -> None:
    """Minh has found Lan's receipt: he learns that report 1 was received, and nothing about anybody in it."""
    lan = town.citizen("Lan")
    lan.says(RESCUE).agrees()
    number, code = lan.receipt()
    minh = town.citizen("Minh", on=on)
    minh.says(code)
    assert minh.last == f"Số {number}: Đã nhận"
    lan.says(code)
    assert "anh Lò Văn Khuyên" in lan.last


def test_a_draft_that_waits_is_not_dropped_by_one_tap(town: Town) -> None:
    """Dropping what was left half told is asked once, too."""
    lan = town.citizen("Lan")
    assert isinstance(lan, OnPlain)
    lan.says(RESCUE)
    lan.picks("Để đó, gửi sau")
    lan.says("alo")
    lan.picks("Bỏ bản kể dở")
    lan.sees("Xóa bản đang kể")
    lan.picks("Chưa xóa, kể tiếp")
    lan.sees("Xin xem lại:")
    lan.says("đồng ý")
    lan.receipt()


@pytest.mark.parametrize("on", ["telegram", "webchat"])
def test_a_clock_put_back_makes_no_button_too_early(town: Town, on: str) -> None:
    """It ran ahead for a day and was mended: what was sent then was read long ago, and the check can be agreed to."""
    lan = town.citizen("Lan", on=on)
    lan.says("alo")
    right = town.clock.now()
    town.clock._now += timedelta(days=35)
    lan.says("giúp")
    town.settle()
    town.clock._now = right + timedelta(minutes=1)
    lan.says(RESCUE)
    town.settle()
    town.clock.forward(seconds=30)
    lan.picks("Đồng ý, gửi đi")
    lan.sees("Số tiếp nhận: 1")
