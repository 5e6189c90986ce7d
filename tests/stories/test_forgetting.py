"""Every way there is of forgetting, over a commune in which every personal column is full: not a word is left."""

from collections.abc import Iterator

import pytest

from bot.background import forget
from deeds.kinds import Status
from storage.models import Base
from tests.cast import RESCUE
from tests.stories.aviary import OF_THE_DEED, OF_THE_DRAFT, OF_THE_OTHER, OTHER_PHONE, TIE, Aviary
from tests.town import Town


@pytest.fixture
def aviary(town: Town) -> Iterator[Aviary]:
    """The commune, filled to the last personal column."""
    with Aviary(town) as filled:
        yield filled


def passes(town: Town, days: int) -> None:
    """Let so many days pass in which nothing else happens, and forget what is over, twice as on every day."""
    town.clock.forward(days=days)
    for _ in range(2):
        town.run(town.instance.lanes.write("background", lambda tx: forget(tx, town.clock.now())))


def test_every_personal_column_is_filled_and_a_draft_a_report_a_person_go(aviary: Aviary) -> None:
    """A draft is dropped; both reports are taken back; then somebody has everything deleted; each time it is gone."""
    town = aviary.town
    assert aviary.unfilled() == [], "the scenario must fill a new column, or nobody knows that it is forgotten"
    assert set(aviary.left(*OF_THE_DEED)) >= {"deed", "honoree", "deed_version", "decision_reason", "question"}

    aviary.mai.says("thôi")
    aviary.mai.picks("Bỏ hẳn")
    assert aviary.left(*OF_THE_DRAFT) == {}
    assert aviary.files_left(0) == set()
    assert aviary.left(*OF_THE_OTHER)

    aviary.hoa.says("rút 2")
    aviary.hoa.picks("Rút tin")
    town.settle()
    assert aviary.left(*OF_THE_OTHER) == {}
    assert aviary.files_left(2) == set()
    assert aviary.files_left(1) == aviary.pictures[1]

    aviary.lan.says("xóa dữ liệu của tôi")
    aviary.lan.picks("Xóa hết")
    aviary.lan.sees("Đã xóa dữ liệu")
    assert aviary.left(*OF_THE_DEED, TIE) == {}
    assert aviary.files_left(1) == set()
    passes(town, days=31)
    assert set(aviary.left(*aviary.addresses, but=("inbox_event",))) == set()


@pytest.mark.parametrize("act", ["withdraw", "redirect"])
def test_a_report_taken_away_at_the_desk_is_gone(aviary: Aviary, act: str) -> None:
    """Withdrawn for its teller, or turned away as a complaint; the history shows kindly that words are gone."""
    page = f"/desk/deeds/{aviary.town.deed(1).code}"
    assert "Chimcong" in aviary.desk.get(page).text
    assert "Chimcong" in aviary.town.command("deeds", "show", aviary.town.deed(1).code)
    assert aviary.desk.decide(aviary.town.deed(1), act, reason="vì chimen").status_code == 200
    aviary.town.settle()
    assert aviary.left(*OF_THE_DEED) == {}
    assert aviary.files_left(1) == set()
    assert aviary.left(*OF_THE_OTHER)
    assert aviary.desk.get(page).text.count("đã xóa theo yêu cầu") >= 3
    assert "đã xóa theo yêu cầu" in aviary.town.command("deeds", "show", aviary.town.deed(1).code)


def test_a_member_of_staff_is_erased_by_command(aviary: Aviary) -> None:
    """Name and chat go, the name from every chat; what others told, and that somebody decided, stays."""
    town = aviary.town
    addresses = aviary.addresses_of("Thu Chimthu")
    assert {"person", "outbox_message", "chat_message"} <= set(aviary.left("Chimthu", *addresses))
    town.command("erase-person", "Thu Chimthu", "--yes")
    assert aviary.left("Chimthu") == {}
    assert aviary.left(*addresses, but=("inbox_event", "chat_message")) == {}
    assert town.deed(1).summary == "Cứu hai cháu chimyen."
    assert aviary.files_left(1) == aviary.pictures[1]
    assert [line for line in aviary.left(*OF_THE_DEED) if line == "deed"] == ["deed"]


def test_time_forgets(aviary: Aviary) -> None:
    """After thirty days drafts are gone and what came in and went out; after a year the lines of web chats."""
    town = aviary.town
    town.clock.forward(minutes=11)
    town.settle()  # the outcome of the second report has gone out
    passes(town, days=361)
    assert aviary.left(*OF_THE_DRAFT) == {}
    assert aviary.files_left(0) == set()
    talk = {"inbox_event", "outbox_message", "chat_message", "place", "draft"}
    assert talk.isdisjoint(aviary.left(*OF_THE_DEED, *OF_THE_OTHER))
    assert town.deed(1).status is Status.IN_REVIEW


def test_a_number_is_kept_as_long_as_something_of_its_teller_stands(town: Town) -> None:
    """Of two reports one is taken back: who told is still to be called for the other; then that one, too, goes."""
    hoa = town.citizen("Hoa", on="webchat")
    for _ in range(2):
        hoa.reports()
        hoa.says(OTHER_PHONE)
        hoa.sees("Đã ghi số")
    for number, left in ((1, {"person"}), (2, set())):
        hoa.says(f"rút {number}")
        hoa.picks("Rút tin")
        town.settle()
        assert set(town.tables_with(OTHER_PHONE)) == left


def test_history_holds_no_words(aviary: Aviary) -> None:
    """Through chat, desk and command line: codes, ids, numbers and instants, whatever was typed."""
    told = aviary.left(*OF_THE_DEED, *OF_THE_OTHER, "vì", but=tuple(set(Base.metadata.tables) - {"decision"}))
    assert told == {}


def test_a_receipt_is_kept_as_its_hash_only(town: Town, on: str) -> None:
    """Once it was delivered its plain words are ours no longer; with it, its teller still sees how it stands."""
    lan = town.citizen("Lan", on=on)
    lan.says(RESCUE).agrees()
    _, code = lan.receipt()
    town.run(town.instance.background.forget_due())
    assert set(town.tables_with(code)) <= {"chat_message"}  # there the line is the message, the person's own copy
    lan.says(code)
    assert "Số 1" in lan.last
