"""Approving asks who vouches for person and deed, in one tap; what was tapped is what page and paper say."""

from datetime import timedelta

import pytest

from deeds.kinds import Act
from moderation import facts
from moderation.confirming import NotConfirmed
from storage import history, versions
from tests.cast import Speaker
from tests.town import Town

ASKED = "ai xác nhận đúng người, đúng việc?"


def told(town: Town, on: str = "plain") -> Speaker:
    """Somebody told, and a moderator opens the card."""
    thu = town.moderator("Thu")
    town.citizen("Lan", on=on).reports()
    thu.says("xem")
    return thu


def confirmed(town: Town) -> tuple[str | None, str | None]:
    """Return who vouches for the person and who for the deed."""
    deed = town.deed()
    return deed.confirmed_person, deed.confirmed_deed


def corrects(town: Town, **changes: object) -> None:
    """Let the desk write down facts."""
    deed = town.deed()
    town.writes(
        lambda tx: facts.correct(tx, town.staff("Thu"), deed.id, deed.version, changes, town.clock.now(), "desk")
    )


def test_one_tap_says_who_confirmed(town: Town, on: str) -> None:
    """Duyệt, then "Công an xã": approved, and both columns say so with the day. The card said nobody had confirmed."""
    thu = town.moderator("Thu", on=on)
    town.citizen("Lan").reports()
    thu.says("xem")
    thu.sees("Đúng người: chưa ai xác nhận. Đúng việc: chưa ai xác nhận.")
    thu.picks("Duyệt")
    thu.sees(ASKED)
    assert town.deed().status == "received", "nothing is approved before somebody vouches"
    thu.picks("Công an xã")
    thu.sees("Đã duyệt số 1")
    assert town.deed().status == "approved"
    assert confirmed(town) == ("Công an xã xác nhận ngày 05/05/2026",) * 2


def test_what_stands_in_the_facts_is_not_asked_again(town: Town) -> None:
    """Both confirmed at the desk: one tap approves, and the words stay as they were typed."""
    thu = told(town)
    corrects(town, confirmed_person="Trưởng bản Nà Phiêng, 04/05", confirmed_deed="Công an xã, 04/05")
    thu.says("xem")
    thu.picks("Duyệt")
    assert town.deed().status == "approved"
    assert confirmed(town) == ("Trưởng bản Nà Phiêng, 04/05", "Công an xã, 04/05")


def test_only_what_is_missing_is_filled_and_taken_back(town: Town) -> None:
    """The person was confirmed, the deed was not: the tap fills the one, and undo empties the one."""
    thu = told(town)
    corrects(town, confirmed_person="Trưởng bản Nà Phiêng, 04/05")
    thu.says("xem")
    thu.approves("Người chứng kiến")
    assert confirmed(town) == ("Trưởng bản Nà Phiêng, 04/05", "Người chứng kiến xác nhận ngày 05/05/2026")
    thu.says("hoàn tác")
    assert town.deed().status == "received"
    assert confirmed(town) == ("Trưởng bản Nà Phiêng, 04/05", None)
    changed = town.rows(lambda tx: versions.changes_of(tx, town.deed().id))
    assert [list(change.facts or ()) for change in changed.values()] == [
        ["confirmed_person"], ["confirmed_deed"], ["confirmed_deed"],
    ]  # fmt: skip


def test_undo_keeps_what_somebody_wrote_meanwhile(town: Town) -> None:
    """Approved by a tap, then the desk writes who it really was: taking the approval back keeps the words."""
    thu = told(town)
    thu.approves()
    corrects(town, confirmed_deed="Bà Tư bán nước, 05/05")
    town.clock.forward(minutes=1)
    town.decides("Thu", Act.UNDO)
    assert confirmed(town) == (None, "Bà Tư bán nước, 05/05")
    town.decides("Thu", Act.APPROVE, confirmed_by="unit")
    assert confirmed(town) == ("Đơn vị của người được nêu xác nhận ngày 05/05/2026", "Bà Tư bán nước, 05/05")


def test_the_history_holds_the_choice_and_no_words(town: Town) -> None:
    """What is written down for good is a code."""
    told(town).approves("Cán bộ đã gọi điện hỏi")
    approval = town.rows(lambda tx: history.of_deed(tx, town.deed().id))[-1]
    assert approval.details["confirmed_by"] == "called"


@pytest.mark.parametrize("chosen", [None, "", "somebody", "CALLED"])
def test_nobody_approves_without_a_confirmation(town: Town, chosen: str | None) -> None:
    """At the desk or by any other way in: no choice, or one that is none, changes nothing."""
    told(town)
    before = town.deed()
    with pytest.raises(NotConfirmed) as refused:
        town.decides("Thu", Act.APPROVE, confirmed_by=chosen)
    assert "ai xác nhận" in refused.value.sentence
    assert town.deed() == before


def test_who_was_second_hears_so_and_is_not_asked(town: Town) -> None:
    """Hòa taps on a card that Thu decided meanwhile: no question about confirmations, but who was first."""
    hoa = town.moderator("Hòa")
    thu = told(town)
    hoa.says("xem")
    thu.approves()
    town.clock.forward(seconds=timedelta(minutes=1).total_seconds())
    hoa.picks("Duyệt")
    assert "đã do Thu duyệt" in hoa.last


def test_what_was_tapped_goes_with_the_approval_that_is_taken_back(town: Town) -> None:
    """An undone approval leaves nobody vouching for the deed: the next one asks again."""
    town.moderator("Thu")
    town.citizen("Lan").reports()
    town.decides("Thu", Act.APPROVE, confirmed_by="unit")
    assert town.deed().confirmed_person
    town.decides("Thu", Act.UNDO)
    deed = town.deed()
    assert (deed.confirmed_person or "", deed.confirmed_deed or "") == ("", "")
