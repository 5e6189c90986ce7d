"""Words soon after a report that nobody could know for certain: one tap says what they are, and none is lost."""

import pytest

from deeds.kinds import Thing
from storage import deeds, history
from tests.cast import RESCUE, Speaker
from tests.stories.test_answers_by_people_who_type import offers
from tests.stories.test_questions_to_the_teller import asked
from tests.town import Town

TUAN = "chú Tuấn bên Mòn cũng đáng khen lắm"
UNCERTAIN = [
    "mà nghĩ lại thôi",
    "anh ấy mất rồi, gia đình không muốn nhắc",
    "chuyện này sai rồi, không phải anh Khuyên làm đâu",
    "1 người nữa cùng vớt là anh Sơn",
    "ấy chết tôi chưa định gửi",
    "à tôi lỡ tay gửi",
]


def _sent(town: Town, allows: str = "Được dùng cả lời kể và ảnh") -> Speaker:
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks(allows)
    return lan


def _beside(town: Town) -> list[str | None]:
    deed = town.deed()
    return [each.answer for each in town.rows(lambda tx: history.questions_of(tx, deed.id))]


def _allowed(town: Town) -> set[Thing]:
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    answers = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    return {thing for thing, answer in answers.items() if answer.allowed} - {Thing.KEEP}


@pytest.mark.parametrize("words", UNCERTAIN)
def test_no_second_report_is_begun_by_them(town: Town, words: str) -> None:
    """Whatever they are taken for, the report sent is named and can be taken back with one tap."""
    lan = _sent(town)
    lan.says(words)
    lan.sees("tin số 1")
    assert "Xin cho biết" not in lan.messages()[-1].text
    lan.says("rút tin")
    lan.picks("Rút tin")
    assert "anh Lò Văn Khuyên" not in town.deed().story


def test_they_are_added_with_one_tap(town: Town) -> None:
    """The moderator reads them beside the report."""
    lan = _sent(town)
    lan.says("chuyện này sai rồi, không phải anh Khuyên làm đâu")
    lan.picks("Thêm vào tin số 1")
    lan.sees("Đã ghi thêm")
    assert _beside(town) == ["chuyện này sai rồi, không phải anh Khuyên làm đâu"]


def test_said_to_the_question_of_use_that_question_comes_again(town: Town) -> None:
    """Nothing was allowed yet, and nobody forgot to ask."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("2 hôm nữa tôi gửi thêm mấy tấm hình ở suối Nậm Păm")
    lan.picks("Thêm vào tin số 1")
    lan.picks("Chỉ lời kể")
    assert _allowed(town) == {Thing.WORDS}


def test_not_to_be_shown_takes_back_what_was_allowed(town: Town) -> None:
    """And the sentence is there for whoever reads the report."""
    lan = _sent(town)
    lan.says("anh ấy mất rồi, gia đình không muốn nhắc")
    if offers(lan, "Đừng đăng tin số 1"):
        lan.picks("Đừng đăng tin số 1")
    assert _allowed(town) == set()
    assert _beside(town) == ["anh ấy mất rồi, gia đình không muốn nhắc"]


def test_who_goes_on_without_an_answer_is_read_beside_the_report(town: Town) -> None:
    """The words held are kept all the same."""
    lan = _sent(town)
    lan.says("chuyện này sai rồi, không phải anh Khuyên làm đâu")
    lan.says("kể")
    assert _beside(town) == ["chuyện này sai rồi, không phải anh Khuyên làm đâu"]


def test_who_never_answers_is_read_beside_the_report(town: Town) -> None:
    """After half a day nobody will."""
    lan = _sent(town)
    lan.says("chuyện này sai rồi, không phải anh Khuyên làm đâu")
    town.clock.forward(hours=13)
    town.run(town.instance.background.forget_due())
    assert _beside(town) == ["chuyện này sai rồi, không phải anh Khuyên làm đâu"]


def test_another_deed_is_told_with_one_tap_and_nothing_twice(town: Town) -> None:
    """What was held is its story."""
    lan = _sent(town)
    lan.says(TUAN)
    lan.picks("Kể một việc khác")
    lan.picks("Người làm: chú Tuấn")
    lan.says("bản Mòn, hôm qua")
    lan.picks("Đồng ý, gửi đi")
    assert town.deed(2).story == TUAN
    assert _beside(town) == []


def test_a_story_needs_no_tap(town: Town) -> None:
    """What surely tells a deed is told as ever."""
    lan = _sent(town)
    lan.says("Bà Lường Thị Ngoan ở thôn Nà Lốc nhặt được ví tiền, sáng nay bà đem trả cho người qua đường")
    lan.sees("Xin xem lại")


def test_the_rest_of_an_answer_goes_where_the_answer_went(town: Town) -> None:
    """ "1", then the names: the office reads both, and nothing is begun."""
    lan, thu = asked(town)
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    lan.sees("cán bộ xã hỏi thêm")
    lan.says("1")
    lan.says("o Bê ở xóm Thượng")
    lan.sees("Đã ghi thêm")
    assert "o Bê ở xóm Thượng" in _beside(town)
    assert len(town.deeds()) == 1


@pytest.mark.parametrize("goes_on", ["rút tin", "/xoa"])
def test_another_question_in_between_loses_nothing(town: Town, goes_on: str) -> None:
    """Asked whether to take it back or to delete everything, and never answered: the words are beside the report."""
    lan = _sent(town)
    lan.says("chuyện này sai rồi, không phải anh Khuyên làm đâu")
    lan.says(goes_on)
    assert _beside(town) == ["chuyện này sai rồi, không phải anh Khuyên làm đâu"]
