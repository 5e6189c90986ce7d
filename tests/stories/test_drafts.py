"""A report half told waits: over a restart, over weeks, and not longer than was said."""

from tests.town import Town

BEGUN = "Có người nhặt được ví tiền Canaryword rồi đem trả lại cho người mất"
PERSONAL = {"place", "draft", "deed", "submission", "attachment", "honoree"}


def test_a_report_is_gone_on_with_after_a_restart(town: Town, on: str) -> None:
    """The process is stopped and started in the middle of a report; the teller notices nothing."""
    lan = town.citizen("Lan", on=on)
    lan.says(BEGUN, photos=1)
    lan.sees("Xin cho biết thêm")
    town.restart()
    lan.says("anh Lò Văn Nam, tổ 3, hôm qua")
    check = lan.sees("Xin xem lại:")
    assert "Canaryword" in check
    assert "- Ảnh: 1" in check
    town.restart()
    lan.picks("Đồng ý, gửi đi")
    assert lan.receipt()[0] == 1


def test_a_report_is_gone_on_with_after_twenty_days(town: Town, on: str) -> None:
    """She comes back and says hello: what she began is offered, and the missing things are asked again."""
    lan = town.citizen("Lan", on=on)
    lan.says(BEGUN)
    lan.sees("Xin cho biết thêm")
    town.clock.forward(days=20)
    town.settle()
    lan.says("chào cán bộ")
    assert "Canaryword" in lan.sees("Kể tiếp không ạ?")
    lan.picks("Kể tiếp")
    lan.sees("Xin cho biết thêm")
    lan.says("anh Lò Văn Nam, tổ 3, đầu tháng 5")
    assert "Canaryword" in lan.sees("Xin xem lại:")


def test_a_report_put_off_waits(town: Town, on: str) -> None:
    """ "Để đó, gửi sau": the report waits, another may be told meanwhile, and the first is still there."""
    lan = town.citizen("Lan", on=on)
    lan.says(BEGUN)
    lan.says("không nhớ")
    lan.picks("Để đó, gửi sau")
    lan.sees("được giữ 30 ngày")
    lan.says("kể")
    lan.picks("Kể việc khác")
    lan.reports("Chiều qua anh Lò Văn Khuyên ở thôn Bến Gỗ vớt được hai cháu nhỏ ngã xuống suối")
    lan.says("kể")
    assert "Canaryword" in lan.sees("Kể tiếp không ạ?")
    lan.picks("Kể tiếp")
    lan.agrees()
    assert lan.receipt()[0] == 2


def test_after_thirty_one_days_it_is_gone(town: Town, on: str) -> None:
    """Nobody went on: after thirty days not a word is left, and a greeting is answered as if nothing had been told."""
    lan = town.citizen("Lan", on=on)
    lan.says(BEGUN)
    town.clock.forward(days=31)
    town.settle()
    assert not PERSONAL & set(town.tables_with("Canaryword"))
    lan.says("alo")
    lan.sees("Mời kể, dài ngắn đều được")


def test_a_report_put_off_is_gone_after_thirty_one_days(town: Town) -> None:
    """The same for one that was put off at the check, or interrupted by a question about deleting."""
    lan, minh = town.citizen("Lan"), town.citizen("Minh")
    lan.says(BEGUN)
    lan.says("không nhớ")
    lan.picks("Để đó, gửi sau")
    minh.says(BEGUN)
    minh.says("xóa")
    town.clock.forward(days=31)
    town.settle()
    assert not PERSONAL & set(town.tables_with("Canaryword"))
    minh.says("2")
    minh.says("alo")
    minh.sees("Mời kể, dài ngắn đều được")


def test_a_report_dropped_is_gone_at_once(town: Town, on: str) -> None:
    """ "Bỏ hẳn": nothing of it is left behind."""
    lan = town.citizen("Lan", on=on)
    lan.says(BEGUN, photos=1)
    lan.says("thôi")
    lan.picks("Bỏ hẳn")
    assert not PERSONAL & set(town.tables_with("Canaryword"))
    lan.says("kể")
    lan.sees("Mời kể")
