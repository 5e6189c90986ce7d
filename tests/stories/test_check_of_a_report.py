"""Everything is shown once before it is sent, and there everything can be changed, put off or refused."""

from tests.cast import RESCUE, OnTelegram, Speaker
from tests.town import Town


def at_the_check(town: Town, on: str = "plain", story: str = RESCUE) -> Speaker:
    """Lan told everything and sees the check."""
    lan = town.citizen("Lan", on=on)
    lan.tells(story)
    lan.sees("Xin xem lại:")
    return lan


def test_every_field_can_be_edited(town: Town, on: str) -> None:
    """She changes the words, the person, the place and the day, one after the other; nothing else moves."""
    lan, check = at_the_check(town, on), ""
    for choice, says, shown in (
        ("Lời kể", "Anh Khuyên cứu hai cháu nhỏ khỏi dòng suối chảy xiết", "khỏi dòng suối chảy xiết"),
        ("Người làm", "anh Lò Văn Khiêm, tổ 3", "- Người làm: anh Lò Văn Khiêm, tổ 3"),
        ("Nơi", "bản Nà Phiêng", "- Nơi: bản Nà Phiêng"),
        ("Hôm nào", "02/05", "thứ Bảy, 02/05/2026"),
    ):
        lan.picks("Sửa")
        lan.picks(choice)
        lan.says(says)
        check = lan.sees("Xin xem lại:")
        assert shown in check
    assert "- Người làm: anh Lò Văn Khiêm" in check
    assert "- Nơi: bản Nà Phiêng" in check
    lan.picks("Sửa")
    lan.picks("Ảnh")
    lan.sees("Có ảnh thì gửi vào đây")
    lan.says("", photos=2)
    lan.says("xong")
    assert "- Ảnh: 2" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    deed = town.deed()
    assert deed.story == "Anh Khuyên cứu hai cháu nhỏ khỏi dòng suối chảy xiết"
    assert str(deed.happened_on) == "2026-05-02"


def test_a_correction_is_typed_at_the_check(town: Town, on: str) -> None:
    """ "hôm 02/05" typed at the check changes the day and nothing else."""
    lan = at_the_check(town, on)
    lan.says("hôm 02/05")
    check = lan.sees("Xin xem lại:")
    assert "thứ Bảy, 02/05/2026" in check
    assert "- Người làm: anh Lò Văn Khuyên" in check
    assert '02/05"' not in check


def test_a_word_of_listening_is_no_consent(town: Town, on: str) -> None:
    """ "Dạ" is heard, not agreed to: nothing is handed in before a clear yes."""
    lan = at_the_check(town, on)
    for listening in ("dạ", "ừ", "ok", "vâng ạ", "cảm ơn"):
        lan.says(listening)
        assert "Để chắc chắn" in lan.sees("Để chắc chắn")
    assert not town.tables_with("receipt_hmac")
    lan.says("đồng ý")
    assert lan.receipt()[0] == 1


def test_a_refusal_leaves_no_row(town: Town, on: str) -> None:
    """She does not agree and is asked once: a good-bye, and no row of what she told."""
    lan = at_the_check(town, on, RESCUE.replace("Khuyên", "Canaryman"))
    lan.picks("Không đồng ý, bỏ bản kể")
    lan.picks("Chưa xóa, kể tiếp")
    lan.sees("Xin xem lại:")
    lan.picks("Không đồng ý, bỏ bản kể")
    lan.picks("Xóa, không giữ gì")
    lan.sees("Bản kể đã được xóa, không lưu gì")
    assert set(town.tables_with("Canaryman")) <= {"inbox_event", "outbox_message", "chat_message"}
    lan.says("alo")
    lan.sees("Mời kể")


def test_a_field_not_asked_is_never_overwritten(town: Town, on: str) -> None:
    """The story named Khuyên; an answer that names another person as well changes nobody, the check shows both."""
    lan = town.citizen("Lan", on=on)
    lan.tells("Anh Lò Văn Khuyên ở thôn Bến Gỗ vớt được hai cháu nhỏ ngã xuống suối")
    lan.sees("Việc này vào hôm nào ạ?")
    lan.says("hôm qua, lúc ấy có cả anh Hà Văn Bình đứng gần đó")
    check = lan.sees("Xin xem lại:")
    assert "- Người làm: anh Lò Văn Khuyên" in check
    assert "thứ Hai, 04/05/2026" in check


def test_back_and_stop_ask_once(town: Town, on: str) -> None:
    """ "Quay lại" opens what can be changed; "thôi" asks once, and "go on" shows the check as it was."""
    lan = at_the_check(town, on)
    lan.says("quay lại")
    lan.sees("Sửa chỗ nào ạ?")
    lan.says("thôi")
    lan.sees("Dừng kể ạ?")
    lan.picks("Kể tiếp")
    lan.sees("Xin")
    lan.says("thôi")
    lan.picks("Bỏ hẳn")
    lan.sees("Đã bỏ bản kể dở")
    lan.says("kể")
    lan.sees("Mời kể")


def test_an_old_button_is_answered_not_obeyed(town: Town) -> None:
    """She scrolls up and presses "Đồng ý" of a check that was changed since: it is told, nothing is sent."""
    lan = at_the_check(town, "telegram")
    old = lan.offering("Đồng ý, gửi đi")
    lan.says("hôm 02/05")
    lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi", of=old)
    lan.sees("Nút này của một câu hỏi trước")
    assert not lan.shows("Số tiếp nhận")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    lan.picks("Đồng ý, gửi đi", of=old)
    assert not lan.shows("Số tiếp nhận: 2")


def test_a_message_rewritten_on_the_phone_changes_only_its_own_words(town: Town) -> None:
    """A slip in the story is mended by editing the message; editing an answer leaves the story alone."""
    lan = town.citizen("Lan", on="telegram")
    assert isinstance(lan, OnTelegram)
    before = town.heard()
    story = lan.person.says("Hôm qua bà cụ ở tổ 3 nhặc được ví tiền rồi đem trả")
    town.wait_heard(before + 1)
    answer = lan.person.says("bà Lường Thị Ngoan")
    town.wait_heard(before + 2)
    lan.sees("Xin xem lại:")
    lan.person.edits(story, "Hôm qua bà cụ ở tổ 3 nhặt được ví tiền rồi đem trả")
    town.wait_heard(before + 3)
    assert "nhặt được ví tiền" in lan.sees("Xin xem lại:")
    lan.person.edits(answer, "bà Lường Thị Ngoãn")
    town.wait_heard(before + 4)
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    assert town.deed().story == "Hôm qua bà cụ ở tổ 3 nhặt được ví tiền rồi đem trả"


def test_a_number_nobody_offered_is_asked_again(town: Town) -> None:
    """ "9" is no choice of four; the choices are shown once more with the numbers they had."""
    lan = at_the_check(town)
    lan.says("9")
    assert "gõ số từ 1 đến 4" in lan.last
    lan.says("1")
    assert lan.receipt()[0] == 1


def test_a_child_is_noticed_wherever_it_is_said(town: Town, on: str) -> None:
    """The pupil is named only when asked who did it: the check says a child is told of, and so does the deed."""
    lan = town.citizen("Lan", on=on)
    lan.tells("Hôm qua ở tổ 3 có người nhặt được ví tiền rồi đem trả lại")
    lan.sees("Ai đã làm việc này ạ?")
    lan.says("em Xuyến, học sinh lớp 5")
    assert "Chuyện có trẻ em" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    assert town.deed().about_child


def test_back_from_what_can_be_changed_is_the_check(town: Town) -> None:
    """Twice "quay lại": to the list of what can be changed, and from there to the check, with nothing changed."""
    lan = town.citizen("Lan")
    lan.says(RESCUE)
    lan.says("quay lại")
    lan.says("quay lại")
    assert "Xin xem lại:" in lan.last
    lan.agrees()
    assert town.deed().story == RESCUE
