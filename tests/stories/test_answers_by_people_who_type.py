"""People who have no buttons, or do not see them, and type: short, without accents, one word at a time."""

import pytest

from tests.cast import RESCUE, Speaker
from tests.stories.test_what_i_sent import allowed
from tests.town import Town

MOST_TURNS = 8


def answers(speaker: Speaker, *turns: str) -> str:
    """Say one thing after another; return the words of the last answer."""
    for words in turns:
        speaker.says(words)
    return speaker.last


def offers(speaker: Speaker, label: str) -> bool:
    """Tell whether the newest message offers this choice, on a button or under a number."""
    newest = speaker.messages()[-1]
    return label in newest.labels or newest.numbered(label) is not None


@pytest.mark.parametrize("agrees", ["1", "1.", "mot", "１", "dong y", "da dong y a"])
def test_a_grandmother_shows_a_photo_and_types_six_short_answers(town: Town, agrees: str) -> None:
    """On Zalo: one photo before any word, then only short words without accents: a receipt within eight turns."""
    ba = town.citizen("Bà Ngần", on="zalo_bot")
    turns = ["", "da", "chi ngoan nhat duoc vi tra lai", "mot", "ban na phieng", "da", agrees]
    assert len(turns) <= MOST_TURNS
    for number, words in enumerate(turns):
        ba.says(words, photos=1 if number == 0 else 0)
        if words == turns[2]:
            assert "1. Người làm: chi ngoan" in ba.sees("Xin cho biết thêm")
    check = ba.sees("Xin xem lại:")
    assert "- Người làm: chi ngoan" in check
    assert "- Nơi: ban na phieng" in check
    assert "- Hôm: chưa rõ" in check
    assert "- Ảnh: 1" in check
    ba.sees("Để chắc chắn")
    assert ba.receipt()[0] == 1
    town.settle()
    assert town.deed().story == "chi ngoan nhat duoc vi tra lai"
    assert allowed(town) == (False, False)


def test_nothing_short_of_a_clear_yes_hands_in_or_publishes(town: Town, on: str) -> None:
    """ "That is right", "the first one" and every sound of listening: no receipt, and after it no leave to publish."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.says(RESCUE)
    for words in ("da", "dung roi", "ok", "cai dau", "cai dau tien", "7", "1 2", "phai"):
        ba.says(words)
        assert offers(ba, "Đồng ý, gửi đi"), words
    assert not ba.shows("Số tiếp nhận")
    ba.says("1")
    ba.receipt()
    for words in ("da", "vang a", "dung roi", "dong y", "cai dau", "9", "1 2"):
        ba.says(words)
    assert allowed(town) == (False, False)
    ba.says("y 2")
    assert allowed(town) == (True, False)


def test_not_yet_keeps_what_was_told(town: Town, on: str) -> None:
    """ "Chưa" at the check is no refusal: the report waits, "kể tiếp" in letters goes on with it."""
    ba = town.citizen("Bà Mấy", on=on)
    assert "được giữ 30 ngày" in answers(ba, RESCUE, "chua a")
    ba.says("alo")
    ba.sees("Kể tiếp không ạ?")
    assert "gõ số từ 1 đến 3" in answers(ba, "khong")
    assert "Xin xem lại:" in answers(ba, "ke tiep")
    ba.says("1")
    assert ba.receipt()[0] == 1


def test_what_is_wrong_is_corrected_and_not_thrown_away(town: Town, on: str) -> None:
    """ "Sai rồi" asks what is wrong; the field is named in letters, and "Ba" is what he is called."""
    ba = town.citizen("Bà Mấy", on=on)
    assert "Sửa chỗ nào ạ?" in answers(ba, RESCUE, "sai roi")
    assert "Ai đã làm việc này ạ?" in answers(ba, "nguoi lam")
    assert "- Người làm: anh Ba" in answers(ba, "anh Ba")


def test_a_name_that_is_a_number_is_asked_about_once(town: Town, on: str) -> None:
    """Two people are offered and she answers "Hai": the second, or a man called so? Said again, it is the man."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.says("Hôm qua ở tổ 3 có chị Ngoan với anh Ba giúp bà con dọn đường")
    ba.sees("Chọn tên dưới đây")
    assert "gõ số từ 1 đến 2" in answers(ba, "Hai")
    assert "- Người làm: Hai" in answers(ba, "Hai")


def test_a_hamlet_with_a_number_is_no_choice(town: Town, on: str) -> None:
    """One name is offered beside the question where it was: "thôn 1" is a hamlet, "1" is the name."""
    ba, tu = town.citizen("Bà Mấy", on=on), town.citizen("Chị Tư", on=on)
    for speaker in (ba, tu):
        speaker.says("Hôm qua có chị Ngoan giúp bà con dọn đường sau lũ")
        assert offers(speaker, "Người làm: chị Ngoan")
    assert "- Nơi: thôn 1, xã Mường La" in answers(ba, "thôn 1")
    assert "Việc này ở thôn, bản, tổ nào ạ?" in answers(tu, "1 nhé")
    assert "- Nơi: tổ 5, xã Mường La" in answers(tu, "tổ 5")


def test_a_late_picture_is_not_dropped_by_a_bare_no(town: Town, on: str) -> None:
    """ "Không" may mean another deed or a mistake: it is asked again; "gửi nhầm" is the mistake."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.reports()
    ba.says("", photos=1)
    ba.sees("Ảnh này có phải của tin số 1 vừa gửi không ạ?")
    assert "gõ số từ 1 đến 3" in answers(ba, "khong")
    assert offers(ba, "Gửi nhầm, bỏ ảnh này")
    assert "Đã bỏ ảnh" in answers(ba, "gui nham")


def test_deleting_takes_more_than_pointing(town: Town, on: str) -> None:
    """ "Cái đầu", "gửi đi" and "ok" show the question again, "giu lai" keeps everything, "xoa het" deletes."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.reports()
    for words in ("cai dau", "gui di", "ok", "4"):
        answers(ba, "xoa", words)
        assert offers(ba, "Xóa hết"), words
    assert "Xóa hết" not in answers(ba, "giu lai")
    assert town.deed().story == RESCUE
    answers(ba, "xoa", "xoa het")
    assert not {"deed", "submission", "draft"} & set(town.tables_with("Khuyên"))


def test_a_moderator_is_never_understood_by_half(town: Town, on: str) -> None:
    """On a card "ok" and "the first" approve nothing; the number or the whole word does."""
    town.citizen("Lan", on=on).reports()
    thu = town.moderator("Thu")
    thu.says("xem")
    for words in ("ok", "duoc", "cai dau", "9"):
        thu.says(words)
        assert town.deed().status == "received", words
    thu.says("xem")
    answers(thu, "duyet")
    for words in ("ok", "dung roi", "9"):
        thu.says(words)
        assert town.deed().status == "received", words
    answers(thu, "cong an xa")
    assert town.deed().status == "approved"


def test_words_that_are_commands_elsewhere_answer_the_open_menu(town: Town, on: str) -> None:
    """ "So 1" agrees to nothing, and is the report after it; "thôi" keeps, "tố cáo" answers the question."""
    ba = town.citizen("Bà Mấy", on=on)
    assert "Để chắc chắn" in answers(ba, RESCUE, "so 1")
    answers(ba, "dong y")
    assert ba.receipt()[0] == 1
    assert "Số 1 (anh Lò Văn Khuyên)" in answers(ba, "so 1")
    assert allowed(town) == (False, False)
    assert "Dữ liệu được giữ nguyên" in answers(ba, "xoa", "thoi")
    assert "Kênh này chỉ nhận việc tốt" in answers(ba, "Ông Sáu ăn chặn tiền của dân, tôi muốn tố cáo", "to cao")
