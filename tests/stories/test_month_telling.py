"""Who hears of a paper, where, how often, and who gives it its number and day."""

from datetime import date
from pathlib import Path

import pytest

from deeds.errors import NotAllowed, NotFound, NotPossible
from deeds.kinds import Role, Thing
from digests import notices, papers
from storage import people, periods
from storage.people import Known
from storage.settings import set_setting
from tests.stories.month_town import Town, ict


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The commune with a moderator, and somebody at the standing office, before October ends."""
    made = Town(tmp_path)
    made.staff("Thu", Role.MODERATOR, on=("telegram", "zalo_oa"))
    made.staff("Hoa", Role.STANDING_OFFICE)
    return made


def test_officer_and_standing_office_are_told_once_where_they_wrote_last(town: Town) -> None:
    """The moderator reads that the draft is there, the standing office its overview; a second tick says nothing."""
    town.agreed("2026-10-07 08:00", section="exemplar")
    town.agreed("2026-10-08 08:00")
    town.approved("2026-10-09 08:00", "Vàng A Lử", Thing.NAME)
    town.approved("2026-10-09 09:00", "Hà Văn Khuyên")
    town.told("2026-10-30 09:00")
    town.close("2026-11-02 08:00")
    assert town.tell("2026-11-02 08:00") == [], "nothing is told of before it is there"
    town.build("2026-11-02 08:01")
    assert town.tell("2026-11-02 08:02") == ["2026-10"]
    assert town.tell("2026-11-02 08:03") == []
    overview, ready = town.letters("digest:2026-10:")
    assert (ready.messenger, ready.chat) == ("zalo_oa", "Thu@zalo_oa")
    assert ready.prompt.text == (
        "Dự thảo công văn giới thiệu gương tháng 10/2026 đã lập: 03 gương (01 gương điển hình tiên tiến; 02 gương "
        "người tốt, việc tốt).\n"
        "01 gương để ngoài vì người được nêu không đồng ý.\n"
        "01 gương chưa hỏi ý kiến người được nêu nên chưa công khai.\n"
        "Xem, tải về để sửa và trình ký, rồi ghi số và ngày: https://vt.example.vn/desk/papers/2026-10\n"
        "Số, ngày, chữ ký để trống."
    )
    assert overview.chat == "Hoa@telegram"
    assert overview.prompt.text == (
        "Kỳ tháng 10/2026 (01/10-31/10), xã Suối Lành: 03 gương (01 gương điển hình tiên tiến; 02 gương người tốt, "
        "việc tốt).\n"
        "Tiếp nhận 05 lượt giới thiệu về 05 việc.\n"
        "Đang xác minh, chuyển kỳ sau: 01 việc.\n"
        "01 gương để ngoài vì người được nêu không đồng ý.\n"
        "01 gương chưa hỏi ý kiến người được nêu nên chưa công khai.\n"
        "Danh sách, Word, PDF, Excel: https://vt.example.vn/desk/papers/2026-10\n"
        "Bản để theo dõi, không thay văn bản đã đăng ký."
    )
    assert (overview.prompt.files, ready.prompt.files) == ((), ())


def test_the_words_of_an_empty_month_read_as_a_person_would_write_them(town: Town) -> None:
    """No zero and no empty bracket stands in a notice."""
    town.tick("2026-11-02 08:00")
    overview, ready = (letter.prompt.text for letter in town.letters("digest:"))
    assert ready.splitlines()[0] == "Dự thảo công văn giới thiệu gương tháng 10/2026 đã lập: kỳ này không có gương."
    assert overview.splitlines()[:2] == [
        "Kỳ tháng 10/2026 (01/10-31/10), xã Suối Lành: kỳ này không có gương.",
        "Trong kỳ không có lượt giới thiệu mới.",
    ]


def test_the_files_go_to_the_standing_office_only_where_the_office_chose_so(town: Town, tmp_path: Path) -> None:
    """They hold personal data: by default a link, by choice the three files, and never to anybody else."""
    with town.database.write() as tx:
        set_setting(tx, "digest_files_to_standing_office", "yes", ict("2026-10-06 08:00"))
    town.tick("2026-11-02 08:00")
    overview, ready = town.letters("digest:")
    assert ready.prompt.files == ()
    assert [file.name for file in overview.prompt.files] == [
        f"van-ban-2026-10.{end}" for end in ("docx", "pdf", "xlsx")
    ]
    assert all((tmp_path / file.path).is_file() for file in overview.prompt.files)


def test_nobody_is_woken_at_midnight(town: Town) -> None:
    """The month closes at midnight, the notice waits for the morning."""
    town.tick("2026-11-01 00:00:05")
    assert {letter.not_before for letter in town.letters("digest:")} == {ict("2026-11-01 07:00")}


def test_a_paper_nobody_could_be_told_of_waits(tmp_path: Path) -> None:
    """As long as no officer has written to the bot there is no address; the first one who does is told."""
    town = Town(tmp_path)
    town.tick("2026-11-02 08:00")
    assert town.period("2026-10").told_at is None
    town.staff("Thu", Role.MODERATOR, heard="2026-11-03 08:00")
    assert town.tell("2026-11-03 08:01") == ["2026-10"]


def test_e_mail_is_a_way_like_any_other_and_goes_before_a_page_nobody_looks_at(town: Town) -> None:
    """Who has a letter-box and the web page is written a letter; who has a chat that reaches them, there."""
    town.staff("Bảo", Role.STANDING_OFFICE, on=("mail", "webchat"))
    town.staff("Vân", Role.STANDING_OFFICE, on=("mail", "telegram"))
    town.tick("2026-11-02 08:00")
    chats = {letter.chat for letter in town.letters("digest:")}
    assert chats == {"Hoa@telegram", "Bảo@mail", "Vân@telegram", "Thu@zalo_oa"}
    assert town.period("2026-10").told_at == ict("2026-11-02 08:00")


def test_a_page_nobody_looks_at_is_not_being_told(tmp_path: Path) -> None:
    """The standing office has only the web page: it is written there, once, and the period stays untold until more."""
    town = Town(tmp_path)
    town.staff("Thu", Role.MODERATOR)
    hoa = town.staff("Hoa", Role.STANDING_OFFICE, on=("webchat",))
    town.tick("2026-11-02 08:00")
    assert town.tell("2026-11-02 08:01") == []
    assert [letter.chat for letter in town.letters("digest:")] == ["Hoa@webchat", "Thu@telegram"]
    assert town.period("2026-10").told_at is None
    with town.database.write() as tx:
        people.set_mail(tx, hoa.id, "hoa@so.example.vn", ict("2026-11-03 08:00"))
    assert town.tell("2026-11-03 08:01") == ["2026-10"]
    assert town.tell("2026-11-03 08:02") == []
    assert [letter.chat for letter in town.letters("digest:")][2:] == ["hoa@so.example.vn"]
    assert town.period("2026-10").told_at == ict("2026-11-03 08:01")


def test_a_messenger_that_is_switched_off_is_no_way(town: Town) -> None:
    """An account on Telegram tells nobody while Telegram has no token here."""
    town.close("2026-11-02 08:00")
    town.build("2026-11-02 08:00")
    with town.database.write() as tx:
        assert notices.tell_due(tx, ict("2026-11-02 08:01"), {"webchat", "zalo_oa"}) == ["2026-10"]
    assert [letter.chat for letter in town.letters("digest:")] == ["Thu@zalo_oa"]
    assert town.period("2026-10").told_at is None
    assert town.tell("2026-11-03 08:00") == ["2026-10"]
    assert town.period("2026-10").told_at is not None


def test_a_paper_without_number_is_chased_once_a_working_day(town: Town) -> None:
    """Told on Monday: not on Tuesday, from Wednesday on each working day once, not at the week's end; then numbered."""
    town.tick("2026-11-02 08:00")

    def chase(at: str) -> int:
        with town.database.write() as tx:
            return notices.chase_due(tx, ict(at))

    assert [chase(f"2026-11-0{day} 08:00") for day in (2, 3, 4, 5, 6, 7, 8, 9)] == [0, 0, 1, 1, 1, 0, 0, 1]
    assert chase("2026-11-09 16:00") == 0
    letters = town.letters("stuck:")
    assert {letter.chat for letter in letters} == {"Thu@zalo_oa"}
    assert letters[0].prompt.text == (
        "Dự thảo công văn tháng 10/2026 đã lập từ 02/11/2026, chưa ghi số và ngày phát hành.\n"
        "Văn thư phát hành rồi thì ghi số, ngày ở đây: https://vt.example.vn/desk/papers/2026-10"
    )
    town.tick("2026-12-01 08:00")
    assert chase("2026-12-04 08:00") == 1
    assert "các tháng 10/2026, 11/2026" in town.letters("stuck:")[-1].prompt.text
    clerk = town.staff("Hạnh", Role.CLERK)
    with town.database.write() as tx:
        for key, number in (("2026-10", "214"), ("2026-11", "215")):
            papers.record_issued(tx, clerk, key, number, date(2026, 12, 4), ict("2026-12-04 09:00"))
    assert chase("2026-12-07 08:00") == 0


def test_a_week_end_is_no_time_to_issue_a_paper(town: Town) -> None:
    """Told on a Friday: Friday and Monday are the two working days, so Tuesday is the first day to remind."""
    town.tick("2026-11-06 08:00")
    for day, written_to in (("07", 0), ("08", 0), ("09", 0), ("10", 1)):
        with town.database.write() as tx:
            assert notices.chase_due(tx, ict(f"2026-11-{day} 08:00")) == written_to


def test_number_and_day_are_kept_and_lock_the_list(town: Town) -> None:
    """Completed by the symbol, with who and when; the same again changes nothing, another number is refused."""
    clerk, now = town.staff("Hạnh", Role.CLERK), ict("2026-11-03 10:00")
    town.close("2026-11-02 08:00")
    with town.database.write() as tx, pytest.raises(NotPossible, match="not built"):
        papers.record_issued(tx, clerk, "2026-10", "214", date(2026, 11, 3), now)
    town.build("2026-11-02 08:00")
    with town.database.write() as tx:
        row = papers.record_issued(tx, clerk, "2026-10", " 214 ", date(2026, 11, 3), now)
        assert (row.document_state, row.number, row.issued_on) == ("issued", "214/UBND-VHXH", date(2026, 11, 3))
        assert (row.recorded_by, row.recorded_at) == (clerk.id, now)
        assert papers.record_issued(tx, clerk, "2026-10", "214/UBND-VHXH", date(2026, 11, 3), now) == row
        with pytest.raises(NotPossible) as refused:
            papers.record_issued(tx, clerk, "2026-10", "215", date(2026, 11, 3), now)
        waiting = papers.next_to_build(tx, now)
        assert waiting is not None, "the files are written anew with number and day"
        assert [periods.mark_built(tx, waiting, "papers/2026-10", now) for _ in "ab"] == [True, False]
        assert papers.next_to_build(tx, now) is None
        assert papers.issued_text(row) == (
            "Đã lưu: Công văn số 214/UBND-VHXH ngày 03 tháng 11 năm 2026. Danh sách tháng 10/2026 đã khóa."
        )
    assert refused.value.sentence == ("Công văn của kỳ này đã ghi số 214/UBND-VHXH, ngày 03/11/2026 và đã khóa.")


@pytest.mark.parametrize(
    ("number", "day", "key"),
    [
        ("214", date(2026, 11, 4), "doc.issued.wrong_day"),
        ("214", date(2026, 10, 30), "doc.issued.wrong_day"),
        ("hai trăm", date(2026, 11, 3), "doc.issued.wrong_number"),
        ("", date(2026, 11, 3), "doc.issued.wrong_number"),
    ],
)
def test_a_slip_of_the_pen_is_refused(town: Town, number: str, day: date, key: str) -> None:
    """A day to come, a day before the month was over, a number that is none."""
    clerk = town.staff("Hạnh", Role.CLERK)
    town.tick("2026-11-02 08:00")
    with town.database.write() as tx, pytest.raises(NotPossible) as refused:
        papers.record_issued(tx, clerk, "2026-10", number, day, ict("2026-11-03 10:00"))
    assert refused.value.text_key == key
    assert refused.value.sentence
    assert town.period("2026-10").document_state == "draft"


def test_one_number_is_not_given_to_two_papers_of_a_year(town: Town) -> None:
    """The second paper with the number of the first is a slip."""
    clerk = town.staff("Hạnh", Role.CLERK)
    town.tick("2026-12-02 08:00")
    with town.database.write() as tx:
        papers.record_issued(tx, clerk, "2026-10", "214", date(2026, 12, 2), ict("2026-12-02 10:00"))
        with pytest.raises(NotPossible, match="has this number"):
            papers.record_issued(tx, clerk, "2026-11", "214", date(2026, 12, 2), ict("2026-12-02 10:00"))


def test_the_issuer_numbers_its_paper_and_not_the_receiver(town: Town, tmp_path: Path) -> None:
    """The clerk does; a moderator where there is no clerk; the standing office, a citizen never."""
    thu, hoa = town.staff("Thu", Role.MODERATOR), town.staff("Hoa", Role.STANDING_OFFICE)
    town.tick("2026-12-02 08:00")
    day, now = date(2026, 12, 2), ict("2026-12-02 10:00")
    with town.database.write() as tx, pytest.raises(NotAllowed):
        papers.record_issued(tx, hoa, "2026-10", "214", day, now)
    with town.database.write() as tx:
        assert papers.record_issued(tx, thu, "2026-10", "214", day, now).number == "214/UBND-VHXH"
    clerk = town.staff("Hạnh", Role.CLERK)
    with town.database.write() as tx, pytest.raises(NotAllowed):
        papers.record_issued(tx, thu, "2026-11", "215", day, now)
    with town.database.write() as tx:
        assert papers.record_issued(tx, clerk, "2026-11", "215", day, now).recorded_by == clerk.id
        with pytest.raises(NotAllowed):
            papers.correct_issued(tx, hoa, "2026-11", "216", day, "Ghi nhầm", now)
        with pytest.raises(NotAllowed):
            papers.record_issued(tx, Known(99, None), "2026-11", "1", day, now)
        with pytest.raises(NotFound):
            papers.record_issued(tx, clerk, "2027-03", "214", day, now)


def test_a_paper_that_cannot_be_built_is_tried_again_and_told_of_after_three(town: Town) -> None:
    """Each try waits longer; the error is kept; the moderator is told once; when the disk is back it is built."""
    town.close("2026-11-02 08:00")
    broken = town.folder / "papers"
    broken.write_text("a file where the folder should be")
    tries = []
    for minute in range(12):
        now = ict(f"2026-11-02 08:{minute:02d}")
        with town.database.read() as tx:
            row = papers.next_to_build(tx, now)
        if row is None:
            continue
        tries.append(minute)
        with pytest.raises(OSError) as failed:
            papers.build(row, town.files, town.folder)
        with town.database.write() as tx:
            papers.mark_failed(tx, row, failed.value, now)
    assert tries == [0, 1, 3, 7]
    row = town.period("2026-10")
    assert row.in_trouble
    assert "FileExistsError" in (row.error or "")
    (letter,) = town.letters("trouble:2026-10:")
    assert letter.prompt.text.startswith("Công văn tháng 10/2026 đã lập 3 lần chưa được")
    broken.unlink()
    assert town.build("2026-11-02 09:30") == 1
    assert town.period("2026-10").error is None
