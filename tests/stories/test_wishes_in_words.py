"""Who does not want something kept, sent or published says so in their own words, at any moment, and it is done."""

import httpx2
import pytest

from deeds.kinds import Act, Thing
from tests.cast import RESCUE, Speaker
from tests.stories.test_what_i_sent import allowed
from tests.town import Town

ANSWERLESS = "Có người giúp bà con dọn đường sau lũ Canaryflood"
PERSONAL = {"place", "draft", "deed", "submission", "attachment", "honoree"}


def published(town: Town, lan: Speaker, number: int = 1) -> None:
    """Lan's report stands on the page, words and all."""
    town.moderator("Thu")
    lan.reports(RESCUE.replace("lên bờ an toàn", "lên bờ an toàn Canaryman"))
    lan.picks("Được dùng cả lời kể và ảnh")
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME, Thing.PHOTO)
    town.decides("Thu", Act.APPROVE, number)
    town.decides("Thu", Act.PUBLISH, number)


def public(town: Town) -> str:
    """Return what anybody reads on page and feed."""
    code = town.deed().code
    paths = ("/", f"/deeds/{code}", "/feed.xml")
    return "\n".join(httpx2.get(f"{town.address}{path}", follow_redirects=True).text for path in paths)


@pytest.mark.parametrize(
    "words",
    [
        "tôi không muốn ai giữ thông tin của tôi",
        "đừng lưu gì về tôi cả",
        "thôi tôi không gửi nữa",
        "xóa giúp tôi bản này",
    ],
)
@pytest.mark.parametrize("at_the_check", [False, True])
def test_a_refusal_is_obeyed_at_any_question(town: Town, words: str, at_the_check: bool) -> None:
    """Asked who it was, or at the check: nothing of it becomes a field, it is asked once and then gone."""
    lan = town.citizen("Lan")
    lan.says(ANSWERLESS)
    if at_the_check:
        lan.says("không nhớ")
        lan.sees("Xin xem lại:")
    lan.says(words)
    lan.sees("Xóa bản đang kể")
    lan.picks("Chưa xóa, kể tiếp")
    assert words not in lan.last
    lan.says(words)
    lan.picks("Xóa, không giữ gì")
    lan.sees("Bản kể đã được xóa, không lưu gì")
    assert not PERSONAL & set(town.tables_with("Canaryflood"))


@pytest.mark.parametrize(
    "words",
    [
        "gỡ bài tôi đã gửi hôm nọ đi",
        "xóa tin của em đi",
        "rút lại tin số 1",
        "hủy tin số 1",
        "rút tin",
        "xóa tin của tôi",
    ],
)
def test_what_was_sent_is_taken_back_in_words(town: Town, words: str) -> None:
    """Never a new report: the one that was sent is asked about once, and withdrawn."""
    lan = town.citizen("Lan")
    lan.reports()
    lan.says("không")
    lan.says(words)
    lan.sees("Rút tin số 1?")
    lan.picks("Rút tin")
    lan.sees("Đã rút tin số 1")
    assert len(town.deeds()) == 1


def test_of_several_the_person_says_which(town: Town, on: str) -> None:
    """Two were sent: both are listed with their numbers, and none is touched before one is named."""
    lan = town.citizen("Lan", on=on)
    for _ in range(2):
        lan.reports()
        lan.says("không")
    lan.says("gỡ bài tôi đã gửi hôm nọ đi")
    which = lan.sees("Muốn rút tin nào ạ?")
    assert "Số 1" in which
    assert "Số 2" in which
    lan.says("rút lại tin số 2")
    lan.picks("Rút tin")
    lan.sees("Đã rút tin số 2")


def test_everything_is_deleted_in_words(town: Town, on: str) -> None:
    """ "/xoahet" and "đừng lưu gì về tôi cả", with nothing being told, ask whether everything shall go."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.says("không")
    for words in ("/xoahet", "đừng lưu gì về tôi cả", "xóa hết thông tin của tôi"):
        lan.says(words)
        lan.sees("Xóa mọi dữ liệu gắn với tài khoản này?")
        lan.picks("Giữ lại")
    assert town.deed().story == RESCUE


@pytest.mark.parametrize("words", ["không cho đăng nữa", "đừng đăng nữa ạ", "tôi rút lại lời đồng ý"])
def test_a_yes_to_publishing_is_taken_back_in_words(town: Town, words: str) -> None:
    """The page and the feed show it; one sentence later they do not, the no is on record, and she is told."""
    lan = town.citizen("Lan")
    published(town, lan)
    assert "Canaryman" in public(town)
    lan.says(words)
    assert "tin số 1" in lan.sees("Đã ghi: không đăng")
    assert "Canaryman" not in public(town)
    assert allowed(town) == (False, False)
    assert len(town.deeds()) == 1


def test_only_the_pictures_are_taken_back(town: Town, on: str) -> None:
    """ "Không đồng ý cho dùng ảnh nữa": the words stay on the page, the pictures may not be used."""
    lan = town.citizen("Lan", on=on)
    published(town, lan)
    lan.says("không đồng ý cho dùng ảnh nữa")
    lan.sees("Đã ghi: không dùng ảnh của tin số 1")
    assert allowed(town) == (True, False)
    assert "Canaryman" in public(town)


def test_no_undo_puts_back_what_its_teller_took_down(town: Town) -> None:
    """A moderator takes the last decision back: it is not the teller's."""
    lan = town.citizen("Lan")
    published(town, lan)
    lan.says("không cho đăng nữa")
    with pytest.raises(Exception, match="nothing to take back"):
        town.decides("Thu", Act.UNDO)
    assert "Canaryman" not in public(town)


def test_a_story_that_sounds_alike_is_a_story(town: Town) -> None:
    """ "Bà không muốn ai biết" is what makes her good, not a wish of who tells it."""
    lan = town.citizen("Lan")
    lan.says("Hôm qua ở tổ 3 có người nuôi ba cháu mồ côi")
    lan.says("bà Ngoan nuôi, bà không muốn ai biết")
    lan.says("bà không cho ai đưa tiền, đừng đăng tên bà nhé")
    lan.says("đồng ý")
    lan.receipt()
    assert "bà không muốn ai biết" in town.deed().story
    assert "đừng đăng tên bà nhé" in town.deed().story
