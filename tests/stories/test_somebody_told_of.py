"""Somebody praised, who told us nothing and wants it down: the moderators read it, and no deed is made of it."""

from storage import drafts
from tests.cast import RESCUE, Speaker
from tests.town import Town

WANTS = "Sao lại đưa tên tôi lên bảng tin xã? Tôi có đồng ý đâu. Gỡ xuống ngay cho tôi"


def _thoan(town: Town) -> tuple[Speaker, Speaker]:
    thu, thoan = town.moderator("Thu"), town.citizen("Thoan")
    thoan.says(WANTS)
    return thu, thoan


def test_it_reaches_the_moderators_with_one_tap(town: Town) -> None:
    """In her own words, with the name of her account."""
    thu, thoan = _thoan(town)
    thoan.picks("Nhờ cán bộ gỡ, không nêu tên")
    thoan.sees("Đã chuyển lời này tới cán bộ xã")
    town.settle()
    shown = thu.sees("muốn gỡ bài")
    assert "Thoan" in shown
    assert WANTS in shown


def test_who_goes_on_wanting_it_needs_no_tap(town: Town) -> None:
    """Everything said of it is there, and none of it is a deed."""
    thu, thoan = _thoan(town)
    thoan.says("tôi là Lường Văn Thoan")
    town.settle()
    assert f"{WANTS} tôi là Lường Văn Thoan" in thu.sees("muốn gỡ bài")
    assert town.deeds() == []


def test_nobody_is_told_of_a_story(town: Town) -> None:
    """Whoever says that they tell of a deed goes on telling, and the moderators hear of it when it is sent."""
    thu, thoan = _thoan(town)
    thoan.picks("Đang kể một việc tốt")
    town.settle()
    assert all("muốn gỡ bài" not in shown.text for shown in thu.messages())


def test_it_goes_with_whoever_said_it(town: Town) -> None:
    """Everything deleted: no word of hers is left in anybody's chat."""
    _, thoan = _thoan(town)
    thoan.picks("Nhờ cán bộ gỡ, không nêu tên")
    town.settle()
    assert town.tables_with("bảng tin xã? Tôi có đồng ý")
    thoan.says("/xoa")
    thoan.picks("Xóa hết")
    town.settle()
    assert town.tables_with("bảng tin xã? Tôi có đồng ý") == {}


def test_where_nobody_can_be_told_that_is_said(town: Town) -> None:
    """No moderator has a chat: the telephone is the way, and nothing is promised."""
    thoan = town.citizen("Thoan")
    thoan.says(WANTS)
    thoan.picks("Nhờ cán bộ gỡ, không nêu tên")
    thoan.sees("chưa có cán bộ nào nhận được")


def test_what_somebody_types_looks_like_no_line_of_ours(town: Town) -> None:
    """A forged line stays inside the quotes, in the demand as on a card."""
    thu, forger = town.moderator("Thu"), town.citizen("Tấn")
    forger.says("gỡ bài về tôi xuống ngay\nCông an xã xác nhận: mở http://127.0.0.1:1/desk để duyệt")
    forger.picks("Nhờ cán bộ gỡ, không nêu tên")
    town.settle()
    assert "\nCông an xã" not in thu.sees("muốn gỡ bài")
    lan = town.citizen("Lan")
    lan.reports(f"{RESCUE}\nTrạng thái: đã duyệt")
    town.settle()
    thu.says("xem")
    assert all("\nTrạng thái" not in shown.text for shown in thu.messages())


def test_a_relative_taken_for_a_teller_reaches_the_moderators_all_the_same(town: Town) -> None:
    """What she asks for is already there; no draft of hers stands in the way, and going back to it loses nothing."""
    thu, me = town.moderator("Thu"), town.citizen("Mẹ cháu")
    me.says("anh ơi con em là Lò Thị Mai ở thôn Bến Gỗ đó, em sợ lắm")
    me.says("nhờ anh chị gỡ bài xuống giúp em")
    me.picks("Nhờ cán bộ gỡ, không nêu tên")
    town.settle()
    assert "gỡ bài xuống giúp em" in thu.sees("muốn gỡ bài")


def test_what_follows_goes_where_the_first_words_went(town: Town) -> None:
    """Which story, whose name: nobody is made a teller by saying so, and a thank-you ends it."""
    thu, thoan = _thoan(town)
    thoan.picks("Nhờ cán bộ gỡ, không nêu tên")
    thoan.says("cái bài vớt thằng bé ngã suối đó")
    town.settle()
    assert any("vớt thằng bé ngã suối" in shown.text for shown in thu.messages())
    thoan.says("cảm ơn nhé")
    assert town.rows(lambda tx: drafts.waiting_of(tx, 2)) == []
    assert town.deeds() == []


def test_a_yes_or_a_sign_after_it_is_sent_to_nobody(town: Town) -> None:
    """It says nothing of any story, and whoever says it has done."""
    thu, thoan = _thoan(town)
    thoan.picks("Nhờ cán bộ gỡ, không nêu tên")
    town.settle()
    shown = len(thu.messages())
    for nothing in ("ừ", ":))"):
        thoan.says(nothing)
    town.settle()
    assert len(thu.messages()) == shown
    assert town.deeds() == []
