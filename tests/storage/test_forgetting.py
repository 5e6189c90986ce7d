"""Forgetting, case by case: what goes with a draft, a report, a person; what stays; and when it leaves the disk."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deeds.kinds import Act, DeedKind, Status
from deeds.said import FileSource, Prompt
from moderation import receive
from moderation.receive import Telling
from storage import attachments, deeds, forgetting, history, joining, outbox, people, remote_copies
from storage.database import Database, Tx
from storage.deeds import SubmissionRow
from storage.forgetting import Root, forget
from storage.models import OutboxMessage
from storage.office import office
from storage.photos.files import PhotoFiles, Shelf

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
STATES = ("waiting", "held", "sending", "sent", "dead", "uncertain")
TWO_MINUTES_S = 120


def tells(tx: Tx, chat: str = "lan", words: str = "Chuyện của Chimcut") -> SubmissionRow:
    """Let somebody hand a report in."""
    person = people.identify(tx, "plain", chat, "", NOW)
    telling = Telling(
        words, DeedKind.INDIVIDUAL, "anh", "Chimcut", "", None, "bản Chimcut", date(2026, 11, 8), "hôm Chimcut", False,
        {"story": words},
    )  # fmt: skip
    receipt = receive.hand_in(
        tx, telling, person_id=person.id, messenger="plain", chat=chat, draft_id=None, office=office(tx),
        receipt_key=b"k", consent_words="k", now=NOW,
    )  # fmt: skip
    told = deeds.submission(tx, receipt.submission_id)
    assert told is not None
    return told


def sends(tx: Tx, told: SubmissionRow, sha256: str) -> None:
    """Let a picture belong to a report."""
    assert told.person_id is not None
    attachments.attach(
        tx, "photo", FileSource(sha256=sha256), person_id=told.person_id, draft_id=None, submission_id=told.id,
        messenger="plain", chat=told.chat or "", message=f"m{told.id}", position=0, album=None, now=NOW,
    )  # fmt: skip


def test_replies_go_in_every_state_and_an_outcome_of_another_report_stays(database: Database) -> None:
    """Queued, held, on the wire, sent, dead, uncertain: no reply says a word of it any more, and the chat hears why."""
    with database.write() as tx:
        told = tells(tx)
        for state in STATES:
            outbox.put(tx, "plain", "lan", Prompt(f"Xin xem lại: Chimcut, {state}"), NOW)
            newest = select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(1).scalar_subquery()
            tx.execute(update(OutboxMessage).where(OutboxMessage.id == newest).values(state=state, error="Chimcut"))
        outbox.put(tx, "plain", "lan", Prompt("Tin số 9 đã được xác minh", send_key="outcome:9:9"), NOW)
        assert forget(tx, Root.DEED, told.deed_id, NOW).unsent == (("plain", "lan"),)
        rows = tx.execute(select(OutboxMessage.state, OutboxMessage.body).where(OutboxMessage.chat == "lan")).all()
        assert not any("Chimcut" in str(row.body) for row in rows)
        assert [row.state for row in rows].count("forgotten") == len(STATES) - 1
        assert [row.body["text"] for row in rows if row.state == "waiting"] == ["Tin số 9 đã được xác minh"]


def test_one_of_two_tellers_takes_theirs_back(database: Database) -> None:
    """Their words and pictures go at once; the deed stays, on the word of the other."""
    with database.write() as tx:
        mine, other = tells(tx, "lan"), tells(tx, "hoa")
        deeds.change_submission(tx, other.id, deed_id=mine.deed_id)
        sends(tx, other, "a" * 64)
        other = deeds.submission(tx, other.id) or other
        receive.withdraw(tx, other, NOW, "plain")
        left = deeds.submission(tx, other.id)
        assert left is not None
        assert (left.told, left.number) == ({}, other.number)
        assert attachments.of_deed(tx, mine.deed_id) == []
        deed = deeds.deed(tx, mine.deed_id)
        assert deed is not None
        assert (deed.status, deed.story) == (Status.RECEIVED, "Chuyện của Chimcut")
        assert (deeds.submission(tx, mine.id) or mine).told == mine.told


def test_history_refuses_words(database: Database) -> None:
    """A code, a number, an instant, a list of codes: nothing that would have to be forgotten."""
    with database.write() as tx:
        told = tells(tx)

        def note(**details: history.Detail) -> int:
            return history.record(
                tx, told.deed_id, Act.ADD, Status.RECEIVED, Status.RECEIVED, version=2, person_id=None, via="plain",
                now=NOW, details=details,
            )  # fmt: skip

        assert note(photos=2, how="met", allowed=["deed", "name"], approved_at=NOW.isoformat(), published_at=None)
        for words in ("hai từ", "Ấm", ["deed", "bà Tư"], "x" * 41):
            with pytest.raises(history.WordsInHistory):
                note(how=words)


def test_questions_go_with_the_one_who_tells(database: Database) -> None:
    """Two accounts become one person: what was asked of the first is asked of the one who remains."""
    with database.write() as tx:
        thu = people.hire(tx, "Thu", [], NOW)
        told = tells(tx, "lan")
        history.ask(tx, told.deed_id, told.id, told.person_id, "Ai thấy?", thu.id, NOW, NOW + timedelta(days=5))
        other = people.identify(tx, "plain", "lan ở nhà", "", NOW)
        joining.join(tx, told.person_id or 0, other.id, NOW)
        assert [asked.text for asked in history.open_questions(tx, other.id, NOW)] == ["Ai thấy?"]


# What lies on the disk.


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    """The files beside the database."""
    return PhotoFiles(tmp_path / "files")


@pytest.fixture
def beside(database: Database, files: PhotoFiles) -> Iterator[Database]:
    """The database, with files beside it."""
    opened = Database(database.url, lambda: files)
    yield opened
    opened.close()


def keeps(files: PhotoFiles, words: str, *, age_s: float = TWO_MINUTES_S) -> str:
    """Keep a picture since a while; returns its name."""
    name = files.keep(words.encode(), 100).sha256
    then = files.path(name).stat().st_mtime - age_s
    os.utime(files.path(name), (then, then))
    return name


def test_the_original_leaves_with_the_commit_unless_another_report_shows_it(
    beside: Database, files: PhotoFiles
) -> None:
    """Rolled back nothing goes; committed, what only this report showed; a messenger's copy is forgotten anyway."""
    only, shared = keeps(files, "only"), keeps(files, "shared")
    with beside.write() as tx:
        told, other = tells(tx), tells(tx, "hoa")
        sends(tx, told, only)
        sends(tx, other, shared)
        attachments.mark(tx, attachments.of_deed(tx, told.deed_id)[0].id, published=shared)
        remote_copies.remember(tx, "telegram", {shared: "id"}, NOW)

    class Stopped(Exception):
        pass

    with pytest.raises(Stopped), beside.write() as tx:  # noqa: PT012
        forget(tx, Root.DEED, told.deed_id, NOW)
        raise Stopped
    assert files.has(only)
    with beside.write() as tx:
        forget(tx, Root.DEED, told.deed_id, NOW)
        assert files.has(only), "before the commit it may still be needed"
        assert remote_copies.known(tx, "telegram", [shared]) == {}
    assert (files.has(only), files.has(shared)) == (False, True)


def test_a_picture_somebody_may_just_be_sending_too_follows_later(beside: Database, files: PhotoFiles) -> None:
    """Bytes are on disk before their row: a fresh file is looked at again, and stays when it became somebody's."""
    mine, ours = keeps(files, "mine", age_s=0), keeps(files, "ours", age_s=0)
    with beside.write() as tx:
        told = tells(tx)
        sends(tx, told, mine)
        attachments.mark(tx, attachments.of_deed(tx, told.deed_id)[0].id, published=ours)
        forget(tx, Root.DEED, told.deed_id, NOW)
    assert beside.is_owing
    assert beside.files_owed() == {mine, ours}
    with beside.write() as tx:
        sends(tx, tells(tx, "hoa"), ours)
    for name in (mine, ours):
        os.utime(files.path(name), (0, 0))
    forgetting.finish(beside)
    assert (files.has(mine), files.has(ours, Shelf.ORIGINALS)) == (False, True)
    assert not beside.is_owing


def test_a_log_somebody_reads_is_emptied_when_they_are_done(tmp_path: Path) -> None:
    """A page being read holds nobody up: the words leave the log at the next turn."""
    from storage.migrations import upgrade

    path = tmp_path / "v.sqlite3"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    log = path.with_name("v.sqlite3-wal")

    def lies_there() -> bool:
        return b"Chimcut" in log.read_bytes() + path.read_bytes()

    with database.write() as tx:
        told = tells(tx)
    with database.read() as reading:
        assert deeds.deed(reading, told.deed_id) is not None
        with database.write() as tx:
            forget(tx, Root.DEED, told.deed_id, NOW)
        assert (database.is_owing, lies_there()) == (True, True)
    forgetting.finish(database)
    assert (database.is_owing, lies_there()) == (False, False)
    database.close()


def test_what_a_process_that_died_owed_leaves_the_log_at_the_next_start(tmp_path: Path) -> None:
    """It forgot while somebody read, and was killed; so does a command beside the server. Who comes next finishes."""
    from storage.migrations import upgrade

    path = tmp_path / "v.sqlite3"
    one, other = Database(f"sqlite:///{path}"), Database(f"sqlite:///{path}")
    upgrade(one)
    with one.write() as tx:
        told = tells(tx)
    log = path.with_name("v.sqlite3-wal")
    forgetting.finish(one)
    with one.write() as tx:
        told = tells(tx, "hoa")
    with other.read() as reading:
        assert deeds.deed(reading, told.deed_id) is not None
        with one.write() as tx:
            forget(tx, Root.DEED, told.deed_id, NOW)
        assert b"Chimcut" in log.read_bytes()
    assert other.is_owing
    forgetting.finish(other)
    assert (other.is_owing, log.read_bytes()) == (False, b"")
    one.close()
    other.close()
