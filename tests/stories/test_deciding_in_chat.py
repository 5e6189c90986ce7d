"""Moderators decide on their telephones: one card, one tap, and nobody twice."""

import re

import pytest

from deeds.kinds import HONOREE_THINGS, Act, Role
from storage import deeds, history, people
from tests.cast import RESCUE, OnTelegram, Speaker
from tests.town import Town


def card_of(who: Speaker, number: int = 1) -> str:
    """Return the card as it stands on somebody's screen now."""
    cards = [shown.text for shown in who.messages() if re.search(rf"^Số {number} - VT-", shown.text, re.MULTILINE)]
    assert cards, f"{who.name} has no card"
    return cards[0]


def told(town: Town, on: str = "plain", *, moderator_on: str = "telegram") -> tuple[Speaker, Speaker]:
    """Lan tells a deed; Thu has its card."""
    thu = town.moderator("Thu", on=moderator_on)
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.reads_all()
    town.settle()
    return lan, thu


def test_a_card_is_pushed_and_approved_with_one_tap(town: Town, on: str) -> None:
    """The card comes by itself, or a line that says so; after ten minutes, not before, the teller hears of it."""
    lan, thu = told(town, on, moderator_on=on)
    if on == "telegram":
        assert "Lò Văn Khuyên" in card_of(thu)
    else:
        thu.sees("Có tin số 1 cần xem")
        thu.says("xem")
    thu.approves()
    done = thu.sees("Đã duyệt số 1")
    assert "người kể chưa được báo" in done
    assert town.deed().status == "approved"
    town.clock.forward(minutes=9)
    town.settle()
    assert not lan.shows("xác minh đúng người, đúng việc")
    town.clock.forward(minutes=2)
    town.settle()
    assert "gương tháng 5/2026" in lan.sees("Tin số 1 đã được xác minh đúng người, đúng việc")


def test_undone_within_ten_minutes_nothing_is_heard(town: Town, on: str) -> None:
    """A slip is taken back by one word; the teller never hears of either."""
    lan, thu = told(town, moderator_on=on)
    thu.says("xem")
    thu.approves()
    town.clock.forward(minutes=5)
    thu.says("hoàn tác")
    thu.sees("Đã hoàn tác số 1")
    assert town.deed().status == "received"
    town.clock.forward(days=1)
    town.settle()
    assert lan.reads_all() == []
    thu.says("xem")
    assert "Lò Văn Khuyên" in thu.last


def test_undone_later_the_teller_hears_that_it_is_looked_at_again(town: Town) -> None:
    """After the outcome was heard an undo is told as what it is."""
    lan, _ = told(town)
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    lan.sees("đã được xác minh")
    town.decides("Thu", Act.UNDO)
    lan.sees("đang được cán bộ xem lại")


@pytest.mark.parametrize(
    ("reason", "heard"),
    [
        ("Chưa xác minh được", "chưa xác minh được, nên chưa đưa vào danh sách"),
        ("Thuộc nhiệm vụ được giao", "việc thuộc nhiệm vụ được giao"),
        ("Giới thiệu hàng hóa, dịch vụ", "phần lớn là giới thiệu hàng hóa"),
    ],
)
def test_left_out_for_a_canned_reason(town: Town, on: str, reason: str, heard: str) -> None:
    """The moderator taps a reason; the teller reads a whole sentence, with the number to call."""
    lan, thu = told(town, moderator_on=on)
    thu.says("xem")
    thu.picks("Chưa đưa vào")
    thu.picks(reason)
    thu.sees("Đã để ngoài danh sách số 1")
    town.clock.forward(minutes=11)
    town.settle()
    sentence = lan.sees(heard)
    assert "0200 000 000" in sentence


def test_left_out_for_a_written_reason(town: Town, on: str) -> None:
    """Own words, typed after a tap or right away, reach the teller as they are, in one sentence."""
    lan, thu = told(town, moderator_on=on)
    thu.says("xem")
    thu.picks("Chưa đưa vào")
    thu.picks("Tự viết")
    thu.sees("Mời viết lý do")
    thu.says("việc này đã được nêu gương tháng trước.")
    thu.sees("Đã để ngoài danh sách")
    town.clock.forward(minutes=11)
    town.settle()
    heard = lan.sees("việc này đã được nêu gương tháng trước")
    assert ".." not in heard


def test_two_moderators_at_once(town: Town) -> None:
    """Both have the card; the second tap hears who was first and when, and changes nothing."""
    lan, thu = told(town)
    hoa = town.moderator("Hòa", on="telegram")
    lan.reports(RESCUE.replace("thôn Bến Gỗ", "tổ 3"))
    town.settle()
    cards = [next(one for one in who.messages() if "Số 2 - VT" in one.text) for who in (thu, hoa)]
    seen_by_hoa = cards[1].handle.button("Duyệt")["callback_data"]
    thu.approves(of=cards[0])
    assert isinstance(hoa, OnTelegram)
    before = town.heard()
    hoa.person.presses_data(seen_by_hoa, cards[1].handle)
    town.wait_heard(before + 1)
    assert re.search(r"Số 2 đã do Thu duyệt lúc \d\d:\d\d", hoa.last, re.IGNORECASE), hoa.last
    entries = town.rows(lambda tx: history.of_deed(tx, town.deed(2).id))
    assert [entry.act for entry in entries] == ["receive", "approve"]


def test_every_copy_of_a_card_is_kept_current(town: Town) -> None:
    """One decides; the card on everybody's screen says who and when, and its buttons change."""
    thu, hoa = town.moderator("Thu", on="telegram"), town.moderator("Hòa", on="telegram")
    town.citizen("Lan").reports()
    town.settle()
    thu.approves()
    town.settle()
    for who in (thu, hoa):
        assert re.search(r"Thu: \S+, \d\d:\d\d", card_of(who)), card_of(who)
        shown = next(one for one in who.messages() if "Số 1 - VT" in one.text)
        assert shown.labels == ("Đăng", "Hoàn tác: duyệt")


def test_undo_takes_back_one_decision_and_says_which(town: Town) -> None:
    """Approved and published: the first undo takes the page back, the second the approval, each by its own name."""
    thu = town.moderator("Thu", on="telegram")
    town.citizen("Lan").reports()
    town.settle()
    town.asks_honoree("Thu", *HONOREE_THINGS)
    version = town.deed().version
    town.writes(lambda tx: deeds.change(tx, 1, version, summary="Cứu người khỏi suối."))
    town.decides("Thu", Act.APPROVE)
    town.decides("Thu", Act.PUBLISH)
    town.settle()
    assert "Hoàn tác: duyệt" not in card_labels(thu)
    thu.picks("Hoàn tác: đăng")
    town.settle()
    assert town.deed().status == "approved"
    thu.picks("Hoàn tác: duyệt")
    assert town.deed().status == "received"


def card_labels(who: Speaker) -> tuple[str, ...]:
    """Return the buttons of the card."""
    return tuple(next(one for one in who.messages() if "Số 1 - VT" in one.text).labels)


def test_nobody_decides_their_own(town: Town, on: str) -> None:
    """A moderator told a deed: no card for it, no place in the queue, and no way around."""
    thu = town.moderator("Thu", on=on)
    hoa = town.moderator("Hòa", on="telegram")
    thu.reports()
    town.settle()
    assert not thu.shows("Số 1 - VT")
    thu.says("xem")
    thu.sees("Không còn tin nào chờ")
    hoa.approves()
    assert town.deed().status == "approved"


def test_a_role_revoked_between_card_and_press(town: Town) -> None:
    """The button is still there; who presses it is looked up at the press."""
    _, thu = told(town)
    known = town.staff("Thu")
    town.writes(lambda tx: people.dismiss(tx, known.id, Role.MODERATOR, town.clock.now()))
    thu.picks("Duyệt")
    assert "không có quyền" in thu.last
    assert town.deed().status == "received"
    thu.says("xem")
    assert town.deed().status == "received"


def test_a_forged_button_is_no_right(town: Town) -> None:
    """A citizen's changed telephone sends the data of a card; the answer is the same for any deed."""
    told(town)
    minh = town.citizen("Minh", on="telegram")
    minh.says("alo")
    assert isinstance(minh, OnTelegram)
    answers = set()
    for data in ("deed.1.approve.1", "deed.77.approve.1"):
        before = town.heard()
        minh.person.presses_data(data)
        town.wait_heard(before + 1)
        answers.add(minh.last)
    assert len(answers) == 1
    assert "không có quyền" in answers.pop()
    for data in ("deed.x.approve.1", "deed.1.explode.1", "deed.1", "deed.99999999999999999999.approve.1"):
        before = town.heard()
        minh.person.presses_data(data)
        town.wait_heard(before + 1)
    assert town.deed().status == "received"


def test_put_off_shows_the_next(town: Town, on: str) -> None:
    """ "Để sau" goes round the waiting deeds and says so when there is no other."""
    thu, lan = town.moderator("Thu", on=on), town.citizen("Lan")
    lan.reports()
    thu.says("xem")
    thu.picks("Để sau")
    assert "Không còn tin nào khác" in thu.last
    lan.reports(RESCUE.replace("thôn Bến Gỗ", "tổ 3"))
    thu.says("xem")
    assert "thôn Bến Gỗ" in thu.last
    thu.picks("Để sau")
    assert "tổ 3" in thu.last
    thu.picks("Để sau")
    assert "thôn Bến Gỗ" in thu.last


def test_an_invitation_is_used_once(town: Town, on: str) -> None:
    """The code works for the first who types it, in any case; used, wrong or late it says the same."""
    code = town.invite("Thu", Role.MODERATOR)
    thu, minh = town.citizen("Thu", on=on), town.citizen("Minh")
    thu.says(code.lower()).picks("Đúng là tôi")
    thu.sees("Chào Thu")
    minh.says(code)
    minh.sees("Mã này không dùng được")
    late = town.invite("Hòa", Role.MODERATOR)
    town.clock.forward(days=8)
    minh.says(late)
    minh.sees("Mã này không dùng được")
    minh.says("xem")
    assert "VT-2026" not in minh.last


def test_what_was_told_before_the_invitation_stays_ones_own(town: Town) -> None:
    """Thu tells a deed, then becomes a moderator by typing the code: it is still hers, and not hers to decide."""
    thu = town.citizen("Thu")
    thu.reports()
    thu.says(town.invite("Thu", Role.MODERATOR)).picks("Đúng là tôi")
    thu.says("xem")
    assert "Không còn tin nào chờ" in thu.last
    thu.says("tin của tôi")
    assert "Số 1" in thu.last
