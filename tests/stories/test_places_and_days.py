"""Where and when, as people say it: old communes, other provinces, days that cannot be."""

import pytest

from tests.cast import Speaker
from tests.town import Town

STORY = "Hôm qua anh Lò Văn Nam cứu được người bị nạn trên sông"


def asked_where(town: Town, on: str, says: str) -> Speaker:
    """Lan told who and when, and answers where."""
    lan = town.citizen("Lan", on=on)
    lan.tells(STORY)
    lan.sees("Việc này ở thôn, bản, tổ nào ạ?")
    lan.says(says)
    return lan


def test_a_renamed_commune(town: Town, on: str) -> None:
    """The old name leads to one commune of today: she is asked whether that is right."""
    lan = asked_where(town, on, "xã Mường So, Phong Thổ")
    lan.sees("xã Mường So nay thuộc xã Phong Thổ, tỉnh Lai Châu, đúng không ạ?")
    lan.picks("Đúng")
    assert "- Nơi: xã Phong Thổ, tỉnh Lai Châu" in lan.sees("Xin xem lại:")


def test_a_renamed_commune_that_was_not_meant(town: Town) -> None:
    """ "Không phải": the place is asked again, and the next answer counts."""
    lan = asked_where(town, "plain", "xã Mường So, Phong Thổ")
    lan.picks("Không phải")
    lan.sees("Việc này ở thôn, bản, tổ nào ạ?")
    lan.says("bản Nà Phiêng")
    assert "- Nơi: bản Nà Phiêng" in lan.sees("Xin xem lại:")


def test_a_commune_that_was_split(town: Town, on: str) -> None:
    """The old name leads to several: she picks one of them, or does not know."""
    lan = asked_where(town, on, "phường Cống Vị, Ba Đình, Hà Nội")
    lan.sees("phường Cống Vị nay chia về nhiều nơi")
    assert lan.choices[-1] == "Không rõ"
    lan.picks("phường Ngọc Hà, thành phố Hà Nội")
    assert "- Nơi: phường Ngọc Hà, thành phố Hà Nội" in lan.sees("Xin xem lại:")
    lan.picks("Đồng ý, gửi đi")
    lan.receipt()
    code = town.deed().commune_code
    assert code in {"00008", "00025"}


def test_another_province_typed_without_accents(town: Town, on: str) -> None:
    """A telephone without Vietnamese letters names a place far away."""
    lan = asked_where(town, on, "xa phong tho tinh lai chau")
    assert "- Nơi: xã Phong Thổ, tỉnh Lai Châu" in lan.sees("Xin xem lại:")


def test_a_place_in_the_story_is_not_asked(town: Town, on: str) -> None:
    """The old commune stands in the story itself: it is settled before the check."""
    lan = town.citizen("Lan", on=on)
    lan.tells("Hôm qua anh Lò Văn Nam cứu người bị nạn ở xã Mường So, Phong Thổ")
    lan.sees("nay thuộc xã Phong Thổ")
    lan.says("đúng rồi")
    assert "- Nơi: xã Phong Thổ" in lan.sees("Xin xem lại:")


def test_a_point_on_the_map_is_a_place(town: Town) -> None:
    """She sends her position instead of words."""
    lan = town.citizen("Lan", on="telegram")
    lan.tells(STORY)
    lan.sees("Việc này ở thôn")
    before = town.heard()
    lan.person.sends_location(21.5, 104.05)  # type: ignore[attr-defined]
    town.wait_heard(before + 1)
    assert "- Nơi: điểm trên bản đồ 21.50000, 104.05000" in lan.sees("Xin xem lại:")


def test_a_day_in_the_future_is_asked_about(town: Town, on: str) -> None:
    """Tomorrow cannot be: she is asked once, and says another day."""
    lan = town.citizen("Lan", on=on)
    lan.tells("Ngày mai anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    lan.sees("thứ Tư, 06/05/2026 có đúng không ạ?")
    lan.picks("Hôm khác")
    lan.sees("Việc này vào hôm nào ạ?")
    lan.says("hôm kia")
    assert "- Hôm: chủ nhật, 03/05/2026" in lan.sees("Xin xem lại:")


def test_a_day_in_the_future_typed_at_the_check(town: Town, on: str) -> None:
    """A slip at the check is asked about, too, and nothing else is lost."""
    lan = town.citizen("Lan", on=on)
    lan.tells("Hôm qua anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    lan.sees("Xin xem lại:")
    lan.says("hôm 09/05/2026")
    lan.sees("09/05/2026 có đúng không ạ?")
    lan.picks("Hôm khác")
    lan.says("02/05")
    assert "- Hôm: thứ Bảy, 02/05/2026" in lan.sees("Xin xem lại:")


@pytest.mark.parametrize(
    ("says", "shown"),
    [("sáng chủ nhật", "chủ nhật, 03/05/2026"), ("2/5", "thứ Bảy, 02/05/2026"), ("hồi tết", "hồi tết")],
)
def test_days_as_people_say_them(town: Town, says: str, shown: str) -> None:
    """A weekday, a short date, a feast: what is no single day is kept in the teller's words."""
    lan = town.citizen("Lan")
    lan.tells("Anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    lan.sees("Việc này vào hôm nào ạ?")
    lan.says(says)
    assert f"- Hôm: {shown}" in lan.sees("Xin xem lại:")


def test_the_day_is_viet_nams(town: Town, on: str) -> None:
    """At half past midnight of the 6th in Viet Nam, "hôm nay" is the 6th, though in UTC it is still the 5th."""
    lan = town.citizen("Lan", on=on)
    town.clock.move_to("2026-05-06 00:30")
    lan.tells("Hôm nay anh Lò Văn Nam ở tổ 3 giúp bà con dọn đường sau lũ")
    assert "- Hôm: thứ Tư, 06/05/2026" in lan.sees("Xin xem lại:")
