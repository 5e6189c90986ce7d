"""Messages reach their chats in order, once, whatever the messenger answers; failing ones are tried slowly."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from bot import delivery
from bot.delivery import GIVE_UP_AFTER_TRIES, Delivery
from deeds.said import Option, Prompt
from messengers.port import Failure, MessengerFailed, Outgoing
from messengers.webchat.chat import WebChat
from storage import chat_lines, outbox, people, undelivered
from storage.database import Database, Tx, sqlite_module
from storage.models import Base, Group, Identity, OutboxMessage
from tests.faults.scripted import ABILITIES, FastClock, Post, Scripted, lanes_on, wait_for
from tests.statements import look_at_statements

OPTIONS = (Option("a", "Duyệt"), Option("b", "Hỏi thêm"))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """An empty outbox on SQLite, its clock twenty times as fast as ours."""
    database = Database(f"sqlite:///{tmp_path / 'viectot.db'}")
    Base.metadata.create_all(database.engine)
    clock = FastClock(20)
    yield Post(database, clock, Scripted(clock))
    database.close()


def later(retry_after_s: float | None = None) -> MessengerFailed:
    """Nothing went out."""
    return MessengerFailed(Failure.LATER, "come again", retry_after_s=retry_after_s)


def uncertain() -> MessengerFailed:
    """It may have gone out."""
    return MessengerFailed(Failure.UNCERTAIN, "the answer got lost")


def test_each_chat_gets_its_messages_in_order_while_one_in_five_fails(post: Post) -> None:
    """Ten chats, ten messages each: in order, never two at a time in one chat, none lost, none twice."""
    post.messenger.slow_s = 0.002
    post.messenger.answers = lambda _outgoing, number: later(0.5) if number % 5 == 3 else None
    for number in range(10):
        for chat in range(10):
            post.put(str(chat), f"{number}")
    post.deliver()
    assert set(post.states()) == {"sent"}
    assert all(post.messenger.texts(str(chat)) == [str(number) for number in range(10)] for chat in range(10))
    assert post.messenger.overlaps == []


def test_a_message_that_is_retried_holds_its_chat_and_a_dead_one_does_not(post: Post) -> None:
    """Chat 1 waits behind its first message until that one is given up; chat 2 is not touched by it."""
    refusals = [later(), later(), MessengerFailed(Failure.FAILED, "malformed")]
    post.messenger.answers = lambda outgoing, _: refusals.pop(0) if outgoing.text == "first" else None
    for chat, text in (("1", "first"), ("1", "second"), ("2", "beside")):
        post.put(chat, text)
    post.deliver()
    assert post.states() == ["dead", "sent", "sent"]
    assert [attempt.outgoing.text for attempt in post.messenger.tries if attempt.outgoing.chat == "1"] == [
        "first", "first", "first", "second",
    ]  # fmt: skip
    assert post.messenger.tries[1].outgoing.chat == "2"


def test_a_pause_that_was_asked_for_holds_that_chat_only(post: Post) -> None:
    """Told to wait thirty seconds, chat 1 gets nothing meanwhile, not even an edit of an older message; chat 2 does."""
    post.put("1", "card", send_key="card")
    post.deliver()
    floods = [later(30)]
    post.messenger.answers = lambda outgoing, _: floods.pop() if floods and outgoing.chat == "1" else None
    post.put("1", "flooded", send_key="flooded")

    async def go_on() -> None:
        async with post.delivering():
            await wait_for(lambda: len(post.messenger.tries) == 2)
            post.put("1", "card, edited", send_key="card")
            post.put("1", "flooded, with other words", send_key="flooded")
            for number in range(5):
                post.put("2", f"beside {number}")
            await wait_for(lambda: set(post.states()) == {"sent"})

    asyncio.run(go_on())
    first, *then = [attempt for attempt in post.messenger.tries[1:] if attempt.outgoing.chat == "1"]
    assert first.outgoing.text == "flooded"
    assert all(attempt.at - first.at >= timedelta(seconds=29) for attempt in then)
    beside = [attempt.at - first.at for attempt in post.messenger.tries if attempt.outgoing.chat == "2"]
    assert max(beside) < timedelta(seconds=29)
    assert post.messenger.texts("1") == ["card, edited", "flooded, with other words"]


@pytest.mark.parametrize("failure", [Failure.LATER, Failure.UNCERTAIN, Failure.EDIT_GONE, Failure.MOVED])
def test_there_is_no_storm_while_everything_fails(post: Post, failure: Failure) -> None:
    """Twenty chats fail for a minute: no chat is tried more than once a second, and all recover by themselves."""
    ends = post.clock.now() + timedelta(seconds=60)
    post.messenger.answers = lambda *_: MessengerFailed(failure, "no") if post.clock.now() < ends else None
    for chat in range(20):
        for number in range(3):
            post.put(str(chat), str(number))
    post.deliver(seconds=60)
    assert set(post.states()) == {"sent"}
    assert all(post.messenger.texts(str(chat)) == ["0", "1", "2"] for chat in range(20))
    tried = defaultdict(list)
    for attempt in post.messenger.tries:
        if attempt.at < ends:
            tried[attempt.outgoing.chat].append(attempt.at)
    at_once = 1 if failure in (Failure.EDIT_GONE, Failure.MOVED) else 0  # what they tell may mend it at once
    for instants in tried.values():
        assert len(instants) <= 60
        pauses = [after - before for before, after in pairwise(instants)]
        assert sum(pause < timedelta(seconds=1) for pause in pauses) <= at_once
    last = max(attempt.at for attempt in post.messenger.tries)
    assert last - ends < timedelta(seconds=120)


def test_trying_has_an_end(post: Post) -> None:
    """After two hundred tries a message is a dead letter with its error, and the one behind it goes out."""
    post.messenger.answers = lambda outgoing, _: later(0.01) if outgoing.text == "never" else None
    post.put("1", "never")
    post.change(attempts=GIVE_UP_AFTER_TRIES - 2)
    post.put("1", "behind")
    post.deliver()
    assert post.states() == ["dead", "sent"]
    assert len(post.messenger.tries) == 4
    with post.database.read() as tx:
        (stuck,) = undelivered.stuck(tx)
    assert (stuck.text, stuck.error) == ("never", "come again")


def test_what_is_uncertain_is_repeated_to_a_person_and_a_card_never_to_a_group(post: Post) -> None:
    """All went out, all answers got lost. A person may decide to send the card to the group again."""
    failures = {"1": [uncertain()], "2": [uncertain()], "-2": [uncertain()]}
    post.messenger.answers = lambda outgoing, _: failures[outgoing.chat].pop() if failures[outgoing.chat] else None
    post.messenger.lost_answers = {0, 1, 2}
    post.put("1", "reply")
    post.put("2", "card", send_key="card:1:2")
    post.put("-2", "card", send_key="card:1")
    post.deliver()
    assert post.states() == ["sent", "sent", "uncertain"]
    assert post.messenger.texts("1") == ["reply", "reply"]
    assert post.messenger.texts("2") == ["card", "card"]
    assert post.messenger.texts("-2") == ["card"]
    with post.database.write() as tx:
        (stuck,) = undelivered.stuck(tx)
        assert undelivered.send_again(tx, stuck.id, post.clock.now())
        assert not undelivered.send_again(tx, stuck.id, post.clock.now())
    post.deliver()
    assert post.states() == ["sent", "sent", "sent"]


def test_an_uncertain_edit_is_repeated(post: Post) -> None:
    """It does no harm: the card stands once, with the new words."""
    post.put("2", "card", send_key="card:1", options=OPTIONS)
    post.deliver()
    failures = [uncertain()]
    post.messenger.answers = lambda *_: failures.pop() if failures else None
    post.messenger.lost_answers = {1}
    post.put("2", "card, decided", send_key="card:1")
    post.deliver()
    assert post.states() == ["sent"]
    assert post.messenger.texts("2") == ["card, decided"]
    assert [attempt.outgoing.edits for attempt in post.messenger.tries] == [None, "m0", "m0"]


def test_a_card_with_buttons_is_sent_once_and_edited_only_when_it_changes(post: Post) -> None:
    """The same words again are no message at all; other words are one edit."""
    for text in ("card", "card", "card, claimed"):
        post.put("2", text, send_key="card:1", options=OPTIONS, photos=("a" * 64,))
        post.deliver()
    assert [attempt.outgoing.text for attempt in post.messenger.tries] == ["card", "card, claimed"]
    assert post.messenger.texts("2") == ["card, claimed"]


def test_words_that_change_on_the_wire_are_edited_after_landing(post: Post) -> None:
    """The card is being sent with the old words when the deed is decided."""
    post.messenger.slow_s = 0.3
    post.put("2", "card", send_key="card:1", options=OPTIONS)

    async def change() -> None:
        async with post.delivering():
            await wait_for(lambda: len(post.messenger.tries) == 1)
            post.put("2", "card, decided", send_key="card:1")
            await wait_for(lambda: post.states() == ["sent"])

    asyncio.run(change())
    assert [attempt.outgoing.edits for attempt in post.messenger.tries] == [None, "m0"]
    assert post.messenger.texts("2") == ["card, decided"]


def test_an_edit_of_what_is_gone_becomes_a_new_message(post: Post) -> None:
    """Somebody deleted the card; the next change sends it anew, and later changes edit that one."""
    post.put("2", "card", send_key="card:1")
    post.deliver()
    gone = [MessengerFailed(Failure.EDIT_GONE, "message to edit not found")]
    post.messenger.answers = lambda outgoing, _: gone.pop() if outgoing.edits == "m0" else None
    for text in ("second", "third"):
        post.put("2", text, send_key="card:1")
        post.deliver()
    assert [attempt.outgoing.edits for attempt in post.messenger.tries] == [None, "m0", None, "m2"]
    assert post.states() == ["sent"]


def test_who_cannot_be_reached_is_remembered_until_heard_again(post: Post) -> None:
    """The message is dead, the address is marked; a person who writes again can be written to."""
    with post.database.write() as tx:
        lan = people.identify(tx, "scripted", "1", "Lan", post.clock.now())
        tx.execute(
            insert(Group).values(messenger="scripted", chat="2", registered_by=lan.id, registered_at=post.clock.now())
        )
    blocked = MessengerFailed(Failure.UNREACHABLE, "blocked")
    post.messenger.answers = lambda *_: blocked
    post.put("1", "hello")
    post.put("2", "hello")
    post.deliver()
    assert post.states() == ["dead", "dead"]
    with post.database.write() as tx:
        assert people.ways_to(tx, [lan.id]) == []
        assert tx.execute(select(Group.lost_at)).scalar_one() is not None
        people.identify(tx, "scripted", "1", "Lan", post.clock.now())
        assert len(people.ways_to(tx, [lan.id])) == 1


def test_a_chat_that_moved_is_followed(post: Post) -> None:
    """A group became another: its card is sent to the new id, with everything that waits for it."""
    moved = MessengerFailed(Failure.MOVED, "upgraded", moved_to="-100")
    post.messenger.answers = lambda outgoing, _: moved if outgoing.chat == "-1" else None
    with post.database.write() as tx:
        thu = people.identify(tx, "scripted", "1", "Thu", post.clock.now())
        where = {"messenger": "scripted", "chat": "-1", "registered_by": thu.id}
        tx.execute(insert(Group).values(**where, registered_at=post.clock.now()))
    post.put("-1", "card", send_key="card:1")
    post.put("-1", "another", send_key="card:2")
    post.deliver()
    assert post.states() == ["sent", "sent"]
    assert post.messenger.texts("-100") == ["card", "another"]
    with post.database.read() as tx:
        assert tx.execute(select(Group.chat)).scalar_one() == "-100"


def test_an_error_of_ours_is_a_dead_letter_and_no_standstill(post: Post) -> None:
    """A messenger that raises what it must not: that message is dead with the error, the next goes out."""

    def fault(outgoing: Outgoing, _: int) -> MessengerFailed | None:
        if outgoing.text == "bad":
            raise ZeroDivisionError("ours")
        return None

    post.messenger.answers = fault
    post.put("1", "bad")
    post.put("1", "good")
    post.deliver()
    assert post.states() == ["dead", "sent"]


def test_a_messenger_that_hangs_holds_up_no_other(post: Post) -> None:
    """Sixty chats of one hang for seconds; what waits behind them on another goes out meanwhile."""
    post.messenger.slow_s = 4.0
    for chat in range(60):
        post.put(str(chat), "hangs")
    quick = Scripted(post.clock)
    with post.database.write() as tx:
        for chat in range(60):
            outbox.put(tx, "quick", str(chat), Prompt("goes"), post.clock.now())

    async def go_on() -> None:
        with lanes_on(post.database) as lanes:
            delivery = Delivery(lanes, post.clock, {"scripted": post.messenger, "quick": quick})
            running = asyncio.get_running_loop().create_task(delivery.run())
            await wait_for(lambda: Counter(post.states())["sent"] == 60, 3.5)
            assert len(quick.tries) == 60
            await wait_for(lambda: set(post.states()) == {"sent"})
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(go_on())


def test_a_long_message_that_fails_half_way_goes_on_where_it_stopped(post: Post) -> None:
    """Of its three parts the second fails twice: each part arrives once, in order."""
    paragraphs = [letter * 90 for letter in "abc"]
    failures = [later(), later()]
    post.messenger.answers = lambda outgoing, _: failures.pop() if failures and outgoing.text == paragraphs[1] else None
    post.put("1", "\n\n".join(paragraphs), options=OPTIONS)
    post.put("1", "behind")
    post.deliver()
    assert post.messenger.texts("1") == [*paragraphs, "behind"]
    assert [attempt.outgoing.options for attempt in post.messenger.tries[-2:]] == [OPTIONS, ()]


def test_words_that_replace_a_half_sent_message_are_sent_whole(post: Post) -> None:
    """The first part is out when the message changes: the new words do not begin in their middle."""
    failures = [later()]
    post.messenger.answers = lambda outgoing, _: failures.pop() if failures and outgoing.text == "b" * 90 else None
    post.put("1", "a" * 90 + "\n\n" + "b" * 90, send_key="k")

    async def replaced() -> None:
        async with post.delivering():
            await wait_for(lambda: len(post.messenger.tries) == 2 and post.states() == ["waiting"])
            post.put("1", "short", send_key="k")
            await wait_for(lambda: post.states() == ["sent"])

    asyncio.run(replaced())
    assert post.messenger.texts("1") == ["a" * 90, "short"]


def test_where_nothing_can_be_edited_a_replacement_is_a_new_message_or_none(post: Post) -> None:
    """A question that changed is asked anew; what has words to be said instead is said once."""
    post.messenger.abilities = replace(ABILITIES, edits_messages=False)
    for state in ("new", "claimed", "approved"):
        post.put("1", f"question, {state}", send_key="q")
        post.put("2", f"card, {state}", send_key="c", instead="a deed waits")
        post.deliver()
    assert post.messenger.texts("1") == ["question, new", "question, claimed", "question, approved"]
    assert post.messenger.texts("2") == ["a deed waits"]
    assert all(attempt.outgoing.edits is None for attempt in post.messenger.tries)


def test_on_the_web_chat_replaced_words_are_a_line_and_repeated_ones_are_not(post: Post) -> None:
    """The same message delivered twice is one line; words that replace it are another."""

    async def deliver() -> list[str]:
        with lanes_on(post.database) as lanes:
            post.messenger = WebChat(lanes, post.clock)  # type: ignore[assignment]
            for text in ("question", "question, asked again", "question"):
                post.put("1", text, send_key="q")
                before = {name: post.column(name) for name in ("edits", "remote_id")}
                for _ in range(2):  # the second time as after a kill between sending and noting it
                    post.change(state="waiting", **before)
                    async with post.delivering():
                        await wait_for(lambda: post.states() == ["sent"])
        with post.database.read() as tx:
            return [line.body["text"] for line in chat_lines.after(tx, "1", 0, 10)]

    assert asyncio.run(deliver()) == ["question", "question, asked again", "question"]


def test_a_lost_sender_s_messages_are_dealt_with_at_the_next_start(post: Post) -> None:
    """Killed while sending: words to one person and edits go out again, a group's card waits for somebody to look."""
    post.put("3", "card", send_key="card:3")
    post.deliver()
    post.put("3", "card, edited", send_key="card:3")
    post.put("1", "reply")
    post.put("-2", "card", send_key="card:2")
    post.put("4", "your report was accepted", send_key="outcome:4")
    post.put("5", "card", send_key="card:5")
    with post.database.write() as tx:
        assert len(outbox.claim(tx, "scripted", post.clock.now(), 10)) == 5
    post.deliver()
    assert post.states() == ["sent", "sent", "uncertain", "sent", "sent"]
    assert post.messenger.texts("4") == ["your report was accepted"]
    assert post.messenger.texts("3") == ["card, edited"]


def test_beside_another_process_a_message_is_left_alone_until_its_lease_ends(post: Post) -> None:
    """What somebody else holds is not touched at the start, and taken over two minutes later."""
    post.put("1", "reply")
    with post.database.write() as tx:
        outbox.claim(tx, "scripted", post.clock.now(), 10)
    claimed = post.clock.now()

    async def go_on() -> None:
        async with post.delivering(alone=False):
            await wait_for(lambda: post.states() == ["sent"])

    asyncio.run(go_on())
    assert post.messenger.tries[0].at - claimed >= outbox.LEASE - timedelta(seconds=1)


def test_a_full_disk_neither_stops_delivery_nor_repeats_what_was_sent(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fills up while messages are on the wire and stays so past their leases; with space again all ends well."""
    full = {"now": False}
    said: list[str] = []

    def refuse(statement: str, _values: Any) -> None:
        if full["now"] and statement.startswith("UPDATE outbox_message"):
            said.append(statement)
            raise OperationalError(statement, {}, sqlite_module().OperationalError("database or disk is full"))

    look_at_statements(monkeypatch, post.database, refuse)
    post.messenger.slow_s = 0.3
    for chat in range(5):
        post.put(str(chat), "reply")
        post.put(str(chat), "card", send_key=f"card:{chat}")

    async def go_on() -> None:
        async with post.delivering():
            await wait_for(lambda: len(post.messenger.tries) == 5)
            full["now"] = True
            until = post.clock.now() + outbox.LEASE + timedelta(seconds=20)
            await wait_for(lambda: post.clock.now() > until)
            full["now"] = False
            await wait_for(lambda: set(post.states()) == {"sent"})

    asyncio.run(go_on())
    assert len(said) > 5
    assert all(post.messenger.texts(str(chat)) == ["reply", "card"] for chat in range(5))


def test_a_message_may_wait_for_its_time_without_holding_its_chat(post: Post) -> None:
    """One for ten seconds later and one for now: the later one does not hold the other up."""
    post.put("1", "later", not_before=post.clock.now() + timedelta(seconds=10))
    due = post.clock.now() + timedelta(seconds=9)
    post.put("1", "now")
    post.deliver()
    assert post.messenger.texts("1") == ["now", "later"]
    assert post.messenger.tries[1].at >= due
    with post.database.read() as tx:
        assert tx.execute(select(Identity.id)).all() == []
        assert tx.execute(select(OutboxMessage.attempts)).scalars().all() == [1, 1]


def test_chats_go_side_by_side_and_in_each_of_them_one_message_at_a_time(post: Post) -> None:
    """Sixty people are answered together; to each of them one message is under way, as a kill may repeat it."""
    post.messenger.slow_s = 0.3
    most: Counter[str] = Counter()

    def count(outgoing: Outgoing, _: int) -> None:
        with post.database.read() as tx:
            sending = tx.execute(select(OutboxMessage.chat).where(OutboxMessage.state == "sending")).scalars()
            for chat, many in Counter(sending).items():
                most[chat] = max(most[chat], many)

    post.messenger.answers = count
    for number in range(2):
        for chat in range(60):
            post.put(str(chat), f"{number}")
    post.deliver()
    assert set(post.states()) == {"sent"}
    assert post.messenger.most_at_once > 30
    assert post.messenger.overlaps == []
    assert set(most.values()) == {1}


def test_a_reply_is_taken_in_the_transaction_that_queues_it(post: Post) -> None:
    """When the event is committed its reply is on its way, and nothing else has to look for it or be committed."""

    def reply(tx: Tx) -> None:
        outbox.put(tx, "scripted", "1", Prompt("reply"), post.clock.now())

    async def go_on() -> None:
        async with post.delivering() as delivering:
            await wait_for(lambda: delivering.ready)
            await post.lanes.write("1", reply)
            assert post.states() == ["sending"]
            await wait_for(lambda: post.states() == ["sent"])

    post.messenger.slow_s = 0.3
    asyncio.run(go_on())


def test_what_comes_before_the_dead_are_dealt_with_is_not_sent_twice(post: Post) -> None:
    """The server has just started and hears somebody already: their reply waits until old leases are taken back."""

    async def go_on() -> None:
        with lanes_on(post.database) as lanes:
            delivering = Delivery(lanes, post.clock, {"scripted": post.messenger})
            await lanes.write("1", lambda tx: outbox.put(tx, "scripted", "1", Prompt("reply"), post.clock.now()))
            assert post.states() == ["waiting"]
            running = asyncio.get_running_loop().create_task(delivering.run())
            await wait_for(lambda: post.states() == ["sent"])
            running.cancel()
            await asyncio.wait([running])

    asyncio.run(go_on())
    assert post.messenger.texts("1") == ["reply"]


def test_a_chat_that_hangs_holds_up_no_other(post: Post) -> None:
    """Thirty chats never get an answer; a hundred others have theirs long before."""
    hang = {str(chat) for chat in range(30)}
    post.messenger.slow = lambda outgoing: 3.0 if outgoing.chat in hang else 0.0
    for chat in range(130):
        post.put(str(chat), "hello")
    post.deliver(until=lambda: Counter(post.states())["sent"] == 100, seconds=2.5)
    assert {tried.outgoing.chat for tried in post.messenger.tries} >= hang


@pytest.fixture
def no_second_look(post: Post, monkeypatch: pytest.MonkeyPatch) -> Post:
    """A delivery that would look around again in an hour, to a slow messenger with one place."""
    monkeypatch.setattr(delivery, "LOOK_EVERY_S", 3600.0)
    monkeypatch.setattr(delivery, "AT_ONCE", 1)
    post.messenger.slow_s = 0.02
    return post


def test_what_comes_while_there_is_no_room_goes_as_soon_as_there_is(no_second_look: Post) -> None:
    """Twenty wait for their turn; three more come, and nothing ever wakes delivery again."""
    post = no_second_look
    for chat in range(20):
        post.put(str(chat), "early")

    async def go_on() -> None:
        async with post.delivering() as delivering:
            await wait_for(lambda: len(post.messenger.tries) == 1)
            delivering.wake = lambda: None  # type: ignore[method-assign]  # the three come as one
            for chat in range(20, 23):
                post.put(str(chat), "late")
            Delivery.wake(delivering)
            await wait_for(lambda: len(post.messenger.tries) == 23)
            await wait_for(lambda: set(post.states()) == {"sent"})

    asyncio.run(go_on())


def test_what_stands_behind_another_in_its_chat_goes_right_after_it(no_second_look: Post) -> None:
    """Three messages to one person: each goes when the one before it has ended, failed or not."""
    post = no_second_look
    for text in ("one", "two", "three"):
        post.put("1", text)
    post.messenger.answers = lambda outgoing, _: (
        MessengerFailed(Failure.FAILED, "no") if outgoing.text == "two" else None
    )

    async def go_on() -> None:
        async with post.delivering():
            await wait_for(lambda: post.states() == ["sent", "dead", "sent"])

    asyncio.run(go_on())


def test_two_messengers_do_not_make_each_other_forget(no_second_look: Post) -> None:
    """One is busy with a long queue while the other is looked at again and again; both are emptied."""
    post = no_second_look
    post.others["other"] = Scripted(post.clock)
    for chat in range(60):
        post.put(str(chat), "early")

    async def go_on() -> None:
        async with post.delivering() as delivering:
            await wait_for(lambda: len(post.messenger.tries) == 2)
            for chat in range(10):
                with post.database.write() as tx:
                    outbox.put(tx, "other", str(chat), Prompt("beside"), post.clock.now())
                delivering.wake()
                await asyncio.sleep(0.01)
            await wait_for(lambda: set(post.states()) == {"sent"})

    asyncio.run(go_on())
    assert len(post.others["other"].tries) == 10
