"""Somebody tells of a good deed for the first time."""

from tests.cast import RESCUE
from tests.town import Town


def test_four_turns_from_hello_to_the_receipt(town: Town, on: str) -> None:
    """A farmer of 68 says hello, tells it, answers two things in one message, agrees: four turns, then a number."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.says("alo")
    ba.sees("Chào bà con. Đây là Việc Tốt")
    ba.says("Có một người nhặt được ví tiền rồi đem trả lại cho người mất, quý lắm")
    missing = ba.sees("Xin cho biết thêm")
    assert missing.count("\n- ") == 3
    ba.says("chị Lường Thị Ngoan, ở bản Nà Phiêng, hôm qua")
    check = ba.sees("Xin xem lại:")
    assert "- Người làm: chị Lường Thị Ngoan" in check
    assert "bản Nà Phiêng" in check
    assert "thứ Hai, 04/05/2026" in check
    ba.picks("Đồng ý, gửi đi")
    number, _ = ba.receipt()
    assert number == 1
    ba.sees("Còn một điều")


def test_a_story_that_says_everything_is_checked_at_once(town: Town, on: str) -> None:
    """Two turns are enough when the first message says who, where and when."""
    lan = town.citizen("Lan", on=on)
    lan.tells(RESCUE, photos=2)
    lan.sees("Việc Tốt xã Suối Lành đã nghe")
    check = lan.sees("Xin xem lại:")
    assert "Lò Văn Khuyên" in check
    assert "thôn Bến Gỗ" in check
    assert "- Ảnh: 2" in check
    lan.picks("Đồng ý, gửi đi")
    assert lan.receipt()[0] == 1
    town.settle()
    assert town.deed().story == RESCUE
