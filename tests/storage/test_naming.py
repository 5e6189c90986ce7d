"""A name that gives way to other words, where it is that person's and nowhere else."""

import pytest

from storage.naming import renamed

GONE = "cán bộ đã nghỉ (số 3)"


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("Hòa: duyệt, 04:44", f"{GONE}: duyệt, 04:44"),
        ("Đã có Hòa duyệt trước.", f"Đã có {GONE} duyệt trước."),
        ("Chào Hòa. Tài khoản này đã được ghi nhận", f"Chào {GONE}. Tài khoản này đã được ghi nhận"),
        ("chị Lò Thị Hòa ở thôn Hòa Bình", "chị Lò Thị Hòa ở thôn Hòa Bình"),
        ("anh Hòa cứu hai cháu nhỏ", "anh Hòa cứu hai cháu nhỏ"),
        ("Hòa Bình xanh", "Hòa Bình xanh"),
    ],
)
def test_a_short_name_is_not_taken_out_of_others(text: str, now: str) -> None:
    """Staff are called by their name alone; whoever is praised has a title or a family name."""
    assert renamed({"text": text, "options": []}, {"Hòa": GONE}) == {"text": now, "options": []}


def test_a_full_name_goes_wherever_it_stands() -> None:
    """As whole words only."""
    named = {"Trần Thị Thu": GONE}
    assert renamed({"text": "Bà Trần Thị Thu duyệt"}, named)["text"] == f"Bà {GONE} duyệt"
    assert renamed({"text": "Trần Thị Thuận"}, named)["text"] == "Trần Thị Thuận"
