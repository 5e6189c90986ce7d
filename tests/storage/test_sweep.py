"""What was promised to be deleted is gone from the disk as well, and nothing else is."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.background import Background
from bot.lanes import Lanes
from bot.opening import only_server, tie_folder
from bot.papers import Papers
from bot.settings import Settings
from deeds.clock import SystemClock
from deeds.errors import NotPossible
from deeds.said import FileSource
from storage import attachments, inbox, outbox, outbox_forgetting, people
from storage.database import Database, Tx
from storage.migrations import upgrade
from storage.photos.files import PhotoFiles, Shelf


@pytest.fixture
def background(tmp_path: Path) -> Background:
    """The background works of an instance nobody else runs in."""
    database = Database(f"sqlite:///{tmp_path / 'v.sqlite3'}")
    upgrade(database)
    files = PhotoFiles(tmp_path / "files")
    return Background(Lanes(database, 1), SystemClock(), {}, files, Papers(files, tmp_path, frozenset()))


def _aged(background: Background, sha256: str) -> None:
    path = background.files.path(sha256)
    then = path.stat().st_mtime - timedelta(hours=3).total_seconds()
    os.utime(path, (then, then))


def test_a_picture_nobody_needs_is_deleted_and_one_that_is_needed_stays(background: Background) -> None:
    """One picture belongs to a report, one was withdrawn, one waits in a parked event, one was kept just now."""
    now = background.clock.now()
    needed, withdrawn, parked, fresh = (
        background.files.keep(name.encode(), 100).sha256 for name in ("needed", "withdrawn", "parked", "fresh")
    )
    for sha256 in (needed, withdrawn, parked):
        _aged(background, sha256)

    async def run() -> None:
        def fill(tx: Tx) -> None:
            person = people.identify(tx, "webchat", "c", "", now)
            attachments.attach(
                tx, "photo", FileSource(sha256=needed), person_id=person.id, draft_id=None, submission_id=None,
                messenger="webchat", chat="c", message="1", position=0, album=None, now=now,
            )  # fmt: skip
            inbox.note(tx, "k", "webchat", "c", f'{{"photos": ["{parked}"]}}'.encode(), now)
            inbox.park(tx, "k", "an error")

        await background.store.write("x", fill)
        await background.sweep_files()

    asyncio.run(run())
    kept = {sha256: background.files.has(sha256) for sha256 in (needed, withdrawn, parked, fresh)}
    assert kept == {needed: True, withdrawn: False, parked: True, fresh: True}


def test_messages_of_a_month_ago_are_forgotten_but_not_that_they_were_sent(background: Background) -> None:
    """The words of an old message go; a newer one and one still waiting stay."""
    from deeds.said import Prompt

    now = background.clock.now()

    def fill(tx: Tx) -> int:
        for chat, days in (("old", 31), ("new", 1), ("waiting", 40)):
            then = now - timedelta(days=days)
            outbox.put(tx, "plain", chat, Prompt(f"words for {chat}"), then)
            if chat != "waiting":
                (due,) = [one for one in outbox.claim(tx, "plain", then, 10) if one.chat == chat]
                outbox.mark_sent(tx, due, "1", then)
        return outbox_forgetting.forget_before(tx, now - timedelta(days=30))

    assert asyncio.run(background.store.write("x", fill)) == 1

    async def bodies() -> list[tuple[str, str, str]]:
        from sqlalchemy import text

        return await background.store.read(
            lambda tx: [
                tuple(row) for row in tx.execute(text("SELECT chat, state, body FROM outbox_message ORDER BY id"))
            ]
        )

    found = asyncio.run(bodies())
    assert [(chat, state) for chat, state, _ in found] == [
        ("old", "forgotten"),
        ("new", "sent"),
        ("waiting", "waiting"),
    ]
    assert found[0][2] == "{}"


def test_what_a_killed_process_owed_goes_soon_after_the_next_start(background: Background) -> None:
    """Deleted within its first minute, and then the power went: it does not lie there for hours."""
    background.files.keep(b"owed", 100)
    (owed,) = background.files.names(Shelf.ORIGINALS, background.clock.now() + timedelta(hours=1))
    again = replace(background)
    fresh = again.files.keep(b"fresh", 100).sha256
    asyncio.run(again.finish_forgetting())
    assert (again.files.has(owed), again.files.has(fresh)) == (False, True)


def test_a_folder_of_files_belongs_to_one_database(tmp_path: Path) -> None:
    """A server with another database would find every picture to be nobody's; it is told so and does not start."""
    first, other = (Database(f"sqlite:///{tmp_path / name}") for name in ("a.sqlite3", "b.sqlite3"))
    for each in (first, other):
        upgrade(each)
    now = SystemClock().now()
    tie_folder(tmp_path, first, now)
    tie_folder(tmp_path, first, now)
    with pytest.raises(NotPossible, match="another database"):
        tie_folder(tmp_path, other, now)


def test_one_server_a_folder_unless_they_know_of_each_other(tmp_path: Path) -> None:
    """Also where the database is none of the folder's."""
    url = "postgresql+psycopg://nobody@127.0.0.1:1/x"
    alone, several = (
        Settings(DATA_DIR=tmp_path, DATABASE_URL=url, PROCESSES=count, _env_file=None)  # type: ignore[call-arg]
        for count in (1, 2)
    )
    with only_server(alone), pytest.raises(NotPossible), only_server(alone):
        pass
    with only_server(several), only_server(several), pytest.raises(NotPossible), only_server(alone):
        pass
