"""The paper to the standing office: whom it names, whom it leaves out, and what it must not claim or deny."""

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from deeds.kinds import HONOREE_THINGS, Thing
from digests.snapshot import kept_hash
from digests.snapshotting import frozen
from publishing.gate import shown
from publishing.outlets import Outlet
from storage import deeds
from tests.stories.month_town import Town
from tests.stories.test_month_closing import words_of

ALL_BUT_PRESS = tuple(thing for thing in HONOREE_THINGS if thing is not Thing.PRESS)
ALL_BUT_OFFICE = tuple(thing for thing in HONOREE_THINGS if thing is not Thing.STANDING_OFFICE)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A commune in October."""
    return Town(tmp_path)


def paper_of(town: Town, key: str = "2026-10", at: str = "2026-11-01 08:00") -> str:
    """Let the month close and return every word of its paper."""
    town.tick(at)
    return words_of(town.folder / f"papers/{key}/van-ban-{key}.docx")


def test_a_no_to_the_press_is_no_no_to_the_standing_office(town: Town) -> None:
    """Ngoan wants no newspaper, and stands in the list with her name. Lử wants no list, and is only counted.

    Khuyên, whom nobody asked, is no refusal.
    """
    town.approved("2026-10-07 08:00", "Lường Thị Ngoan", *ALL_BUT_PRESS)
    town.approved("2026-10-08 08:00", "Vàng A Lử", *ALL_BUT_OFFICE)
    town.approved("2026-10-09 08:00", "Hà Văn Khuyên")
    words = paper_of(town)
    assert "Bà Lường Thị Ngoan" in words
    assert "Lử" not in words
    assert "01 gương do người được nêu xin không nêu" in words
    assert "gửi báo, đài 0/02" in words
    assert town.snapshot("2026-10").figures.left_out == 1


def test_a_verified_person_is_named_and_the_list_says_what_they_think(town: Town) -> None:
    """Agreed, not asked, not in public: each is named to the standing office, with the answer in the column."""
    town.agreed("2026-10-07 08:00", "Lường Thị Ngoan")
    town.approved("2026-10-08 08:00", "Hà Văn Khuyên")
    town.approved("2026-10-09 08:00", "Cầm Thị Đào", Thing.STANDING_OFFICE, Thing.NAME)
    town.tick("2026-11-01 08:00")
    folder = town.folder / "papers/2026-10"
    (table,) = [t for t in Document(str(folder / "van-ban-2026-10.docx")).tables if len(t.columns) == 10]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0][-1] == "Ý kiến về nêu gương"
    opinions = {row[1]: row[-1] for row in rows if row[0].isdigit()}
    assert opinions == {
        "Bà Lường Thị Ngoan": "Đồng ý: việc, tên, ảnh, loa, báo, đài",
        "Bà Hà Văn Khuyên": "Chưa hỏi",
        "Bà Cầm Thị Đào": "Không muốn công khai",
    }
    sheet = load_workbook(next(folder.glob("*.xlsx"))).worksheets[0]
    listed = {row[1]: row[9] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)}
    assert listed == opinions
    words = words_of(folder / "van-ban-2026-10.docx")
    assert "nêu việc làm 01/03 gương, nêu họ tên 01/03" in words
    assert "Chưa hỏi ý kiến 01 gương. Không muốn công khai 01 gương." in words


def test_a_child_an_unverified_person_and_who_wants_no_name_stay_unnamed(town: Town) -> None:
    """The family was not asked; nobody says it was Lử; Đào wants no name anywhere. A family's yes names a child."""
    town.approved("2026-10-07 08:00", "Xuyến", about_child=True)
    town.approved("2026-10-08 08:00", "Vàng A Lử", confirmed_person=None)
    town.approved("2026-10-09 08:00", "Cầm Thị Đào", Thing.DEED, Thing.STANDING_OFFICE)
    town.agreed("2026-10-10 08:00", "Tòng Minh Anh", about_child=True)
    words = paper_of(town)
    for name in ("Xuyến", "Lử", "Đào"):
        assert name not in words
        assert name not in str(town.period("2026-10").snapshot), "nor is the name kept in the frozen list"
    assert "Minh Anh" in words


def test_who_was_not_asked_is_in_no_picture(town: Town) -> None:
    """Named in the list, but pictures need the recorded yes."""
    deed_id = town.approved("2026-10-07 08:00", "Hà Văn Khuyên")
    with town.database.read() as tx:
        deed = deeds.deed(tx, deed_id)
        assert deed is not None
        to_show = shown(tx, deed, Outlet.PAPER)
    assert (to_show.name, list(to_show.photos), to_show.allowed) == ("Bà Hà Văn Khuyên", [], frozenset())


def test_an_award_is_never_denied(town: Town) -> None:
    """Lử has his Giấy khen and wants no list: the letter counts the award. Where none is on record, it says nothing."""
    town.agreed("2026-10-07 08:00", "Lường Thị Ngoan")
    town.approved("2026-10-08 08:00", "Vàng A Lử", *ALL_BUT_OFFICE, awards="Giấy khen của Chủ tịch UBND xã")
    october = paper_of(town)
    assert "Trong số gương chỉ tính vào số liệu, 01 gương đã được khen thưởng." in october
    town.agreed("2026-11-07 08:00", "Hà Văn Khuyên")
    november = paper_of(town, "2026-11", "2026-12-01 08:00")
    for words in (october, november):
        assert "chưa có hình thức khen thưởng" not in words
        assert "Chưa có; " not in words


def test_nothing_is_called_verified_that_nobody_confirmed(town: Town) -> None:
    """Three approved: confirmed in full, by half, by nobody. One counts as verified; the others say what is missing."""
    town.agreed("2026-10-07 08:00", "Lường Thị Ngoan")
    town.agreed("2026-10-08 08:00", "Hà Văn Khuyên", confirmed_deed=None)
    town.agreed("2026-10-09 08:00", "Vàng A Lử", confirmed_person=None, confirmed_deed=" ")
    words = paper_of(town)
    assert "Đã xác minh đúng người, đúng việc 01 gương. Đang bổ sung xác nhận 02 gương." in words
    assert "Trưởng bản, 10/11; Công an xã, 10/11" in words
    assert "Đúng người: Trưởng bản, 10/11; đúng việc: đang bổ sung" in words
    assert "Xác nhận: đang bổ sung." in words


def test_a_paper_built_late_does_not_print_the_month_of_its_building(town: Town) -> None:
    """Day and month are the clerk's to fill in, in the date line and in what the annexes refer to."""
    town.agreed("2026-10-07 08:00")
    words = paper_of(town, at="2027-01-20 08:00")
    assert "Suối Lành, ngày      tháng      năm 2026" in words
    assert "/UBND-VHXH ngày      tháng      năm 2026 của" in words


def test_a_month_closed_before_these_fields_is_still_read(town: Town) -> None:
    """What was stored without a later field keeps its hash, and names whom it named."""
    town.agreed("2026-10-07 08:00", "Lường Thị Ngoan")
    town.close("2026-11-01 08:00")
    row = town.period("2026-10")
    kept = dict(row.snapshot)
    for deed in kept["snapshot"]["deeds"]:
        del deed["asked"], deed["named"]
    for figure in ("confirming", "awarded_left_out"):
        del kept["snapshot"]["figures"][figure]
    old = frozen(
        replace(row, snapshot=kept, content_hash=kept_hash({name: kept[name] for name in ("format", "snapshot")}))
    )
    assert [deed.prints_name for deed in old.deeds] == [True]
