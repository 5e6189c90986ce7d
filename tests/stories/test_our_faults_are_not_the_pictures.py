"""A full disk, no memory left, a process shot, too much to do: the picture waits, its sender is told nothing wrong."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import select, update

from bot.background import FILE_TRIES
from deeds.said import FileSource
from storage import attachments, people
from storage.attachments import LEASE
from storage.database import Database, Tx
from storage.migrations import downgrade, upgrade
from storage.models import Attachment
from storage.photos import clean
from storage.photos.files import PhotoFiles
from tests.cast import RESCUE
from tests.storage.pictures import saved, scene
from tests.town import Town
from texts import say

NOW = datetime(2026, 5, 5, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


class OnAFullDisk(PhotoFiles):
    """A store whose disk takes no byte more: what is lent for the copies is the kernel's own full device."""

    @contextmanager
    def scratch(self) -> Iterator[IO[bytes]]:
        """Lend a file that cannot be written."""
        with open("/dev/full", "r+b", buffering=0) as file:
            yield file


def shot(tmp_path: Path) -> str:
    """Return a program that is killed, as the kernel does when memory runs out."""
    program = tmp_path / "shot"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o700)
    return str(program)


FAULTS: dict[str, Callable[[pytest.MonkeyPatch, Town, Path], None]] = {
    "full disk": lambda patch, town, _: patch.setattr(
        town.instance.background, "files", OnAFullDisk(town.folder / "files")
    ),
    "shot": lambda patch, _, folder: patch.setattr("sys.executable", shot(folder)),
    "no time": lambda patch, *_: patch.setattr(clean, "WALL_LIMIT_S", 0.001),
}


def states(town: Town) -> list[tuple[str, str | None]]:
    """Return state and refusal of every picture."""
    return [(row.state, row.refused) for row in town.rows(lambda tx: tx.execute(_STATES).all())]


_STATES = select(Attachment.state, Attachment.refused).order_by(Attachment.id)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_good_photo_outlives_a_fault_of_ours(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    """Three photos while it lasts, for hours: none is refused and nobody is told so; afterwards all are shown."""
    lan = town.citizen("Lan", on="webchat")
    lan.says("alo")
    with monkeypatch.context() as patch:
        FAULTS[fault](patch, town, tmp_path)
        lan.says(RESCUE, photos=3)
        lan.agrees()
        for _ in range(FILE_TRIES + 2):
            town.settle()
            town.clock.forward(hours=6.5)
        assert states(town) == [("to_clean", None)] * 3
    town.settle()
    assert states(town) == [("ready", None)] * 3
    assert not lan.shows(say("photos.refused", mb=25))


def test_no_memory_is_not_the_pictures_fault() -> None:
    """The decoder has room for itself and not for the picture: it says so, and does not call the picture broken."""
    small_room = """
import io, resource, sys
from storage.photos import child
from tests.storage.pictures import saved, scene
photo = io.BytesIO(saved(scene(1, (3000, 2000)), "PNG"))
pages = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (pages + (8 << 20), pages + (8 << 20)))
print(child.answer(photo, io.BytesIO(), io.BytesIO()))
"""
    run = subprocess.run(
        [sys.executable, "-c", small_room], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == "{'failed': 'out_of_memory'}\n"


def test_what_was_refused_by_our_fault_is_cleaned_again(town: Town) -> None:
    """A database of before: its "broken" photo is cleaned, a really broken one refused again; nobody hears twice."""
    lan = town.citizen("Lan", on="webchat")
    lan.says(RESCUE, photos=1)
    lan.agrees()
    lan.sends("", [saved(scene(9))[:400]])
    town.settle()
    lan.reads_all()
    downgrade(town.database, "0004")
    as_before = {"state": "refused", "refused": "broken", "attempts": 0, "published": None}
    with town.database.write() as tx:
        tx.execute(update(Attachment).values(as_before))
    upgrade(town.database)
    town.settle()
    assert sorted(states(town)) == [("ready", None), ("refused", "broken")]
    assert lan.reads_all() == []


def a_piece(tx: Tx, number: int) -> None:
    """Keep a photo that is to be cleaned."""
    person = people.identify(tx, "webchat", "c", "", NOW)
    attachments.attach(
        tx, "photo", FileSource(sha256=f"{number:064x}"), person_id=person.id, draft_id=None, submission_id=None,
        messenger="webchat", chat="c", message=str(number), position=0, album=None, now=NOW,
    )  # fmt: skip


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with twenty photos to clean."""
    opened = Database(database_url)
    upgrade(opened)
    with opened.write() as tx:
        for number in range(20):
            a_piece(tx, number)
    yield opened
    opened.close()


def test_two_processes_never_work_on_one_picture(database: Database) -> None:
    """Both claim at once, again and again: twenty photos, twenty works."""
    together = threading.Barrier(2)
    taken: list[int] = []

    def process() -> None:
        own = Database(database.url)
        for _ in range(5):
            together.wait(20)
            with own.write() as tx:
                taken.extend(work.id for work in attachments.claim(tx, NOW, 4))
        own.close()

    threads = [threading.Thread(target=process) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.write() as tx:
        taken.extend(work.id for work in attachments.claim(tx, NOW, 50))
    assert len(taken) == len(set(taken)) == 20


def test_a_dead_process_gives_its_pictures_back_and_a_slow_one_changes_nothing(database: Database) -> None:
    """After the lease another takes the photo; what the first brings then is not written down over it."""
    with database.write() as tx:
        (slow,) = attachments.claim(tx, NOW, 1)
        assert slow.id not in {work.id for work in attachments.claim(tx, NOW + LEASE - timedelta(seconds=1), 50)}
        (fast,) = [work for work in attachments.claim(tx, NOW + LEASE, 50) if work.id == slow.id]
        assert not attachments.settle(tx, slow, state="refused", refused="broken")
        assert attachments.settle(tx, fast, state="ready")
        assert not attachments.settle(tx, fast, state="refused", refused="broken")


def test_a_lone_process_takes_up_at_once_what_it_had_in_hand(database: Database) -> None:
    """It was killed while it cleaned: after the start nothing waits for a lease of its own."""
    with database.write() as tx:
        attachments.claim(tx, NOW, 20)
        assert not attachments.anything_due(tx, NOW + timedelta(seconds=1))
        attachments.take_back_leases(tx, NOW + timedelta(seconds=1))
        assert len(attachments.claim(tx, NOW + timedelta(seconds=1), 50)) == 20
