"""The table of moves and the one way to decide: every status and act, who may, and the line each change leaves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from deeds.errors import ForPeople, NotAllowed, NotPossible, SomebodyWasFirst
from deeds.kinds import Act, DeedKind, Role, Status
from deeds.statuses import GONE
from moderation import receive
from moderation.decide import Order, decide
from moderation.moves import MOVES, UNDOABLE, WHO, after, check_may, check_role, may
from moderation.receive import Telling
from storage import deeds, history, people
from storage.database import Database
from storage.models import Base
from storage.office import office
from storage.people import Known
from texts import has, say

NOW = datetime(2026, 5, 5, 1, 0, tzinfo=UTC)
EVERY_PAIR = [(status, act) for status in Status for act in Act]
DECIDED_AT_DESK = (Act.APPROVE, Act.ASK, Act.REJECT, Act.CLAIM, Act.PUBLISH, Act.UNPUBLISH, Act.REDIRECT, Act.WITHDRAW)


def test_every_status_has_a_row() -> None:
    """Also where nothing may follow."""
    assert set(MOVES) == set(Status)
    assert {status for status in Status if not MOVES[status]} == set(GONE)


def test_every_status_can_be_reached() -> None:
    """From what has just come in; merged deeds wait for the work that merges."""
    reached, grown = {Status.RECEIVED}, True
    while grown:
        more = {becomes for status in reached for becomes in MOVES[status].values()}
        grown = not more <= reached
        reached |= more
    assert set(Status) - reached == {Status.MERGED}


@pytest.mark.parametrize(("status", "act"), EVERY_PAIR)
def test_an_act_is_in_the_table_or_refused_with_a_sentence(status: Status, act: Act) -> None:
    """Walked from the table: what is not there cannot be done, and it is said why."""
    if act in MOVES[status]:
        assert after(status, act) is MOVES[status][act]
        return
    with pytest.raises(NotPossible) as refused:
        after(status, act)
    assert refused.value.sentence


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", [None, *Role])
def test_rights_are_a_table(act: Act, role: Role | None) -> None:
    """An act that is nobody's button is nobody's right."""
    actor = Known(1, "Thu", frozenset({role} if role else ()))
    if role in WHO.get(act, ()):
        check_role(actor, act)
        return
    with pytest.raises(NotAllowed) as refused:
        check_role(actor, act)
    assert refused.value.sentence


def test_a_small_commune_publishes_by_its_moderator() -> None:
    """Where nobody is in charge of the page a moderator's second tap publishes; where somebody is, it does not."""
    thu = Known(1, "Thu", frozenset({Role.MODERATOR}))
    check_role(thu, Act.PUBLISH, has_publisher=False)
    with pytest.raises(NotAllowed):
        check_role(thu, Act.PUBLISH, has_publisher=True)


def test_what_can_be_undone_leads_back() -> None:
    """Every act that can be taken back is in the table, and none of them deletes anything."""
    for act in UNDOABLE:
        assert any(act in row for row in MOVES.values())
        assert not {row[act] for row in MOVES.values() if act in row} & {Status.REDIRECTED, Status.WITHDRAWN}
        assert has(f"act.{act}")


class Desk:
    """A real database with one deed, a moderator, a publisher and the teller, who is a moderator as well."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'viectot.db'}")
        Base.metadata.create_all(self.database.engine)
        self.now = NOW
        with self.database.write() as tx:
            self.thu = people.hire(tx, "Thu", [Role.MODERATOR], NOW)
            self.hoa = people.hire(tx, "Hòa", [Role.MODERATOR, Role.PUBLISHER], NOW)
            self.lan = people.hire(tx, "Lan", [Role.MODERATOR], NOW)
            telling = Telling(
                "Anh Nam dọn đường sau lũ", DeedKind.INDIVIDUAL, "anh", "Lò Văn Nam", "", None, "tổ 3", None, "hôm qua",
                False, {"story": "Anh Nam dọn đường sau lũ"},
            )  # fmt: skip
            told = receive.hand_in(
                tx, telling, person_id=self.lan.id, messenger="plain", chat="lan", draft_id=None, office=office(tx),
                receipt_key=b"k" * 32, consent_words="k", now=NOW,
            )  # fmt: skip
        self.deed_id = told.deed_id

    def decides(self, actor: Known, act: Act, **more: object) -> Status:
        """Decide, and return the new status."""
        chosen = {"reason_key": {Act.ASK: "witness", Act.REJECT: "duty"}.get(act), "confirmed_by": "village_head"}
        order = Order(act, **{**chosen, **more})  # type: ignore[arg-type]
        with self.database.write() as tx:
            return decide(tx, actor, self.deed_id, order, self.now, "desk").status

    def deed(self) -> deeds.DeedRow:
        """Return the deed."""
        with self.database.read() as tx:
            found = deeds.deed(tx, self.deed_id)
        assert found is not None
        return found

    def lines(self) -> list[history.Entry]:
        """Return its history."""
        with self.database.read() as tx:
            return list(history.of_deed(tx, self.deed_id))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One deed on the desk."""
    return Desk(tmp_path)


@pytest.mark.parametrize("act", [Act.APPROVE, Act.ASK, Act.REJECT, Act.CLAIM])
def test_undo_returns_where_it_came_from(desk: Desk, act: Act) -> None:
    """From every status in which the act is possible; the line stays and is marked."""
    assert desk.decides(desk.thu, act) is MOVES[Status.RECEIVED][act]
    assert desk.decides(desk.thu, Act.UNDO) is Status.RECEIVED
    lines = desk.lines()
    assert [line.act for line in lines] == [Act.RECEIVE, act, Act.UNDO]
    assert lines[1].undone_at is not None
    assert desk.deed().approved_at is None


def test_undo_of_a_second_decision_returns_to_the_first(desk: Desk) -> None:
    """Asked, then approved: one undo is "asked" again, two undos are as in the beginning."""
    desk.decides(desk.thu, Act.ASK)
    desk.decides(desk.hoa, Act.APPROVE)
    assert desk.decides(desk.thu, Act.UNDO) is Status.NEEDS_INFO
    assert desk.decides(desk.thu, Act.UNDO) is Status.RECEIVED
    with pytest.raises(NotPossible):
        desk.decides(desk.thu, Act.UNDO)


def test_nobody_decides_their_own(desk: Desk) -> None:
    """Every act of the desk, undo included."""
    desk.decides(desk.thu, Act.APPROVE)
    for act in (*DECIDED_AT_DESK, Act.UNDO):
        with pytest.raises(NotAllowed):
            desk.decides(desk.lan, act)


def test_the_second_of_two_hears_who_was_first(desk: Desk) -> None:
    """Both looked at version 1."""
    desk.decides(desk.thu, Act.APPROVE, seen=1)
    with pytest.raises(SomebodyWasFirst) as first:
        desk.decides(desk.hoa, Act.REJECT, seen=1)
    assert "Thu" in first.value.sentence
    assert desk.deed().status is Status.APPROVED


def test_the_second_hears_of_an_undo_too(desk: Desk) -> None:
    """Thu takes her approval back while Hòa looks at the approved deed: that is what Hòa hears, whatever she wanted."""
    desk.decides(desk.thu, Act.APPROVE)
    seen = desk.deed().version
    desk.decides(desk.thu, Act.UNDO)
    with pytest.raises(SomebodyWasFirst) as first:
        desk.decides(desk.hoa, Act.WITHDRAW, seen=seen)
    assert say("act.undo") in first.value.sentence
    assert desk.deed().status is Status.RECEIVED


def test_buttons_and_rights_agree(desk: Desk) -> None:
    """The twin that only shows buttons says what the check says."""
    with desk.database.read() as tx:
        deed, told = desk.deed(), deeds.submissions_of(tx, desk.deed_id)
    for actor in (desk.thu, desk.hoa, desk.lan, Known(99, "Ai")):
        for act in Act:
            try:
                check_may(actor, act, deed, told)
            except (NotAllowed, NotPossible):
                assert not may(actor, act, deed, told)
            else:
                assert may(actor, act, deed, told)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("act", [Act.CORRECT, Act.RECORD_HONOREE])
def test_facts_are_corrected_only_while_something_may_follow(desk: Desk, act: Act, status: Status) -> None:
    """Nothing more is written about a withdrawn, redirected or merged deed; about all others it is."""
    goes_on = status not in (Status.WITHDRAWN, Status.REDIRECTED, Status.MERGED)
    assert may(desk.thu, act, replace(desk.deed(), status=status), []) is goes_on


@settings(max_examples=25, stateful_step_count=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
class Deciding(RuleBasedStateMachine):
    """Three people do whatever they like; the deed never stands where the table does not lead."""

    @initialize()
    def begin(self) -> None:
        self._folder = TemporaryDirectory()
        self.desk = Desk(Path(self._folder.name))
        self.expected = Status.RECEIVED
        self.count = 1

    @rule(who=st.sampled_from(["thu", "hoa", "lan"]), act=st.sampled_from([*DECIDED_AT_DESK, Act.UNDO]))
    def somebody_decides(self, who: str, act: Act) -> None:
        before, lines = self.desk.deed(), self.desk.lines()
        try:
            became = self.desk.decides(getattr(self.desk, who), act)
        except ForPeople:
            assert self.desk.deed() == before
            assert self.desk.lines() == lines
            return
        assert who != "lan"
        self.count += 1
        if act is Act.UNDO:
            assert became is lines_standing(lines)[-1].before
        else:
            assert became is MOVES[before.status][act]
        self.expected = became

    @rule()
    def time_passes(self) -> None:
        self.desk.now += timedelta(minutes=7)

    @invariant()
    def it_stands_where_its_history_says(self) -> None:
        if not hasattr(self, "desk"):
            return
        deed, lines = self.desk.deed(), self.desk.lines()
        assert deed.status is self.expected
        assert lines[-1].after is deed.status
        assert len(lines) == self.count == deed.version
        assert [line.version for line in lines] == list(range(1, len(lines) + 1))
        assert (deed.status in (Status.APPROVED, Status.PUBLISHED)) <= (deed.approved_at is not None)
        assert (deed.published_at is not None) == (deed.status is Status.PUBLISHED)
        if deed.status in (Status.REDIRECTED, Status.WITHDRAWN):
            assert deed.story == ""

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.database.close()
            self._folder.cleanup()


def lines_standing(lines: list[history.Entry]) -> list[history.Entry]:
    """Return the decisions nobody took back."""
    return [line for line in lines if line.act in UNDOABLE and line.undone_at is None]


TestDeciding = Deciding.TestCase
TestDeciding.__doc__ = "Whatever three people do to a deed, no step leaves the table and each leaves one line."
