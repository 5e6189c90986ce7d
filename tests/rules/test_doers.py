"""Who did it and whom it was done for: a paper that praises the one who was helped praises the wrong person."""

from datetime import date

import pytest

from deeds.places import areas
from deeds.vietnamese import fold
from handlers.reading.telling import Telling, read_telling


def told(text: str) -> Telling:
    """Return what is read out of a text told at the end of November."""
    return read_telling(text, date(2026, 11, 30), areas(), "03808")


@pytest.mark.parametrize(
    ("text", "did_it"),
    [
        ("ông Quàng Văn Bánh bản Hin được chị Tòng Thị Yêu trả lại 20 triệu", ["Tòng Thị Yêu"]),
        ("Lò Văn Dũng được ông Quàng Văn Bánh bản Hin vớt lên bờ", ["Quàng Văn Bánh"]),
        ("Nhờ anh Nam mà bà Hoa có mái nhà mới", ["Nam", "Hoa"]),
        ("anh Nam giúp bà Hoa sửa nhà", ["Nam"]),
        ("có người cứu bà Ngoan ngã xe giữa đường", []),
        ("chị Lò Thị Yêu trả lại ví cho ông Bánh", ["Lò Thị Yêu"]),
        ("vợ chồng ông Nam giúp bà con dọn lũ", ["Nam"]),
        ("con trai bà Lả sửa cầu", []),
        ("thằng Tuấn nhà ông Bách nó sửa điện cho cả tổ", []),
        ("chồng em tên Lò Văn Phong", ["Lò Văn Phong"]),
        ("khen cô Hoa", ["Hoa"]),
    ],
)
def test_who_was_helped_did_not_do_it(text: str, did_it: list[str]) -> None:
    """In the order they are named; whose child or husband did it did not do it either."""
    assert [one.name for one in told(text).doers] == did_it


def test_the_title_of_a_husband_is_not_the_tellers() -> None:
    """ "chồng em tên Phong": nobody calls him em."""
    assert told("chồng em tên Lò Văn Phong").people[0].title == ""


def test_capitals_alone_are_written_as_names_are() -> None:
    """As on no paper anybody would sign."""
    (hanh,) = told("CHỊ LÒ THỊ HẠNH NHẶT ĐƯỢC VÍ").people
    assert (hanh.title, hanh.name) == ("chị", "Lò Thị Hạnh")


def test_a_way_measured_is_no_hamlet() -> None:
    """And where somebody comes from is not for certain where they did it."""
    assert told("anh Nam cõng bà về bản 8 cây số").place is None
    place = told("Hôm 20/11 ở Hà Nội, anh Vì Văn Nam người bản Hin cứu người").place
    assert place is not None
    assert not place.certain


@pytest.mark.parametrize(
    ("text", "day", "words"),
    [
        ("tối 30 tháng trước anh Nam cứu người", date(2026, 10, 30), "tối 30 tháng trước"),
        ("Bựa qua anh Nam cứu người", date(2026, 11, 29), "Bựa qua"),
        ("tết Độc lập vừa rồi", None, "tết Độc lập vừa rồi"),
        ("từ tháng 3", None, "từ tháng 3"),
        ("năm 2020 đến giờ", None, "năm 2020 đến giờ"),
        ("hổm rày", None, "hổm rày"),
        ("3 năm nay ông vẫn làm", None, "3 năm nay"),
        ("yesterday anh Nam saved a child", date(2026, 11, 29), "yesterday"),
    ],
)
def test_days_as_people_say_them(text: str, day: date | None, words: str) -> None:
    """What has gone on since then is no day, and gets none."""
    read = told(text).day
    assert read is not None
    assert (read.iso, read.text) == (day, words)


def test_that_day_is_none() -> None:
    """ "hôm đó" says when only to whoever knows."""
    for text in ("hôm đó trời mưa to", "hôm ấy", fold("hôm đó trời mưa")):
        assert told(text).day is None
