"""What used to be misheard: a number typed too soon, words under a file, an end or a yes said in few words."""

import pytest

from deeds.kinds import Thing
from storage import deeds, drafts, history
from tests.cast import RESCUE, OnTelegram
from tests.town import Town

AT_ONCE_S = 0.5


def test_a_second_number_typed_at_once_agrees_to_nothing(town: Town) -> None:
    """ "1", "1" on a slow line: the second was meant for the question before, which nobody had answered yet."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("1")
    town.clock.forward(seconds=AT_ONCE_S)
    lan.sends("1", [])
    lan.sees("Chưa làm gì cả")
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    allowed = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    assert Thing.WORDS not in allowed


def test_words_under_a_file_are_told(town: Town) -> None:
    """A film or a paper cannot be taken; what stands under it is a story like any other."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    town.begin()
    before = town.heard()
    lan.person.sends_file(b"%PDF-1.7", "bao-cao.pdf", caption=RESCUE, mime="application/pdf")
    town.wait_heard(before + 1)
    town.settle()
    lan.sees("Đã nhận phần chữ")
    lan.picks("Đồng ý, gửi đi")
    assert town.deed().story == RESCUE


@pytest.mark.parametrize(
    "words", ["xóa tất", "hỏi nhiều quá không kể nữa", "coi như tôi chưa nói gì nhé", "thôi khỏi, tôi đổi ý rồi"]
)
def test_who_ends_it_at_the_check_is_asked_once_and_none_of_it_is_story(town: Town, words: str) -> None:
    """Nothing goes by being misheard, and nobody is pushed to send."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says(words)
    lan.sees("Xóa bản đang kể")
    lan.picks("Chưa xóa, kể tiếp")
    lan.picks("Đồng ý, gửi đi")
    assert town.deed().story == RESCUE


def test_what_is_added_at_the_check_is_said_with_the_way_out(town: Town) -> None:
    """The screen shows the beginning of a story only, so nobody would see what was done with their words."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("hôm đó trời mưa to lắm")
    lan.sees("Đã ghi thêm câu ấy vào lời kể")
    assert "mưa to lắm" in str(town.rows(lambda tx: drafts.waiting_of(tx, 1))[0].state["told"]["story"])


@pytest.mark.parametrize("words", ["kể tiếp", "gửi cái lúc nãy đi", "gửi đi"])
def test_what_was_put_aside_is_found_again(town: Town, words: str) -> None:
    """In the words anybody would use; no second report is begun."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.picks("Để đó, gửi sau")
    lan.says(words)
    lan.sees("Kể tiếp không ạ")
    assert len(town.rows(lambda tx: drafts.waiting_of(tx, 1))) == 1


def test_a_draft_dropped_says_that_the_report_sent_stays(town: Town) -> None:
    """ "Deleted" is not said of what stands."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Không, chỉ để xã biết")
    lan.says("Bà Lường Thị Ngoan nhặt được ví tiền, sáng nay bà đem trả cho người qua đường")
    lan.says("xóa đi")
    lan.picks("Xóa, không giữ gì")
    lan.sees("Tin số 1 gửi trước đó vẫn còn")


@pytest.mark.parametrize(
    ("words", "allowed"),
    [("đồng ý hết", {Thing.WORDS, Thing.PICTURES}), ("dùng lời thôi ảnh thì không", {Thing.WORDS})],
)
def test_a_yes_in_other_words_is_no_no(town: Town, words: str, allowed: set[Thing]) -> None:
    """Said to the question of use."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(words)
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    answers = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    assert {thing for thing, answer in answers.items() if answer.allowed} - {Thing.KEEP} == allowed


def test_a_long_complaint_that_is_praise_after_all_loses_nothing(town: Town) -> None:
    """What goes beyond what is held is refused at once, and what is held is told."""
    lan = town.citizen("Lan")
    lan.says("tôi muốn tố cáo ông chủ tịch xã ăn tiền")
    long = "Ông giúp bà con dọn đường. " * 700
    lan.says(long)
    lan.says(long)
    lan.sees("phần trước vẫn còn")
    lan.picks("Chuyện muốn khen")
    story = str(town.rows(lambda tx: drafts.waiting_of(tx, 1))[0].state["told"]["story"])
    assert story == f"tôi muốn tố cáo ông chủ tịch xã ăn tiền\n{long.strip()}"


def test_a_child_who_writes_as_children_do_is_one(town: Town) -> None:
    """A child is named by the recorded yes of family and child only."""
    an = town.citizen("An")
    an.says("cháu 8 tủi cháu nhặt đc 10 nghìn ở cổng trường cháu trả cô giáo hôm qua")
    an.says("bạn Lò Văn An")
    an.picks("Đồng ý, gửi đi")
    assert town.deed().about_child


@pytest.mark.parametrize(
    "words", ["hàng xóm đánh vợ máu me đầy nhà", "chồng tôi đánh tôi gãy tay hôm qua", "có đứa cầm súng ở bản Hin"]
)
def test_the_numbers_are_told_beside_what_might_be_danger(town: Town, words: str) -> None:
    """Nobody knows for certain, so the report goes on; the numbers cost a few lines, once."""
    lan = town.citizen("Lan")
    lan.says(words)
    lan.sees("Nếu lúc này có ai đang gặp nguy hiểm")
    said = sum("đang gặp nguy hiểm" in shown.text for shown in lan.messages())
    lan.says("nhà ở bản Hin, ông ấy cầm dao")
    assert sum("đang gặp nguy hiểm" in shown.text for shown in lan.messages()) == said == 1


def test_a_story_of_help_is_told_without_them(town: Town) -> None:
    """What is over needs no number."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    assert all("đang gặp nguy hiểm" not in shown.text for shown in lan.messages())


def test_every_message_is_kept_as_it_was_typed(town: Town) -> None:
    """Fields are readings of them; the moderator reads the words themselves, in their order."""
    lan = town.citizen("Lan")
    said = ["Có người giúp bà con dọn đường sau lũ", "suoi", "thon Na Lo, anh Nam", "hôm qua", "ở thôn Nà Tân chứ"]
    for words in said:
        lan.says(words)
    lan.picks("Đồng ý, gửi đi")
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    assert told.told["heard"] == said


@pytest.mark.parametrize(
    "words", ["ai cũng giúp cả, không kể hết", "ôi nói bao nhiêu cũng không hết", "không nói thì phí"]
)
def test_praise_beyond_words_is_no_wish_to_delete(town: Town, words: str) -> None:
    """At the check; it is added, and the yes that follows sends."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says(words)
    lan.says("đồng ý")
    lan.receipt()
    assert words in town.deed().story


def test_the_yes_that_sends_deletes_nothing(town: Town) -> None:
    """Asked whether to delete, "đồng ý" was meant for the screen before."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("xóa giúp tôi")
    lan.sees("Xóa bản đang kể")
    lan.says("đồng ý")
    assert len(town.rows(lambda tx: drafts.waiting_of(tx, 1))) == 1


@pytest.mark.parametrize("words", ["khoan đã cho tui nghĩ cái", "đừng gửi vội, còn hỏi con gái tôi"])
def test_who_wants_to_wait_finds_it_again(town: Town, words: str) -> None:
    """Nothing is deleted, nothing is sent, and it is kept for thirty days."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says(words)
    lan.sees("được giữ 30 ngày")
    assert town.deeds() == []


@pytest.mark.parametrize("words", ["hình được, chữ khỏi", "ảnh ok lời ko"])
def test_a_no_to_the_words_is_no_yes_to_them(town: Town, words: str) -> None:
    """Which of the two was meant is asked again."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says(words)
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    answers = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    assert Thing.WORDS not in answers or not answers[Thing.WORDS].allowed


@pytest.mark.parametrize(
    "words",
    ["đừng quên đăng nhé", "không đăng thì buồn lắm", "sao không đọc loa cho bà con nghe", "chưa thấy xã đăng"],
)
def test_who_wants_it_shown_takes_nothing_back(town: Town, words: str) -> None:
    """They are told where it stands."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says(words)
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    answers = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    assert answers[Thing.WORDS].allowed
    assert len(town.deeds()) == 1


def test_a_wish_to_have_it_down_is_not_merely_noted(town: Town) -> None:
    """ "Do not leave it on the net any more"."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.picks("Được dùng cả lời kể và ảnh")
    lan.says("đừng để trên mạng nữa em ơi")
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    answers = town.rows(lambda tx: history.allowed_by_tellers(tx, [told.id])[told.id])
    assert not answers[Thing.WORDS].allowed


@pytest.mark.parametrize(
    "words", ["thui hok gửi nữa", "gửi cái gì mà gửi", "đâu có đồng ý", "hỏi nhiều quá không kể nữa"]
)
def test_who_will_not_send_is_asked_once(town: Town, words: str) -> None:
    """In a teenager's spelling, too."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says(words)
    lan.sees("Xóa bản đang kể")


@pytest.mark.parametrize("words", ["thôi đừng rút", "thôi đừng rút nữa", "thôi khỏi rút", "à thôi vẫn gửi"])
def test_never_mind_keeps_what_was_to_go(town: Town, words: str) -> None:
    """Said to the question whether to take it back, it is no yes."""
    lan = town.citizen("Lan")
    lan.reports(RESCUE)
    lan.says("rút tin")
    lan.says(words)
    assert town.deed().story == RESCUE
    (told,) = town.rows(lambda tx: deeds.submissions_of(tx, town.deed().id))
    assert told.withdrawn_at is None
