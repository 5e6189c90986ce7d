"""A whole telling read at once, and what short answers mean."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.places import areas
from deeds.vietnamese import fold
from handlers.reading.telling import clear_no, clear_yes, greets, read_telling, says_unknown, weak_yes

TABLE = areas()
TODAY = date(2026, 11, 22)
HOME = "03549"

STORIES = [
    (
        "Tối qua, anh Lường Văn Nam ở bản Nà Phiêng đã lao xuống suối cứu hai cháu nhỏ.",
        (date(2026, 11, 21), "bản Nà Phiêng", ["Lường Văn Nam"], "individual", "đã lao xuống suối cứu hai cháu nhỏ."),
    ),
    (
        "hom qua ba Ngoan o ban Na Phieng nhat duoc vi tra lai",
        (date(2026, 11, 21), "ban Na Phieng", ["Ngoan"], "individual", "nhat duoc vi tra lai"),
    ),
    (
        "bà Ngoan, bản Nà Phiêng, sáng chủ nhật",
        (date(2026, 11, 22), "bản Nà Phiêng", ["Ngoan"], "individual", ""),
    ),
    (
        "Chiều qua ông Hai ở thôn Bến Gỗ vớt được hai cháu nhỏ trượt chân xuống suối.",
        (date(2026, 11, 21), "thôn Bến Gỗ", ["Hai"], "individual", "vớt được hai cháu nhỏ trượt chân xuống suối."),
    ),
    (
        "Gia đình ông Lò Văn Pán (bản Hùng Pèng) hiến 200 m2 đất hôm 18/10",
        (date(2026, 10, 18), "bản Hùng Pèng", ["Lò Văn Pán"], "household", "Gia đình hiến 200 m2 đất"),
    ),
    (
        "Chi hội phụ nữ thôn 5 dọn rác bờ suối tuần trước",
        (date(2026, 11, 11), "thôn 5", [], "collective", "Chi hội phụ nữ dọn rác bờ suối"),
    ),
    ("Trả lại ví cho người mất", (None, None, [], "individual", "Trả lại ví cho người mất")),
]


@pytest.mark.parametrize(("story", "expected"), STORIES)
def test_a_story_is_read_at_once(story: str, expected: Any) -> None:
    """Day, hamlet, people, kind, and what is left when their words are taken out."""
    for way in (story, unicodedata.normalize("NFD", story)):
        told = read_telling(way, TODAY, TABLE, HOME)
        assert (
            told.day.iso if told.day else None,
            told.place.hamlet if told.place else None,
            [one.name for one in told.people],
            told.kind,
            told.rest,
        ) == expected


@given(st.text(alphabet='hôm qua anh Nam ở bản Nà Phiêng, xã Phong Thổ. (18/10)\n"', max_size=120))
def test_no_telling_breaks_the_reader(text: str) -> None:
    """Whatever is typed, something comes back, and nothing is left over that was not told."""
    told = read_telling(text, TODAY, TABLE, HOME)
    assert set(told.rest) <= set(text) | {" "}


UNKNOWN = ["không biết", "không rõ", "Không nhớ.", "chịu", "bỏ qua", "ko nho", "dạ không nhớ ạ", "khong biet"]
UNKNOWN += [
    "em không biết",
    "hổng biết",
    "quên rồi",
    "không rõ tên",
    "k nhớ",
    "chịu thôi",
    "ko biết ạ",
    "không nhớ hôm nào",
]
KNOWN = [
    "không biết bơi mà vẫn cứu",
    "anh Nam",
    "bỏ qua tiền công để giúp bà con",
    "hôm qua",
    "có",
    "không",
    "",
    "bà Ngoan",
]


@pytest.mark.parametrize(("text", "unknown"), [(one, True) for one in UNKNOWN] + [(one, False) for one in KNOWN])
def test_who_does_not_know_is_not_asked_again(text: str, unknown: bool) -> None:
    """ "Không rõ" is an answer; the same words inside a story are not."""
    assert says_unknown(text) is unknown
    assert says_unknown(fold(text)) is unknown


ANSWERS = [
    ("đồng ý", "yes"),
    ("dong y", "yes"),
    ("Đồng ý.", "yes"),
    ("đồng ý nhé", "yes"),
    ("dạ đồng ý ạ", "yes"),
    ("vâng đồng ý", "yes"),
    ("có", "yes"),
    ("dạ có", "yes"),
    ("được", "yes"),
    ("được rồi", "yes"),
    ("đúng rồi", "yes"),
    ("gửi đi", "yes"),
    ("dạ", "weak"),
    ("ừ", "weak"),
    ("vâng", "weak"),
    ("vâng ạ", "weak"),
    ("dạ vâng ạ", "weak"),
    ("ok", "weak"),
    ("oke", "weak"),
    ("uh", "weak"),
    ("rồi", "weak"),
    ("không", "no"),
    ("dạ không", "no"),
    ("ko", "no"),
    ("không đồng ý", "no"),
    ("khong dong y", "no"),
    ("thôi", "no"),
    ("chưa", "no"),
    ("đừng đăng", "no"),
    ("không ạ", "no"),
    ("có anh Nam", None),
    ("không biết", None),
    ("anh Nam cứu người", None),
    ("đồng ý nhưng bỏ tên", None),
    ("k", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_an_answer_is_clear_weak_or_neither(text: str, answer: str | None) -> None:
    """A polite sound is not consent, and no answer is two things at once."""
    for way in (text, unicodedata.normalize("NFD", text), text.upper(), fold(text)):
        read = {"yes": clear_yes(way), "weak": weak_yes(way), "no": clear_no(way)}
        assert [name for name, true in read.items() if true] == ([answer] if answer else []), way


GREETINGS = ["alo", "Chào", "hi", "xin chào", "hello", "/start", "chào cán bộ xã", "alo alo", "Alo xã ơi", "chao ban"]
GREETINGS += ["em chào anh ạ", "Kính chào quý cơ quan", "a lô", "bắt đầu", "HELLO!"]
NO_GREETINGS = ["chào bà con, hôm qua anh Nam cứu người", "anh Nam cứu người", "hôm qua", "đồng ý", "", "1", "anh chị"]


@pytest.mark.parametrize(
    ("text", "greeting"), [(one, True) for one in GREETINGS] + [(one, False) for one in NO_GREETINGS]
)
def test_a_greeting_is_only_a_greeting(text: str, greeting: bool) -> None:
    """Who only greets is greeted; a story that begins with a greeting is a story."""
    assert greets(text) is greeting
