"""No text takes longer to read than its length: one person's message is everybody's time."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deeds.places import areas
from deeds.vietnamese import cut_at_sentence, fold, nfc
from handlers.commands import command
from handlers.phone import read_phone
from handlers.reading.answers import bare_word, pick
from handlers.reading.guards import about_child, emergency_now, sounds_like_complaint
from handlers.reading.names import find_kind
from handlers.reading.telling import greets, read_telling, thanks
from moderation.suggest import suggest
from publishing.numbers import without_numbers
from tests.floods import FLOODS, TELLING

TODAY = date(2026, 11, 22)
HOME = "03549"
SHORT, LONG = 2_500, 10_000
GROWS_AT_MOST = 10  # linear reading takes 4 times as long, quadratic 16 times
NOTHING_S = 0.02  # below it the clock and the machine decide
WATCHDOG_S = 2.0  # forty times what is promised for 10,000 characters: no machine is as slow as that

LABELS = ["Đồng ý gửi", "Sửa lại", "Để sau"]


def _all_that_is_read(text: str) -> None:
    read_telling(text, TODAY, areas(), HOME)
    find_kind(text)
    about_child(text)
    sounds_like_complaint(text)
    emergency_now(text)


def _all_that_is_answered(text: str) -> None:
    for asks in (bare_word, greets, thanks, command, read_phone, lambda said: pick(said, LABELS)):
        asks(text)


def _all_that_is_shown(text: str) -> None:
    for does in (nfc, fold, without_numbers, suggest, lambda words: cut_at_sentence(words, 160)):
        does(text)


READERS: list[Callable[[str], None]] = [_all_that_is_read, _all_that_is_answered, _all_that_is_shown]


def _took(does: Callable[[str], None], text: str) -> float:
    """Return seconds of this thread's processor time."""
    began = time.thread_time()
    does(text)
    return time.thread_time() - began


def check_linear(does: Callable[[str], None], text_of: Callable[[int], str]) -> None:
    """Fail when four times the text takes much more than four times as long, three times in turn."""
    does(TELLING)  # word lists and tables are loaded
    took = [(_took(does, text_of(SHORT)), _took(does, text_of(LONG))) for _ in range(1)]
    while not any(_is_linear(*pair) for pair in took) and len(took) < 3:
        took.append((_took(does, text_of(SHORT)), _took(does, text_of(LONG))))
    assert any(_is_linear(*pair) for pair in took), f"{SHORT} and {LONG} characters took seconds: {took}"


def _is_linear(short: float, long: float) -> bool:
    return long < max(NOTHING_S, short * GROWS_AT_MOST) and long < WATCHDOG_S


@pytest.mark.parametrize("flood", FLOODS)
def test_four_times_the_text_takes_about_four_times_as_long(flood: str) -> None:
    """Whatever it is made of: what reads a page in no time reads a book in no time."""
    for does in READERS:
        check_linear(does, FLOODS[flood])


CUES = [
    "xã", "Xã", "phường", "thôn", "Thôn", "bản", "tổ", "tỉnh", "TP.", "huyện", "x.", "ngày", "hôm", "sáng", "mùng",
    "tháng", "năm", "thứ", "tuần", "trước", "3", "20/11", "2026", "bà", "anh", "chị em", "Ba", "em", "học sinh", "lớp",
    "tuổi", "Nguyễn", "Văn", "An", "Lò", "gia đình", "nhóm", "giúp", "tố cáo", "bắt", "dạ", "không", "ạ", "mình", "từ",
    "đến", "Mường So", "Phong Thổ", "Lai Châu",
]  # fmt: skip
FILLERS = [" ", "  ", ", ", ". ", "\n", "\u00a0", "\u200b", "\u0301", "-", "(", ":", "", "...", " " * 40]


@given(st.lists(st.tuples(st.sampled_from(CUES), st.sampled_from(FILLERS)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=30)
def test_words_and_signs_in_any_order_are_read_in_linear_time(pieces: list[tuple[str, str]]) -> None:
    """Texts put together out of what reading looks for, again and again."""
    piece = "".join(word + sign for word, sign in pieces)
    for does in READERS:
        check_linear(does, lambda count: (piece * count)[:count])


def test_a_heap_of_marks_is_still_one_text_in_any_order() -> None:
    """An unseen sign parts what nobody types; what people type is as it was."""
    assert nfc("a" + "\u0301" * 30) == "á" + "\u0301" * 29
    assert nfc("Thuy\u0309 tie\u0302\u0301ng Vie\u0302\u0323t") == "Thuỷ tiếng Việt"
    heap = nfc("a" + "\u0327\u0301" * 5_000)
    assert heap == nfc(heap)
    assert heap.replace("\u034f", "").count("\u0301") >= 4_900
