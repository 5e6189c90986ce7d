"""A slip mended at the check, or on the phone, is mended in what is sent."""

import pytest

from storage import deeds
from tests.cast import RESCUE, OnTelegram
from tests.town import Town


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("à mà không phải hôm qua, hôm kia cơ", "2026-05-03"),
        ("không phải thứ hai mà là chủ nhật", "2026-05-03"),
        ("à nhầm, thứ sáu", "2026-05-01"),
        ("ấy chết, thứ bảy mới đúng", "2026-05-02"),
    ],
)
def test_another_day_takes_the_place_of_the_first(town: Town, words: str, day: str) -> None:
    """Nobody is called chủ nhật by it."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says(words)
    lan.picks("Đồng ý, gửi đi")
    deed = town.deed()
    assert str(deed.happened_on) == day
    assert town.rows(lambda tx: deeds.honoree_of(tx, deed.id)).name == "Lò Văn Khuyên"


def test_a_message_rewritten_on_the_phone_is_read_anew(town: Town) -> None:
    """Tiến becomes Tuyến in the words, and so does the person praised."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    town.begin()
    told = lan.person.says(RESCUE)
    town.wait_heard(1)
    lan.sees("anh Lò Văn Khuyên")
    before = town.heard()
    lan.person.edits(told, RESCUE.replace("Khuyên", "Khiêm"))
    town.wait_heard(before + 1)
    town.settle()
    assert "- Người làm: anh Lò Văn Khiêm" in lan.sees("anh Lò Văn Khiêm")
