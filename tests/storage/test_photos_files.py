"""The store under `storage/photos/files.py`: what is kept stays kept, and no name leads out of it."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.photos.files import Damaged, NotOurs, PhotoFiles, Shelf, TooLarge

CHECKOUT = Path(__file__).resolve().parents[2]
PLENTY = 1 << 20


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    """An empty store."""
    return PhotoFiles(tmp_path / "files")


def everything(root: Path) -> list[Path]:
    """Every file under the folder."""
    return sorted(path for path in root.rglob("*") if not path.is_dir())


def in_another_process(
    script: str, *arguments: str, prefix: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run a script that may kill itself."""
    return subprocess.run(
        [*prefix, sys.executable, "-c", script, *arguments], cwd=CHECKOUT, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("shelf", list(Shelf))
def test_what_was_kept_comes_back(files: PhotoFiles, tmp_path: Path, shelf: Shelf) -> None:
    """Bytes are found again under their hash, on their own shelf only, readable by the owner alone."""
    kept = files.keep([b"mot", b"", b"hai"], PLENTY, shelf)
    assert (kept.sha256, kept.size) == (hashlib.sha256(b"mothai").hexdigest(), 6)
    place = tmp_path / "files" / shelf / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
    assert everything(tmp_path) == [place] == [files.path(kept.sha256, shelf)]
    assert files.read(kept.sha256, shelf) == b"mothai"
    assert place.stat().st_mode & 0o077 == 0
    assert [other for other in Shelf if files.has(kept.sha256, other)] == [shelf]


def test_a_file_deleted_is_gone(files: PhotoFiles, tmp_path: Path) -> None:
    """Deleting removes the bytes, and doing it twice is no error."""
    kept = files.keep(b"x", PLENTY)
    assert files.delete(kept.sha256) is True
    assert files.delete(kept.sha256) is False
    assert not files.has(kept.sha256)
    assert everything(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        files.read(kept.sha256)


def test_too_large_stops_while_it_streams(files: PhotoFiles, tmp_path: Path) -> None:
    """A stream without end is left at the limit, and nothing of it stays."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1000
            yield bytes(1000)

    with pytest.raises(TooLarge):
        files.keep(endless(), limit_bytes=10_000)
    assert taken == 11_000
    assert everything(tmp_path) == []
    assert files.keep(bytes(10_000), limit_bytes=10_000).size == 10_000


def test_a_stream_that_breaks_leaves_nothing(files: PhotoFiles, tmp_path: Path) -> None:
    """When the sender goes away in the middle, the error goes on and no half file stays."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.keep(broken(), PLENTY)
    assert everything(tmp_path) == []


def hostile_names() -> list[str]:
    """Names that senders, programs and attackers give to files."""
    good = "ab" * 32
    steps = ("..", ".", "/", "//", "\\", "..\\", "../", "%2e%2e%2f", "..%c0%af", "\x00", "\n", "\r", "\u202e", "~", "-")
    ends = ("etc/passwd", "CON", "aux.jpg", "a.php", "ab/cd", good, good.upper(), good[:-1], "\u0661" * 64, "")
    names = [step * times + end for step in steps for times in (1, 2, 3) for end in ends]
    names += [end + step for step in steps for end in ends if step not in end]
    return [*names, good + "0", good[:-1] + "g", "０" * 64, "", " " + good, good + " "]


def test_no_name_leads_out(files: PhotoFiles, tmp_path: Path) -> None:
    """Five hundred names that are no hash are refused before the disk is asked."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("secret")
    names = hostile_names()
    assert len(set(names)) >= 500
    for name in names:
        for act in (files.path, files.has, files.read, files.delete):
            with pytest.raises(NotOurs):
                act(name)
    assert everything(tmp_path) == [tmp_path / "etc" / "passwd"]


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_links_are_refused(files: PhotoFiles, tmp_path: Path, depth: int) -> None:
    """A link in the place of the file or of a folder above it is neither read nor written through."""
    kept = files.keep(b"secret", PLENTY)
    place = files.path(kept.sha256)
    inside = (place, *place.parents)[depth]
    outside = tmp_path / "elsewhere"
    inside.rename(outside)
    inside.symlink_to(outside)
    for act in (files.path, files.has, files.read, files.delete):
        with pytest.raises(NotOurs):
            act(kept.sha256)
    with pytest.raises(NotOurs):
        files.keep(b"secret", PLENTY)
    assert outside.exists()
    if depth == 3:
        with pytest.raises(NotOurs):
            PhotoFiles(tmp_path / "files")


def test_a_damaged_file_is_noticed_and_healed(files: PhotoFiles) -> None:
    """Bytes changed on disk are not handed out, and keeping the same photo again repairs it."""
    kept = files.keep(b"good", PLENTY)
    files.path(kept.sha256).write_bytes(b"evil")
    with pytest.raises(Damaged):
        files.read(kept.sha256)
    files.keep(b"good", PLENTY)
    assert files.read(kept.sha256) == b"good"


def test_two_threads_keep_the_same_bytes(files: PhotoFiles, tmp_path: Path) -> None:
    """The same photo from two people at one moment is one whole file, and both are told it is kept."""
    start, told = threading.Barrier(2), []

    def keep() -> None:
        for number in range(40):
            start.wait(10)
            kept = files.keep([bytes([number])] * 999, PLENTY)
            told.append(files.read(kept.sha256) == bytes([number]) * 999)

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [True] * 80
    assert len(everything(tmp_path)) == 40


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.photos.files import PhotoFiles
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def chunks():
    yield bytes(200_000)
    if sys.argv[2] == "writing":
        die()
files = PhotoFiles(Path(sys.argv[1]))
if sys.argv[2] == "renaming":
    sys.addaudithook(lambda event, _: die() if event == "os.rename" else None)
files.keep(chunks(), 1 << 20)
"""


@pytest.mark.parametrize("moment", ["writing", "renaming"])
def test_a_kill_leaves_no_half_file(tmp_path: Path, moment: str) -> None:
    """A process killed in the middle leaves nothing under a hash; the rest is swept later, fresh files are not."""
    root = tmp_path / "files"
    assert in_another_process(KILLED, str(root), moment).returncode == -9
    assert [path.parent for path in everything(root)] == [root / "incoming"]
    files = PhotoFiles(root)
    left_at = datetime.fromtimestamp(everything(root)[0].stat().st_mtime, UTC)
    assert files.sweep(before=left_at - timedelta(hours=1)) == 0
    assert files.sweep(before=left_at + timedelta(hours=1)) == 1
    assert everything(root) == []
    assert files.read(files.keep(bytes(200_000), PLENTY).sha256) == bytes(200_000)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: apt-get install strace")
def test_the_disk_has_it_before_we_say_so(tmp_path: Path) -> None:
    """The file is synced before it gets its name, and every folder on the way to it after."""
    script = (
        "import os, sys; from pathlib import Path; from storage.photos.files import PhotoFiles;"
        "files = PhotoFiles(Path(sys.argv[1])); os.getppid();"
        "files.keep(b'x', 9); os.getppid()"
    )
    root = tmp_path / "files"
    trace = tmp_path / "trace"
    watched = "trace=fsync,rename,renameat,renameat2,getppid"
    run = in_another_process(script, str(root), prefix=("strace", "-y", "-o", str(trace), "-e", watched))
    assert run.returncode == 0, run.stderr
    calls = trace.read_text().split("getppid()")[1].splitlines()[1:]
    sha256 = hashlib.sha256(b"x").hexdigest()
    shelf = root / "originals"
    wanted = ("/incoming/", "rename", f"<{shelf / sha256[:2] / sha256[2:4]}>", f"<{shelf / sha256[:2]}>", f"<{shelf}>")
    assert len(calls) == len(wanted), calls
    for call, part in zip(calls, wanted, strict=True):
        assert part in call


def test_a_scratch_file_has_no_name(files: PhotoFiles, tmp_path: Path) -> None:
    """What is only written down for a moment never appears in the folder."""
    with files.scratch() as file:
        file.write(b"moment")
        file.flush()
        assert os.fstat(file.fileno()).st_size == 6
        assert everything(tmp_path) == []


@pytest.mark.parametrize("days", [-1, 365])
def test_a_file_of_another_time_is_not_fresh(files: PhotoFiles, days: int) -> None:
    """Kept a day ago, or while the clock stood a year ahead: asked for, it goes; one kept just now waits."""
    old, new = files.keep(b"old" * 100, PLENTY), files.keep(b"new" * 100, PLENTY)
    then = time.time() + days * 86_400
    os.utime(files.path(old.sha256), (then, then))
    assert files.forget([old.sha256, new.sha256]) == {new.sha256}
    assert not files.has(old.sha256)


def test_the_sweep_sees_what_was_kept_while_the_clock_stood_ahead(files: PhotoFiles) -> None:
    """It is older than it says."""
    kept = files.keep(b"x", PLENTY)
    then = time.time() + 365 * 86_400
    os.utime(files.path(kept.sha256), (then, then))
    assert list(files.names(Shelf.ORIGINALS, datetime.now(UTC) - timedelta(hours=1))) == [kept.sha256]
