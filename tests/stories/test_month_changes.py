"""What changes after a month closed leaves the sent paper alone and is told once, in the next one."""

from pathlib import Path

import pytest

from deeds.kinds import Act, Role, Status, Thing
from deeds.months import Month
from digests import papers
from digests.documents.content import compose
from moderation import facts
from storage import deeds, periods
from storage.settings import set_setting
from tests.stories.month_town import Town, ict


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """October with two deeds, closed."""
    made = Town(tmp_path)
    made.agreed("2026-10-07 08:00", "Lường Thị Ngoan")
    made.agreed("2026-10-08 08:00", "Vàng A Lử", section="exemplar")
    made.close("2026-11-01 00:00")
    return made


def paper_text(town: Town, key: str) -> str:
    """Return the running text of a month's paper."""
    return "\n".join(paragraph.text for paragraph in compose(town.snapshot(key)).body)


def test_an_undo_after_the_month_closed_is_an_adjustment_of_the_next(town: Town, tmp_path: Path) -> None:
    """October keeps its hash; November says which line of October's list is withdrawn; December says no more."""
    before = town.period("2026-10").content_hash
    town.undo(1, "2026-11-03 08:00")
    assert town.close("2027-01-01 00:00") == ["2026-11", "2026-12"]
    assert town.snapshot("2026-11").adjustments == (
        "Gương số 2, Phụ lục I, danh sách tháng 10 năm 2026 (mã VT-2026-000001): rút khỏi danh sách",
    )
    assert "Điều chỉnh" in paper_text(town, "2026-11")
    assert "Ngoan" not in paper_text(town, "2026-11")
    assert town.snapshot("2026-12").adjustments == ()
    assert len(town.snapshot("2026-10").deeds) == 2
    with town.database.read() as tx:
        assert papers.rebuild(tx, "2026-10", town.files, tmp_path / "again").content_hash == before


def test_an_adjustment_names_the_number_the_paper_went_out_under(town: Town) -> None:
    """Once the clerk gave October a number, November refers to it."""
    ninh = town.staff("Ninh", Role.MODERATOR)
    town.build("2026-11-01 00:05")
    with town.database.write() as tx:
        papers.record_issued(tx, ninh, "2026-10", "214", ict("2026-11-02 08:00").date(), ict("2026-11-02 08:00"))
    town.decide(2, Act.WITHDRAW, Status.WITHDRAWN, "2026-11-03 08:00")
    town.close("2026-12-01 00:00")
    assert town.snapshot("2026-11").adjustments == (
        "Gương số 1, Phụ lục I, Công văn số 214/UBND-VHXH ngày 02 tháng 11 năm 2026 (danh sách tháng 10 năm 2026) "
        "(mã VT-2026-000002): rút khỏi danh sách",
    )


@pytest.mark.parametrize("again", ["2026-11-01 00:00:00", "2026-11-04 08:00"])
def test_taken_back_and_approved_again_before_the_next_paper_nothing_changed(town: Town, again: str) -> None:
    """October's list is still true, so November neither withdraws the deed nor lists it a second time."""
    town.undo(1, again)
    town.decide(1, Act.APPROVE, Status.APPROVED, again)
    town.close("2026-12-01 00:00")
    november = town.snapshot("2026-11")
    assert (november.adjustments, november.deeds, november.figures.verified) == ((), (), 0)


def test_withdrawn_in_one_paper_and_approved_again_it_is_listed_anew(town: Town) -> None:
    """November withdraws it from October, December lists it; taken back once more, January withdraws that."""
    town.undo(1, "2026-11-03 08:00")
    town.close("2026-12-01 00:00")
    assert len(town.snapshot("2026-11").adjustments) == 1
    town.decide(1, Act.APPROVE, Status.APPROVED, "2026-12-04 08:00")
    town.close("2027-01-01 00:00")
    december = town.snapshot("2026-12")
    assert ([deed.code for deed in december.deeds], december.adjustments) == (["VT-2026-000001"], ())
    town.undo(1, "2027-01-03 08:00")
    town.close("2027-02-01 00:00")
    (line,) = town.snapshot("2027-01").adjustments
    assert "danh sách tháng 12 năm 2026" in line


def correct(town: Town, at: str, **changes: object) -> None:
    """The moderator puts facts right, as the desk does."""
    thu = town.staff("Thu", Role.MODERATOR)
    with town.database.write() as tx:
        deed = deeds.deed(tx, 1)
        assert deed is not None
        facts.correct(tx, thu, deed.id, deed.version, changes, ict(at), "desk")


def test_a_name_and_a_year_put_right_after_the_close_stand_in_the_next_paper(town: Town) -> None:
    """November says what is right, once; put right a second time, December says that; the office is told of both."""
    correct(town, "2026-11-03 08:00", name="Lường Thị Ngoãn", birth_year=1986)
    town.close("2026-12-01 00:00")
    (line,) = town.snapshot("2026-11").adjustments
    assert line == (
        "Gương số 2, Phụ lục I, danh sách tháng 10 năm 2026 (mã VT-2026-000001): đính chính "
        "họ và tên là “Bà Lường Thị Ngoãn”; năm sinh là “1986”"
    )
    assert line in paper_text(town, "2026-11")
    correct(town, "2026-12-03 08:00", name="Lường Thị Ngoan")
    town.close("2027-02-01 00:00")
    (again,) = town.snapshot("2026-12").adjustments
    assert again.endswith("đính chính họ và tên là “Bà Lường Thị Ngoan”")
    assert town.snapshot("2027-01").adjustments == ()


CHANGES: dict[str, object] = {
    "name": "Lò Thị Khác", "birth_year": 1950, "occupation": "Thợ rèn", "residence": "bản Pom", "kind": "household",
    "section": "exemplar", "field": "rescue", "movement": "Nông thôn mới", "summary": "Cứu người khỏi suối.",
    "when_text": "09/10/2026", "place_text": "bản Pom", "confirmed_person": "Trưởng bản Pom",
    "confirmed_deed": "Công an bản Pom", "awards": "Giấy khen 12", "proposed_award": "Bằng khen",
}  # fmt: skip
NOT_PRINTED = {
    "title": "stands before the name, and is tried with it",
    "target_groups": "counted in the figures, of no person",
    "about_child": "decides what is shown, is not shown",
    "urgent": "for the desk",
    "happened_on": "shown where no words say the day",
    "gender": "counted in the figures",
    "kind": "the noun of who stays unnamed",
}


@pytest.mark.parametrize("fact", [*facts.DEED_FACTS, *facts.HONOREE_FACTS])
def test_every_printed_fact_that_changes_is_an_adjustment(town: Town, fact: str) -> None:
    """Whatever the desk can put right stands in the next paper, or is listed here as not printed."""
    if fact in NOT_PRINTED:
        return
    correct(town, "2026-11-03 08:00", **{fact: CHANGES[fact]})
    town.close("2026-12-01 00:00")
    lines = " ".join(town.snapshot("2026-11").adjustments)
    assert "VT-2026-000001" in lines, fact


def test_a_fact_put_back_in_time_is_no_change(town: Town) -> None:
    """Changed and changed back before the next paper, nothing changed."""
    correct(town, "2026-11-03 08:00", name="Lường Thị Ngoãn")
    correct(town, "2026-11-04 08:00", name="Lường Thị Ngoan")
    town.close("2026-12-01 00:00")
    assert town.snapshot("2026-11").adjustments == ()


def test_a_deed_taken_off_the_page_is_told_if_the_paper_had_counted_it(tmp_path: Path) -> None:
    """Published before the close and taken off after it: told once. Published and taken off after it: no word."""
    town = Town(tmp_path)
    shown, never_counted, off_before = (town.agreed(f"2026-10-0{day} 08:00") for day in (6, 7, 8))
    town.decide(shown, Act.PUBLISH, Status.PUBLISHED, "2026-10-09 08:00")
    town.decide(off_before, Act.PUBLISH, Status.PUBLISHED, "2026-10-09 08:00")
    town.decide(off_before, Act.UNPUBLISH, Status.APPROVED, "2026-10-10 08:00")
    town.close("2026-11-01 00:00")
    town.decide(never_counted, Act.PUBLISH, Status.PUBLISHED, "2026-11-02 08:00")
    for deed in (shown, never_counted):
        town.decide(deed, Act.UNPUBLISH, Status.APPROVED, "2026-11-03 08:00")
    town.close("2027-01-01 00:00")
    (line,) = town.snapshot("2026-11").adjustments
    assert line.endswith("(mã VT-2026-000001): đã gỡ khỏi trang thông tin điện tử")
    assert town.snapshot("2026-12").adjustments == ()


def test_who_no_longer_agrees_is_told_of_and_who_agrees_later_is_listed_late(town: Town) -> None:
    """A yes taken back asks the reader to stop; a no turned into a yes puts the deed on the next list, marked late."""
    shy = town.approved("2026-11-05 08:00", "Hà Văn Khuyên", Thing.NAME)
    town.approved("2026-11-05 09:00", "Cầm Thị Đào", Thing.NAME)
    town.asked(1, "2026-11-06 08:00")
    town.close("2026-12-01 00:00")
    november = town.snapshot("2026-11")
    assert "người được nêu không còn đồng ý" in november.adjustments[0]
    assert (november.figures.left_out, november.deeds) == (2, ())
    town.asked(shy, "2026-12-05 08:00", Thing.DEED, Thing.NAME, Thing.STANDING_OFFICE)
    town.close("2027-02-01 00:00")
    assert [(deed.honoree, deed.late) for deed in town.snapshot("2026-12").deeds] == [("Bà Hà Văn Khuyên", True)]
    assert town.snapshot("2026-12").figures.left_out == 0, "who still says no was counted in their own month"
    assert town.snapshot("2027-01").deeds == ()


def test_an_approval_that_came_as_its_month_closed_is_not_lost(town: Town) -> None:
    """Decided at 23:59 by a clock set back, or stored a moment too late: listed next time, marked late."""
    late = town.agreed("2026-10-31 23:59")  # October is closed already
    assert town.close("2026-10-31 23:59:30") == []
    assert town.close("2026-12-01 00:00") == ["2026-11"]
    assert [deed.late for deed in town.snapshot("2026-11").deeds] == [True]
    with town.database.read() as tx:
        assert periods.deeds_of(tx, "2026-11") == [late]


def test_a_changed_first_day_neither_doubles_nor_skips_a_deed(tmp_path: Path) -> None:
    """From calendar months to the 15th and back: each deed stands in one list."""
    town = Town(tmp_path)
    told = [town.agreed(f"2026-{day} 08:00") for day in ("10-07", "10-20", "11-10", "11-20", "12-20", "12-31")]

    def first_day(value: str) -> None:
        with town.database.write() as tx:
            set_setting(tx, "first_day", value, ict("2026-11-01 08:00"))

    assert town.close("2026-11-01 00:00") == ["2026-10"]
    first_day("15")
    assert town.close("2026-11-15 00:00") == ["2026-11"]
    first_day("1")
    assert town.close("2027-01-01 00:00") == ["2026-12"]
    with town.database.read() as tx:
        lists = [list(periods.deeds_of(tx, f"2026-{number}")) for number in (10, 11, 12)]
    assert lists == [told[:2], told[2:3], told[3:]]
    assert str(Month(2026, 12)) == town.snapshot("2026-12").period
