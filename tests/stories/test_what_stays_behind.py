"""What people take back is gone, also where a group was given another id, an account left, or somebody else looks."""

import re

import pytest

from deeds.kinds import Act
from handlers import linking
from moderation import erasing
from tests.cast import OnTelegram, OnWebChat, Speaker
from tests.town import Town

SECRET = "SECRETQ1"
PHONE = "0987654321"
STORY = (
    f"{SECRET} chiều qua anh Lò Văn Khuyên ở thôn Bến Gỗ đi làm về thấy hai cháu nhỏ trượt chân xuống suối, "
    "anh nhảy xuống vớt được cả hai cháu lên bờ an toàn."
)


def test_what_somebody_said_in_any_group_goes_with_them(town: Town) -> None:
    """A group nobody registered: no body of its events is kept, so nothing is left of who has all deleted."""
    lan = town.citizen("Lan Canary", on="telegram")
    lan.says("xin chào")
    group = town.group("Bà con xóm", lan)
    group.says(lan, f"/nhomduyet {SECRET}")
    lan.reads_all()
    assert SECRET not in str(town.tables_with(SECRET).get("inbox_event", ""))
    lan.says("/xoa")
    lan.picks("Xóa hết")
    town.settle()
    assert town.tables_with(SECRET, "Lan Canary") == {}


def test_a_card_is_forgotten_also_when_its_group_was_given_another_id(town: Town) -> None:
    """The moderators' group becomes a supergroup, the teller withdraws: the words stand in no table any more."""
    thu, lan = town.moderator("Thu", on="telegram"), town.citizen("Lan", on="telegram")
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    town.settle()
    lan.reports(STORY)
    town.settle()
    group.presses(thu, group.shows(SECRET), "Hỏi người kể")
    town.settle()
    group.group.upgrades()
    town.citizen("Minh").reports()
    town.settle()
    town.clock.forward(seconds=30)
    town.settle()
    lan.says("rút 1")
    lan.picks(lan.choices[0])
    town.settle()
    assert town.tables_with(SECRET) == {}


def test_a_report_begun_goes_with_the_account_it_is_told_from(town: Town) -> None:
    """Two accounts are joined, one begins a report, they part: the other finds nothing of it, and it dies with it."""
    for who_parts in ("who tells", "the other"):
        anh, bao = town.citizen("Anh", on="telegram"), town.citizen("Bao", on="telegram")
        _join(town, anh, bao)
        anh.says(STORY)
        town.settle()
        (anh if who_parts == "who tells" else bao).says("/bolienket")
        town.settle()
        bao.reads_all()
        bao.says("xin chào")
        assert SECRET not in " ".join(bao.reads_all())
        anh.says("/xoa")
        anh.picks("Xóa hết")
        town.settle()
        assert town.tables_with(SECRET) == {}, who_parts


def test_a_number_is_gone_also_after_accounts_were_joined_and_parted(town: Town) -> None:
    """Its report is taken back while they are one; parting gives the number back to who has nothing left of it."""
    hoa, lan = town.citizen("Hoa", on="webchat"), town.citizen("Lan", on="telegram")
    hoa.reports()
    hoa.says(PHONE)
    hoa.sees("Đã ghi số")
    lan.reports()
    _join(town, hoa, lan)
    hoa.says("rút 1")
    hoa.picks("Rút tin")
    lan.says("/bolienket")
    town.settle()
    town.clock.forward(days=1)
    town.run(town.instance.background.forget_due())
    assert town.tables_with(PHONE) == {}


@pytest.mark.parametrize("days", [0, 31])
def test_erased_staff_are_named_in_no_chat_any_more(town: Town, days: int) -> None:
    """On the card of their group, also where we keep its words no more, and on a card a colleague looked up."""
    thu, an = town.moderator("Thu Khuyết", on="telegram"), town.moderator("An", on="telegram")
    bao = town.moderator("Bảo", on="webchat")
    group = town.group("Nhóm duyệt", thu, an)
    group.says(thu, "/nhomduyet")
    town.settle()
    town.citizen("Lan", on="webchat").reports()
    town.settle()
    town.decides("Thu Khuyết", Act.ASK, reason="Hôm ấy là hôm nào?")
    town.settle()
    bao.says("xem")
    bao.sees("Thu Khuyết: ")
    an.says("xem")
    an.sees("Thu Khuyết: ")
    town.settle()
    town.clock.forward(days=days)
    town.run(town.instance.background.forget_due())
    assert "Thu Khuyết: " in group.shows("Số 1 - VT-2026-").text
    erased = town.staff("Thu Khuyết").id
    town.writes(lambda tx: erasing.erase(tx, erased, linking.others_were_shown(tx, erased), town.clock.now()))
    town.settle()
    assert "Thu Khuyết" not in " ".join(message.text for message in group.messages())
    assert town.tables_with("Thu Khuyết") == {}
    assert set(town.tables_with("cán bộ đã nghỉ")) >= {"chat_message"}
    if not days:
        assert "Thu Khuyết" not in " ".join(shown.text for shown in an.messages())


def test_who_has_all_deleted_is_named_to_nobody(town: Town) -> None:
    """Hoa typed the code Lan had made, was shown whose it is, and said no; then Lan has all deleted."""
    hoa, lan = town.citizen("Hoa", on="webchat"), town.citizen("Lan Khuyên", on="telegram")
    lan.says("xin chào")
    hoa.says("xin chào")
    lan.says("/lienket")
    (code,) = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", lan.reads_all()[-1])[:1]
    hoa.says(code)
    hoa.sees("Lan Khuyên")
    hoa.picks("Không phải tôi")
    town.settle()
    assert {"outbox_message", "chat_message"} <= set(town.tables_with("Lan Khuyên"))
    lan.says("/xoa")
    lan.picks("Xóa hết")
    town.settle()
    assert town.tables_with("Lan Khuyên") == {}


def _join(town: Town, here: Speaker, into: Speaker) -> None:
    assert isinstance(here, OnTelegram | OnWebChat)
    here.says("xin chào")
    into.says("xin chào")
    into.says("/lienket")
    (code,) = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", into.reads_all()[-1])[:1]
    here.says(code)
    here.picks(here.choices[0])
    town.settle()
    into.reads_all()
    here.reads_all()
