"""After the receipt: what may be used, where it stands, taking it back, deleting everything."""

from deeds.kinds import Act, Thing
from publishing.consents import allowances
from storage import deeds
from tests.cast import RESCUE
from tests.town import Town

CANARY = RESCUE.replace("Khuyên", "Canaryman")
LONG_AFTER = {"inbox_event", "outbox_message", "chat_message"}


def allowed(town: Town, number: int = 1) -> tuple[bool, bool]:
    """Return whether words and pictures may be used."""
    deed = town.deed(number)
    found = town.rows(lambda tx: allowances(tx, deed, deeds.honoree_of(tx, deed.id)))
    return found.words, found.pictures


def test_the_second_consent(town: Town, on: str) -> None:
    """Both, words only, none; silence, "dạ" and "không" are no."""
    lan = town.citizen("Lan", on=on)
    expected = []
    for label, words, pictures in (
        ("Được dùng cả lời kể và ảnh", True, True),
        ("Chỉ lời kể", True, False),
        ("Không, chỉ để xã biết", False, False),
    ):
        lan.reports()
        lan.picks(label)
        expected.append((words, pictures))
    lan.reports()
    lan.says("dạ")
    lan.sees("gõ 1, 2 hoặc 3")
    expected.append((False, False))
    lan.reports()
    lan.says("không")
    expected.append((False, False))
    lan.reports()
    town.clock.forward(days=2)
    town.settle()
    expected.append((False, False))
    assert [allowed(town, number) for number in range(1, 7)] == expected


def test_where_it_stands(town: Town, on: str) -> None:
    """The list, the number and the code say the same; they follow what the office decides."""
    lan = town.citizen("Lan", on=on)
    lan.says("tin của tôi")
    lan.sees("Chưa có tin nào")
    lan.says(RESCUE).agrees()
    number, code = lan.receipt()
    thu = town.moderator("Thu")
    for says in ("tin của tôi", f"số {number}", code, code.lower()):
        lan.says(says)
        assert "Số 1 (anh Lò Văn Khuyên): Đã nhận" in lan.last
    thu.says("xem")
    thu.approves()
    lan.says(f"số {number}")
    assert "Đã xác minh đúng" in lan.last


def test_the_number_of_somebody_else_says_nothing(town: Town, on: str) -> None:
    """Lan asks for and takes back Minh's number: she reads the same as for a number that is not there."""
    minh, lan = town.citizen("Minh"), town.citizen("Lan", on=on)
    assert minh.reports() == 1
    lan.says("alo")
    answers = set()
    for says in ("số 1", "số 999", "rút 1", "rút 999"):
        lan.says(says)
        answers.add(lan.last)
    assert len(answers) == 1
    assert "Không tìm thấy" in answers.pop()
    minh.says("số 1")
    assert "Đã nhận" in minh.last


def test_a_report_is_taken_back(town: Town, on: str) -> None:
    """She takes it back and is asked once; by the day named not a word of it is left in any table."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    lan.reports(CANARY, photos=1)
    town.settle()
    lan.says("rút 1")
    lan.sees("Rút tin số 1?")
    lan.picks("Giữ lại")
    lan.sees("được giữ nguyên")
    lan.says("rút 1")
    lan.picks("Rút tin")
    lan.sees("Đã rút tin số 1")
    town.settle()
    assert town.tables_with("Canaryman", "Bến Gỗ") == {}
    lan.says("tin của tôi")
    assert "Số 1 (một người tốt): Đã rút" in lan.last
    thu.says("xem")
    assert "Không còn tin nào chờ" in thu.last


def test_everything_is_deleted(town: Town, on: str) -> None:
    """Two reports, a draft, a telephone's worth of chat: after "xóa" no text of hers is left in any table."""
    lan, thu = town.citizen("Lan Canaryname", on=on), town.moderator("Thu")
    lan.reports(CANARY, photos=1)
    lan.reports(CANARY.replace("hai cháu", "ba cháu"))
    thu.says("xem")
    thu.picks("Hỏi người kể")
    thu.picks("Còn ai chứng kiến việc này?")
    town.settle()
    lan.sees("cán bộ xã hỏi thêm")
    lan.says("có ông Canaryman bên kia suối")
    lan.says("Có người nhặt được ví Canaryman rồi đem trả lại cho người ta")
    town.settle()
    lan.says("xóa dữ liệu của tôi")
    lan.picks("Xóa hết")
    lan.sees("Đã xóa dữ liệu")
    town.settle()
    assert town.tables_with("Canary", "Bến Gỗ") == {}
    lan.says("tin của tôi")
    lan.sees("Chưa có tin nào")


def test_an_approved_report_is_taken_back(town: Town, on: str) -> None:
    """Also after the office agreed and the page showed it, a teller may take it back; it is gone from the page."""
    lan = town.citizen("Lan", on=on)
    town.moderator("Thu")
    lan.reports(CANARY)
    lan.picks("Được dùng cả lời kể và ảnh")
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME)
    town.decides("Thu", Act.APPROVE)
    town.decides("Thu", Act.PUBLISH)
    lan.says("rút 1")
    lan.picks("Rút tin")
    town.settle()
    assert town.tables_with("Canaryman") == {}
    assert town.deed().published_at is None


def test_a_telephone_number_is_no_story(town: Town, on: str) -> None:
    """A number after the receipt is no choice and no report: it is kept for calling, the choices keep their meaning."""
    lan = town.citizen("Lan", on=on)
    lan.reports()
    lan.says("0912345678")
    lan.sees("Đã ghi số điện thoại")
    assert town.tables_with("0912345678").keys() >= {"person"}
    lan.picks("Chỉ lời kể")
    assert allowed(town) == (True, False)


def test_withdrawing_one_report_does_not_silence_the_outcome_of_another(town: Town, on: str) -> None:
    """Two reports of one teller: one approved, the other withdrawn within ten minutes; the outcome comes."""
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu")
    lan.reports()
    lan.says("không")
    lan.reports()
    lan.says("không")
    town.decides("Thu", Act.APPROVE, 1)
    lan.says("rút 2")
    lan.picks("Rút tin")
    lan.sees("Đã rút tin số 2")
    town.clock.forward(minutes=11)
    town.settle()
    lan.sees("Tin số 1 đã được xác minh")
    assert thu.name == "Thu"
