"""Pages of the database are spoilt on the disk: it is noticed, nothing more is acknowledged, the admins hear of it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from deeds.clock import SystemClock
from deeds.kinds import Role
from storage import invitations, people
from storage.database import sqlite_module
from tests.faults.server import Server
from tests.faults.test_database_away import says

SEEN_WITHIN_S = 20.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with one admin, who has a web chat, not started yet."""
    made = Server(tmp_path)
    with made.database.write() as tx:
        now = SystemClock().now()
        quan = people.hire(tx, "Quản", [Role.ADMIN], now)
        code = invitations.invite(tx, quan.id, now)
        people.identify(tx, "webchat", "a chat", "", now)
        invitations.redeem(tx, code, "webchat", "a chat", now)
    yield made
    made.end()
    made.database.close()


def spoil(file: Path, table: str) -> None:
    """Overwrite the pages of a table, as a failing disk does."""
    with sqlite_module().connect(file) as look:
        look.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = look.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = look.execute("PRAGMA page_size").fetchone()
    look.close()
    with file.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(os.urandom(size))


def is_noticed(client: httpx2.Client) -> bool:
    """Tell whether the health page says so."""
    answer = client.get("/health")
    return answer.status_code == 503 and "the database is damaged" in answer.json()["faults"]


@pytest.mark.parametrize("while_running", [False, True])
def test_a_spoilt_table_is_noticed_and_nothing_is_acknowledged(server: Server, while_running: bool) -> None:
    """At the start, or by the first error that says so: 503 and no 202, one line in the log, a word to the admins."""
    file = server.folder / "data" / "viectot.sqlite3"
    if while_running:
        server.start()
    spoil(file, "inbox_event")
    if not while_running:
        server._child = server._opened(())
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        until = time.monotonic() + 3 * SEEN_WITHIN_S
        noticed = False
        while not noticed:
            assert time.monotonic() < until, server.log.read_text()[-3000:]
            try:
                if while_running:
                    client.get("/chat")
                    assert says(client, "alo", str(uuid4())).status_code == 503
                noticed = is_noticed(client)
            except httpx2.TransportError:
                time.sleep(0.2)
        client.get("/chat")
        assert says(client, "alo", str(uuid4())).status_code == 503
    log = server.log.read_text()
    assert log.count("the database is damaged: stop the server") == 1
    until = time.monotonic() + SEEN_WITHIN_S
    while not any("bị hỏng" in str(body) for (body,) in server.rows("chat_message", "body")):
        assert time.monotonic() < until, server.log.read_text()[-3000:]
        time.sleep(0.2)


def test_a_file_moved_away_under_the_server_takes_no_words_with_it(server: Server) -> None:
    """A copy put in place of the live file: what is told meanwhile is refused, not written where nobody looks."""
    file = server.folder / "data" / "viectot.sqlite3"
    server.start()
    with httpx2.Client(base_url=server.url, timeout=30) as client:
        client.get("/chat")
        assert says(client, "alo", str(uuid4())).status_code == 202
        file.rename(file.with_name("before.sqlite3"))
        for _ in range(2):
            assert says(client, "Bà Ngoan trả lại ví tiền cho người qua đường", str(uuid4())).status_code == 503
        health = client.get("/health")
        assert (health.status_code, health.json()["faults"][-1]) == (503, "another file stands in the database's place")
    assert server.log.read_text().count("was moved or replaced") == 1
