"""What is wrong around the program is said in one sentence that tells what to do, never in a traceback."""

import errno
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.faults import sentence_for
from storage.database import Database
from storage.migrations import upgrade
from tests.faults.server import Server

VIECTOT = Path(sys.executable).with_name("viectot")


def runs(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as an operator does in a folder of its own."""
    told = {f"VIECTOT_{name}": value for name, value in {"DATA_DIR": str(folder / "data"), **settings}.items()}
    return subprocess.run(
        [VIECTOT, *words], capture_output=True, text=True, check=False, timeout=120, cwd=folder,
        env={"PATH": "", **told},
    )  # fmt: skip


def newer(folder: Path) -> None:
    """Leave what a later program would have left."""
    opened = migrated(folder)
    with opened.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()


def damaged(folder: Path) -> None:
    """Spoil the tables, as a failing disk does; the beginning still says what kind of file it is."""
    migrated(folder).close()
    with (folder / "data" / "viectot.sqlite3").open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(20_000))


def a_file_in_the_way(folder: Path) -> None:
    """Put a file where the data folder should be."""
    (folder / "data").write_text("")


def migrated(folder: Path) -> Database:
    """Return a database with its tables."""
    opened = Database(f"sqlite:///{folder / 'data' / 'viectot.sqlite3'}")
    upgrade(opened)
    return opened


NOBODY_THERE = "postgresql+psycopg://x:secret@127.0.0.1:1/v"
AROUND: dict[str, tuple[Callable[[Path], None], dict[str, str], str]] = {
    "the database does not answer": (lambda _: None, {"DATABASE_URL": NOBODY_THERE}, "127.0.0.1:1"),
    "a newer program was here": (newer, {}, "9999"),
    "the file is spoilt": (damaged, {}, "bản sao"),
    "no folder can be made": (a_file_in_the_way, {}, "data"),
}
WRONG = {
    "DATABASE_URL": ("mysql://x@y/z", "postgres://x@y/z", "viectot.sqlite3"),
    "TIMEZONE": ("Asia/Hanoi", "../etc/passwd"),
    "TELEGRAM_TOKEN": ("abc",),
    "PUBLIC_URL": ("viectot.example.vn",),
    "TRUSTED_PROXIES": ("caddy",),
    "PROCESSES": ("2",),
}


@pytest.mark.parametrize("name", list(AROUND))
def test_what_is_wrong_around_a_command_is_one_sentence(tmp_path: Path, name: str) -> None:
    """It names the place, keeps the password to itself and ends with 1."""
    prepare, settings, part = AROUND[name]
    prepare(tmp_path)
    done = runs(tmp_path, "people", "list", **settings)
    assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (1, "", 1), done.stderr
    assert part in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_setting_is_named_and_said_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    """Which one, and how it is written."""
    done = runs(tmp_path, "people", "list", **{name: value})
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert f"VIECTOT_{name}" in done.stderr


def test_an_empty_token_is_none(tmp_path: Path) -> None:
    """A line of `.env` that nobody has filled in switches a messenger off, and no command fails by it."""
    assert runs(tmp_path, "people", "list", TELEGRAM_TOKEN="", ZALO_BOT_TOKEN=" ").returncode == 0


@pytest.mark.parametrize(
    ("number", "part"), [(errno.ENOSPC, "đầy"), (errno.EIO, "ổ đĩa"), (errno.EACCES, "quyền"), (errno.EROFS, "quyền")]
)
def test_faults_of_the_disk_are_told_with_their_file(number: int, part: str) -> None:
    """Whatever command meets them."""
    told = sentence_for(OSError(number, os.strerror(number), "/srv/x"))
    assert told is not None
    assert part in told
    assert "/srv/x" in told
    assert sentence_for(ValueError("ours")) is None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on the web chat, not started yet."""
    made = Server(tmp_path)
    yield made
    made.end()
    made.database.close()


def test_one_server_a_folder_and_commands_beside_it(server: Server, tmp_path: Path) -> None:
    """The second is refused in a sentence and leaves the first alone; killed, the first leaves no lock behind."""
    server.start()
    second = runs(tmp_path, "run", PORT="0")
    assert (second.returncode, len(second.stderr.strip().splitlines())) == (1, 1), second.stderr
    assert "máy chủ Việc Tốt khác" in second.stderr
    assert runs(tmp_path, "people", "list").returncode == 0
    assert server.answers()
    server.kill()
    server.start()


def test_a_busy_port_is_one_sentence_before_anything_is_begun(tmp_path: Path) -> None:
    """Nothing says "started" and nothing is tried: the port is named."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = runs(tmp_path, "run", PORT=port)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert f"Cổng {port}" in done.stderr


def test_what_people_told_is_closed_to_others_of_the_machine(tmp_path: Path) -> None:
    """Folder and database of a first command, and of one that lay open before."""
    assert runs(tmp_path, "people", "list").returncode == 0
    folder, file = tmp_path / "data", tmp_path / "data" / "viectot.sqlite3"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, file)] == [0o700, 0o600]
    file.chmod(0o644)
    assert runs(tmp_path, "people", "list").returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_unit_with_a_long_name_has_its_poster_and_one_too_long_is_told(tmp_path: Path) -> None:
    """A poster is one page whatever stands on it."""
    listed = tmp_path / "units.csv"
    listed.write_text(f"code,name\ndai,{'Khu dân cư số ' * 10}\n", encoding="utf-8")
    assert runs(tmp_path, "units", "import", str(listed)).returncode == 0
    made = runs(tmp_path, "qr", "dai", "--out", str(tmp_path))
    assert (made.returncode, (tmp_path / "ap-phich-dai.png").exists()) == (0, True), made.stderr
    listed.write_text(f"code,name\ndai,{'Khu dân cư số ' * 20}\n", encoding="utf-8")
    refused = runs(tmp_path, "units", "import", str(listed))
    assert refused.returncode != 0
    assert refused.stderr == "Dòng 2: tên đơn vị dài quá 150 chữ. Chưa ghi gì.\n"
