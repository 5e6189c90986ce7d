"""`viectot demo`: a sample commune with a month behind it, made once, found again at every later run."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.background import folder_of
from bot.demo.founding import MADE_AT, found
from bot.demo.photographs import keep_pictures
from bot.demo.sample import read_sample
from bot.opening import open_database, receipt_key
from bot.settings import Settings
from deeds.clock import Clock
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

MODERATOR = 0  # of the sample's staff: whose sign-in link is printed


@dataclass(frozen=True)
class Addresses:
    """Where the sample commune can be visited."""

    office: str
    chat: str
    desk: str  # a sign-in link: 24 hours, one use
    moderator: str
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
            moderator=self.moderator,
            desk=self.desk,
            public=self.public,
            month=f"{self.month.number}/{self.month.year}",
            paper=self.paper,
            papers=self.papers,
        )


def prepare(settings: Settings, clock: Clock) -> Addresses:
    """Make the sample commune where there is none yet, and return its addresses with a fresh sign-in link.

    Everything in the database is one transaction, so a run that was killed leaves either nothing or all of it; the
    files beside it are made anew where one is missing.
    """
    database = open_database(settings)
    try:
        files = PhotoFiles(folder_of(settings.DATA_DIR))
        with database.read() as tx:
            is_made = MADE_AT in all_settings(tx)
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
    name = read_sample(now).staff[MODERATOR].name
    moderator = people.named(tx, name)
    assert moderator is not None
    token = web_sessions.new_link(tx, moderator.id, now, COMMAND_LINK_LIVES)
    url = settings.public_url
    return Addresses(
        office=office(tx)["office"],
        chat=f"{url}/chat",
        desk=f"{url}/desk/sign-in/{token}",
        moderator=name,
        public=f"{url}/",
        paper=str(next(iter(sorted(folder.glob("*.docx"))), folder)),
        papers=f"{url}/desk/papers",
        month=Month.parse(newest.key),
    )
