"""The lines of a chat: counted without gaps, kept once, forgotten without losing count."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from storage import chat_lines
from storage.database import Database

NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)


def test_two_writers_never_take_the_same_number(database: Database) -> None:
    """Eight threads, one chat, no gap and no double."""

    def say(n: int) -> int:
        with database.write() as tx:
            return chat_lines.add(tx, "a", chat_lines.BOT, {"text": str(n)}, f"k{n}", NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(say, range(40))) == list(range(1, 41))


def test_a_line_is_kept_once_and_read_in_order(database: Database) -> None:
    """A repeat gives the number of the first; chats do not see each other."""
    with database.write() as tx:
        first = chat_lines.add(tx, "a", chat_lines.ME, {"text": "x"}, "k1", NOW)
        assert chat_lines.add(tx, "a", chat_lines.ME, {"text": "other"}, "k1", NOW) == first == 1
        chat_lines.add(tx, "b", chat_lines.ME, {"text": "y"}, "k2", NOW)
        chat_lines.add(tx, "a", chat_lines.BOT, {"text": "z"}, "k3", NOW)
    with database.read() as tx:
        assert [line.body["text"] for line in chat_lines.after(tx, "a", 0, 10)] == ["x", "z"]
        assert [line.seq for line in chat_lines.last(tx, "a", 1)] == [2]
        assert chat_lines.line(tx, "b", 2) is None


def test_forgetting_keeps_the_count(database: Database) -> None:
    """A page that waits behind line 2 must not miss the next one because numbers began anew."""
    with database.write() as tx:
        for n in range(2):
            chat_lines.add(tx, "a", chat_lines.ME, {"text": "secret"}, f"k{n}", NOW - timedelta(days=n))
        chat_lines.forget_line(tx, "k0")
        assert [line.body for line in chat_lines.after(tx, "a", 0, 10)] == [{}, {"text": "secret"}]
        assert chat_lines.forget_before(tx, NOW) == 0, "the last line stays for the count"
        chat_lines.forget_chat(tx, "a")
        assert [line.body for line in chat_lines.after(tx, "a", 0, 10)] == [{}]
        assert chat_lines.add(tx, "a", chat_lines.BOT, {"text": "new"}, "k9", NOW) == 3
