"""A clock that leaps closes nothing until a person says that it is right."""

from pathlib import Path

import pytest

from deeds.errors import NotAllowed, NotPossible
from deeds.kinds import Role
from deeds.months import local_day
from digests import clock_guard, notices
from storage import periods
from tests.stories.month_town import Town, ict


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The commune with an admin and a moderator; the clock was seen on the 20th of October."""
    made = Town(tmp_path)
    made.staff("Bình", Role.ADMIN)
    made.staff("Thu", Role.MODERATOR)
    made.close("2026-10-20 08:00")
    return made


def ask(town: Town, at: str) -> int:
    """The timetable asks about the clock."""
    with town.database.write() as tx:
        return notices.ask_about_clock(tx, ict(at))


def closed(town: Town) -> list[str]:
    """Return the closed months, oldest first."""
    with town.database.read() as tx:
        return [row.key for row in reversed(periods.listed(tx))]


def test_one_tick_in_2031_closes_nothing(town: Town) -> None:
    """The clock leaps for one tick and comes back; October closes on its day, with the deeds of October."""
    assert town.close("2031-11-20 08:00", days_seen=False) == []
    assert ask(town, "2031-11-20 08:00") == 1
    assert town.tell("2031-11-20 08:00") == []
    town.agreed("2026-10-25 08:00")
    assert town.close("2026-10-30 08:00", days_seen=False) == []
    assert town.close("2026-11-01 00:00", days_seen=False) == ["2026-10"]
    assert len(town.snapshot("2026-10").deeds) == 1


def test_the_question_goes_to_the_admin_once_and_leaves_by_either_clock(town: Town) -> None:
    """Whether the machine keeps the wrong date or finds the right one, the letter is due; a second tick adds none."""
    assert ask(town, "2026-10-20 09:00") == 0
    ask(town, "2031-11-20 08:00")
    assert ask(town, "2031-11-20 08:01") == 0
    (asked,) = town.letters("clock:")
    assert asked.chat == "Bình@telegram"
    assert asked.not_before == ict("2026-10-20 08:00")
    assert asked.prompt.text == (
        "Đồng hồ máy chủ vừa nhảy 1857 ngày: lần trước còn là 08:00 20/10/2026, giờ chỉ 08:00 20/11/2031.\n"
        "Máy chưa chốt tháng nào, vì chốt rồi thì không mở lại được. Nếu hôm nay đúng là ngày ấy, chẳng hạn máy nghỉ "
        "đã lâu, xin xác nhận ở đây: https://vt.example.vn/desk/papers\n"
        "Nếu không đúng, nhờ người vận hành chỉnh lại giờ máy; chỉnh xong là máy chạy tiếp, không mất gì."
    )


def test_a_machine_off_for_three_months_makes_up_for_them_when_somebody_says_the_day(town: Town) -> None:
    """The admin says that today is today, and every month that is over closes; who and when stays on record."""
    late = "2027-01-25 08:00"
    assert town.close(late, days_seen=False) == []
    bình = town.staff("Bình", Role.ADMIN)
    with town.database.write() as tx:
        clock_guard.confirm(tx, bình, local_day(ict(late)), ict(late))
    assert town.close(late, days_seen=False) == ["2026-10", "2026-11", "2026-12"]
    assert town.close("2027-02-01 08:00", days_seen=False) == ["2027-01"]


def test_a_machine_off_for_five_weeks_asks_nobody(town: Town) -> None:
    """A holiday with a month's end in it is an ordinary outage."""
    assert town.close("2026-11-26 08:00", days_seen=False) == ["2026-10"]


def test_a_clock_set_far_back_is_no_leap_when_it_comes_home(town: Town) -> None:
    """A machine that starts in 1970 and finds the time a minute later goes on as if nothing were."""
    assert town.close("1970-01-01 08:00", days_seen=False) == []
    assert town.close("2026-11-01 08:00", days_seen=False) == ["2026-10"]


def test_who_may_say_that_the_clock_is_right_and_what_about_it(town: Town) -> None:
    """The admin, not the moderator beside one; for the day the clock shows; and only when it leapt."""
    bình, thu = town.staff("Bình", Role.ADMIN), town.staff("Thu", Role.MODERATOR)
    now = ict("2027-01-25 08:00")
    with town.database.write() as tx:
        with pytest.raises(NotAllowed):
            clock_guard.confirm(tx, thu, local_day(now), now)
        with pytest.raises(NotPossible, match="not the day"):
            clock_guard.confirm(tx, bình, local_day(ict("2026-01-25 08:00")), now)
        with pytest.raises(NotPossible, match="did not leap"):
            clock_guard.confirm(tx, bình, local_day(ict("2026-10-21 08:00")), ict("2026-10-21 08:00"))
    assert closed(town) == []
