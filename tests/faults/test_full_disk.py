"""The disk is full or broken for a while: nothing acknowledged is missing, people are told to come again, it recovers.

strace lets the system calls of the real server fail; `when` counts the calls of each thread.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.server import ROOT, Browser, Server, kept_of
from tests.faults.telling import ANSWERS, MESSAGES, STORY

SOAK = os.environ.get("VIECTOT_SOAK") == "1"
PEOPLE = 12
# error, calls, which of a thread's calls fail
FAULTS = [("ENOSPC", "pwrite64", "120..260"), ("EIO", "fsync,fdatasync", "8..40")]
if SOAK:
    FAULTS += [
        (error, calls, f"{first}..{first + step}")
        for error in ("ENOSPC", "EIO")
        for calls, step in (("pwrite64", 60), ("fsync,fdatasync", 12))
        for first in range(step // 6, step * 3, step // 3)
    ]
KEEP = """
import os, sys
from pathlib import Path
from storage.photos.files import PhotoFiles
try:
    PhotoFiles(Path(sys.argv[1])).keep(b"x" * 300_000, 1_000_000)
except OSError as error:
    os._exit(40 if error.errno in (5, 28) else 41)
os._exit(42)
"""

pytestmark = pytest.mark.strace


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on the web chat, not started yet."""
    made = Server(tmp_path)
    yield made
    made.end()
    made.database.close()


def failing(error: str, calls: str, when: str, *paths: Path) -> list[str]:
    """Return the command under which these system calls fail, on these files or on all."""
    only = [word for path in paths for word in ("-P", str(path))]
    return [
        *("strace", "-f", "-qq", "-o", os.devnull, *only),
        *("-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={when}"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("error", "calls", "when"), FAULTS)
def test_people_are_told_to_come_again_and_nothing_is_lost(server: Server, error: str, calls: str, when: str) -> None:
    """Twelve people tell a deed each while writing fails: 503 meanwhile, then every report is there once."""
    base = server.folder / "data" / "viectot.sqlite3"
    server.start(*failing(error, calls, when, base, base.with_name(f"{base.name}-wal")))

    async def everybody() -> list[Browser]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            browsers = [Browser(server, session) for _ in range(PEOPLE)]
            async with asyncio.timeout(120), asyncio.TaskGroup() as group:
                for number, browser in enumerate(browsers):
                    group.create_task(browser.tells((STORY.format(number), *ANSWERS), pause_s=0.1 * number))
        return browsers

    browsers = asyncio.run(everybody())
    server.waits_until_sent(60)
    answers = sum((browser.answers for browser in browsers), Counter[int]())
    assert set(answers) == {202, 503}
    assert answers[202] == MESSAGES * PEOPLE
    assert server.answers()
    assert server.is_sound()
    acknowledged = Counter(message for browser in browsers for message in browser.acknowledged)
    assert kept_of(server, acknowledged) == acknowledged
    assert Counter(told["story"] for (told,) in server.rows("submission", "told")) == Counter(
        STORY.format(number) for number in range(PEOPLE)
    )
    replies = Counter((chat, body["text"]) for chat, body in server.rows("outbox_message", "chat", "body"))
    lines = server.rows("chat_message", "chat", "sender", "body")
    assert Counter((chat, body["text"]) for chat, sender, body in lines if sender == "bot") == replies


@pytest.mark.slow
@pytest.mark.parametrize(("error", "calls"), [("ENOSPC", "write"), ("ENOSPC", "mkdir"), ("EIO", "fsync")])
def test_a_photo_that_cannot_be_kept_leaves_no_half_of_it(tmp_path: Path, error: str, calls: str) -> None:
    """Whichever call fails, from the first on: the photo is there whole or not at all, and nothing lies about."""
    name = hashlib.sha256(b"x" * 300_000).hexdigest()
    ends: list[int] = []
    for number in range(1, 20):
        root = tmp_path / str(number)
        ends.append(keep_under(failing(error, calls, str(number)), root))
        files = [path for path in root.rglob("*") if path.is_file()]
        assert all(path.name == name and path.stat().st_size == 300_000 for path in files), files
        if ends[-1] == 42:
            assert len(files) == 1
            break
    assert ends[-1] == 42
    assert ends[:-1].count(40) == len(ends) - 1 > 0


def keep_under(command: list[str], root: Path) -> int:
    """Keep a photo in a process of its own; 40: the disk failed, 42: it is kept."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*command, sys.executable, "-c", KEEP, root], cwd=ROOT, env=environment, check=False
    ).returncode
