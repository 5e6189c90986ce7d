"""Vietnamese text folded, compared and cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.vietnamese import (
    accented,
    cut_at_sentence,
    fold,
    fold_letters,
    has_marks,
    lower,
    nfc,
    old_style,
    plain,
    spellings,
)

LETTERS = "aáàảãạăắằẳẵặâấầẩẫậeéèẻẽẹêếềểễệiíìỉĩịoóòỏõọôốồổỗộơớờởỡợuúùủũụưứừửữựyýỳỷỹỵđbcdghklmnpqrstvx"
typed = st.text(alphabet=LETTERS + LETTERS.upper() + " .,'\u2019\n0123456789", max_size=80)

FOLDED = [
    ("Đặng Thị Thủy", "dang thi thuy"),
    ("Đặng  Thị\tThuỷ ", "dang thi thuy"),
    ("HOÀ BÌNH", "hoa binh"),
    ("Hòa Bình", "hoa binh"),
    ("Ea H\u2019Leo", "ea h'leo"),
    ("Ea H`Leo", "ea h'leo"),
    ("  xã   Phong Thổ", "xa phong tho"),
    ("Nguyễn Ước", "nguyen uoc"),
    ("ĐƯỜNG", "duong"),
    ("Kpă Y Ơi", "kpa y oi"),
    ("", ""),
    ("alo 113", "alo 113"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_folding_leaves_bare_small_letters(text: str, folded: str) -> None:
    """However the words were typed, composed or not, the search column holds the same bare letters."""
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


def test_plain_keeps_accents_but_not_case_or_spaces() -> None:
    """Two people may be called Hòa and Hoa: plain text keeps them apart."""
    assert plain("  HÒA \n Bình") == "hòa bình"
    assert plain("Hòa") != plain("Hoa")


@given(typed)
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is its own folded form, and so is a plain one; a decomposed text folds the same."""
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)
    assert fold(text.upper()) == fold(text)
    assert not has_marks(fold(text))


@given(st.text(max_size=60))
def test_letters_keep_their_places(text: str) -> None:
    """Whatever is typed, also in other scripts, a span found in the folded letters fits the text."""
    assert len(fold_letters(text)) == len(nfc(text)) == len(lower(text))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hoà", "Hòa", True),
        ("thuỷ", "THỦY", True),
        ("khoẻ", "khỏe", True),
        ("Cẩm Giang", "Cẩm Giàng", False),
        ("Ba Tơ", "Ba Tô", False),
        ("Mỹ Tho", "Mỹ Thọ", False),
        ("quý", "quy", False),
    ],
)
def test_accents_count_wherever_the_tone_was_written(one: str, other: str, same: bool) -> None:
    """The two styles of writing a tone are one word; another tone is another word."""
    assert (accented(one) == accented(other)) is same


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Thuỷ", "Thủy"),
        ("xoá", "xóa"),
        ("loè", "lòe"),
        ("QUÝ", "QUÝ"),
        ("hoàng", "hoàng"),
        ("thuyền", "thuyền"),
        ("Hòa", "Hòa"),
        ("khoẻ", "khỏe"),
        ("toán", "toán"),
    ],
)
def test_names_are_written_in_the_old_style(written: str, ours: str) -> None:
    """Data from elsewhere is written as the decree's own model writes tones; closed syllables stay."""
    assert old_style(written) == ours


def test_a_word_may_be_typed_in_three_ways() -> None:
    """Accents in the old style, in the new style, or none at all."""
    assert set(spellings("hòa")) == {"hòa", "hoà", "hoa"}
    assert spellings("ba") == ["ba"]


CUTS = [
    ("Ngắn thôi.", 40, "Ngắn thôi."),
    ("Câu một đã xong. Câu hai thì dài quá mức cho phép.", 30, "Câu một đã xong. ..."),
    ("Một câu dài không có dấu chấm nào ở giữa cả", 20, "Một câu dài không..."),
    ("Ừ. Rồi sau đó bà cụ đi mãi đi mãi", 24, "Ừ. Rồi sau đó bà cụ..."),
]


@pytest.mark.parametrize(("text", "limit", "cut"), CUTS)
def test_a_story_is_cut_where_a_sentence_or_a_word_ends(text: str, limit: int, cut: str) -> None:
    """The end of a sentence if one is near, else of a word, with dots for what was left out."""
    assert cut_at_sentence(text, limit) == cut


@given(typed, st.integers(min_value=4, max_value=60))
def test_a_cut_is_never_too_long_and_never_inside_the_first_words(text: str, limit: int) -> None:
    """Every cut fits its room, and only a cut one ends with dots that were not typed."""
    cut = cut_at_sentence(text, limit)
    assert len(cut) <= limit
    if len(" ".join(text.split())) > limit and len(text.strip()) > limit:
        assert cut.endswith("...")
