"""Who tells their story anew loses no word of the old one unless they say so."""

import pytest

from tests.cast import RESCUE, Speaker
from tests.town import Town

SLIP = "Hôm đó trời mưa to chứ không phải nắng"


def _rewrites(town: Town) -> Speaker:
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.picks("Sửa")
    lan.picks("Lời kể")
    lan.sees("lời mới sẽ thay lời cũ")
    return lan


def _sent(town: Town, lan: Speaker) -> str:
    lan.picks("Đồng ý, gửi đi")
    return str(town.deed().story)


@pytest.mark.parametrize("words", ["thôi giữ nguyên lời cũ", "để y như cũ đi con", "thoi lay lai loi cu", "khỏi sửa"])
def test_who_keeps_the_old_words_keeps_them(town: Town, words: str) -> None:
    """Said in place of a new story, it is no story."""
    lan = _rewrites(town)
    lan.says(words)
    assert _sent(town, lan) == RESCUE


def test_a_few_words_are_asked_about_and_stand_beside_the_old(town: Town) -> None:
    """A slip mended is no story: all that was told before stays."""
    lan = _rewrites(town)
    lan.says(SLIP)
    lan.sees("thay cả lời kể cũ, hay thêm vào")
    lan.picks("Thêm vào sau lời cũ")
    assert _sent(town, lan) == f"{RESCUE}\n{SLIP}"


def test_a_few_words_replace_the_old_where_that_is_said(town: Town) -> None:
    """Who wants less said says so with one tap."""
    lan = _rewrites(town)
    lan.says(SLIP)
    lan.picks("Thay cả lời cũ")
    assert _sent(town, lan) == SLIP


def test_what_is_said_in_place_of_a_choice_is_told_as_well(town: Town) -> None:
    """Nobody need understand the question for their words to be kept."""
    lan = _rewrites(town)
    lan.says(SLIP)
    lan.says("ừ")
    lan.sees("chọn")
    lan.says("Với lại ông còn đem áo mưa cho hai đứa nhỏ mặc nữa")
    assert _sent(town, lan) == f"{RESCUE}\n{SLIP}\nVới lại ông còn đem áo mưa cho hai đứa nhỏ mặc nữa"


def test_a_whole_new_story_takes_the_place_of_the_old(town: Town) -> None:
    """As the question says."""
    lan = _rewrites(town)
    new = f"{RESCUE} Cả bản đều biết ơn."
    lan.says(new)
    assert _sent(town, lan) == new
