"""From the first hello to the document in the office's hands, and what the gate lets through."""

import pytest

from deeds.errors import NotPossible
from deeds.kinds import Act, Thing
from storage import periods
from tests.cast import RESCUE
from tests.town import Town

EVERYTHING = (Thing.DEED, Thing.NAME, Thing.PHOTO, Thing.LOUDSPEAKER, Thing.STANDING_OFFICE, Thing.PRESS)


def test_a_deed_told_in_may_is_in_the_may_document(town: Town, on: str) -> None:
    """Hello, story, consent; approved, asked, and on the first of June the paper lies with the office."""
    office = town.office
    lan, thu = town.citizen("Lan", on=on), town.moderator("Thu", on="telegram" if on == "telegram" else "plain")
    lan.says("chào xã")
    lan.tells(RESCUE, photos=2)
    lan.agrees()
    lan.receipt()
    lan.picks("Được dùng cả lời kể và ảnh")
    town.settle()
    thu.says("xem")
    thu.approves()
    town.asks_honoree("Thu", *EVERYTHING)
    town.clock.move_to("2026-06-01 08:00")
    town.settle()
    text = office.last_document.text
    assert "Lò Văn Khuyên" in text
    assert "tháng 5 năm 2026" in text
    assert "Kỳ tháng 5/2026" in office.speaker.last or office.speaker.shows("tháng 5/2026")


def test_a_deed_whose_honoree_was_not_asked_is_not_named(town: Town) -> None:
    """They asked me first: the paper counts the deed, and does not name who was never asked."""
    office = town.office
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports()
    lan.picks("Được dùng cả lời kể và ảnh")
    town.decides("Thu", Act.APPROVE)
    town.clock.move_to("2026-06-01 08:00")
    town.settle()
    assert "Khuyên" not in office.last_document.text


def test_publishing_needs_the_yes_of_the_person_praised(town: Town) -> None:
    """Refused before the person was asked and after a no; allowed after a yes; the teller hears of the page later."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports()
    lan.picks("Được dùng cả lời kể và ảnh")
    town.decides("Thu", Act.APPROVE)
    with pytest.raises(NotPossible, match="was not asked"):
        town.decides("Thu", Act.PUBLISH)
    town.asks_honoree("Thu")
    with pytest.raises(NotPossible, match="refused"):
        town.decides("Thu", Act.PUBLISH)
    town.asks_honoree("Thu", Thing.DEED)
    assert town.decides("Thu", Act.PUBLISH).status == "published"
    town.clock.forward(minutes=11)
    town.settle()
    lan.sees("Tin số 1 đã đăng: ")


def test_the_teller_who_said_no_is_not_quoted(town: Town) -> None:
    """Without the teller's yes there are no words to publish before the office wrote its own."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports()
    lan.picks("Không, chỉ để xã biết")
    town.decides("Thu", Act.APPROVE)
    town.asks_honoree("Thu", *EVERYTHING)
    with pytest.raises(NotPossible, match="no words"):
        town.decides("Thu", Act.PUBLISH)


def test_half_past_midnight_on_the_first(town: Town) -> None:
    """Approved at 00:30 on the 1st of June in Viet Nam: it belongs to June, though in UTC it is still May."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports()
    town.clock.move_to("2026-06-01 00:30")
    town.decides("Thu", Act.APPROVE)
    town.clock.forward(minutes=11)
    town.settle()
    lan.sees("gương tháng 6/2026")
    town.clock.move_to("2026-07-01 08:00")
    town.settle()
    listed = town.rows(lambda tx: [list(periods.deeds_of(tx, key)) for key in ("2026-05", "2026-06")])
    assert listed == [[], [town.deed().id]]


def test_an_undo_after_the_month_closed_is_an_adjustment_of_the_next(town: Town) -> None:
    """The sent paper stays as it is; the next one lists what was taken back."""
    office = town.office
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.reports()
    lan.picks("Được dùng cả lời kể và ảnh")
    town.decides("Thu", Act.APPROVE)
    town.asks_honoree("Thu", *EVERYTHING)
    town.clock.move_to("2026-06-01 08:00")
    town.settle()
    may = office.last_document
    assert "Khuyên" in may.text
    before = may.path.read_bytes()
    town.decides("Thu", Act.UNDO)
    town.clock.move_to("2026-07-01 08:00")
    town.settle()
    june = office.last_document
    assert june.path != may.path
    assert may.path.read_bytes() == before
    assert "Điều chỉnh" in june.text or "điều chỉnh" in june.text


def test_nothing_happened_this_month(town: Town) -> None:
    """A month without deeds closes by itself, with a paper that says so."""
    office = town.office
    town.clock.move_to("2026-06-01 08:00")
    town.settle()
    assert "không có gương" in office.last_document.text
    assert town.rows(lambda tx: periods.period(tx, "2026-05")) is not None
