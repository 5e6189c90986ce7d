"""`viectot demo`: a sample commune with a month behind it, made once, found again at every later run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.demo.founding import MADE_AT, found
from bot.demo.photographs import keep_pictures
from bot.demo.sample import Worker, read_sample
from bot.opening import folder_of, open_database, receipt_key
from bot.settings import Settings
from deeds.clock import Clock
from deeds.errors import NotPossible
from deeds.kinds import Role
from deeds.months import Month
from digests import papers
from storage import people, periods, web_sessions
from storage.database import Database, Tx
from storage.office import office
from storage.photos.files import PhotoFiles
from storage.settings import all_settings, set_setting
from storage.web_sessions import COMMAND_LINK_LIVES
from texts import say

__all__ = ["Addresses", "prepare"]


@dataclass(frozen=True)
class Seat:
    """A desk of the sample, with the link that opens it: 24 hours, one use."""

    name: str
    role: Role
    link: str


@dataclass(frozen=True)
class Addresses:
    """Where the sample commune can be visited."""

    office: str
    chat: str
    seats: Sequence[Seat]
    public: str
    paper: str  # the file on disk
    papers: str  # the same and the others, at the desk
    month: Month

    def text(self) -> str:
        """Return what is printed once pages answer."""
        return say(
            "demo.addresses",
            office=self.office,
            chat=self.chat,
            seats="\n".join(
                say(
                    "demo.seat",
                    name=seat.name,
                    role=say(f"role.{seat.role}"),
                    link=seat.link,
                    tries=say(f"demo.try.{seat.role}"),
                )
                for seat in self.seats
            ),
            public=self.public,
            month=f"{self.month.number}/{self.month.year}",
            paper=self.paper,
            papers=self.papers,
        )


def prepare(settings: Settings, clock: Clock) -> Addresses:
    """Make the sample commune where there is none yet, and return its addresses with fresh sign-in links.

    Raises `NotPossible` where a real instance lives in the folder.

    Everything in the database is one transaction, so a run that was killed leaves either nothing or all of it; the
    files beside it are made anew where one is missing.
    """
    database = open_database(settings)
    try:
        files = PhotoFiles(folder_of(settings.DATA_DIR))
        with database.read() as tx:
            is_made = MADE_AT in all_settings(tx)
            if not is_made and people.staff(tx):
                raise NotPossible("demo.not_here", "a real instance lives in this folder", folder=settings.DATA_DIR)
        if not is_made:
            _make(database, settings, files, clock.now())
        _build_papers(database, files, settings.DATA_DIR, clock.now())
        with database.write() as tx:
            return _addresses(tx, settings, clock.now())
    finally:
        database.close()


def _make(database: Database, settings: Settings, files: PhotoFiles, now: datetime) -> None:
    sample = read_sample(now)
    pictures = keep_pictures(sample.pictures, files)
    key = receipt_key(settings.DATA_DIR)
    with database.write() as tx:
        if MADE_AT in all_settings(tx):
            return  # a second `demo` beside this one was faster
        set_setting(tx, "public_url", settings.public_url, now)
        found(tx, sample, pictures, key, now)


def _build_papers(database: Database, files: PhotoFiles, data_dir: Path, now: datetime) -> None:
    while True:
        with database.read() as tx:
            row = papers.next_to_build(tx, now)
        if row is None:
            return
        folder = papers.build(row, files, data_dir)
        with database.write() as tx:
            papers.mark_built(tx, row, folder, now)


def _addresses(tx: Tx, settings: Settings, now: datetime) -> Addresses:
    newest = next(row for row in periods.listed(tx) if row.folder is not None)
    folder = settings.DATA_DIR / (newest.folder or "")
    url = settings.public_url
    return Addresses(
        office=office(tx)["office"],
        chat=f"{url}/chat",
        seats=[_seat(tx, worker, url, now) for worker in read_sample(now).staff],
        public=f"{url}/",
        paper=str(next(iter(sorted(folder.glob("*.docx"))), folder)),
        papers=f"{url}/desk/papers",
        month=Month.parse(newest.key),
    )


def _seat(tx: Tx, worker: Worker, url: str, now: datetime) -> Seat:
    known = people.named(tx, worker.name)
    assert known is not None
    token = web_sessions.new_link(tx, known.id, now, COMMAND_LINK_LIVES)
    return Seat(worker.name, worker.roles[0], f"{url}/desk/sign-in/{token}")
