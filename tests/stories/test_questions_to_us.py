"""People ask who we are, what it costs, who will know: they get the answer, and what they were telling goes on."""

import pytest

from storage import drafts
from tests.cast import RESCUE
from tests.stories.test_what_i_sent import allowed
from tests.town import Town

PART = "Có người giúp bà con dọn đường sau lũ"
ANSWERS = {
    "who": "Đây là kênh Việc Tốt của",
    "kept": "không hỏi mật khẩu",
    "cost": "không mất tiền",
    "reward": "không hứa thưởng gì",
    "named": "Không nêu tên người kể, cũng không phải xưng tên",
    "when": "chậm nhất hôm nào",
    "where": "thì đăng ở http",
    "delete": "Lúc nào cũng xóa được",
    "change": "chọn \"Sửa\"",
    "person": "Muốn nói chuyện với cán bộ",
    "complain": "Pháp luật bảo vệ người tố cáo",
    "mine": "Chưa có tin nào được gửi",
    "whom": "kể về ai cũng được",
    "old": "Chuyện đã lâu vẫn kể được",
    "what": "Cứ kể như kể với hàng xóm",
    "proof": "Không cần giấy tờ",
    "pictures": "tối đa 10 tấm",
    "voice": "bấm micro nói",
    "aid": "Kênh này chỉ nghe chuyện việc tốt",
}  # fmt: skip
ASKED = [
    ("who", "mấy tin tui nhắn thì ai coi vậy"), ("who", "may tra loi hay nguoi tra loi z"),
    ("kept", "nhắn vô đây có sợ bị lừa mất tiền ngân hàng không"), ("kept", "giữ lời tui kể chi rứa?"),
    ("cost", "is it free?"), ("cost", "kể ở đây có mất tiền hông con"), ("cost", "mat phi ko ad"),
    ("reward", "bà ấy có được Giấy khen không ạ"), ("reward", "kể rồi có được thưởng chi không"),
    ("named", "tên tôi mọi người có thấy được không vậy"),
    ("named", "ông ấy có biết là tui kể không"), ("named", "tui muốn giấu tên có được không"),
    ("when", "mấy bữa nữa mới có người trả lời"), ("when", "bao lau moi dang vay"),
    ("where", "đăng chỗ nào để tui coi"), ("delete", "nhỡ tui đổi ý thì sao"),
    ("delete", "gửi rồi có rút lại được hông?"), ("change", "kể lộn tên người ta thì sửa làm sao"),
    ("person", "cho bà gặp cán bộ nói chuyện đi"), ("complain", "muốn tố cáo thì gửi ở đâu"),
    ("mine", "tin tui gửi bữa trước tới đâu rồi"), ("whom", "tự kể mình có được không"),
    ("whom", "kể người xã khác được không"), ("old", "chuyện mấy năm trước kể được không"),
    ("what", "nhặt rác có tính là việc tốt không"), ("what", "phải viết những gì vậy"),
    ("proof", "không có bằng chứng thì sao"), ("pictures", "gửi hình kiểu gì ad"),
    ("voice", "tui không biết chữ, nói được không"), ("aid", "bao giờ tôi được lĩnh gạo"),
]  # fmt: skip


@pytest.mark.parametrize(("about", "words"), ASKED)
def test_a_question_is_answered_and_begins_no_report(town: Town, about: str, words: str) -> None:
    lan = town.citizen("Lan")
    lan.says(words)
    assert lan.shows(ANSWERS[about])
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))
    assert "draft" not in town.tables_with(words)


@pytest.mark.parametrize(("about", "words"), ASKED)
def test_in_the_middle_of_telling_it_is_answered_and_the_question_put_again(town: Town, about: str, words: str) -> None:
    lan = town.citizen("Lan")
    lan.says(PART)
    lan.sees("Xin cho biết thêm")
    lan.says(words)
    lan.sees(ANSWERS[about])
    lan.sees("Xin cho biết thêm")
    lan.says("Anh Lò Văn Nam ở bản Nà Phiêng, hôm qua")
    lan.agrees()
    deed = town.deed()
    assert PART in deed.story
    assert words not in deed.story
    assert words not in (deed.when_text, deed.place_text)


@pytest.mark.parametrize("words", ["gửi rồi có rút lại được hông?", "is it free?", "có giấu tên được không"])
def test_at_the_check_it_is_answered_and_the_check_shown_again(town: Town, words: str) -> None:
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.sees("Xin xem lại:")
    lan.says(words)
    assert words not in lan.last
    lan.agrees()
    assert town.deed().story == RESCUE


@pytest.mark.parametrize("words", ["nhỡ tui đổi ý thì sao", "đăng rồi có gỡ được không", "bà ấy có được thưởng không"])
def test_asked_what_may_be_shown_they_ask_back_and_allow_nothing(town: Town, words: str) -> None:
    lan = town.citizen("Lan")
    number = lan.reports()
    lan.sees("được dùng lời kể và ảnh")
    lan.says(words)
    assert "Chỉ lời kể" in lan.choices
    assert not lan.shows("Rút tin số")
    assert not lan.shows("Đã ghi")
    lan.picks("Chỉ lời kể")
    assert allowed(town, number) == (True, False)


def test_who_was_just_greeted_may_ask_anything(town: Town) -> None:
    lan = town.citizen("Lan")
    lan.says("xin chào")
    lan.says("bạn có người yêu chưa")
    assert lan.shows("Câu này máy chưa trả lời được")
    assert "draft" not in town.tables_with("người yêu")
    lan.says("kể có được thưởng không")
    assert lan.shows(ANSWERS["reward"])
    lan.says(RESCUE)
    lan.sees("Xin xem lại:")


@pytest.mark.parametrize(
    "words",
    [
        "tui hỏi bả có sao không, bả nói không sao, rồi ảnh cõng bả về",
        "ổng hỏi cần bao nhiêu tiền rồi đưa luôn",
        "chị ấy hỏi cháu nhà ở đâu để đưa về",
    ],
)
def test_a_question_inside_a_story_is_told(town: Town, words: str) -> None:
    lan = town.citizen("Lan")
    lan.says(PART)
    lan.says(words)
    assert "draft" in town.tables_with(words)


@pytest.mark.parametrize(
    "words",
    ["xóa hết mấy cái tui gửi", "rút cả hai tin", "con hổng muốn nữa, xóa hết đi", "xóa sạch mọi thứ con nói"],
)
def test_who_sent_several_and_wants_all_of_it_gone_is_offered_just_that(town: Town, words: str) -> None:
    lan = town.citizen("Lan")
    for story in (RESCUE, RESCUE.replace("Lò Văn Khuyên", "Hà Văn Tếnh").replace("xuống suối", "xuống ao")):
        lan.reports(story)
        lan.picks("Chỉ lời kể")
    lan.says(words)
    assert "Xóa mọi dữ liệu gắn với tài khoản này?" in lan.last
    assert "submission" in town.tables_with("trượt chân xuống suối")
    lan.picks("Xóa hết")
    assert "Đã xóa dữ liệu" in lan.last


@pytest.mark.parametrize("words", ["đừng có lưu tên tui", "đừng ghi tên tui nha", "khỏi để tên tui", "giấu tên giùm"])
def test_who_wants_no_name_of_theirs_hears_what_is_so_and_deletes_nothing(town: Town, words: str) -> None:
    lan = town.citizen("Lan")
    lan.says(PART)
    lan.says(words)
    lan.sees("Tên người kể không đăng ở đâu cả")
    lan.sees("Xin cho biết thêm")
    assert "draft" in town.tables_with(words), "whoever verifies reads it"
    assert not lan.shows("Xóa bản đang kể")


@pytest.mark.parametrize(
    ("mends", "says"),
    [("sửa lại: là anh Tâm chứ không phải anh Khuyên", "tin số"), ("kể thêm: anh còn đưa hai cháu về nhà", "tin số")],
)
def test_what_the_answer_promises_of_mending_is_so(town: Town, mends: str, says: str) -> None:
    """ "Sửa lại" or "kể thêm" within the day: the officer reads it beside the report."""
    lan = town.citizen("Lan")
    lan.reports()
    lan.picks("Chỉ lời kể")
    lan.says(mends)
    assert says in lan.last
    assert len(town.deeds()) == 1
