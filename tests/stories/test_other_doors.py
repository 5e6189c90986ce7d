"""Not everything told here is a good deed: danger, denunciations, and the words of somebody who only asks."""

from sqlalchemy import select

from deeds.kinds import Act
from storage.models import Tally
from tests.cast import RESCUE
from tests.town import Town

ACCUSATION = "Ông Canaryman ăn chặn tiền hỗ trợ lũ lụt của dân, tôi muốn tố cáo"


def tallies(town: Town) -> dict[str, int]:
    """Return everything that is counted."""
    rows = town.rows(lambda tx: tx.execute(select(Tally.name, Tally.count)).all())
    return {row[0]: int(row[1]) for row in rows}


def test_danger_comes_first(town: Town, on: str) -> None:
    """A child is drowning now: the numbers come first and alone; whatever was being told is still there."""
    lan = town.citizen("Lan", on=on)
    lan.says("Có cháu bé đang bị đuối nước ở suối, cứu với")
    assert lan.last.startswith("CÓ NGƯỜI GẶP NẠN: GỌI NGAY")
    assert "0200 000 113" in lan.last
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    lan.sees("Xin cho biết thêm")
    lan.says("cháy nhà rồi cứu với")
    assert lan.last.startswith("CÓ NGƯỜI GẶP NẠN: GỌI NGAY")
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua")
    assert "nhặt được ví" in lan.sees("Xin xem lại:")


def test_a_rescue_told_afterwards_is_no_alarm(town: Town) -> None:
    """The story of a rescue is a story."""
    lan = town.citizen("Lan")
    lan.tells(RESCUE)
    lan.sees("Xin xem lại:")
    assert not lan.shows("GỌI NGAY")


def test_a_denunciation_is_asked_about_and_forgotten(town: Town, on: str) -> None:
    """The person says it is a complaint: the right doors are named, no word of it is in any table, it is counted."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    thu.reads_all()
    lan.says(ACCUSATION)
    lan.sees("Đây là chuyện muốn khen, hay là phản ánh, tố cáo?")
    lan.says("dạ")
    lan.sees("Đây là chuyện muốn khen, hay là phản ánh, tố cáo?")
    lan.picks("Phản ánh, tố cáo")
    doors = lan.sees("Kênh này chỉ nhận việc tốt")
    assert "Trụ sở tiếp công dân tỉnh Lam Khê" in doors
    town.settle()
    assert town.tables_with("Canaryman", "ăn chặn") == {}
    assert tallies(town) == {"redirected.2026-05": 1}
    assert thu.reads_all() == []
    thu.says("xem")
    assert "Không còn tin nào chờ" in thu.last


def test_praise_that_sounds_like_a_complaint_is_praise(town: Town, on: str) -> None:
    """The person decides: it was meant as praise, and goes on as any other story, with a word on who we are."""
    lan = town.citizen("Lan", on=on)
    lan.says("Chiều qua anh Lò Văn Khuyên ở thôn Bến Gỗ bị lừa đảo mà vẫn đem tiền giúp bà con")
    lan.sees("Đây là chuyện muốn khen")
    lan.picks("Chuyện muốn khen")
    lan.sees("Việc Tốt xã Suối Lành đã nghe")
    lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    assert lan.receipt()[0] == 1
    assert tallies(town).get("redirected.2026-05") is None


def test_a_denunciation_in_the_middle_of_a_report(town: Town) -> None:
    """An answer turns into an accusation: it is forgotten, the report goes on where it was."""
    lan = town.citizen("Lan")
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    lan.says(ACCUSATION)
    lan.picks("Phản ánh, tố cáo")
    lan.sees("Kênh này chỉ nhận việc tốt")
    lan.sees("Xin cho biết thêm")
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua")
    assert "Canaryman" not in lan.sees("Xin xem lại:")
    assert town.tables_with("Canaryman") == {}


def test_a_held_complaint_nobody_comes_back_to_is_gone(town: Town, on: str) -> None:
    """The question is never answered: within the promised day the words are gone."""
    lan = town.citizen("Lan", on=on)
    lan.says(ACCUSATION)
    town.clock.forward(hours=23)
    town.settle()
    assert town.tables_with("Canaryman") == {}


def test_a_complaint_found_by_a_moderator(town: Town, on: str) -> None:
    """It came through as a deed: the moderator turns it away, is asked once, and its words are gone everywhere."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu", on="telegram")
    lan.reports(RESCUE.replace("Khuyên", "Canaryman"), photos=1)
    town.settle()
    thu.says("xem")
    thu.picks("Là phản ánh, tố cáo")
    thu.sees("Lời kể và ảnh sẽ xóa ngay")
    thu.picks("Đúng, xóa và chỉ nơi nhận")
    thu.sees("đã xóa lời kể")
    town.settle()
    lan.sees("Kênh này chỉ nhận việc tốt")
    assert town.tables_with("Canaryman") == {}
    assert not thu.shows("Canaryman")
    assert tallies(town)["redirected.2026-05"] == 1
    assert town.deed().status == "redirected"


def test_questions_about_the_house_are_answered(town: Town, on: str) -> None:
    """Help, the telephone number and the doors for complaints are there at any moment, also in a report."""
    lan = town.citizen("Lan", on=on)
    lan.says("Có người nhặt được ví tiền rồi đem trả lại cho người mất")
    lan.sees("Xin cho biết thêm")
    lan.says("gọi")
    lan.sees("xin gọi 0200 000 000")
    lan.says("phản ánh")
    lan.sees("Nơi nhận:")
    lan.says("giúp")
    lan.sees("Lúc nào cũng nhắn được")
    lan.sees("Xin cho biết thêm")
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua")
    lan.sees("Xin xem lại:")


def test_a_deed_about_a_child_says_so(town: Town) -> None:
    """Told of a child: the check says that child and family are asked, and the deed carries the mark."""
    lan = town.citizen("Lan")
    lan.tells("Hôm qua em Lò Thị Xuyến, học sinh lớp 6, ở bản Nà Phiêng nhặt được điện thoại đem trả")
    assert "chỉ nêu khi cả em và gia đình đồng ý" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    town.moderator("Thu")
    assert town.deed().about_child
    assert town.decides("Thu", Act.APPROVE).status == "approved"
