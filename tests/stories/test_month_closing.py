"""A month is closed, once, with exactly what was approved in it and what may be shown of it."""

from pathlib import Path

import openpyxl
import pytest
from docx import Document

from deeds.errors import NotPossible
from deeds.kinds import Act, Status, Thing
from deeds.months import Month
from digests import months, papers
from storage import deeds, periods
from storage.settings import set_setting
from tests.stories.month_town import Town, ict

NGOAN, LU, KHUYEN, XUYEN = "Lường Thị Ngoan", "Vàng A Lử", "Hà Văn Khuyên", "Trần Thị Xuyến"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The commune, started on the 5th of October."""
    return Town(tmp_path)


def words_of(path: Path) -> str:
    """Return every word of a Word file, tables included."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_the_paper_of_a_month_holds_exactly_its_approved_deeds(town: Town, tmp_path: Path) -> None:
    """October's paper has October's approved deeds and no others; built again, it is the same."""
    town.agreed("2026-10-07 08:00", NGOAN)
    town.agreed("2026-10-20 08:00", LU, section="exemplar")
    town.agreed("2026-11-02 08:00", KHUYEN)
    town.told("2026-10-21 08:00", XUYEN)
    town.tick("2026-11-02 09:00")
    row = town.period("2026-10")
    assert row.document_state == "draft"
    assert row.folder == "papers/2026-10"
    text = words_of(tmp_path / row.folder / "van-ban-2026-10.docx")
    assert NGOAN in text
    assert LU in text
    assert KHUYEN not in text
    assert XUYEN not in text
    sheet = openpyxl.load_workbook(tmp_path / row.folder / "van-ban-2026-10.xlsx").worksheets[0]
    cells = [str(cell) for line in sheet.iter_rows(values_only=True) for cell in line if cell]
    assert [name for name in (LU, NGOAN, KHUYEN, XUYEN) if any(name in cell for cell in cells)] == [LU, NGOAN]
    with town.database.read() as tx:
        again = papers.rebuild(tx, "2026-10", town.files, tmp_path / "again")
    assert again.content_hash == row.content_hash
    assert words_of(again.docx) == text


def test_minutes_after_midnight_in_viet_nam_belong_to_the_new_month(town: Town) -> None:
    """One second before midnight is October, midnight is November, though in UTC both are the 31st."""
    before = town.agreed("2026-10-31 23:59:59")
    at = town.agreed("2026-11-01 00:00:00")
    after = town.agreed("2026-11-01 00:30:00")
    assert town.close("2026-10-31 23:59:59") == []
    assert town.close("2026-11-01 00:00:00") == ["2026-10"]
    town.close("2026-12-01 00:00:00")
    with town.database.read() as tx:
        assert periods.deeds_of(tx, "2026-10") == [before]
        assert periods.deeds_of(tx, "2026-11") == [at, after]


def test_windows_from_the_fifteenth_cross_the_year(tmp_path: Path) -> None:
    """December 2026 runs from 15/11 to 14/12, January 2027 from 15/12 to 14/01, to the second."""
    town = Town(tmp_path, started="2026-11-20 09:00", first_day="15")
    december = town.agreed("2026-12-14 23:59:59")
    january = town.agreed("2026-12-15 00:00:00")
    assert town.close("2026-12-14 23:59:59") == []
    assert town.close("2026-12-15 00:00:00") == ["2026-12"]
    assert town.close("2027-01-15 00:00:00") == ["2027-01"]
    snapshot = town.snapshot("2027-01")
    assert f"{snapshot.window_start} {snapshot.window_end}" == "2026-12-15 2027-01-14"
    with town.database.read() as tx:
        assert (periods.deeds_of(tx, "2026-12"), periods.deeds_of(tx, "2027-01")) == ([december], [january])


def test_december_is_followed_by_january(tmp_path: Path) -> None:
    """A calendar year ends between two papers."""
    town = Town(tmp_path, started="2026-12-01 00:00")
    town.agreed("2026-12-31 23:59:59")
    town.agreed("2027-01-01 00:00")
    assert town.close("2027-02-01 00:00") == ["2026-12", "2027-01"]
    assert [len(town.snapshot(key).deeds) for key in ("2026-12", "2027-01")] == [1, 1]


def test_a_month_without_deeds_closes_and_says_so(town: Town, tmp_path: Path) -> None:
    """The paper of an empty month is one paragraph, not an empty table."""
    town.tick("2026-11-01 08:00")
    text = words_of(tmp_path / "papers/2026-10/van-ban-2026-10.docx")
    assert "kỳ này không có gương giới thiệu" in text
    assert town.snapshot("2026-10").figures.verified == 0


def test_months_of_silence_are_made_up_for_in_order(town: Town) -> None:
    """The machine stood still for four months: each month gets its own paper, with its own deeds, once."""
    town.agreed("2026-10-07 08:00")
    town.agreed("2026-12-07 08:00")
    assert town.close("2027-03-03 08:00") == ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"]
    assert town.close("2027-03-03 08:00") == []
    assert [len(town.snapshot(f"2026-{number}").deeds) for number in (10, 11, 12)] == [1, 0, 1]
    assert town.build("2027-03-03 08:05") == 5


def test_nothing_is_due_before_anything_began(tmp_path: Path) -> None:
    """Without a first start and without a deed there is no month to close; the first deed starts the count."""
    town = Town(tmp_path)
    with town.database.write() as tx:
        set_setting(tx, months.STARTED_AT, "soon", ict("2026-10-05 09:00"))
        assert months.first_month(tx) is None
    assert town.close("2030-01-01 08:00") == []
    town.told("2026-12-03 08:00")
    assert town.close("2027-02-01 08:00") == ["2026-12", "2027-01"]


def test_who_refused_is_left_out_and_a_strict_office_names_by_a_yes_only(tmp_path: Path) -> None:
    """Five are approved, three listed: in full, without the name as wished, and without it since nobody asked."""
    town = Town(tmp_path, paper_names="consented")
    town.agreed("2026-10-07 08:00", NGOAN)
    nameless = town.approved(
        "2026-10-08 08:00", LU, Thing.DEED, Thing.STANDING_OFFICE,
        summary="Ông Vàng A Lử vá đường, ông Lử không nhận công.",
        confirmed_person="Trưởng bản biết ông Vàng A Lử",
    )  # fmt: skip
    unasked = town.approved("2026-10-09 08:00", KHUYEN, summary="Hà Văn Khuyên cứu hai cháu.")
    town.approved("2026-10-10 08:00", XUYEN, Thing.NAME)
    town.approved("2026-10-11 08:00", "Cầm Thị Đào", Thing.DEED, Thing.NAME)
    town.tick("2026-11-01 08:00")
    snapshot = town.snapshot("2026-10")
    with town.database.read() as tx:
        assert periods.deeds_of(tx, "2026-10")[1:] == [nameless, unasked]
    assert (snapshot.figures.verified, snapshot.figures.left_out, len(snapshot.deeds)) == (5, 2, 3)
    assert [deed.consented.deed for deed in snapshot.deeds] == [True, True, False]
    assert [deed.consented.name for deed in snapshot.deeds] == [True, False, False]
    kept = str(town.period("2026-10").snapshot)
    for name in ("Lử", "Khuyên", XUYEN, "Đào"):
        assert name not in kept, "what may not be printed is not kept in the frozen list either"
    assert "Khuyên" not in words_of(tmp_path / "papers/2026-10/van-ban-2026-10.docx")
    assert [deed.birth_year for deed in snapshot.deeds] == [1968, None, None]


def test_without_usable_words_the_line_is_made_of_facts(town: Town) -> None:
    """No summary by the desk, no leave of the teller: field, place and day are told, not a word of the story."""
    town.agreed("2026-10-07 08:00", summary="", story="Lời kể riêng tư.")
    town.agreed("2026-10-08 08:00", summary="", story="Lời kể riêng tư.", place_text="", when_text="", field=None)
    town.agreed("2026-10-09 08:00", summary="", story="Lời kể được dùng.", words=True)
    town.close("2026-11-01 08:00")
    first, second, third = (deed.summary for deed in town.snapshot("2026-10").deeds)
    assert first == (
        "Việc tốt được giới thiệu. Lĩnh vực: Trung thực, trả lại tài sản. Nơi: bản Nà Phiêng. Thời gian: 08/11/2026."
    )
    assert second == "Việc tốt được giới thiệu. Lĩnh vực: Việc tốt đời thường."
    assert third == "Lời kể được dùng."
    assert "riêng tư" not in str(town.period("2026-10").snapshot)


def test_an_open_month_gives_a_draft_and_freezes_nothing(town: Town, tmp_path: Path) -> None:
    """A draft shows what there is so far, is marked as one, and the month still closes as if nobody had looked."""
    town.agreed("2026-10-07 08:00", NGOAN)
    assert town.draft("2026-10", "2026-10-08 08:00").draft
    town.agreed("2026-10-09 08:00", LU)
    with town.database.read() as tx:
        built = papers.draft_paper(tx, "2026-10", ict("2026-10-10 08:00"), town.files, tmp_path / "draft")
        assert periods.listed(tx) == []
    assert "DỰ THẢO" in words_of(built.docx)
    assert town.close("2026-11-01 00:00") == ["2026-10"]
    assert not town.snapshot("2026-10").draft
    assert len(town.snapshot("2026-10").deeds) == 2
    with town.database.read() as tx:
        closed = papers.draft_paper(tx, "2026-10", ict("2026-11-10 08:00"), town.files, tmp_path / "closed")
        assert closed.content_hash == town.period("2026-10").content_hash
        for key, at in (("2026-10", "2026-11-10 08:00"), ("2026-12", "2026-11-10 08:00")):
            with pytest.raises(NotPossible):
                months.draft_snapshot(tx, Month.parse(key), ict(at))


def test_the_figures_count_the_month(town: Town) -> None:
    """Received, verified, open, without enough grounds, published: each from its rows; complaints are not counted."""
    town.agreed("2026-10-07 08:00")
    published = town.agreed("2026-10-08 08:00", section="exemplar", field="rescue", target_groups=["farmer", "woman"])
    town.decide(published, Act.PUBLISH, Status.PUBLISHED, "2026-10-09 08:00")
    rejected = town.told("2026-10-10 08:00")
    town.decide(rejected, Act.REJECT, Status.REJECTED, "2026-10-11 08:00")
    complaint = town.told("2026-10-12 08:00")
    town.decide(complaint, Act.REDIRECT, Status.REDIRECTED, "2026-10-13 08:00")
    town.told("2026-10-14 08:00")
    town.told("2026-11-01 00:00")
    with town.database.write() as tx:
        deeds.change_honoree(tx, deeds.honoree_of(tx, published).id, gender="female")
    town.close("2026-11-01 08:00")
    figures = town.snapshot("2026-10").figures
    assert (figures.received_submissions, figures.received_deeds, figures.from_citizens) == (4, 4, 4)
    assert (figures.verified, figures.in_review, figures.not_enough_grounds, figures.published) == (2, 1, 1, 1)
    assert figures.by_section == (("exemplar", 1), ("good_deed", 1))
    assert figures.by_field == (("rescue", 1), ("honesty", 1))
    assert figures.by_target_group == (("farmer", 2), ("woman", 1))
    assert (figures.women, figures.broadcast) == (1, None)
