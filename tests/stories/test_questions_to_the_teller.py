"""A moderator wants to know more; the question waits for its moment, and the answer returns to the deed."""

from tests.cast import RESCUE, Speaker
from tests.town import Town


def asked(town: Town, on: str = "plain") -> tuple[Speaker, Speaker]:
    """Lan told a deed, Thu asks who saw it."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    lan.reports()
    lan.reads_all()
    thu.says("xem")
    thu.picks("Hỏi người kể")
    return lan, thu


def test_an_answer_returns_to_the_deed(town: Town, on: str) -> None:
    """A canned question, asked with one tap; the answer stands on the card and the deed is being checked again."""
    lan, thu = asked(town, on)
    thu.picks("Còn ai chứng kiến việc này?")
    thu.sees("Đã hỏi người kể số 1")
    town.settle()
    question = lan.sees("cán bộ xã hỏi thêm")
    assert "Còn ai chứng kiến việc này?" in question
    assert "thứ Ba, 12/05" in question
    assert "Lò Văn Khuyên" in question, "of several reports she must know which"
    lan.says("có ông Sáu bán nước ở đầu cầu")
    lan.sees("Đã chuyển lời đáp tới cán bộ")
    assert town.deed().status == "in_review"
    thu.says("xem")
    assert "Đáp: có ông Sáu bán nước ở đầu cầu" in thu.last


def test_own_words_and_i_do_not_know(town: Town, on: str) -> None:
    """The moderator writes the question; "không rõ" is an answer too."""
    lan, thu = asked(town, on)
    thu.picks("Tự viết")
    thu.sees("Mời viết câu hỏi")
    thu.says("Hai cháu nhỏ con nhà ai?")
    town.settle()
    assert "Hai cháu nhỏ con nhà ai?" in lan.sees("cán bộ xã hỏi thêm")
    lan.says("không rõ")
    lan.sees("Đã chuyển lời đáp")
    thu.says("xem")
    assert "Đáp: (người kể không rõ)" in thu.last


def test_a_question_waits_while_another_report_is_told(town: Town, on: str) -> None:
    """The teller is telling of another deed: the question comes after the receipt, and nothing goes astray."""
    lan, thu = asked(town, on)
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    lan.sees("Xin cho biết thêm")
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    assert not lan.shows("cán bộ xã hỏi thêm")
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua").agrees()
    assert lan.receipt()[0] == 2
    lan.picks("Chỉ lời kể")
    assert "Về tin số 1" in lan.sees("cán bộ xã hỏi thêm")
    lan.says("có ông Sáu bán nước")
    lan.sees("Đã chuyển lời đáp")
    assert town.deed(1).status == "in_review"
    assert town.deed(2).status == "received"


def test_a_report_nobody_goes_on_with_makes_room(town: Town) -> None:
    """After an hour of silence the half-told report is set aside and the question is put."""
    lan, thu = asked(town)
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    thu.picks("Còn ai chứng kiến việc này?")
    town.clock.forward(minutes=58)
    town.settle()
    assert not lan.shows("cán bộ xã hỏi thêm")
    town.clock.forward(minutes=3)
    town.settle()
    lan.sees("cán bộ xã hỏi thêm")
    lan.says("có ông Sáu bán nước")
    lan.sees("Đã chuyển lời đáp")
    lan.says("kể")
    assert "nhặt được ví" in lan.sees("Kể tiếp không ạ?")


def test_a_question_without_answer_closes(town: Town, on: str) -> None:
    """The day passes: the teller hears that the report is kept; the deed waits for the office again."""
    lan, thu = asked(town, on)
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    lan.sees("cán bộ xã hỏi thêm")
    town.clock.move_to("2026-05-13 00:01")
    town.settle()
    if on == "zalo_oa":  # too long silent to be written to: it is told with their next word
        assert not lan.shows("Tin số 1 vẫn được giữ")
        lan.says("chào")
    lan.sees("Tin số 1 vẫn được giữ")
    assert town.deed().status == "needs_info"


def test_two_questions_are_put_one_after_the_other(town: Town, on: str) -> None:
    """Two deeds, two questions: the second is put when the first is answered."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    lan.reports()
    lan.reports(RESCUE.replace("thôn Bến Gỗ", "tổ 3"))
    for _ in range(2):
        thu.says("xem")
        thu.picks("Hỏi người kể")
        thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    assert "Về tin số 1" in lan.last
    lan.says("ông Sáu")
    assert "Về tin số 2" in lan.last
    lan.says("bà Bảy")
    assert [town.deed(number).status for number in (1, 2)] == ["in_review", "in_review"]
