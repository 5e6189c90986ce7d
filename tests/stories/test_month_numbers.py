"""The number of a paper: two digits, one series a year, a slip put right with a trace, and files that say it."""

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from deeds.errors import NotPossible
from deeds.kinds import Role
from digests import papers
from digests.documents.checker import check_docx
from storage import periods
from storage.people import Known
from tests.stories.month_town import Town, ict

DAY, NOW = date(2026, 12, 2), "2026-12-02 10:00"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The commune with a moderator, the standing office and two papers that wait for their numbers."""
    made = Town(tmp_path)
    made.staff("Thu", Role.MODERATOR)
    made.staff("Hoa", Role.STANDING_OFFICE)
    made.agreed("2026-10-07 08:00")
    made.tick("2026-12-02 08:00")
    return made


@pytest.fixture
def clerk(town: Town) -> Known:
    """The issuer's clerk."""
    return town.staff("Hạnh", Role.CLERK)


def record(town: Town, clerk: Known, key: str, number: str) -> str:
    """The clerk records a number; returns what is on record."""
    with town.database.write() as tx:
        return papers.record_issued(tx, clerk, key, number, DAY, ict(NOW)).number or ""


def words(town: Town, key: str) -> str:
    """Return every word of the Word file that lies on the disk."""
    row = town.period(key)
    assert row.folder is not None
    document = Document(str(town.folder / row.folder / f"van-ban-{key}.docx"))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


@pytest.mark.parametrize("typed", ["5", "05", " 5 / UBND-VHXH", "005"])
def test_a_number_below_ten_has_two_digits(town: Town, clerk: Known, typed: str) -> None:
    """However it is typed, the decree writes 05."""
    assert record(town, clerk, "2026-10", typed) == "05/UBND-VHXH"


@pytest.mark.parametrize("again", ["5", "05", "05/VHXH-UBND", "005"])
def test_five_and_nought_five_are_one_number_of_the_year(town: Town, clerk: Known, again: str) -> None:
    """The office has one series a year, whatever symbol follows."""
    record(town, clerk, "2026-10", "5")
    with pytest.raises(NotPossible, match="has this number"):
        record(town, clerk, "2026-11", again)
    assert record(town, clerk, "2026-11", "5a") == "05a/UBND-VHXH"


def test_nought_is_no_number(town: Town, clerk: Known) -> None:
    """A series begins with 01."""
    with pytest.raises(NotPossible, match="no number"):
        record(town, clerk, "2026-10", "00")


def test_recorded_number_and_day_stand_in_the_files(town: Town, clerk: Known) -> None:
    """Blank while it is a draft; once on record, written anew in letter and annexes, by the rules of the decree."""
    assert "Số: 05" not in words(town, "2026-10")
    record(town, clerk, "2026-10", "5")
    assert town.build(NOW) == 1
    assert town.build(NOW) == 0
    text = words(town, "2026-10")
    assert "Số: 05/UBND-VHXH" in text
    assert "Suối Lành, ngày 02 tháng 12 năm 2026" in text
    assert text.count("(Kèm theo Công văn số 05/UBND-VHXH ngày 02 tháng 12 năm 2026 của") == 2
    assert [one for one in check_docx(town.folder / "papers/2026-10/van-ban-2026-10.docx") if one.severity == "E"] == []


def test_a_slip_is_put_right_with_who_when_and_why(town: Town, clerk: Known) -> None:
    """What stood there is kept, whoever was told of the paper is told, the files say the right number."""
    record(town, clerk, "2026-10", "5")
    town.build(NOW)
    with town.database.write() as tx:
        row = papers.correct_issued(tx, clerk, "2026-10", "15", DAY, "Ghi nhầm sổ.", ict("2026-12-03 09:00"))
        assert (row.number, row.document_state) == ("15/UBND-VHXH", "issued")
        (kept,) = periods.corrections_of(tx, row.id)
        assert papers.corrected_text(row).startswith("Đã sửa: Công văn số 15/UBND-VHXH ngày 02 tháng 12 năm 2026.")
    assert (kept.number, kept.issued_on, kept.reason, kept.person_name) == ("05/UBND-VHXH", DAY, "Ghi nhầm sổ.", "Hạnh")
    assert kept.at == ict("2026-12-03 09:00")
    assert town.build("2026-12-03 09:01") == 1
    assert "Số: 15/UBND-VHXH" in words(town, "2026-10")
    letters = town.letters("renumbered:")
    assert {letter.chat for letter in letters} == {"Thu@telegram", "Hoa@telegram"}
    assert letters[0].prompt.text == (
        "Công văn giới thiệu gương tháng 10/2026 ghi lại số cho đúng: số 15/UBND-VHXH ngày 02 tháng 12 năm 2026. "
        "Trước ghi số 05/UBND-VHXH ngày 02 tháng 12 năm 2026.\n"
        "Người sửa: Hạnh. Lý do: Ghi nhầm sổ.\n"
        "Bản mới: https://vt.example.vn/desk/papers/2026-10"
    )
    assert record(town, clerk, "2026-11", "5") == "05/UBND-VHXH", "the number given back is free again"


def test_what_a_correction_needs(town: Town, clerk: Known) -> None:
    """A number on record, a reason, and one that is free; the same again changes nothing."""
    now = ict(NOW)

    def correct(key: str, number: str, why: str = "Ghi nhầm") -> str:
        with town.database.write() as tx:
            return papers.correct_issued(tx, clerk, key, number, DAY, why, now).number or ""

    with pytest.raises(NotPossible, match="no number yet"):
        correct("2026-10", "5")
    record(town, clerk, "2026-10", "5")
    record(town, clerk, "2026-11", "6")
    with pytest.raises(NotPossible, match="needs a reason"):
        correct("2026-10", "7", " ")
    with pytest.raises(NotPossible, match="has this number"):
        correct("2026-10", "06")
    assert correct("2026-10", "5") == "05/UBND-VHXH"
    with town.database.read() as tx:
        row = town.period("2026-10")
        assert periods.corrections_of(tx, row.id) == []
