"""Moderators share a group: its cards, its presses, its silence."""

from tests.cast import OnTelegram
from tests.town import Town


def test_a_registered_group_gets_the_cards(town: Town) -> None:
    """/nhomduyet by a moderator registers the group; a citizen's does not; then cards go there and nowhere else."""
    thu, minh = town.moderator("Thu", on="telegram"), town.citizen("Minh", on="telegram")
    minh.says("alo")
    group = town.group("Nhóm duyệt", thu, minh)
    group.shows("nhắn /nhomduyet")
    group.says(minh, "/nhomduyet")
    group.shows("Việc này dành cho người kiểm duyệt")
    group.says(thu, "/nhomduyet")
    group.shows("Từ nay tin cần duyệt được gửi vào nhóm này")
    thu.reads_all()
    town.citizen("Lan").reports()
    town.settle()
    card = group.shows("Số 1 - VT-2026-")
    assert thu.reads_all() == []
    group.presses(minh, card, "Duyệt")
    group.shows("không có quyền")
    assert town.deed().status == "received"
    group.presses(thu, group.shows("Số 1 - VT-2026-"), "Duyệt")
    assert town.deed().status == "received"
    group.presses(thu, group.shows("ai xác nhận đúng người, đúng việc?"), "Công an xã")
    town.settle()
    assert town.deed().status == "approved"
    assert "Hoàn tác: duyệt" in group.shows("Số 1 - VT-2026-").buttons


def test_a_reason_in_the_group_is_a_reply(town: Town) -> None:
    """Chatter in the group is not taken for the reason; the reply to our question is."""
    thu = town.moderator("Thu", on="telegram")
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    lan = town.citizen("Lan")
    lan.reports()
    lan.reads_all()
    town.settle()
    group.presses(thu, group.shows("Số 1 - VT-2026-"), "Chưa đưa vào")
    group.presses(thu, group.shows("vì sao chưa đưa vào"), "Tự viết")
    asked = group.shows("Mời viết lý do")
    group.says(thu, "để hỏi lại trưởng bản đã")
    assert town.deed().status == "received"
    group.says(thu, "đã nêu gương tháng trước", reply_to=asked)
    assert town.deed().status == "rejected"
    town.clock.forward(minutes=11)
    town.settle()
    lan.sees("đã nêu gương tháng trước")


def test_a_citizen_may_tell_while_the_group_talks(town: Town) -> None:
    """What members write to each other is not heard: no report begins, nothing is answered."""
    thu = town.moderator("Thu", on="telegram")
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    town.settle()
    before = len(group.messages())
    group.says(thu, "Chiều qua anh Khuyên ở thôn Bến Gỗ vớt được hai cháu nhỏ ngã xuống suối")
    town.settle()
    assert len(group.messages()) == before
    assert isinstance(thu, OnTelegram)
    thu.reads_all()
    thu.says("xem")
    assert "Không còn tin nào chờ" in thu.last


def test_a_group_that_threw_the_bot_out_is_forgotten(town: Town) -> None:
    """Thrown out, the cards go to the moderators themselves."""
    thu = town.moderator("Thu", on="telegram")
    group = town.group("Nhóm duyệt", thu)
    group.says(thu, "/nhomduyet")
    assert isinstance(thu, OnTelegram)
    before = town.heard()
    group.group.kicks_bot(by=thu.person)
    town.wait_heard(before + 1)
    town.citizen("Lan").reports()
    town.settle()
    assert thu.shows("Số 1 - VT-2026-")
