"""`viectot demo`: a sample commune there in seconds, open to visitors, ended by Ctrl-C, found again the next day."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bot.demo import Addresses, prepare
from bot.demo.photographs import keep_pictures
from bot.demo.sample import read_sample
from bot.opening import open_database
from bot.settings import Settings
from deeds.errors import NotPossible
from deeds.kinds import Role, Status
from deeds.months import VIET_NAM, month_of
from digests.documents.checker import check_docx
from storage import deeds, people, periods, web_sessions
from storage.office import office
from storage.photos.files import PhotoFiles, Shelf
from texts import say

VIECTOT = Path(sys.executable).with_name("viectot")
NEVER_NAMED = ("Xuyến", "Đinh Thị Sợi", "Lò Văn Chom")  # a child; not asked; said no
STANDING = 18  # deeds of the sample


@dataclass
class StandingClock:
    """A clock that stands still."""

    instant: datetime

    def now(self) -> datetime:
        """Return where it stands."""
        return self.instant


@dataclass
class Run:
    """One run of the command: what it printed until its addresses were complete."""

    process: "subprocess.Popen[str]"
    printed: str

    def url(self, path: str) -> str:
        """Return the printed address with this path."""
        found = re.search(rf"http://127\.0\.0\.1:\d+{path}", self.printed)
        assert found, self.printed
        return found[0]

    def interrupt(self) -> str:
        """Press Ctrl-C; return what was said at the end."""
        self.process.send_signal(signal.SIGINT)
        said, errors = self.process.communicate(timeout=30)
        assert (self.process.returncode, errors) == (0, "")
        return said


@contextmanager
def demo(folder: Path | None, given: Mapping[str, str] | None = None, here: Path | None = None) -> Iterator[Run]:
    """Start the command as a person does, and wait for its last line."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIECTOT_")}
    chosen: list[str | Path] = ["--folder", folder] if folder else []
    process = subprocess.Popen(
        [VIECTOT, "demo", *chosen], cwd=here or (folder.parent if folder else None),
        env=environment | {"VIECTOT_PORT": "0"} | dict(given or {}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(process.communicate()[1])
        yield Run(process, printed)
    finally:
        process.kill()
        process.communicate()


def _settings(folder: Path) -> Settings:
    return Settings(DATA_DIR=folder, DATABASE_URL="", _env_file=None)  # type: ignore[call-arg]


def _standing(folder: Path) -> list[tuple[str, Status, int]]:
    database = open_database(_settings(folder))
    try:
        with database.read() as tx:
            return [(deed.code, deed.status, deed.version) for deed in deeds.recent(tx, 1_000)]
    finally:
        database.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample made on 22 November, to be copied."""
    folder = tmp_path_factory.mktemp("made") / "town"
    _prepared(folder, "2026-11-22 10:00")
    return folder


def _prepared(folder: Path, at: str) -> Addresses:
    instant = datetime.fromisoformat(at).replace(tzinfo=VIET_NAM)
    return prepare(_settings(folder), StandingClock(instant))


def test_a_visitor_sees_everything_and_comes_back(tmp_path: Path) -> None:
    """Every printed address answers, the desk opens once, the paper is in order; a second run has the same deeds."""
    folder = tmp_path / "town"
    with demo(folder) as run:
        for path in ("/chat", "/"):
            assert httpx2.get(run.url(path)).status_code == 200
        public = httpx2.get(run.url("/")).text
        assert "Hà Văn Khuyên" in public
        photo = re.search(r'src="(/photos/[^"]+)"', public)
        assert photo
        assert httpx2.get(run.url("/")[:-1] + photo[1]).content.startswith(b"\xff\xd8")
        with httpx2.Client(follow_redirects=True) as browser:
            link = run.url(r"/desk/sign-in/\S+")
            token = re.search(r'name="token" value="([^"]+)"', browser.get(link).text)
            assert token
            desk = browser.post(link, data={"token": token[1]})
            assert "Bùi Văn Tấn" in desk.text, "the urgent deed of today waits in the queue"
            listed = browser.get(run.url("/desk/papers")).text
            href = re.search(r'href="(/desk/papers/[\d-]+/docx)"', listed)
            assert href
            (tmp_path / "paper.docx").write_bytes(browser.get(run.url("/")[:-1] + href[1]).raise_for_status().content)
        assert check_docx(tmp_path / "paper.docx") == []
        on_disk = re.search(r"\S+\.docx", run.printed)
        assert on_disk
        assert Path(on_disk[0]).read_bytes() == (tmp_path / "paper.docx").read_bytes()
        assert httpx2.post(link, data={"token": token[1]}).status_code in (403, 410)
        assert "make demo" in run.interrupt()
    before = _standing(folder)
    assert len(before) == STANDING
    with demo(folder) as again:
        assert again.url(r"/desk/sign-in/\S+").rsplit("/", 1)[1] != link.rsplit("/", 1)[1]
        assert httpx2.get(again.url(r"/desk/sign-in/\S+")).status_code == 200
        again.interrupt()
    assert _standing(folder) == before


def test_nobody_is_named_who_did_not_agree(made: Path, tmp_path: Path) -> None:
    """A child, somebody nobody asked and somebody who said no stand on no public page, whatever the desk knows."""
    with demo(shutil.copytree(made, tmp_path / "town")) as run:
        address = run.url("/")[:-1]
        public = httpx2.get(f"{address}/").text
        codes = set(re.findall(r"/deeds/VT-\d{4}-\d{6}", public))
        assert len(codes) == 6
        pages = [public, httpx2.get(f"{address}/feed.atom").text, *(httpx2.get(address + code).text for code in codes)]
        assert [name for name in NEVER_NAMED for page in pages if name in page] == []
        run.interrupt()


@pytest.mark.parametrize("now", ["2026-11-01 00:00:20", "2027-01-03 09:00", "2028-03-31 23:59"])
def test_on_any_day_there_is_a_month_behind_and_one_half_full(tmp_path: Path, now: str) -> None:
    """On the first of a month, at New Year, after February: last month has its seven deeds, this one its decisions."""
    addresses = _prepared(tmp_path, now)
    instant = datetime.fromisoformat(now).replace(tzinfo=VIET_NAM)
    assert addresses.month == month_of(instant).previous
    assert [breach for breach in check_docx(Path(addresses.paper)) if breach.severity == "E"] == []
    database = open_database(_settings(tmp_path))
    try:
        with database.read() as tx:
            assert len(periods.deeds_of(tx, str(addresses.month))) == 6  # of seven approved; one said no
            standing = deeds.recent(tx, 1_000)
            assert set(office(tx).missing) <= {"commune_code"}  # an invented place is not in the real list
    finally:
        database.close()
    approved = [deed.approved_at for deed in standing if deed.approved_at]
    assert sum(month_of(at) == month_of(instant) for at in approved) == 2
    assert all(deed.received_at <= instant for deed in standing)
    count = {status: sum(deed.status is status for deed in standing) for status in Status}
    assert count == {
        Status.RECEIVED: 5, Status.IN_REVIEW: 1, Status.NEEDS_INFO: 1, Status.APPROVED: 3, Status.PUBLISHED: 6,
        Status.REJECTED: 1, Status.REDIRECTED: 1, Status.WITHDRAWN: 0, Status.MERGED: 0,
    }  # fmt: skip
    assert [deed.story for deed in standing if deed.status is Status.REDIRECTED] == [""]
    assert sum(deed.urgent for deed in standing if deed.status is Status.RECEIVED) == 1


@pytest.mark.slow
def test_killed_while_it_was_made_it_is_made_anew(tmp_path: Path) -> None:
    """However early or late it is killed, there is nothing or everything, and the next run has everything."""
    script = (
        "import sys; from pathlib import Path; from bot.settings import Settings; from deeds.clock import SystemClock; "
        "from bot.demo import prepare; print('go', flush=True); "
        "prepare(Settings(DATA_DIR=Path(sys.argv[1]), _env_file=None), SystemClock())"
    )
    found = set()
    for number, delay_s in enumerate((0.3, 1.0, 1.8)):
        folder = tmp_path / str(number)
        process = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_s)
        process.kill()
        process.communicate()
        found.add(len(_standing(folder)))
        _prepared(folder, "2026-11-22 10:00")
        assert len(_standing(folder)) == STANDING
        assert len(list((folder / "papers").glob("*/*.docx"))) == 1
    assert found <= {0, STANDING}


def test_a_month_later_the_sample_goes_on(made: Path, tmp_path: Path) -> None:
    """Who comes back weeks later finds the same commune and its newest built paper, not a second one."""
    folder = shutil.copytree(made, tmp_path / "town")
    first = _prepared(folder, "2026-11-22 10:00")
    before = _standing(folder)
    later = _prepared(folder, "2026-12-20 10:00")
    assert _standing(folder) == before
    assert (later.paper, later.month) == (first.paper, first.month)
    assert {seat.link for seat in later.seats}.isdisjoint(seat.link for seat in first.seats)


def test_each_of_its_people_has_a_link_and_something_to_try(made: Path, tmp_path: Path) -> None:
    """Whoever looks in for the first time can sit down at every desk there is, and is told what for."""
    addresses = _prepared(shutil.copytree(made, tmp_path / "town"), "2026-11-22 10:00")
    assert {seat.role for seat in addresses.seats} >= {Role.MODERATOR, Role.CLERK, Role.STANDING_OFFICE}
    printed = addresses.text()
    for seat in addresses.seats:
        assert f"{seat.name} ({say(f'role.{seat.role}')}): {say(f'demo.try.{seat.role}')}\n    {seat.link}" in printed
    database = open_database(_settings(tmp_path / "town"))
    now = datetime(2026, 11, 22, 10, tzinfo=VIET_NAM)
    with database.read() as tx:
        assert all(web_sessions.link_is_open(tx, seat.link.rsplit("/", 1)[1], now, None) for seat in addresses.seats)
    database.close()


def test_the_folder_is_the_one_that_is_set(tmp_path: Path) -> None:
    """Who sets VIECTOT_DATA_DIR finds the sample there, by the other commands too."""
    folder = tmp_path / "set"
    environment = {"VIECTOT_DATA_DIR": str(folder)}
    with demo(None, environment, tmp_path) as run:
        assert str(folder) in run.printed
        listed = subprocess.run([VIECTOT, "deeds", "list", "--json"], env=os.environ | environment, capture_output=True)
        assert len(json.loads(listed.stdout)) == STANDING
        run.interrupt()


def test_no_sample_is_made_where_a_real_instance_lives(tmp_path: Path) -> None:
    """An operator who tries the demo in the wrong folder gets a sentence, and nothing is written there."""
    database = open_database(_settings(tmp_path))
    with database.write() as tx:
        people.hire(tx, "Thu", [Role.ADMIN], datetime(2026, 11, 22, tzinfo=VIET_NAM))
    with pytest.raises(NotPossible) as refused:
        _prepared(tmp_path, "2026-11-22 10:00")
    assert str(tmp_path) in refused.value.sentence
    with database.read() as tx:
        assert deeds.recent(tx) == []
    database.close()


def test_the_pictures_are_small_and_all_of_them_are_shown(tmp_path: Path) -> None:
    """What lies in the checkout is light, every picture is used, and each has its cleaned copy."""
    sample = read_sample(datetime(2026, 11, 22, 3, tzinfo=VIET_NAM) + timedelta(hours=7))
    lying = {path.stem: path.stat().st_size for path in (Path(__file__).parents[2] / "bot/demo/pictures").glob("*.jpg")}
    assert set(lying) == set(sample.pictures)
    assert max(lying.values()) < 120_000
    files = PhotoFiles(tmp_path)
    for picture in keep_pictures(sample.pictures, files).values():
        assert files.has(picture.cleaned.published_sha256, Shelf.PUBLISHED)
        assert (picture.cleaned.width, picture.cleaned.height) == (1600, 1200)
