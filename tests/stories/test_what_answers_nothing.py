"""Refusals, questions, cries, changes of mind in ordinary words: none becomes a name, a place, a day or a deed."""

import httpx2
import pytest

from deeds.kinds import Act, Thing
from deeds.said import Said
from storage import deeds, drafts
from storage.deeds import DeedRow
from tests.cast import RESCUE, OnPlain
from tests.stories.test_what_i_sent import allowed
from tests.town import Town

STORY = "Có người giúp bà con dọn đường sau lũ"


def told(town: Town) -> DeedRow:
    """The one deed there is."""
    [deed] = town.deeds()
    return deed


@pytest.mark.parametrize(
    "words",
    [
        "bản Lướt hí, eng nớ cõng tới 4 cây số lận",
        "hôm tê là 25/11 nớ, o nớ nấu từ tháng 3 đến chừ chơ",
        "hỏi gì hỏi lắm thế",
        "dạ ở ấp, à quên bản Nà Lốc đó, mà nó còn chở con nhỏ đi nhà thương nữa",
        "tôi không muốn ai dòm ngó nhà chồng tôi",
    ],
)
def test_a_sentence_is_no_name_and_no_day(town: Town, words: str) -> None:
    """What cannot be the answer is kept with the story and asked once more; nobody is called by it."""
    lan = town.citizen("Lan")
    lan.says(STORY)
    lan.sees("Xin cho biết thêm")
    lan.says(words)
    lan.says("không nhớ")
    lan.says("không nhớ")
    lan.sees("Xin xem lại:")
    lan.agrees()
    deed = told(town)
    assert words in deed.story
    assert words not in (deed.when_text, deed.place_text)
    assert words not in town.rows(lambda tx: deeds.honoree_of(tx, deed.id)).display


def test_a_name_is_no_day(town: Town) -> None:
    """Asked for the day alone, "Dũng" is asked again, and kept."""
    lan = town.citizen("Lan")
    lan.says("Anh Lò Văn Nam ở bản Nà Phiêng giúp bà con dọn đường sau lũ")
    lan.sees("hôm nào")
    lan.says("Dũng")
    lan.sees("hôm nào")
    lan.says("hôm qua")
    check = lan.sees("Xin xem lại:")
    assert "Dũng" in check
    assert "Hôm: Dũng" not in check


@pytest.mark.parametrize(
    "words",
    [
        "tôi không kể nữa đâu, đừng gửi",
        "ko gửi đâu",
        "đừng gửi cho ai",
        "tôi sợ lắm đừng nói với ai",
        "không muốn nói, đừng ghi gì hết",
        "tôi không đồng ý cho lưu",
        "không được lưu tài khoản của tôi",
    ],
)
@pytest.mark.parametrize("at", [(), ("không nhớ", "không nhớ")])
def test_a_refusal_is_asked_once_and_then_obeyed(town: Town, words: str, at: tuple[str, ...]) -> None:
    """At the first question and at the check; said once more to the question whether to delete, it deletes."""
    lan = town.citizen("Lan")
    lan.says(f"{STORY} Canaryflood")
    for each in at:
        lan.says(each)
    lan.says(words)
    lan.sees("Xóa bản đang kể")
    lan.says(words)
    if "gửi" in words or "nói với ai" in words:  # not to send is not to delete: the question stays
        assert "draft" in town.tables_with("Canaryflood")
        lan.picks("Xóa, không giữ gì")
    lan.sees("không lưu gì")
    assert not {"draft", "place", "deed"} & set(town.tables_with("Canaryflood"))


@pytest.mark.parametrize(
    "words",
    [
        "Tôi là Lò Văn Panh. Tôi không cho ai đăng tên tôi. Xoá ngay",
        "gỡ xuống giùm",
        "xóa tên tôi đi",
        "đừng đăng hình con tôi",
    ],
)
def test_who_is_praised_and_does_not_want_it_is_told_the_way(town: Town, words: str) -> None:
    """They have told nothing: no report begins, and they read whom to call."""
    panh = town.citizen("Panh")
    panh.says(words)
    assert "gỡ bài xuống" in panh.last
    assert "gọi 0200 000 000" in panh.last
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))


def test_keep_nothing_said_twice_deletes(town: Town) -> None:
    """Asked whether everything shall go, the same refusal in other words is the answer."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("đừng lưu gì về tôi")
    lan.sees("Xóa mọi dữ liệu")
    lan.says("tôi không muốn ai giữ thông tin của tôi")
    lan.sees("Đã xóa dữ liệu")


def test_no_leave_it_is_no_story(town: Town) -> None:
    """ "No, keep it" to the question whether to delete goes on with the report."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("xóa giúp tôi bản này")
    lan.sees("Xóa bản đang kể")
    lan.says("không, giữ lại")
    check = lan.sees("Xin xem lại:")
    assert "giữ lại" not in check


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("bạn là ai", "Đây là kênh Việc Tốt"),
        ("có mất tiền không", "không mất tiền"),
        ("tên tôi có bị hiện lên không", "Không nêu tên người kể"),
        ("làm sao để xóa", "Lúc nào cũng xóa được"),
        ("cho tôi nói chuyện với người", "xin gọi"),
        ("bao giờ thì đăng", "xác minh rồi mới đăng"),
        ("tin của tôi đâu rồi", "Chưa có tin nào"),
    ],
)
def test_a_question_is_answered_and_begins_nothing(town: Town, asked: str, answer: str) -> None:
    """Before anything was told; and in the middle of a report, which goes on."""
    lan = town.citizen("Lan")
    lan.says(asked)
    assert any(answer in one.text for one in lan.messages())
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))
    lan.says(RESCUE)
    check = lan.sees("Xin xem lại:")
    assert asked not in check
    lan.says(asked)
    if "tin của tôi" not in asked:
        lan.sees(answer)
        assert asked not in lan.sees("Xin xem lại:")


@pytest.mark.parametrize(
    "words", ["thôi đừng đăng gì hết", "con không biết ạ", "bực mình", "dùng thoải mái nhưng phải hỏi anh ấy đã"]
)
def test_a_remark_at_the_question_of_use_begins_no_report(town: Town, words: str) -> None:
    """Nothing is allowed by it, no draft is opened, the question can still be answered."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(words)
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))
    assert len(town.deeds()) == 1
    lan.says("3")
    assert len(town.deeds()) == 1


def test_a_greeting_leaves_no_question(town: Town) -> None:
    """ "hi" at the question of use: greeted, and its buttons still mean what they say."""
    lan = town.citizen("Lan", on="telegram")
    lan.reports(RESCUE)
    lan.says("hi")
    lan.sees("Chào bà con")
    lan.picks("Chỉ lời kể")
    lan.sees("lời kể")


@pytest.mark.parametrize(
    "cries",
    [
        ("cháy nhà rồi", "nhanh lên có người kẹt trong nhà"),
        ("chồng tôi đang đánh tôi", "nó cầm dao"),
        ("em không muốn sống nữa", "em đang đứng trên cầu"),
        ("cứu với có người đuối nước", "dạ nó trôi rồi", "gọi không ai nghe máy"),
    ],
)
def test_whoever_is_in_danger_is_not_asked_about_a_deed(town: Town, cries: tuple[str, ...]) -> None:
    """Every line of it is answered with whom to call."""
    lan = town.citizen("Lan")
    for cry in cries:
        lan.says(cry)
        assert "113" in lan.last or "115" in lan.last, cry
    town.clock.forward(minutes=11)
    lan.says(RESCUE)
    lan.sees("Xin xem lại:")


def test_what_was_to_be_changed_may_stay(town: Town) -> None:
    """Asked for another day, "thôi không sửa nữa" leaves the day as it was."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    before = lan.sees("Xin xem lại:")
    lan.picks("Sửa")
    lan.picks("Hôm nào")
    lan.says("thôi không sửa nữa")
    assert before.startswith(lan.sees("Xin xem lại:"))


def test_an_addition_replaces_nothing(town: Town) -> None:
    """Asked to tell it anew, what begins with "thêm là" comes on top."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.picks("Sửa")
    lan.picks("Lời kể")
    lan.says("thêm là anh ấy bị thương ở chân")
    lan.sees("Xin xem lại:")
    lan.agrees()
    assert told(town).story == f"{RESCUE}\nthêm là anh ấy bị thương ở chân"


def test_send_it_after_all_takes_up_what_waits(town: Town) -> None:
    """Put aside, then "thôi gửi đi": the report that waits is offered, no second one begins."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.picks("Để đó, gửi sau")
    lan.says("thôi gửi đi")
    lan.picks("Kể tiếp")
    lan.agrees()
    assert len(town.deeds()) == 1


def test_a_child_who_says_their_name_is_not_the_one_praised(town: Town) -> None:
    """ "con tên Bảo An", then the friend: the friend is praised."""
    an = town.citizen("Bảo An")
    an.says(
        "con chào cô chú ạ con 9 tuổi con tên Bảo An. Hôm qua bạn Minh Khôi lớp con ở thôn Bến Gỗ nhặt được ví trả lại"
    )
    check = an.sees("Xin xem lại:")
    assert "Người làm: bạn Minh Khôi" in check


def test_nobody_else_named_in_the_story_stands_on_the_page(town: Town) -> None:
    """The person praised is named by their yes; the neighbour in the same story was never asked."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports(f"{RESCUE} Còn bác Cầm Văn Nọi thì gọi người đến giúp.")
    lan.picks("Được dùng cả lời kể và ảnh")
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME)
    town.decides("Thu", Act.APPROVE)
    town.decides("Thu", Act.PUBLISH)
    page = httpx2.get(f"{town.address}/deeds/{town.deed(1).code}").text
    assert "Lò Văn Khuyên" in page
    assert "Nọi" not in page
    assert "bác N." in page


@pytest.mark.parametrize(
    "words",
    [
        "đừng dùng lời tôi kể nữa",
        "tôi nghĩ lại rồi, đừng đăng",
        "thôi đừng đăng bài ấy nhé",
        "tôi đổi ý, không muốn đưa lên loa đài nữa",
        "thôi không cho dùng gì hết nhé",
    ],
)
def test_a_yes_to_use_is_taken_back_in_any_words(town: Town, words: str) -> None:
    """At once, and no new report begins."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    assert allowed(town) == (True, True)
    lan.says(words)
    assert allowed(town) == (False, False)
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))


@pytest.mark.parametrize("words", ["ko cho dùng đâu ngại lắm", "thôi không cho dùng gì hết nhé", "đừng đăng"])
def test_a_no_to_use_is_a_no_in_any_words(town: Town, words: str) -> None:
    """Asked what may be shown, each of them is the third choice."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(words)
    assert allowed(town) == (False, False)
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))


@pytest.mark.parametrize(
    ("story", "answer", "who", "where"),
    [
        ("bà Tám cho gạo người nghèo ở xóm", "chieng te", "bà Tám", "chieng te"),
        ("Anh Tèo cứu người ngoài suối", "ờ gửi dùm tui nha", "anh Tèo", ""),
        ("Mệ Gái nấu cháo cho người bệnh", "ở tổ 3 chớ mô nữa", "mệ Gái", "tổ 3"),
    ],
)
def test_who_was_named_in_the_story_is_not_lost_to_an_answer(
    town: Town, story: str, answer: str, who: str, where: str
) -> None:
    """Asked who and where, an answer that names nobody is not whom it was: the one in the story stays."""
    lan = town.citizen("Lan")
    lan.says(story)
    lan.says(answer)
    lan.says("không nhớ")
    check = lan.sees("Xin xem lại:")
    assert f"- Người làm: {who}" in check
    assert where in check


def test_not_this_one_but_that_one(town: Town) -> None:
    """At the check: "không phải bà Hợi mà bà Hợp"."""
    lan = town.citizen("Lan")
    lan.says("Sáng nay bà Hợi ở thôn Bến Gỗ nhặt được ví trả lại")
    lan.picks("Người làm: bà Hợi")
    lan.sees("Xin xem lại:")
    lan.says("à nhầm không phải bà Hợi mà bà Hợp")
    assert "- Người làm: bà Hợp" in lan.sees("Xin xem lại:")


def test_a_question_nobody_foresaw_is_no_deed(town: Town) -> None:
    """Before anything was told: whom to call."""
    lan = town.citizen("Lan")
    lan.says("xã mình có phát áo phao không vậy")
    assert "xin gọi" in lan.last.lower()
    assert not town.rows(lambda tx: drafts.waiting_of(tx, 1))


@pytest.mark.parametrize("sent", [False, True])
def test_a_refusal_that_arrives_twice_deletes_nothing(town: Town, sent: bool) -> None:
    """The telephone sends "đừng lưu gì về tôi" twice in one second: the question stands, and nothing is gone."""
    lan = town.citizen("Lan")
    assert isinstance(lan, OnPlain)
    lan.reports(f"{RESCUE} Canaryflood") if sent else lan.says(f"{STORY} Canaryflood")

    async def twice() -> None:
        for _ in range(2):
            await town.plain.deliver(lan.chat, "Lan", Said(text="đừng lưu gì về tôi", message=town.plain.number()))

    town.clock.forward(seconds=5)
    town.run(twice())
    town.deliver()
    assert {"deed" if sent else "draft"} <= set(town.tables_with("Canaryflood"))
    assert lan.shows("Chưa làm gì cả")
