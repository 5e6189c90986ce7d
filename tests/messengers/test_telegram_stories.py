"""What only Telegram does, in a running commune: old buttons, topics, groups that move, points that move, contacts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import groups, people
from storage.database import Database
from storage.migrations import upgrade
from storage.models import Person
from tests.cast import BETWEEN_MESSAGES_S, Group, OnTelegram
from tests.town import Town

STORY = "Hôm qua anh Lò Văn Nam giúp bà con dọn đường sau lũ"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A commune on SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'viectot.sqlite3'}")
    upgrade(database)
    database.close()
    commune = Town(tmp_path, f"sqlite:///{tmp_path / 'viectot.sqlite3'}")
    yield commune
    commune.end()


def on_telegram(town: Town, name: str) -> OnTelegram:
    """Let a citizen appear on Telegram."""
    speaker = town.citizen(name, on="telegram")
    assert isinstance(speaker, OnTelegram)
    return speaker


def moderator(town: Town, name: str = "Thu") -> OnTelegram:
    """Let a moderator appear on Telegram."""
    speaker = town.moderator(name, on="telegram")
    assert isinstance(speaker, OnTelegram)
    return speaker


def test_a_button_on_a_message_telegram_no_longer_shows_still_works(town: Town) -> None:
    """The press comes without the message's words, dated 0: a teller's answer and a decision count all the same."""
    thu, lan = moderator(town), on_telegram(town, "Lan")
    lan.says(STORY + " ở tổ 3")
    check = lan.offering("Đồng ý, gửi đi")
    town.clock.forward(seconds=BETWEEN_MESSAGES_S)  # she has read it
    before = town.heard()
    lan.person.presses(check.handle, "Đồng ý, gửi đi", inaccessible=True)
    town.wait_heard(before + 1)
    assert lan.receipt()[0] == 1
    town.settle()
    card = thu.offering("Duyệt")
    before = town.heard()
    press = thu.person.presses(card.handle, "Duyệt", inaccessible=True)
    town.wait_heard(before + 1)
    assert press.update["callback_query"]["message"]["date"] == 0
    thu.picks("Công an xã")
    assert town.deed().status == "approved"
    assert press.answer is not None, "the button spins"


def registered(town: Town, group: Group, *, topic: int | None = None) -> None:
    """Let the first member register a group, from inside a topic of it."""
    before = town.heard()
    group.group.members[0].says("/nhomduyet", to=group.group, topic=topic)
    town.wait_heard(before + 1)
    group.shows("Từ nay tin cần duyệt được gửi vào nhóm này")


def test_cards_go_to_the_topic_they_were_asked_for(town: Town) -> None:
    """Registered in a topic, the cards stand there; the topic gone, they stand in the group itself."""
    thu = moderator(town)
    group = Group(town, town.telegram.group("Nhóm duyệt", [thu.person], topics=True))
    topic = group.group.topic("Tin chờ")
    registered(town, group, topic=topic)
    town.citizen("Lan").reports()
    town.settle()
    assert group.shows("Số 1 - VT-2026-").thread_id == topic
    group.group.closes_topic(topic)
    town.citizen("Minh").reports()
    town.settle()
    assert group.shows("Số 2 - VT-2026-").thread_id is None


def test_a_group_that_became_a_supergroup_is_followed(town: Town) -> None:
    """Its id changes: the next card and the one that waits stand under the new one, with buttons that work."""
    thu = moderator(town)
    group = town.group("Nhóm duyệt", thu)
    registered(town, group)
    town.citizen("Lan").reports()
    town.settle()
    old = group.group.id
    group.group.upgrades()
    town.citizen("Minh").reports()
    town.settle()
    assert group.group.id != old
    assert [one.chat for one in town.rows(groups.registered)] == [str(group.group.id)]
    group.presses(thu, group.shows("Số 2 - VT-2026-"), "Duyệt")
    group.presses(thu, group.shows("ai xác nhận đúng người, đúng việc?"), "Công an xã")
    town.settle()
    assert town.deed(2).status == "approved"
    assert town.rows(lambda tx: people.owner_of(tx, "telegram", str(old))) is None


def test_who_blocked_us_is_left_alone_until_they_come_back(town: Town) -> None:
    """Blocked, nothing is sent any more; the bot let in again, the next answer comes."""
    lan = on_telegram(town, "Lan")
    lan.says("giúp")
    for act in (lan.person.blocks_bot, lan.person.unblocks_bot):
        before = town.heard()
        act()
        town.wait_heard(before + 1)
        reached = town.rows(lambda tx: people.ways_to(tx, [1]))
        assert bool(reached) is (act == lan.person.unblocks_bot)
    lan.reads_all()
    lan.says("giúp")
    assert len(lan.reads_all()) == 1


@pytest.mark.parametrize("own", [True, False])
def test_only_ones_own_contact_is_ones_number(town: Town, own: bool) -> None:
    """A contact proves a number only when it is the sender's own; somebody else's is not kept as theirs."""
    lan, ba = on_telegram(town, "Lan"), on_telegram(town, "Ba")
    lan.reports()
    before = town.heard()
    lan.person.sends_contact("+84900000001", of=None if own else ba.person)
    town.wait_heard(before + 1)
    kept = town.rows(lambda tx: set(tx.execute(select(Person.phone)).scalars()) - {None})
    assert kept == ({"0900000001"} if own else set())


def test_a_point_that_moves_is_the_point_it_was(town: Town) -> None:
    """A live location answers where it was sent; where it goes afterwards is not heard."""
    lan = on_telegram(town, "Lan")
    lan.tells(STORY)
    lan.sees("Việc này ở thôn")
    before = town.heard()
    sent = lan.person.sends_content({"location": {"latitude": 21.5, "longitude": 104.05, "live_period": 900}})
    town.wait_heard(before + 1)
    assert "21.50000, 104.05000" in lan.sees("Xin xem lại:")
    for step in range(1, 4):
        moved = {**sent.as_json(), "edit_date": sent.date + step}
        moved["location"] = {**sent.content["location"], "latitude": 21.5 + step / 100}
        town.telegram.updates.add("edited_message", moved, ("chat", lan.person.id), 1000)
    lan.says("đồng ý")
    assert lan.receipt()[0] == 1
    assert not [text for text in lan.reads_all() if "21.53" in text]
    assert town.heard() == before + 2, "a move was heard"
