"""On a messenger that closes some time after somebody was heard, what cannot be pushed waits, moves or is e-mailed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from deeds.kinds import Role
from messengers.port import Failure, MessengerFailed, Window
from storage import inbox, people, windows
from storage.database import Database
from storage.models import Base, Identity
from tests.faults.scripted import ABILITIES, FastClock, Post, Scripted

HERE = "scripted"
WINDOW = Window(timedelta(hours=48), messages=8, quiet=(time(22), time(6)))


class StillClock(FastClock):
    """Stands still until it is moved."""

    at = datetime(2026, 5, 5, 3, tzinfo=UTC)  # ten in the morning in Viet Nam

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


class House(Post):
    """An outbox before a messenger with a window, one without, and e-mail."""

    def __init__(self, database: Database) -> None:
        self.time = StillClock()
        can = replace(ABILITIES, window=WINDOW, edits_messages=False)
        super().__init__(database, self.time, Scripted(self.time, can))
        self.others = {"open": Scripted(self.time), "mail": Scripted(self.time)}

    def hears(self, messenger: str = HERE, chat: str = "1") -> int:
        """Let somebody write; returns who it is."""
        now = self.time.now()
        with self.database.write() as tx:
            inbox.note(tx, f"{messenger}:{chat}:{now}", messenger, chat, b"", now)
            windows.release(tx, messenger, chat, now)
            return people.identify(tx, messenger, chat, "Lan", now).id

    def also_writes_from(self, messenger: str, chat: str, person: int) -> None:
        """Let a person have a second chat."""
        other = self.hears(messenger, chat)
        with self.database.write() as tx:
            tx.execute(update(Identity).where(Identity.person_id == other).values(person_id=person))

    def tells(self, text: str, **more: Any) -> list[str]:
        """Send a message to the person; returns what their chat here shows then."""
        self.put("1", text, **more)
        self.deliver()
        return self.messenger.texts("1")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose person has just written."""
    database = Database(f"sqlite:///{tmp_path / 'viectot.db'}")
    Base.metadata.create_all(database.engine)
    made = House(database)
    made.hears()
    yield made
    database.close()


def test_what_comes_too_late_waits_until_the_person_writes(house: House) -> None:
    """Two days after their last word nothing is sent; with the next word it comes, before anything newer."""
    house.time.forward(hours=47)
    assert house.tells("in time") == ["in time"]
    house.time.forward(hours=1)
    assert house.tells("too late") == ["in time"]
    assert house.states() == ["sent", "held"]
    house.time.forward(days=20)
    house.hears()
    assert house.tells("the answer") == ["in time", "too late", "the answer"]


def test_no_more_is_sent_than_the_window_takes(house: House) -> None:
    """Eight messages go out on one word of the person; the others wait for the next one, and then leave room."""
    for number in range(11):
        house.put("1", str(number))
    house.deliver()
    assert house.messenger.texts("1") == [str(number) for number in range(8)]
    assert house.states()[8:] == ["held"] * 3
    house.time.forward(minutes=1)
    house.hears()
    assert house.tells("the answer")[8:] == ["8", "9", "10", "the answer"]


def test_after_a_long_silence_what_waited_does_not_use_up_the_window(house: House) -> None:
    """Ten notices waited: four are told with the first word, so that its answer goes out with them."""
    house.time.forward(days=3)
    for number in range(10):
        house.put("1", str(number))
    house.deliver()
    house.hears()
    assert house.tells("the answer") == ["0", "1", "2", "3", "the answer"]
    house.time.forward(minutes=1)
    house.hears()
    assert house.tells("another")[5:] == ["4", "5", "6", "7", "another"]


def test_a_window_the_messenger_says_is_closed_is_closed(house: House) -> None:
    """The platform counts otherwise than we do: its refusal keeps the message, and nothing is a dead letter."""
    house.messenger.answers = lambda *_: MessengerFailed(Failure.CLOSED, "-230")
    house.tells("refused")
    assert house.states() == ["held"]
    house.messenger.answers = lambda *_: None
    house.time.forward(minutes=1)
    house.hears()
    house.deliver()
    assert house.messenger.texts("1") == ["refused"]


def test_at_night_only_answers_are_sent(house: House) -> None:
    """A notice at eleven at night comes at five past six; who writes at night is answered at night."""
    house.time.forward(hours=13)
    house.put("1", "a notice")
    house.deliver(lambda: house.states() == ["waiting"] and house.column("not_before") > house.time.now())
    house.time.forward(minutes=5)
    house.hears()
    house.put("1", "an answer")
    house.deliver(lambda: "sent" in house.states())
    assert house.messenger.texts("1") == ["an answer"]
    house.time.forward(hours=7)
    assert house.column("not_before") == datetime(2026, 5, 5, 23, 5, tzinfo=UTC)  # five past six
    house.deliver()
    assert house.messenger.texts("1") == ["an answer", "a notice"]


def test_who_has_another_open_chat_is_told_there(house: House) -> None:
    """The window here is closed, the same person also uses a messenger without one: the notice goes there, once."""
    lan = house.hears()
    house.also_writes_from("open", "7", lan)
    house.time.forward(days=3)
    assert house.tells("your deed is in the list") == []
    assert house.others["open"].texts("7") == ["your deed is in the list"]
    assert house.states() == ["sent"]


def test_of_two_closed_windows_neither_hands_it_to_the_other(house: House) -> None:
    """Both chats of a person refuse: the notice is held where it was, tried once, and does not wander."""
    lan = house.hears()
    other = house.others["open"]
    other.abilities = replace(other.abilities, window=WINDOW)
    house.also_writes_from("open", "7", lan)
    for messenger in (house.messenger, other):
        messenger.answers = lambda *_: MessengerFailed(Failure.CLOSED, "-230")
    house.tells("your deed is in the list")
    assert house.states() == ["held"]
    assert (len(house.messenger.tries), len(other.tries)) == (1, 0)


def test_a_card_is_not_doubled_in_the_other_chat(house: House) -> None:
    """A moderator has a card in every chat: the closed one keeps its own, and the other has one already."""
    thu = house.hears()
    house.also_writes_from("open", "7", thu)
    house.time.forward(days=3)
    house.tells("card", send_key="card:1:scripted:1", instead="new: 47")
    assert house.states() == ["held"]
    assert house.others["open"].texts("7") == []


def test_staff_without_any_open_chat_get_an_e_mail(house: House) -> None:
    """The moderator's only chat is closed: an e-mail says that something waits, and holds no word of the card."""
    thu = house.hears()
    with house.database.write() as tx:
        people.set_mail(tx, thu, "thu@xa.example", house.time.now())
    house.time.forward(days=3)
    house.tells("the whole card", send_key="card:1:scripted:1", instead="Số 47 chờ duyệt")
    assert house.others["mail"].texts("thu@xa.example") == ["Số 47 chờ duyệt"]
    assert house.states() == ["held", "sent"]


def test_what_was_told_never_leaves_by_e_mail(house: House) -> None:
    """A moderator reads many cards at once: the one past the window is held, and its words go into no letter."""
    thu = house.hears()
    with house.database.write() as tx:
        people.set_mail(tx, thu, "thu@xa.example", house.time.now())
    for number in range(9):
        house.put("1", f"the whole deed {number}", send_key=f"shown:{number}:event:0")
    house.deliver()
    assert house.states() == ["sent"] * 8 + ["held"]
    assert house.others["mail"].tries == []


def test_who_blocked_us_here_is_told_elsewhere(house: House) -> None:
    """Blocked on one messenger, open on another: the notice is not a dead letter."""
    lan = house.hears()
    house.also_writes_from("open", "7", lan)
    house.messenger.answers = lambda *_: MessengerFailed(Failure.UNREACHABLE, "blocked")
    house.tells("hello")
    assert house.states() == ["sent"]
    assert house.others["open"].texts("7") == ["hello"]


def test_an_e_mail_address_belongs_to_one_member_of_staff(house: House) -> None:
    """Set, replaced, taken away; it is no chat that cards go to."""
    now = house.time.now()
    with house.database.write() as tx:
        thu = people.hire(tx, "Thu", [Role.MODERATOR], now).id
        people.set_mail(tx, thu, "a@xa.example", now)
        people.set_mail(tx, thu, "b@xa.example", now)
        assert people.mail_of(tx, thu) == "b@xa.example"
        assert people.ways_to(tx, [thu]) == []
        people.set_mail(tx, thu, None, now)
        assert people.mail_of(tx, thu) is None
