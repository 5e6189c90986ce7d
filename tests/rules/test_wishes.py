"""Wishes in ordinary words: each sentence of the table means what it stands under, and no story is taken for one."""

import pytest

from deeds.vietnamese import fold
from handlers.wishes import ELSE, REPORT, Wish, table, wish
from tests.cast import RESCUE

ROWS = table()["wish"]
MEANT = [(row["name"], heard, text) for row in ROWS for heard in row["heard"] for text in row["samples"]]
NOT_MEANT = [(heard, text) for row in ROWS for heard in (REPORT, ELSE) for text in row["not"]]


@pytest.mark.parametrize(("name", "moment", "text"), MEANT)
def test_every_sample_is_heard_where_it_is_meant(name: str, moment: str, text: str) -> None:
    """As written, in capitals, without marks, with a full stop."""
    for way in (text, text.upper(), fold(text), f" {text}. "):
        found = wish(way, moment)
        assert found is not None, way
        assert found.name == name or (moment == REPORT and {"drop", "no_pictures"} & {found.name, name}), (way, found)


@pytest.mark.parametrize(("moment", "text"), NOT_MEANT)
def test_no_story_is_taken_for_a_wish(moment: str, text: str) -> None:
    """What merely contains the words is told, not wished."""
    for way in (text, fold(text)):
        assert wish(way, moment) is None, way


def test_a_wish_stands_alone() -> None:
    """The same sentence inside a story is part of the story; only "Xóa ngay." as one of its own is heard."""
    for row in ROWS:
        for text in row["samples"]:
            for moment in (REPORT, ELSE):
                assert wish(f"{text} {RESCUE}", moment) is None
                assert "Xóa ngay" in text or wish(f"bà Ngoan bảo {text}", moment) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("rút lại tin số 12", Wish("withdraw", 12)),
        ("hủy tin số 1", Wish("withdraw", 1)),
        ("không cho đăng tin số 2 nữa", Wish("no_more", 2)),
        ("không đồng ý cho dùng ảnh nữa", Wish("no_more", None, pictures=True)),
        ("không cho đăng nữa", Wish("no_more")),
    ],
)
def test_a_wish_says_which_report_and_what_of_it(text: str, meant: Wish) -> None:
    """Its number, and whether only pictures are meant."""
    assert wish(text, ELSE) == meant
