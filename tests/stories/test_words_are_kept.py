"""Every word of a deed stands in the report, whatever question it was an answer to."""

import pytest

from storage import attachments, deeds, history
from tests.cast import RESCUE
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


def _notes(town: Town) -> list[str | None]:
    deed = town.deed()
    return [asked.answer for asked in town.rows(lambda tx: history.questions_of(tx, deed.id))]


@pytest.mark.parametrize(
    "added",
    [
        "à quên, có cả anh Sùng A Tếnh giúp nữa",
        "Cho em nói thêm là hôm đó trời mưa to lắm",
        "a quen con ba Lan nau com cho ca doi",
        "bổ sung: anh Khuyên còn bị trẹo chân",
    ],
)
def test_what_was_forgotten_joins_the_report(town: Town, on: str, added: str) -> None:
    """Said to the question about the use of the words, which stays open, or when nothing is open any more."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    lan.reports(RESCUE)
    lan.says(added)
    lan.sees("Đã ghi thêm lời này vào tin số 1")
    lan.picks("Chỉ lời kể")
    lan.sees("chỉ dùng lời kể")
    lan.says("còn nữa, hai cháu nhỏ giờ đã đi học lại")
    lan.sees("Đã ghi thêm lời này vào tin số 1")
    assert _notes(town) == [added, "còn nữa, hai cháu nhỏ giờ đã đi học lại"]
    assert len(town.rows(lambda tx: deeds.recent(tx, 10))) == 1
    thu.says("xem")
    card = thu.sees("(người kể nói thêm sau khi gửi)")
    assert added in card


@pytest.mark.parametrize("begun", ["thêm một việc nữa: bà Lò Thị Ngoan hiến đất làm đường", "còn chuyện khác nữa nhé"])
def test_another_deed_is_no_addition(town: Town, begun: str) -> None:
    """Who says that it is another one begins another report."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(begun)
    assert "Đã ghi thêm" not in lan.last
    assert _notes(town) == []


def test_an_addition_days_later_is_a_report(town: Town) -> None:
    """After a day nobody knows what it is added to; it is heard as a story and asked about."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    town.clock.forward(days=3)
    lan.says("à quên, bà Lò Thị Ngoan ở tổ 3 hôm qua hiến đất làm đường cho bà con")
    assert "Đã ghi thêm" not in lan.last
    lan.sees("Xin xem lại:")


def test_a_picture_with_the_words_that_add_it(town: Town) -> None:
    """The words join at once; where the picture belongs is asked, as always."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("à quên, ảnh lúc anh lên bờ", photos=1)
    lan.sees("Đã ghi thêm lời này vào tin số 1")
    assert _notes(town) == ["à quên, ảnh lúc anh lên bờ"]
    lan.picks("Đúng, thêm vào tin đó")
    deed = town.deed()
    assert len(town.rows(lambda tx: attachments.of_deed(tx, deed.id))) == 1
