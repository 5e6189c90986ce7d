"""Who is who: met once, invited once, never two people for one address; and places that survive their writers."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from deeds.errors import NotPossible
from deeds.kinds import Role
from storage import drafts, invitations, people
from storage.database import Database
from storage.models import Draft, Identity, Person, Place

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_an_address_is_one_person_however_often_they_write(database: Database) -> None:
    """On another messenger the same number is somebody else; a name of any length is taken."""
    with database.write() as tx:
        lan = people.identify(tx, "telegram", "5", "Lan " * 200, NOW)
        assert people.identify(tx, "telegram", "5", "Lan", LATER).id == lan.id
        assert people.identify(tx, "webchat", "5", "", NOW).id != lan.id
        assert tx.execute(select(Identity.last_heard_at).where(Identity.person_id == lan.id)).scalar_one() == LATER


def test_processes_that_meet_somebody_at_once_meet_one_person(database: Database) -> None:
    """Eight connections, ten strangers: ten people, and nobody left over."""
    together = threading.Barrier(8)
    met: list[tuple[int, int]] = []

    def meet() -> None:
        together.wait()
        for number in range(10):
            with database.write() as tx:
                met.append((number, people.identify(tx, "telegram", str(number), "", NOW).id))

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 80
    assert len(set(met)) == 10
    with database.read() as tx:
        assert tx.execute(select(func.count()).select_from(Person)).scalar_one() == 10


def test_an_invitation_is_good_once_and_for_a_week(database: Database) -> None:
    """However it is typed; afterwards the address is the invited person's, with what it told before."""
    with database.write() as tx:
        thu = people.hire(tx, "Thu", [Role.MODERATOR], NOW)
        code = invitations.invite(tx, thu.id, NOW)
        before = people.identify(tx, "telegram", "5", "Thu ở chợ", NOW)
        drafts.open_draft(tx, before.id, NOW)
        assert invitations.redeem(tx, "0000-0000", "telegram", "5", NOW) is None
        assert invitations.redeem(tx, code, "telegram", "5", NOW + invitations.LIVES) is None
        known = invitations.redeem(tx, code.lower().replace("-", ""), "telegram", "5", NOW)
        assert known is not None
        assert (known.id, known.roles) == (thu.id, frozenset({Role.MODERATOR}))
        assert invitations.redeem(tx, code, "telegram", "5", NOW) is None
        assert people.identify(tx, "telegram", "5", "", NOW).id == thu.id
        assert tx.execute(select(Draft.person_id)).scalar_one() == thu.id


def test_a_role_that_was_taken_away_is_gone_at_once(database: Database) -> None:
    """It stays on record, and may be given again."""
    with database.write() as tx:
        thu = people.hire(tx, "Thu", [Role.MODERATOR, Role.ADMIN], NOW)
        people.dismiss(tx, thu.id, Role.MODERATOR, LATER)
        assert people.roles_of(tx, thu.id) == {Role.ADMIN}
        assert people.holding(tx, Role.MODERATOR) == []
        assert not people.anybody_is(tx, Role.MODERATOR)
        assert people.hire(tx, "Thu", [Role.MODERATOR, Role.ADMIN], LATER).id == thu.id
        assert people.holding(tx, Role.MODERATOR, Role.ADMIN) == [thu.id]


def test_who_is_unreachable_is_not_written_to_until_heard(database: Database) -> None:
    """Ways to a person come latest heard first."""
    with database.write() as tx:
        thu = people.hire(tx, "Thu", [], NOW)
        for number, messenger in enumerate(("webchat", "telegram")):
            people.identify(tx, messenger, "5", "", NOW)
            invitations.redeem(tx, invitations.invite(tx, thu.id, NOW), messenger, "5", NOW)
            people.identify(tx, messenger, "5", "", NOW + timedelta(minutes=number))
        assert [way.messenger for way in people.ways_to(tx, [thu.id])] == ["telegram", "webchat"]
        people.mark_unreachable(tx, "telegram", "5", NOW)
        assert [way.messenger for way in people.ways_to(tx, [thu.id])] == ["webchat"]
        people.identify(tx, "telegram", "5", "", LATER)
        people.move_address(tx, "telegram", "5", "6")
        assert [way.address for way in people.ways_to(tx, [thu.id])] == ["6", "5"]


def test_a_place_is_written_over_and_counted(database: Database) -> None:
    """One row a person, whatever is remembered in it."""
    with database.write() as tx:
        lan = people.identify(tx, "telegram", "5", "Lan", NOW)
        assert drafts.place_of(tx, lan.id) is None
        for number in range(3):
            drafts.keep_place(tx, lan.id, {"told": {"story": "Ấm"}, "step": number}, NOW)
        assert drafts.place_of(tx, lan.id) == {"told": {"story": "Ấm"}, "step": 2}
        assert tx.execute(select(Place.version)).scalar_one() == 3
        assert [person for person, *_ in drafts.places_since(tx, LATER)] == [lan.id]
        assert drafts.places_since(tx, NOW) == []
        assert drafts.standing_in(tx, ["complaint"], LATER) == []
        drafts.keep_place(tx, lan.id, {"talk": "complaint"}, NOW)
        assert drafts.standing_in(tx, ["complaint"], LATER) == [lan.id]
        assert drafts.standing_in(tx, ["complaint"], NOW) == []


def test_two_writers_of_one_place_come_one_after_the_other(database: Database) -> None:
    """Each reads what the one before has written: forty steps are forty steps."""
    with database.write() as tx:
        lan = people.identify(tx, "telegram", "5", "Lan", NOW)
        drafts.keep_place(tx, lan.id, {"step": 0}, NOW)

    def walk() -> None:
        for _ in range(10):
            with database.write() as tx:
                place = drafts.place_of(tx, lan.id)
                assert place is not None
                drafts.keep_place(tx, lan.id, {"step": place["step"] + 1}, NOW)

    threads = [threading.Thread(target=walk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.write() as tx:
        assert drafts.place_of(tx, lan.id) == {"step": 40}


def test_a_draft_set_aside_waits_for_its_teller(database: Database) -> None:
    """Newest first, empty ones not at all, at most five; one nobody touched is found by its age."""
    with database.write() as tx:
        lan = people.identify(tx, "telegram", "5", "Lan", NOW)
        opened = [drafts.open_draft(tx, lan.id, NOW) for _ in range(8)]
        for number, draft in enumerate(opened[1:], start=1):
            drafts.set_aside(tx, draft, {"step": number}, NOW + timedelta(minutes=number))
        assert [draft.state["step"] for draft in drafts.waiting_of(tx, lan.id)] == [7, 6, 5, 4, 3]
        assert drafts.untouched_since(tx, NOW + timedelta(minutes=1)) == [opened[0]]
        drafts.drop_draft(tx, opened[0], NOW)
        drafts.close_draft(tx, opened[1])
        assert tx.execute(select(func.count()).select_from(Draft)).scalar_one() == 6


def test_a_person_is_found_at_any_size(database: Database) -> None:
    """With five thousand people an address and a name are looked up, not searched for."""
    with database.write() as tx:
        numbers = range(1, 5_001)
        tx.execute(insert(Person), [{"id": number, "name": f"n{number}", "created_at": NOW} for number in numbers])
        same = {"messenger": "telegram", "display_name": "", "created_at": NOW, "last_heard_at": NOW}
        tx.execute(insert(Identity), [{"person_id": number, "address": str(number), **same} for number in numbers])
        tx.exec_driver_sql("ANALYZE")
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        for where in ("identity WHERE messenger = 'telegram' AND address = '77'", "person WHERE name = 'n77'"):
            plan = str(tx.exec_driver_sql(f"{explain}SELECT id FROM {where}").all())
            assert "SCAN" not in plan
            assert "Seq Scan" not in plan
        assert people.identify(tx, "telegram", "77", "", LATER).id == 77


def test_a_name_is_the_same_however_it_was_typed(database: Database) -> None:
    """Parted letters and blanks too many make nobody new; signs nobody sees are no name."""
    with database.write() as tx:
        thu = people.hire(tx, " Nguye\u0302\u0303n  Thu ", (), NOW)
        assert thu.name == "Nguyễn Thu"
        assert people.hire(tx, "Nguyễn Thu", (), NOW).id == thu.id
        assert people.named(tx, "Nguye\u0302\u0303n Thu ") == people.named(tx, "Nguyễn Thu")
        for odd in ("", "  ", "Thu\u202e", "T\u200bhu", "Thu\x07"):
            with pytest.raises(NotPossible):
                people.hire(tx, odd, (), NOW)
