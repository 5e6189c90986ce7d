"""The day somebody means, in the many ways people say it."""

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.vietnamese import fold, nfc
from handlers.reading.days import LONG_PAST_DAYS, find_day, read_day

TODAY = date(2026, 11, 22)  # a Sunday


def told(month: int, day: int, year: int = 2026) -> date:
    """Return a date of this year."""
    return date(year, month, day)


SAID = [
    ("hôm nay", told(11, 22)),
    ("sáng nay", told(11, 22)),
    ("vừa nãy", told(11, 22)),
    ("hôm qua", told(11, 21)),
    ("dạ hôm qua ạ", told(11, 21)),
    ("ngày hôm qua", told(11, 21)),
    ("bữa qua", told(11, 21)),
    ("chiều qua", told(11, 21)),
    ("tối hôm qua", told(11, 21)),
    ("Đêm qua", told(11, 21)),
    ("hôm kia", told(11, 20)),
    ("sáng hôm kia", told(11, 20)),
    ("hôm kìa", told(11, 19)),
    ("3 hôm trước", told(11, 19)),
    ("ba ngày trước", told(11, 19)),
    ("cách đây hai ngày", told(11, 20)),
    ("cách đây khoảng 5 hôm", told(11, 17)),
    ("chủ nhật", told(11, 22)),
    ("sáng chủ nhật", told(11, 22)),
    ("chủ nhật tuần trước", told(11, 15)),
    ("cn tuần trước", told(11, 15)),
    ("thứ bảy", told(11, 21)),
    ("thứ bẩy vừa rồi", told(11, 21)),
    ("hôm thứ tư", told(11, 18)),
    ("thứ 4", told(11, 18)),
    ("t7", told(11, 21)),
    ("thứ hai vừa rồi", told(11, 16)),
    ("thứ sáu tuần trước", told(11, 13)),
    ("thứ Sáu, 13/11", told(11, 13)),
    ("18/10", told(10, 18)),
    ("18-10", told(10, 18)),
    ("18.10", told(10, 18)),
    ("18-10-2026", told(10, 18)),
    ("18/10/2025", told(10, 18, 2025)),
    ("18/10/25", told(10, 18, 2025)),
    ("2026-10-18", told(10, 18)),
    ("ngày 5 tháng 11", told(11, 5)),
    ("5 tháng 11", told(11, 5)),
    ("ngày 5 tháng 11 năm 2025", told(11, 5, 2025)),
    ("ngày năm tháng mười một", told(11, 5)),
    ("mùng 5 tháng 11", told(11, 5)),
    ("mồng năm tháng này", told(11, 5)),
    ("ngày 28 tháng trước", told(10, 28)),
    ("ngày 18 tháng 10 năm ngoái", told(10, 18, 2025)),
    ("hôm 3 tây", told(11, 3)),
    ("hôm 25 tây", told(10, 25)),
    ("hôm 20", told(11, 20)),
    ("ngày 25", told(10, 25)),
    ("ngày hai mươi", told(11, 20)),
    ("hôm hai mốt", told(11, 21)),
    ("ngày hăm lăm tháng mười", told(10, 25)),
    ("7 giờ tối ngày 20/11", told(11, 20)),
    ("Tối thứ bảy (21/11)", told(11, 21)),
    ("hôm 20/11 vừa rồi", told(11, 20)),
]


@pytest.mark.parametrize(("said", "iso"), SAID)
def test_a_day_is_read_as_said(said: str, iso: Any) -> None:
    """Exactly one day, certain, with accents, decomposed and in capitals."""
    for way in (said, unicodedata.normalize("NFD", said), said.upper()):
        day = read_day(way, TODAY)
        assert day is not None, way
        assert (day.iso, day.approximate, day.certain, day.in_future) == (iso, False, True, False)


BARE = [one for one in SAID if one[0] != "hôm kìa"]  # bare, it cannot be told from "hôm kia"


@pytest.mark.parametrize(("said", "iso"), BARE)
def test_a_day_is_read_without_accents(said: str, iso: Any) -> None:
    """Who types no accents is understood all the same."""
    day = read_day(fold(said), TODAY)
    assert day is not None
    assert day.iso == iso


NEARLY = [
    ("đầu tháng 11", told(11, 3)),
    ("giữa tháng trước", told(10, 15)),
    ("cuối tháng 10", told(10, 26)),
    ("cuối tuần trước", told(11, 14)),
    ("tuần trước", told(11, 11)),
    ("tuần vừa rồi", told(11, 11)),
    ("tháng trước", told(10, 15)),
    ("hồi tháng 8", told(8, 15)),
    ("tháng 12", told(12, 15, 2025)),
    ("tháng 10/2025", told(10, 15, 2025)),
    ("tháng 10 năm ngoái", told(10, 15, 2025)),
    ("năm ngoái", told(6, 15, 2025)),
    ("đầu năm nay", told(2, 15)),
    ("hồi đầu năm", told(2, 15)),
    ("cuối năm 2024", told(11, 15, 2024)),
    ("cách đây 2 tuần", told(11, 8)),
    ("5 tháng trước", told(6, 22)),
    ("dau thang 11", told(11, 3)),
    ("giua thang truoc", told(10, 15)),
    ("nam ngoai", told(6, 15, 2025)),
]


@pytest.mark.parametrize(("said", "iso"), NEARLY)
def test_a_stretch_of_time_is_approximate(said: str, iso: Any) -> None:
    """ "Áng chừng cũng được": it is filed under a day inside the stretch and keeps the words."""
    day = read_day(said, TODAY)
    assert day is not None
    assert (day.iso, day.approximate, day.certain, day.text) == (iso, True, True, said)


DATELESS = ["hôm rằm", "mùng 1 âm", "mồng 3 tết", "ngày 15/10 âm lịch", "rằm tháng bảy", "đêm 30 tết", "hôm nọ"]
DATELESS += ["mấy hôm trước", "mới đây", "hom ram", "mung 1 am lich", "ngay 10 thang 3 âm lịch"]


@pytest.mark.parametrize("said", DATELESS)
def test_the_moons_days_are_kept_as_said(said: str) -> None:
    """They answer the question, but no date is made up from them."""
    day = read_day(said, TODAY)
    assert day is not None
    assert (day.iso, day.approximate, day.certain, day.text) == (None, True, True, said)


@pytest.mark.parametrize(
    "said",
    [
        "31/2",
        "30/2/2026",
        "32/10",
        "ngày 31 tháng 4",
        "18/13",
        "tôi qua nhà anh Nam",
        "anh Nam ngoài đồng",
        "lần thứ hai anh giúp",
        "người thứ ba",
        "mỗi ngày 5 lần",
        "cháu 7 tuổi",
        "ông sinh ngày 5/3/1960",
        "ở tổ 3/2",
        "đi được 3/4 quãng đường",
        "nhặt được 5 triệu",
        "bà Ngoan bản Nà Phiêng",
        "0912345678",
        "",
    ],
)
def test_other_words_and_impossible_days_are_no_days(said: str) -> None:
    """Numbers, names and fractions stay what they are."""
    assert read_day(said, TODAY) is None


@pytest.mark.parametrize("said", ["18/12", "ngày mai", "thứ sáu tuần sau", "ngày 18 tháng 12", "23/11/2026"])
def test_a_day_to_come_is_marked(said: str) -> None:
    """A good deed lies behind us: somebody has to ask which day was meant."""
    day = read_day(said, TODAY)
    assert day is not None
    assert day.iso is not None
    assert day.in_future
    assert day.iso > TODAY


@pytest.mark.parametrize("said", ["mùng 5", "1/2 số tiền", "toi qua anh nam cuu nguoi", "đứa cháu, thứ hai đi học"])
def test_what_may_be_another_thing_is_not_certain(said: str) -> None:
    """By sun or moon, a half or the first of February: it is read, but has to be asked."""
    day = read_day(said, TODAY)
    assert day is not None
    assert not day.certain


@pytest.mark.parametrize(
    ("story", "words", "iso"),
    [
        ("Tối qua, anh Nam ở bản Nà Phiêng cứu hai cháu.", "Tối qua", told(11, 21)),
        ("Bà Ngoan hôm 18/10 nhặt được ví", "hôm 18/10", told(10, 18)),
        ("anh Nam sinh ngày 5/3/1990, hôm qua cứu người", "hôm qua", told(11, 21)),
        ("Năm ngoái ông hiến đất, hôm thứ tư lại hiến nữa", "hôm thứ tư", told(11, 18)),
        ("sang chu nhat ba Ngoan tra lai vi", "sang chu nhat", told(11, 22)),
    ],
)
def test_the_day_is_found_inside_a_story(story: str, words: str, iso: Any) -> None:
    """The span holds exactly the words for the day; a date goes before a stretch of time."""
    for way in (story, unicodedata.normalize("NFD", story)):
        found = find_day(way, TODAY)
        assert found is not None
        assert nfc(way)[found.start : found.end] == words == found.day.text
        assert found.day.iso == iso


days_back = st.integers(min_value=0, max_value=3_000).map(lambda back: TODAY - timedelta(days=back))


@given(days_back)
def test_every_date_reads_back_however_it_is_written(day: Any) -> None:
    """Slashes, hyphens, dots, words, with and without accents: the same day returns."""
    written = [f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}", f"{day.day}.{day.month}.{day.year}"]
    written += [
        day.isoformat(),
        f"ngày {day.day} tháng {day.month} năm {day.year}",
        f"hôm {day.day}/{day.month}/{day.year}",
    ]
    written += [f"ngay {day.day} thang {day.month} nam {day.year}", f"chiều {day.day}/{day.month}/{day.year}"]
    for way in written:
        read = read_day(way, TODAY)
        assert read is not None, way
        assert read.iso == day, way
        assert read.certain
        assert read.long_past is ((TODAY - day).days > LONG_PAST_DAYS)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_day_and_month_are_of_this_year(day: Any) -> None:
    """Later in the year than today is marked as to come, not moved to last year."""
    for way in (f"{day.day}/{day.month}", f"hôm {day.day}/{day.month}", f"ngày {day.day} tháng {day.month}"):
        read = read_day(way, TODAY)
        assert read is not None, way
        assert read.iso == day
        assert read.in_future is (day > TODAY)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(min_value=2, max_value=7))
def test_a_weekday_is_its_last_occurrence(today: date, number: int) -> None:
    """Never in the future, never more than six days ago."""
    read = read_day(f"thứ {number}", today)
    assert read is not None
    assert read.iso is not None
    assert 0 <= (today - read.iso).days <= 6
    assert read.iso.weekday() == number - 2


@given(
    st.text(alphabet="hômngàytuầntrướcqua 0123456789/-.thứ", max_size=60), st.dates(date(2025, 1, 1), date(2030, 1, 1))
)
def test_no_text_breaks_the_reader(text: str, today: date) -> None:
    """Whatever is typed, a day or nothing comes back, and its words stand in the text."""
    found = find_day(text, today)
    assert found is None or nfc(text)[found.start : found.end] == found.day.text
