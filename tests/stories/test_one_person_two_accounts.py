"""One person, two messengers: linked by a code, one list everywhere; parted again when they wish."""

import re

import pytest

from deeds.kinds import Status
from storage import org_units
from storage.models import Attachment, Draft, Person
from storage.office import TELEGRAM_BOT
from storage.settings import set_setting
from storage.statements import table
from tests.cast import RESCUE, OnTelegram, OnWebChat
from tests.town import Town


def code_in(text: str) -> str:
    """Return the one-time code in what was said."""
    return next(word.strip(".") for word in text.replace(":", " ").split() if len(word.strip(".")) == 9 and "-" in word)


def test_two_accounts_share_one_list(town: Town) -> None:
    """Lan tells on the web, links her other account with a code, and sees the report there; parted, it stays behind."""
    web, other = town.citizen("Lan", on="webchat"), town.citizen("Lan kia", on="plain")
    web.says(RESCUE).agrees()
    web.sees("Số tiếp nhận: 1")
    other.says("tin của tôi")
    other.sees("Chưa có tin nào")
    web.says("liên kết")
    code = code_in(web.last)
    other.says(code)
    other.sees("Bên kia: Trang chat, nhắn từ 05/05/2026")
    other.picks("Đúng là tôi")
    other.sees("Đã nối hai tài khoản")
    web.sees('Đã nối thêm một tài khoản: Tin nhắn "Lan kia", nhắn từ 05/05/2026')
    other.says("tin của tôi")
    other.sees("Số 1 (anh Lò Văn Khuyên)")
    other.says("bỏ liên kết")
    other.sees("Đã tách")
    other.says("tin của tôi")
    other.sees("Chưa có tin nào")
    web.says("tin của tôi")
    web.sees("Số 1 (anh Lò Văn Khuyên)")


def test_who_has_telegram_need_not_type_a_code(town: Town) -> None:
    """Lan presses the link the web chat gave her; Telegram sends its secret for her, and it works once."""
    web, other = town.citizen("Lan", on="webchat"), town.citizen("Lan kia", on="telegram")
    other.says("xin chào")
    web.says(RESCUE).agrees()
    web.says("liên kết")
    found = re.search(r"https://t\.me/(\w+)\?start=(\S+)", web.last)
    assert found is not None
    assert found[1] == town.telegram.username
    assert len(found[2]) >= 2 + 26  # 130 bits
    other.says(f"/start {found[2]}")
    other.sees("Nối hai tài khoản này làm một?")
    other.picks("Đúng là tôi")
    other.sees("Đã nối hai tài khoản")
    other.says("tin của tôi")
    other.sees("Số 1 (anh Lò Văn Khuyên)")
    stranger = town.citizen("Ai đó", on="telegram")
    stranger.says(f"/start {found[2]}")
    stranger.sees("Mã này không dùng được")


def test_there_is_no_link_where_there_is_no_telegram(town: Town) -> None:
    """Telegram was switched off: a code is all there is now; nor is a link given to somebody who is there already."""
    with town.database.write() as tx:
        set_setting(tx, TELEGRAM_BOT, "viectot_bot", town.clock.now())  # noted when it was served
    web = town.citizen("Lan", on="webchat")
    web.says("liên kết")
    assert "t.me" not in web.last
    here = town.citizen("Ba", on="telegram")
    here.says("liên kết")
    assert "t.me" not in here.last


def test_a_link_code_works_once_and_not_for_long(town: Town) -> None:
    """A second account cannot use the same code, and after ten minutes nobody can."""
    lan, first, second = (town.citizen(name, on="plain") for name in ("Lan", "Một", "Hai"))
    lan.says("liên kết")
    code = code_in(lan.last)
    first.says(code).picks("Đúng là tôi")
    first.sees("Đã nối")
    second.says(code)
    second.sees("Mã này không dùng được")
    lan.says("liên kết")
    late = code_in(lan.last)
    town.clock.forward(minutes=11)
    second.says(late)
    second.sees("Mã này không dùng được")


def test_a_moderator_who_links_keeps_the_rights_and_cannot_decide_what_was_told(town: Town) -> None:
    """Thu told a deed from home; linked to that account she is still a moderator, but this deed is not hers."""
    own, thu = town.citizen("Thu ở nhà", on="webchat"), town.moderator("Thu", on="plain")
    own.says(RESCUE).agrees()
    thu.says("liên kết")
    own.says(code_in(thu.last)).picks("Đúng là tôi")
    own.sees("Còn một bước")
    thu.sees("Có người xin nối Trang chat, nhắn từ 05/05/2026 vào tài khoản này của Thu")
    thu.says("đúng là tôi")
    own.sees("Đã nối")
    thu.says("xem")
    thu.sees("Không còn tin nào chờ")
    assert town.deed(1).status is Status.RECEIVED
    own.says("xem")
    own.sees("Không còn tin nào chờ")


def test_a_report_begun_here_goes_on_there(town: Town) -> None:
    """Begun on the web, linked, and finished on the other messenger: one draft, one report."""
    web, other = town.citizen("Lan", on="webchat"), town.citizen("Lan kia", on="plain")
    web.says("Hôm qua anh Lò Văn Khuyên cứu người đuối nước dưới suối")
    web.sees("ở")
    web.says("liên kết")
    other.says(code_in(web.last)).picks("Đúng là tôi")
    other.sees("Đã nối")
    other.says("bản Nà Phiêng")
    other.sees("Xin xem lại")
    other.says("1")
    other.sees("Số tiếp nhận: 1")
    assert "Nà Phiêng" in town.deed(1).place_text


@pytest.mark.parametrize("door", ["plain", "webchat"])
def test_a_poster_leads_here_and_is_remembered(town: Town, door: str) -> None:
    """Somebody follows the poster of a unit; the moderator sees through which door the report came."""
    with town.instance.database.write() as tx:
        org_units.keep(tx, {"code": "NVH-NP", "name": "Nhà văn hóa bản Nà Phiêng", "kind": "culture"}, town.clock.now())
    lan, thu = town.citizen("Lan", on=door), town.moderator("Thu", on="plain")
    if isinstance(lan, OnWebChat):
        before = town.heard()
        page = lan.follows("/chat?start=u_NVH-NP")
        assert '<input type="hidden" name="via" value="u_NVH-NP">' in page.text
        assert town.heard() == before  # whoever sent the address: looking does nothing
        lan.posts({"text": RESCUE, "via": "u_NVH-NP"})
        town.deliver()
        lan.agrees()
    else:
        lan.says("/start u_NVH-NP")
        lan.sees("Mời kể")
        lan.says(RESCUE).agrees()
    thu.says("xem")
    thu.sees("Qua áp phích: Nhà văn hóa bản Nà Phiêng")


def test_a_message_rewritten_after_the_receipt_reaches_the_moderator(town: Town) -> None:
    """The report stays as it was handed in; the new words stand on the card as the teller's own."""
    lan, thu = town.citizen("Lan", on="telegram"), town.moderator("Thu", on="plain")
    assert isinstance(lan, OnTelegram)
    before = town.heard()
    told = lan.person.says(RESCUE)
    town.wait_heard(before + 1)
    lan.agrees()
    before = town.heard()
    lan.person.edits(told, RESCUE.replace("Khuyên", "Khuyến"))
    town.wait_heard(before + 1)
    lan.sees("Đã chuyển lời sửa tới cán bộ đang xem tin số 1")
    thu.says("xem")
    thu.sees("Khuyến")
    assert "Khuyên" in town.deed(1).story


@pytest.mark.parametrize(("hours", "is_heard"), [(47, True), (49, False)])
def test_a_message_is_rewritten_for_two_days(town: Town, hours: int, is_heard: bool) -> None:
    """As long as messengers let people edit; what changes weeks later says nothing new about the report."""
    lan, thu = town.citizen("Lan", on="telegram"), town.moderator("Thu", on="plain")
    assert isinstance(lan, OnTelegram)
    before = town.heard()
    told = lan.person.says(RESCUE)
    town.wait_heard(before + 1)
    lan.agrees()
    town.clock.forward(hours=hours)
    before = town.heard()
    lan.person.edits(told, RESCUE.replace("Khuyên", "Khuyến"))
    town.wait_heard(before + 1)
    town.settle()
    assert lan.shows("Đã chuyển lời sửa") is is_heard
    thu.says("xem")
    assert ("Khuyến" in thu.last) is is_heard


def test_what_was_half_told_goes_back_with_who_told_it(town: Town) -> None:
    """Joined and parted again: the draft, its picture and the number are theirs, and go when they have all deleted."""
    an, ba = town.citizen("An", on="zalo_oa"), town.citizen("Ba", on="plain")
    ba.says("alo")
    an.reports()
    an.says("0912345678")
    an.says("", photos=1)
    town.settle()
    an.says("Hôm qua có người ở bản Nà Phiêng giúp bà con dọn đường sau lũ")
    an.says("thôi")
    an.picks("Dừng, giữ lại")
    ba.says("liên kết")
    an.says(code_in(ba.last))
    an.picks("Đúng là tôi")
    town.settle()
    ba.says("bỏ liên kết")
    town.settle()
    ba.says("/start")
    assert "Đang có bản kể dở" not in ba.last
    an.says("/start")
    assert "giúp bà con dọn đường" in an.last
    an.says("xóa dữ liệu của tôi")
    an.picks("Xóa hết")
    town.settle()
    assert town.rows(lambda tx: tx.execute(table(Draft).select()).all()) == []
    assert town.rows(lambda tx: tx.execute(table(Attachment).select()).all()) == []
    phones = town.rows(lambda tx: [row.phone for row in tx.execute(table(Person).select())])
    assert set(phones) == {None}
