"""Who wants to leave off, mends what was sent or wants something down says so in their own words, and is heard."""

import pytest

from storage import attachments, deeds, drafts, history
from tests.cast import RESCUE
from tests.stories.test_questions_to_the_teller import asked
from tests.stories.test_what_i_sent import allowed
from tests.town import Town

STORY = "Có người giúp bà con dọn đường sau lũ"
LEAVES_OFF = [
    "thôi xóa hết đi tôi không kể nữa",
    "bỏ đi không gửi nữa đâu",
    "tôi đổi ý rồi xóa cái này cho tôi",
    "thôi không gửi nữa, xóa giúp",
    "tôi không đồng ý gửi",
    "bỏ hết đi, tao đùa thôi",
    "tôi hối hận rồi, hủy giúp tôi",
    "bực mình, đéo kể nữa",
    "xóa mẹ nó đi",
    "thôi xin rút",
    "toi doi y roi xoa di",
]


def _notes(town: Town) -> list[str | None]:
    deed = town.deed()
    return [asked.answer for asked in town.rows(lambda tx: history.questions_of(tx, deed.id))]


@pytest.mark.parametrize("words", LEAVES_OFF)
@pytest.mark.parametrize("told", [STORY, RESCUE], ids=["at a question", "at the check"])
def test_a_report_is_asked_about_and_goes(town: Town, told: str, words: str) -> None:
    """At any question and at the check: one question, and nothing of it is left, least of all as a story."""
    lan = town.citizen("Lan")
    lan.says(told)
    lan.says(words)
    lan.sees("Xóa bản đang kể")
    lan.picks("Xóa, không giữ gì")
    assert town.deeds() == []
    assert town.rows(lambda tx: drafts.waiting_of(tx, 1)) == []


@pytest.mark.parametrize(
    "words",
    [
        "thôi rút lại, tôi không muốn nữa",
        "xóa dùm",
        "chưa, tôi chưa muốn gửi mà",
        "tôi đổi ý không muốn gửi nữa",
        "thôi gỡ xuống đi, ông ấy không chịu",
        "ông Bun giận tôi rồi, làm ơn xóa",
        "thôi xóa giúp tôi",
    ],
)
def test_what_was_sent_is_taken_back_after_one_question(town: Town, words: str) -> None:
    """Said to the question about its use."""
    lan = town.citizen("Lan")
    number = lan.reports(RESCUE)
    lan.says(words)
    lan.sees(f"Rút tin số {number}?")
    lan.picks("Rút tin")
    lan.sees("Đã rút")
    assert town.deed().status == "withdrawn"


@pytest.mark.parametrize("yes", ["ừ rút đi", "đúng, rút", "rút", "có, rút giùm tôi"])
def test_a_yes_to_taking_back_in_ordinary_words(town: Town, yes: str) -> None:
    """Nobody has to find the button."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("rút tin 1")
    lan.sees("Rút tin số 1?")
    lan.says(yes)
    lan.sees("Đã rút tin số 1")


def test_a_question_of_the_office_is_not_answered_by_taking_back(town: Town) -> None:
    """A moderator asked how old the child was; who wants to take back is not filed as the answer."""
    lan, thu = asked(town)
    thu.picks("Tự viết")
    thu.sees("Mời viết câu hỏi")
    thu.says("Cháu bao nhiêu tuổi?")
    town.settle()
    lan.sees("Cháu bao nhiêu tuổi")
    lan.says("tôi không muốn nữa, bỏ đi")
    lan.sees("Rút tin số 1?")
    assert _notes(town) == [None]


@pytest.mark.parametrize(
    "words",
    [
        "à nhầm, hôm kia chứ không phải hôm qua",
        "ông ấy tên Lò Văn Bua mới đúng",
        "nhầm rồi, không phải bản Hìn mà là bản Nà Lo",
        "đừng gọi cho tôi nhé",
        "đừng để bà ấy biết tôi kể",
    ],
)
def test_a_slip_mended_after_sending_reaches_the_moderator(town: Town, words: str) -> None:
    """It stands beside the report in the teller's own words, and begins no other."""
    lan, thu = town.citizen("Lan"), town.moderator("Thu")
    lan.reports(RESCUE)
    lan.says(words)
    lan.sees("Đã ghi thêm lời này vào tin số 1")
    assert _notes(town) == [words]
    assert len(town.deeds()) == 1
    thu.says("xem")
    assert words in thu.sees("(người kể nói thêm sau khi gửi)")


@pytest.mark.parametrize(
    ("words", "allowed_words", "allowed_pictures", "noted"),
    [
        ("không, chỉ để xã biết thôi", False, False, False),
        ("đừng có đem lên loa nha, kỳ lắm", False, False, True),
        ("kể thì được chứ ảnh đừng đưa lên", True, False, True),
        ("được, dùng thoải mái", True, True, False),
        ("được dùng cả", True, True, False),
        ("chỉ lời kể thôi", True, False, False),
        ("chỉ lời kể thôi, ảnh thì không", True, False, True),
        ("cho dùng lời kể thôi", True, False, False),
    ],
)
def test_what_may_be_shown_is_said_in_ordinary_words(
    town: Town, words: str, allowed_words: bool, allowed_pictures: bool, noted: bool
) -> None:
    """What was said besides stands with the report."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(words)
    assert allowed(town) == (allowed_words, allowed_pictures)
    assert _notes(town) == ([words] if noted else [])
    assert len(town.deeds()) == 1


def test_only_the_pictures_are_taken_back(town: Town) -> None:
    """In three words, when nothing is open any more."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE, photos=1)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says("bỏ ảnh thôi")
    assert allowed(town) == (True, False)


@pytest.mark.parametrize(
    "words",
    [
        "Ai cho phép các người đăng chuyện của tôi? Tôi có ai hỏi đâu. Gỡ xuống ngay!",
        "sao lại nêu tên tôi trên trang xã, tôi có cho phép đâu",
        "xin gỡ bài viết về mẹ tôi xuống, gia đình tôi không đồng ý",
        "chồng tôi mất rồi, xin đừng đăng chuyện của anh ấy nữa",
        "con tôi còn nhỏ đừng đăng hình cháu",
        "tui hổng muốn ai biết chuyện tui làm, gỡ giùm",
        "tôi không muốn lên loa, ai kể về tôi thì xóa đi",
        "Em là con gái ông Lường Văn Sơn bản Hìn, ai đó đã kể về bố em. Nhà em sợ lắm, xin đừng đăng tên bố em lên",
    ],
)
def test_who_is_told_of_and_wants_it_down_is_no_teller(town: Town, words: str) -> None:
    """They are told whom to call; no report begins, and none is filed by a thank-you."""
    lan = town.citizen("Lan")
    lan.says(words)
    lan.sees("chọn mục 1, hoặc gọi 0200 000 000")
    lan.says("cảm ơn")
    assert "Xin cho biết thêm" not in lan.last
    assert town.rows(lambda tx: drafts.waiting_of(tx, 1)) == []


@pytest.mark.parametrize("goes_on", ["press", "words"])
def test_a_story_that_sounds_like_it_is_told_after_all(town: Town, goes_on: str) -> None:
    """One tap, or simply telling more: not a word of it is lost."""
    lan = town.citizen("Lan")
    story = "Bác Tư bản Nà Lốc giúp nhà tôi dựng lại mái, bác không muốn lên báo đâu"
    more = "hôm qua bác lại sang chằng thêm dây"
    lan.says(story)
    lan.sees("Còn nếu đang kể một việc tốt")
    if goes_on == "press":
        lan.picks("Đang kể một việc tốt")
    lan.says(more)
    while "Xin xem lại:" not in lan.last:
        lan.says("không nhớ")
    lan.agrees()
    for words in (story, more):
        assert words in town.deed().story


def test_a_complaint_that_is_never_settled_is_shown_the_doors(town: Town) -> None:
    """Asked twice and answered with something else, they have the addresses, and may still say what it is."""
    lan = town.citizen("Lan")
    lan.says("Chủ tịch xã ăn chặn tiền cứu trợ của dân")
    lan.sees("phản ánh, tố cáo?")
    lan.says("thế gửi ở đâu")
    lan.says("nhưng mà gửi ở đâu mới được")
    lan.sees("Kênh này chỉ nhận việc tốt")
    lan.picks("Phản ánh, tố cáo")
    assert town.deeds() == []
    assert town.rows(lambda tx: drafts.waiting_of(tx, 1)) == []


def test_what_is_told_on_at_that_question_is_told(town: Town) -> None:
    """Neither praise nor complaint: more of the story, which stands whole once they say which it is."""
    lan = town.citizen("Lan")
    story = "Hôm qua chị Hà Thị Mơ ở thôn Bến Gỗ giúp hai nhà làm lành, trước họ bảo nhau nhận tiền hối lộ"
    more = "chị ấy còn nấu cơm mời cả hai nhà sang ăn"
    lan.says(story)
    lan.says(more)
    lan.says("thế đấy ạ")
    lan.picks("Chuyện muốn khen")
    lan.agrees()
    for words in (story, more):
        assert words in town.deed().story


@pytest.mark.parametrize(
    "words",
    [
        "tui hổng chịu nữa đâu",
        "bà ấy nói lấy tên bà xuống",
        "tôi không muốn ai biết chuyện này nữa",
        "đừng có lấy lời tui ra đọc loa",
        "tôi đổi ý rồi, không cho",
        "chỉ để xã biết thôi nha",
        "mệ nói thôi đừng đăng con hè",
        "chị ấy bảo không cho đăng",
        "tôi đổi ý, không cho dùng cái gì hết",
    ],
)
def test_what_was_allowed_is_taken_back_in_ones_own_words(town: Town, words: str) -> None:
    """After a yes to both; nothing of it may be shown any more."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE, photos=1)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(words)
    assert allowed(town) == (False, False)
    assert len(town.deeds()) == 1


@pytest.mark.parametrize(
    "words", ["ảnh bỏ đi", "tôi rút lại ảnh", "cái hình xấu quá xã thay đi hoặc bỏ đi", "lấy ảnh xuống dùm cái"]
)
def test_pictures_that_were_allowed_are_taken_back(town: Town, words: str) -> None:
    """The words may stay."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE, photos=1)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(words)
    assert allowed(town)[1] is False
    assert len(town.deeds()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "tui xin lại tin hồi nãy",
        "tôi lỡ gửi, trả lại đây",
        "tôi muốn hủy tin",
        "thôi dẹp bài đó nghe, bà Hoan giận tui rồi",
    ],
)
def test_who_wants_it_back_is_asked_whether_to(town: Town, words: str) -> None:
    """After the question about its use was answered."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Chỉ lời kể")
    lan.says(words)
    lan.sees("Rút tin số 1?")


def test_a_question_at_the_check_is_answered_and_not_sent(town: Town) -> None:
    """It is asked of us: the deed does not say it."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("thế ông Chum có biết tôi kể không")
    lan.sees("Máy không báo cho người được kể biết ai đã kể")
    lan.agrees()
    assert town.deed().story == RESCUE


def test_a_day_two_years_ago_is_not_this_year(town: Town) -> None:
    """What the check shows is what is stored."""
    lan = town.citizen("Lan")
    lan.says("Anh Lò Văn Nam ở bản Nà Phiêng kéo xe giúp bà con hồi đợt lũ tháng 8 năm kia")
    assert "Hôm: tháng 8 năm kia" in lan.last
    lan.agrees()
    deed = town.deed()
    assert deed.happened_on is not None
    assert deed.happened_on.year == town.clock.now().year - 2


def test_nobody_is_called_by_the_word_for_a_name(town: Town) -> None:
    """ "tên" before a name is no title; the one already said is kept."""
    lan = town.citizen("Lan")
    lan.says("Hôm qua có người ở bản Nà Phiêng cõng cụ già đi viện")
    lan.says("ông ấy tên Lò Văn Ính")
    lan.agrees()
    deed = town.deed()
    assert town.rows(lambda tx: deeds.honoree_of(tx, deed.id)).display == "Ông Lò Văn Ính"


def test_a_schoolchild_by_their_class_is_a_child(town: Town) -> None:
    """ "bạn ... lớp 3A" is under sixteen as much as "em bé" is."""
    lan = town.citizen("Lan")
    lan.says("Hôm qua bạn Lò Thị Na lớp 3A ở bản Nà Phiêng nhặt được tiền đem trả cô giáo")
    lan.agrees()
    assert town.deed().about_child


@pytest.mark.parametrize("words", ["mai tôi gửi", "khoan, cho tôi nghĩ lại đã, tôi chưa muốn gửi"])
@pytest.mark.parametrize("told", [STORY, RESCUE], ids=["at a question", "at the check"])
def test_later_is_no_answer_and_nothing_goes(town: Town, told: str, words: str) -> None:
    """Asked once whether to leave it for now; the draft stays as it was, without these words in it."""
    lan = town.citizen("Lan")
    lan.says(told)
    lan.says(words)
    lan.picks("Dừng, giữ lại")
    lan.says("alo")
    lan.sees("Kể tiếp không ạ?")
    lan.picks("Kể tiếp")
    if told == STORY:
        lan.says("không nhớ")
    lan.agrees()
    assert town.deed().story == told


@pytest.mark.parametrize("words", ["à không, để đó đi, đừng rút", "thôi giữ lại nha"])
def test_it_stays_when_they_think_again(town: Town, words: str) -> None:
    """At the question whether to take it back."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("rút tin 1")
    lan.sees("Rút tin số 1?")
    lan.says(words)
    assert town.deed().status == "received"
    lan.sees("được giữ nguyên")


def test_pictures_are_kept_back_in_a_sentence_of_ones_own(town: Town) -> None:
    """After a yes to both: the words may still be used."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE, photos=1)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says("bỏ tấm hình ra, vợ tôi không thích, còn chữ thì cứ để")
    assert allowed(town) == (True, False)


@pytest.mark.parametrize("words", ["khen chứ", "không phải tố cáo gì đâu em ơi, chị ấy tốt lắm"])
def test_praise_in_ones_own_words_is_praise(town: Town, words: str) -> None:
    """Asked whether they praise or accuse: the story goes on, and is not thrown away."""
    lan = town.citizen("Lan")
    story = (
        "Hôm qua chị Hà Thị Mơ ở thôn Bến Gỗ khuyên chồng khỏi kiện cáo, hai nhà làm lành, ai cũng bảo nhận tiền hối lộ"
    )
    lan.says(story)
    lan.sees("phản ánh, tố cáo?")
    lan.says(words)
    lan.agrees()
    assert story in town.deed().story


@pytest.mark.parametrize(
    "words", ["ảnh thì xã cứ đăng, lời tui kể thì đừng", "loa xã thì đọc chứ báo đài thì thôi nha", "tui không ưng nữa"]
)
def test_half_a_yes_afterwards_counts_as_none_and_is_read(town: Town, words: str) -> None:
    """There is no such answer to choose: nothing is used until the office has asked, and it has their words."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE, photos=1)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(words)
    assert allowed(town) == (False, False)
    assert _notes(town) == [words]
    assert len(town.deeds()) == 1


def test_pictures_of_a_report_being_told_go_when_asked(town: Town) -> None:
    """At the check: the words stay, and the check counts none."""
    lan = town.citizen("Lan")
    lan.says(RESCUE, photos=2)
    lan.says("bỏ tấm ảnh đi nhé")
    lan.sees("Đã bỏ ảnh")
    assert "Ảnh: 0" in lan.last
    lan.agrees()
    assert town.deed().story == RESCUE
    deed = town.deed()
    assert town.rows(lambda tx: attachments.of_deed(tx, deed.id)) == []


@pytest.mark.parametrize("answer", ["đồng ý", "vâng", "gửi đi", "hôm qua mà"])
def test_a_story_with_a_wish_in_it_is_never_lost(town: Town, answer: str) -> None:
    """ "Do not name me" sounds like somebody who is told of; whatever is typed next, the story stays."""
    lan = town.citizen("Lan")
    story = "Anh Lò Văn Tâm ở bản Cang hôm qua đưa bà cụ lạc đường về nhà, tôi không muốn nêu tên tôi"
    lan.says(story)
    lan.says(answer)
    if "Xin xem lại:" not in lan.last:
        lan.says("đúng là kể việc tốt")
    lan.agrees()
    assert story in town.deed().story


@pytest.mark.parametrize("words", ["xóa đi", "ừ xóa đi", "ừa xóa đi", "không giữ gì hết"])
def test_a_yes_to_deleting_in_ordinary_words(town: Town, words: str) -> None:
    """At the question about the report being told."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("thôi tôi không gửi nữa")
    lan.sees("Xóa bản đang kể")
    lan.says(words)
    lan.sees("đã được xóa")
    assert town.rows(lambda tx: drafts.waiting_of(tx, 1)) == []


def test_a_refusal_is_no_name(town: Town) -> None:
    """Asked who it was, with one name offered: who does not agree is asked whether to delete."""
    lan = town.citizen("Lan")
    lan.says("Hôm qua chị Hoa ở tổ 3 giúp bà con dọn đường sau lũ")
    lan.says("không đồng ý")
    lan.sees("Xóa bản đang kể")


def test_a_wish_about_the_name_stands_with_the_report(town: Town) -> None:
    """At the question about its use: no picture is spoken of, and the office reads the words."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("cho đăng nhưng đừng nêu tên anh Khuyên")
    assert "không dùng ảnh" not in lan.last
    assert _notes(town) == ["cho đăng nhưng đừng nêu tên anh Khuyên"]


@pytest.mark.parametrize(
    "second",
    [
        "Hôm qua chị Hà Thị Mơ ở tổ 3 không cho ai trả tiền thuốc",
        "Hôm qua ông Lò Văn Tư ở tổ 3 trả lại tiền gửi nhầm cho bà con",
    ],
)
def test_another_deed_takes_nothing_back(town: Town, second: str) -> None:
    """Told soon after a report: what somebody did not want in it is part of it."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(second)
    lan.sees("Xin xem lại:")
    assert allowed(town) == (True, True)
    assert _notes(town) == []
