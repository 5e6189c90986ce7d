"""Somebody tells of a good deed for the first time."""

from tests.cast import RESCUE
from tests.town import Town


def test_four_turns_from_hello_to_the_receipt(town: Town, on: str) -> None:
    """A farmer of 68 says hello, tells it, answers three things in one message, agrees: four turns, then a number."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.says("alo")
    ba.sees("Chào bà con. Đây là Việc Tốt")
    ba.says("Có một người nhặt được ví tiền rồi đem trả lại cho người mất, quý lắm")
    missing = ba.sees("Xin cho biết thêm")
    assert missing.count("\n- ") == 3
    ba.says("chị Lường Thị Ngoan, ở bản Nà Phiêng, hôm qua")
    check = ba.sees("Xin xem lại:")
    assert "- Người làm: chị Lường Thị Ngoan" in check
    assert "bản Nà Phiêng" in check
    assert "thứ Hai, 04/05/2026" in check
    ba.picks("Đồng ý, gửi đi")
    assert ba.receipt()[0] == 1
    ba.sees("Còn một điều")


def test_a_story_that_says_everything_is_checked_at_once(town: Town, on: str) -> None:
    """Two turns are enough when the first message says who, where and when; its pictures are counted at the check."""
    lan = town.citizen("Lan", on=on)
    lan.tells(RESCUE, photos=2)
    lan.sees("Việc Tốt xã Suối Lành đã nghe")
    check = lan.sees("Xin xem lại:")
    assert "Lò Văn Khuyên" in check
    assert "thôn Bến Gỗ" in check
    assert "- Ảnh: 2" in check
    lan.picks("Đồng ý, gửi đi")
    assert lan.receipt()[0] == 1
    town.settle()
    assert town.deed().story == RESCUE


def test_a_grandmother_types_short_and_without_accents(town: Town) -> None:
    """What the story says without certainty is offered, and stands where she does not say better: five turns."""
    ba = town.citizen("Bà Ngần")
    ba.says("chao chau")
    ba.says("chi ngoan ban na phieng nhat duoc vi tra lai cho nguoi ta")
    assert "1. Người làm: chi ngoan" in ba.sees("Xin cho biết thêm")
    ba.says("hom qua")
    check = ba.sees("Xin xem lại:")
    assert "- Người làm: chi ngoan" in check
    assert "- Nơi: ban na phieng" in check
    assert "thứ Hai, 04/05/2026" in check
    ba.says("da")
    ba.sees("Để chắc chắn")
    ba.says("dong y")
    assert ba.receipt()[0] == 1


def test_six_turns_at_most_when_nothing_is_known(town: Town, on: str) -> None:
    """Hello, three words, a sentence, "I do not know", agreed: each thing was asked once."""
    ong = town.citizen("Ông Sáu", on=on)
    ong.says("alo")
    ong.says("có người tốt")
    ong.sees("Xin kể thêm một câu")
    ong.says("có người dắt giùm con trâu lạc về tận nhà")
    ong.sees("Xin cho biết thêm")
    ong.says("không nhớ")
    check = ong.sees("Xin xem lại:")
    assert check.count("chưa rõ") == 3
    ong.picks("Đồng ý, gửi đi")
    assert ong.receipt()[0] == 1


def test_a_voice_message_is_the_story(town: Town, on: str) -> None:
    """She presses the microphone and speaks; nobody asks her to type it again, somebody at the desk will listen."""
    ba = town.citizen("Bà Mấy", on=on)
    ba.sends_voice(12)
    ba.sees("Đã nhận lời nói")
    ba.sees("Xin cho biết thêm")
    ba.says("chị Lường Thị Ngoan, bản Nà Phiêng, hôm kia")
    assert "(lời nói, cán bộ sẽ nghe)" in ba.sees("Xin xem lại:")
    ba.picks("Đồng ý, gửi đi")
    ba.receipt()
    hoa = town.moderator("Hòa")
    hoa.says("xem")
    assert "Lời nói: 1" in hoa.last


def test_courtesies_begin_no_report(town: Town, on: str) -> None:
    """After the receipt people thank, agree and say good-bye; none of it is taken for another story."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    for courtesy in ("cảm ơn cháu", "dạ", "vâng ạ", "ok", "cám ơn nhiều nhé"):
        lan.says(courtesy)
        assert "Mời kể" not in lan.last
        assert "Xin kể thêm" not in lan.last
    lan.picks("Chỉ lời kể")
    assert "chỉ dùng lời kể" in lan.last
    lan.says("dạ")
    assert "Khi có chuyện muốn kể" in lan.last


def test_a_greeting_in_the_middle_is_no_answer(town: Town, on: str) -> None:
    """Somebody says hello again instead of answering: nobody is called "alo", the question is put again."""
    lan = town.citizen("Lan", on=on)
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    lan.sees("Xin cho biết thêm")
    lan.says("alo")
    lan.sees("Kể tiếp không ạ?")
    lan.picks("Kể tiếp")
    lan.sees("Xin cho biết thêm")
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua")
    assert "- Người làm: anh Lò Văn Nam" in lan.sees("Xin xem lại:")


def test_what_cannot_be_read_is_said_kindly(town: Town) -> None:
    """Something that is neither words, picture nor voice gets a sentence with the telephone number."""
    lan = town.citizen("Lan", on="telegram")
    lan.says("alo")
    before = town.heard()
    lan.person.sends_content({"sticker": {"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}})  # type: ignore[attr-defined]
    town.wait_heard(before + 1)
    assert "Loại tin này chưa mở được" in lan.last
    assert "0200 000 000" in lan.last
