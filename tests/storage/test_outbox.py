"""The outbox as rows: what is due, who may take it, what replaces what; on SQLite and PostgreSQL, at any size."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from deeds.said import File, Option, Prompt
from storage import outbox, outbox_forgetting
from storage.database import Database, Tx
from storage.migrations import upgrade
from storage.models import OutboxMessage
from storage.outbox import Due
from storage.waiting import waiting
from tests.statements import look_at_statements

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OPTIONS = (Option("a", "Duyệt"),)


def put(tx: Tx, words: str, chat: str = "1", at: datetime = NOW, **more: Any) -> None:
    """Queue a message."""
    outbox.put(tx, "telegram", chat, Prompt(words, **more), at)


def take(tx: Tx, at: datetime = NOW, at_most: int = 100) -> list[Due]:
    """Take what is due."""
    return outbox.claim(tx, "telegram", at, at_most)


def in_group(_messenger: str, chat: str) -> bool:
    """Tell a group from a person, as Telegram's ids do."""
    return chat.startswith("-")


def words(due: list[Due]) -> list[str]:
    """Return what is to be said."""
    return [message.prompt.text for message in due]


def rows(tx: Tx) -> list[tuple[str, str, str | None, int]]:
    """Return (text, state, what it replaces, tries) of every row."""
    found = tx.execute(
        select(OutboxMessage.body, OutboxMessage.state, OutboxMessage.edits, OutboxMessage.attempts).order_by(
            OutboxMessage.id
        )
    )
    return [(row.body["text"], row.state, row.edits, row.attempts) for row in found]


def test_of_each_chat_the_oldest_message_is_due(database: Database) -> None:
    """The next one of a chat is due only when the one before has come to an end."""
    with database.write() as tx:
        for number in range(3):
            put(tx, f"a{number}", chat="a")
            put(tx, f"b{number}", chat="b")
        first = take(tx)
        assert words(first) == ["a0", "b0"]
        assert take(tx) == []
        outbox.mark_sent(tx, first[0], "m1", NOW)
        outbox.mark_again(tx, first[1], NOW + SECOND, "later")
        assert words(take(tx)) == ["a1"]
        assert words(take(tx, NOW + SECOND)) == ["b0"]


@pytest.mark.parametrize("at_most", [1, 2, 3, 5, 8])
def test_no_more_are_taken_than_asked_for(database: Database, at_most: int) -> None:
    """Whatever the number, the oldest go and the others wait."""
    with database.write() as tx:
        for number in range(7):
            put(tx, str(number), chat=str(number))
        assert words(take(tx, at_most=at_most)) == [str(number) for number in range(min(at_most, 7))]
        assert words(take(tx)) == [str(number) for number in range(at_most, 7)]


def test_a_prompt_comes_back_as_it_was_put(database: Database) -> None:
    """With its choices, pictures, files and wishes."""
    prompt = Prompt(
        "Ấm", OPTIONS, ("a" * 64,), (File("papers/x.docx", "x.docx"),), ask_reply=True, numbered=False, first_menu=True,
        instead="khác",
    )  # fmt: skip
    with database.write() as tx:
        outbox.put(tx, "telegram", "1", prompt, NOW, thread="7")
        (due,) = take(tx)
    assert (due.prompt, due.thread, due.chat, due.attempts) == (prompt, "7", "1", 0)


def test_rows_of_a_messenger_that_is_switched_off_wait(database: Database) -> None:
    """They are due once it is served again."""
    with database.write() as tx:
        put(tx, "hello")
        assert outbox.claim(tx, "webchat", NOW, 10) == []
        assert words(outbox.claim(tx, "telegram", NOW, 10)) == ["hello"]


def test_a_message_under_a_key_is_replaced_while_it_waits(database: Database) -> None:
    """Seven pictures of an album: one acknowledgement, pushed on by each."""
    with database.write() as tx:
        for number in range(1, 8):
            put(tx, f"{number} pictures", send_key="album", not_before=NOW + number * SECOND)
        assert take(tx, NOW + 6 * SECOND) == []
        assert words(take(tx, NOW + 7 * SECOND)) == ["7 pictures"]


def test_words_changed_on_the_wire_become_an_edit_once_they_landed(database: Database) -> None:
    """And the same words become nothing, whatever choices and pictures they carry."""
    with database.write() as tx:
        put(tx, "card", send_key="c", options=OPTIONS, photos=("a" * 64,))
        (due,) = take(tx)
        put(tx, "card, decided", send_key="c")
        outbox.mark_sent(tx, due, "m1", NOW)
        assert rows(tx) == [("card, decided", "waiting", "m1", 0)]
        (edit,) = take(tx)
        put(tx, "card, decided", send_key="c")
        outbox.mark_sent(tx, edit, "m1", NOW)
        put(tx, "card, decided", send_key="c")
        assert rows(tx) == [("card, decided", "sent", None, 1)]


def test_new_words_do_not_end_a_pause(database: Database) -> None:
    """A chat that is to be left alone for a minute is, however often its card changes."""
    with database.write() as tx:
        put(tx, "card", send_key="c")
        (due,) = take(tx)
        outbox.mark_again(tx, due, NOW + 60 * SECOND, "flood")
        put(tx, "card, decided", send_key="c", at=NOW + SECOND)
        assert take(tx, NOW + 59 * SECOND) == []
        (again,) = take(tx, NOW + 60 * SECOND)
    assert (again.prompt.text, again.attempts) == ("card, decided", 1)


def test_an_edit_of_an_old_message_does_not_overtake_what_is_on_the_wire(database: Database) -> None:
    """It has the older row, and waits all the same."""
    with database.write() as tx:
        put(tx, "card", send_key="c")
        outbox.mark_sent(tx, take(tx)[0], "m1", NOW)
        put(tx, "question")
        (question,) = take(tx)
        put(tx, "card, decided", send_key="c")
        assert take(tx) == []
        outbox.mark_again(tx, question, NOW + SECOND, "later")
        assert take(tx) == []
        outbox.mark_sent(tx, question, "m2", NOW)
        assert words(take(tx)) == ["card, decided"]


def test_what_has_not_gone_out_can_be_taken_back(database: Database) -> None:
    """Within its ten minutes an outcome is undone; after that it is too late."""
    with database.write() as tx:
        put(tx, "approved", send_key="o", not_before=NOW + SECOND)
        assert outbox.cancel(tx, "o")
        assert not outbox.cancel(tx, "o")
        put(tx, "approved", send_key="o")
        take(tx)
        assert not outbox.cancel(tx, "o")


def test_lost_leases(database: Database) -> None:
    """Of a dead process: what is told to one goes out again, a group's card waits for somebody; in hand stays."""
    with database.write() as tx:
        put(tx, "edited", chat="3", send_key="card:e")
        outbox.mark_sent(tx, take(tx)[0], "m1", NOW)
        put(tx, "edited again", chat="3", send_key="card:e")
        put(tx, "reply", chat="1")
        put(tx, "card", chat="-2", send_key="card:c")
        put(tx, "mine", chat="4")
        put(tx, "outcome", chat="5", send_key="outcome:1:1")
        put(tx, "card for one person", chat="6", send_key="card:d")
        mine = take(tx)[3]
        assert mine.prompt.text == "mine"
        assert outbox.take_back_leases(tx, NOW + outbox.LEASE, in_group, but=[mine.id]) == 0
        assert outbox.take_back_leases(tx, NOW + outbox.LEASE + SECOND, in_group, but=[mine.id]) == 4
        assert [row[1] for row in rows(tx)] == ["waiting", "waiting", "uncertain", "sending", "waiting", "waiting"]
        assert outbox.take_back_leases(tx, NOW, in_group, all_of_them=True) == 1


def test_a_moved_or_erased_chat(database: Database) -> None:
    """What was sent under the old id can be replaced no more; of an erased chat nothing is left."""
    with database.write() as tx:
        put(tx, "card", send_key="c")
        outbox.mark_sent(tx, take(tx)[0], "m1", NOW)
        outbox.move_chat(tx, "telegram", "1", "-100")
        put(tx, "card, decided", send_key="c")
        (due,) = take(tx)
        assert (due.chat, due.edits) == ("-100", None)
        outbox_forgetting.erase_chat(tx, "telegram", "-100")
        assert rows(tx) == []


@pytest.mark.parametrize("state", ["sent", "dead", "uncertain", "waiting", "held"])
def test_of_a_forgotten_chat_no_message_keeps_its_words(database: Database, state: str) -> None:
    """Also not one that was given up, or of which nobody knows whether it arrived."""
    with database.write() as tx:
        put(tx, "Anh Nam cứu hai cháu nhỏ")
        tx.execute(update(OutboxMessage).values(state=state))
        outbox_forgetting.forget_chat(tx, "telegram", "1")
        ((now, body),) = tx.execute(select(OutboxMessage.state, OutboxMessage.body)).all()
        assert (now, "Nam" in str(body)) == ("forgotten", False)


def test_two_who_queue_under_one_key_at_once_queue_one_message(database: Database) -> None:
    """Sixteen at the same moment, each with a connection of its own: one row, no error."""
    together = threading.Barrier(8)
    failed: list[BaseException] = []

    def queue(number: int) -> None:
        together.wait()
        try:
            for key in ("k", "l"):
                with database.write() as tx:
                    put(tx, f"{number}", send_key=key)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=queue, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as tx:
        assert len(rows(tx)) == 2


def test_processes_beside_each_other_take_no_message_twice(database: Database) -> None:
    """Four senders, forty chats, five messages each: every one is taken once and each chat's in order."""
    with database.write() as tx:
        for number in range(5):
            for chat in range(40):
                put(tx, f"{number}", chat=str(chat))
    taken: list[tuple[str, str]] = []
    lock = threading.Lock()
    together = threading.Barrier(4)

    def send() -> None:
        together.wait()
        idle = 0
        while idle < 20:
            with database.write() as tx:
                due = take(tx, at_most=7)
            with lock:
                taken.extend((message.chat, message.prompt.text) for message in due)
            idle = 0 if due else idle + 1
            for message in due:
                with database.write() as tx:
                    outbox.mark_sent(tx, message, "m", NOW)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 200
    assert set(Counter(taken).values()) == {1}
    for chat in range(40):
        assert [said for where, said in taken if where == str(chat)] == ["0", "1", "2", "3", "4"]


def test_what_was_sent_costs_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With twenty thousand sent messages neither database reads through them to find what is due."""
    sent = {"messenger": "telegram", "body": {"text": "x"}, "state": "sent", "not_before": NOW, "created_at": NOW}
    with database.write() as tx:
        tx.execute(
            insert(OutboxMessage), [{**sent, "chat": str(number % 500), "attempts": 1} for number in range(20_000)]
        )
        put(tx, "due")
        tx.execute(text("ANALYZE"))
    seen: list[tuple[str, Any]] = []
    look_at_statements(monkeypatch, database, lambda statement, values: seen.append((statement, values)))
    with database.write() as tx:
        assert words(take(tx)) == ["due"]
        outbox.take_back_leases(tx, NOW, in_group)
        waiting(tx, NOW)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    asked = [(statement, values) for statement, values in seen if "outbox_message" in statement]
    assert len(asked) == 4
    with database.write() as tx:
        for statement, values in asked:
            plan = [str(row) for row in tx.exec_driver_sql(explain + statement, values)]
            assert not [step for step in plan if "SCAN outbox_message" in step or "Seq Scan on outbox" in step], plan


def test_how_long_it_fails_counts_from_the_first_failure(database: Database) -> None:
    """Each failure moves on when it is tried again, none moves on since when; what goes out at last is forgotten."""
    with database.write() as tx:
        outbox.put(tx, "mail", "thu@xa.example.vn", Prompt("the account is broken"), NOW)
        put(tx, "reply", at=NOW + SECOND)
        put(tx, "in ten minutes", "8", at=NOW + 600 * SECOND)
        later = NOW + 10 * SECOND
        told = {one.messenger: (one.count, one.failing_since, one.due_since) for one in waiting(tx, later)}
        assert told == {"mail": (1, None, NOW), "telegram": (1, None, NOW + SECOND)}
        (reply,) = take(tx, later)
        for number in range(5):
            at = later + number * 300 * SECOND
            outbox.mark_again(tx, reply, at + 300 * SECOND, "401", now=at)
        (_, telegram) = waiting(tx, later + 1_200 * SECOND)
        assert (telegram.failing_since, telegram.due_since) == (later, NOW + 600 * SECOND)
        outbox.mark_sent(tx, reply, "r", later)
        assert [one.failing_since for one in waiting(tx, later)] == [None]


@pytest.mark.postgres
def test_keys_that_begin_alike_are_found_whatever_language_orders_text(postgres_url: str) -> None:
    """Where signs count for less than letters, nothing was found, and so nothing of a deed was forgotten."""
    database = Database(postgres_url)
    upgrade(database)
    with database.write() as tx:
        for deed in (1, 2, 10, 11):
            outbox.put(tx, "telegram", "-4", Prompt("x", send_key=f"card:{deed}:telegram:-4"), NOW)
        found = [key for key, *_ in outbox.keys_under(tx, "card:1:")]
        columns = "SELECT collation_name FROM information_schema.columns WHERE table_name = 'outbox_message'"
        order = tx.execute(text(f"{columns} AND column_name = 'send_key'")).scalar_one()
    database.close()
    assert (found, order) == (["card:1:telegram:-4"], "C")
