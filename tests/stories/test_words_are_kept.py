"""Every word of a deed stands in the report, whatever question it was an answer to."""

import pytest

from tests.town import Town

SOMETHING = "Có chuyện này hay lắm, kể cho cán bộ nghe nhé"

TOLD = {
    "who, of several": (SOMETHING, "bạn Hoa đã nhường suất học bổng của mình cho một bạn nghèo hơn trong lớp"),
    "who, again": (
        "cô giáo Hạnh hay giúp học sinh nghèo lắm",
        "cô Hạnh mua áo ấm cho 14 em, tự đóng học phí cho em Tủa suốt hai năm lớp 6 lớp 7",
    ),
    "where": (
        "Hôm qua anh Lò Văn Nam cõng cụ Tếnh đi cấp cứu",
        "bản Nà Lốc, mà anh ấy còn cõng cụ ba cây số ra trạm xá rồi ở lại trông cả đêm",
    ),
    "when": (
        "Anh Lò Văn Nam ở tổ 3 cho hai mẹ con đi lạc ăn cơm",
        "hôm 3/5, xong rồi ông còn cho hai mẹ con ở nhờ cả tháng và nuôi cơm",
    ),
    "who, alone": (
        "Hôm qua có người ở tổ 3 nhặt được ví tiền rồi đem trả",
        "em Xuyến, học sinh lớp 5 trường Suối Lành, đi bộ bốn cây số để trả",
    ),
}


@pytest.mark.parametrize(("story", "answer"), TOLD.values(), ids=TOLD)
def test_an_answer_that_tells_more_is_told(town: Town, story: str, answer: str) -> None:
    """An answer names somebody, a place or a day and goes on about the deed: all of it is handed in."""
    lan = town.citizen("Lan")
    lan.says(story)
    lan.says(answer)
    if "Xin xem lại:" not in lan.last:
        lan.says("không nhớ")
    lan.says("đồng ý")
    lan.receipt()
    assert town.deed().story == f"{story}\n{answer}"


def test_what_is_typed_while_a_place_is_settled_or_changed_is_kept(town: Town, on: str) -> None:
    """At the question which of two places, at the check and while photos are waited for."""
    lan = town.citizen("Lan", on=on)
    lan.says("Hôm qua anh Lò Văn Nam giúp bà con dọn đường sau lũ")
    lan.says("xã Tân Lập")
    lan.sees("Có nhiều nơi tên")
    lan.says("xã Tân Lập nào thì tôi không rõ, nhưng anh ấy còn nấu cơm cho cả đội")
    lan.picks("Không rõ")
    lan.says("anh Nam dặn đừng kể công, anh còn góp hai tạ gạo")
    lan.sees("Xin xem lại:")
    lan.picks("Sửa")
    lan.picks("Ảnh")
    lan.says("ảnh chụp lúc anh đang đắp đập")
    lan.says("đồng ý")
    lan.sees("Số tiếp nhận")
    for words in ("nấu cơm cho cả đội", "góp hai tạ gạo", "lúc anh đang đắp đập"):
        assert words in town.deed().story


def test_a_long_story_is_not_cut(town: Town) -> None:
    """Six thousand letters, and the end of it is the deed."""
    lan = town.citizen("Lan")
    story = "Hôm qua bà Lò Thị Ngoan ở tổ 3 giúp bà con. " + "Bà nấu cơm cho mọi người. " * 240
    lan.says(story[:3000])
    lan.says(f"{story[3000:]} Bà còn hiến 200 m2 đất")
    lan.says("đồng ý")
    lan.receipt()
    assert town.deed().story.endswith("Bà còn hiến 200 m2 đất")
    assert len(town.deed().story) > 6_000


def test_an_answer_to_the_question_about_a_waiting_report_is_kept(town: Town) -> None:
    """She comes back and answers what was asked before, without choosing to go on."""
    lan = town.citizen("Lan")
    lan.says("Có người nhặt được ví tiền rồi đem trả lại")
    town.clock.forward(days=2)
    lan.says("alo")
    lan.sees("Kể tiếp không ạ?")
    lan.says("là chị Ngoan, tổ 3")
    assert "chị Ngoan" in lan.sees("Xin xem lại:")
