"""Deeds are found by their words, and what was forgotten is found by nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from deeds.kinds import Status
from deeds.vietnamese import fold
from storage import deeds, forgetting
from storage.database import Database, Tx
from storage.deed_words import NAME
from storage.migrations import upgrade

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def tx(database_url: str) -> Iterator[Tx]:
    """An open transaction on a database brought up by its migrations."""
    database = Database(database_url)
    upgrade(database)
    with database.write() as opened:
        yield opened
    database.close()


def _told(tx: Tx, words: str, status: Status = Status.RECEIVED) -> int:
    code = f"VT-{len(deeds.recent(tx)) + 1}"
    return deeds.new_deed(
        tx, code=code, status=status.value, version=1, kind="individual", section="good_deed", target_groups=[],
        urgent=False, about_child=False, summary="", story=words, search=fold(words), when_text="", place_text="",
        received_at=NOW,
    )  # fmt: skip


def _found(tx: Tx, words: str, status: Status | None = None) -> list[int]:
    return [deed.id for deed in deeds.recent(tx, words=fold(words), status=status)]


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("Vàng A Lử", True),
        ("lử vàng", True),  # in any order
        ("nhặt được v", False),  # a single letter is a word, not a beginning
        ("nhặt đượ", True),  # the last word may be still being typed
        ("nhặ được", False),  # the others may not
        ("ví.", True),
        ('"ví" OR * -NEAR(', False),  # signs of a query language are no signs here
        ("' ) ; --", False),
        ("lợn", False),
    ],
)
def test_words_are_found_whole_and_the_last_from_its_beginning(tx: Tx, words: str, is_found: bool) -> None:
    """A moderator types a few words, with or without marks, and sees the deeds that have all of them."""
    told = _told(tx, "Ông Vàng A Lử nhặt được ví, trả lại.")
    _told(tx, "Bà Lò Thị Xuân nuôi gà")
    assert _found(tx, words) == ([told] if is_found else [])


def test_the_newest_comes_first_and_a_status_narrows_it(tx: Tx) -> None:
    """Of many that fit, the newest; of one status, only its own."""
    first, second = _told(tx, "nhặt ví"), _told(tx, "nhặt được ví", Status.APPROVED)
    assert _found(tx, "ví nhặt") == [second, first]
    assert _found(tx, "ví", status=Status.APPROVED) == [second]


def test_what_changes_is_found_by_its_new_words_alone(tx: Tx) -> None:
    """Corrected, a deed is found as it is now; forgotten, by nothing."""
    told = _told(tx, "ba Tu nhặt ví")
    assert deeds.change(tx, told, 1, search="ba tu nhat tui")
    assert (_found(tx, "ví"), _found(tx, "túi")) == ([], [told])
    assert deeds.change(tx, told, 2, status=Status.APPROVED.value)
    assert _found(tx, "túi") == [told]
    forgetting.forget(tx, forgetting.Root.DEED, told, NOW)
    assert _found(tx, "túi") == []


def test_forgotten_words_leave_the_index_file_too(tmp_path: Path) -> None:
    """In SQLite the words of a deed stand in the pages of the index as well; there they are overwritten at once."""
    database = Database(f"sqlite:///{tmp_path / 'v.sqlite3'}")
    upgrade(database)

    def pages_with(word: str) -> int:
        query = text(f"SELECT count(*) FROM {NAME}_data WHERE instr(block, CAST(:word AS BLOB)) > 0")
        with database.read() as tx:
            return int(tx.execute(query, {"word": word}).scalar_one())

    with database.write() as tx:
        told = _told(tx, "chuyện của bà Xuyến Hương")
    assert pages_with("xuyen") > 0
    with database.write() as tx:
        forgetting.forget(tx, forgetting.Root.DEED, told, NOW)
    assert pages_with("xuyen") == 0
    database.close()
