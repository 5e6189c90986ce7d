"""The database is locked or away for a while: who asks hears soon to come again, the log is short."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import make_url

from storage.database import sqlite_module
from tests.faults.server import Server

SOON_S = 4.0  # two seconds, on a machine that has other things to do
PAGES = ("/", "/chat", "/chat/messages?after=0", "/feed.atom", "/health")


class Line:
    """A line to a database server that can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._let_in, args=(self._door,), daemon=True).start()

    def _let_in(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    def cut(self) -> None:
        """Nobody comes through any more."""
        for each in (self._door, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def mend(self) -> None:
        """Let everybody through again."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        self._listen()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for each in (source, sink):
        with suppress(OSError):
            each.close()


def says(client: httpx2.Client, text: str, key: str) -> httpx2.Response:
    """Post a message as the page does."""
    return client.post("/chat/messages", files={"id": (None, key), "text": (None, text)})


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the database as a command does that takes its time."""
    holder = sqlite_module().connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


def test_while_the_database_is_locked_a_post_is_answered_soon(tmp_path: Path) -> None:
    """Ten people at once: 503 with Retry-After within seconds; then each message is taken."""
    server = Server(tmp_path)
    try:
        server.start()
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            client.get("/chat")
            keys = [str(uuid4()) for _ in range(10)]
            with locked(tmp_path / "data" / "viectot.sqlite3"):
                took: list[float] = []

                def post(key: str) -> None:
                    began = time.monotonic()
                    answer = says(client, "alo", key)
                    took.append(time.monotonic() - began)
                    assert (answer.status_code, "retry-after" in answer.headers) == (503, True), answer.text

                threads = [threading.Thread(target=post, args=(key,)) for key in keys]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(60)
                assert len(took) == 10
                assert max(took) < SOON_S
                assert client.get("/").status_code == 200
            assert {says(client, "alo", key).status_code for key in keys} == {202}
    finally:
        server.end()
        server.database.close()


@pytest.mark.postgres
def test_while_postgresql_is_away_everything_is_503_and_the_log_is_short(tmp_path: Path, postgres_url: str) -> None:
    """Three seconds without it: every page says so with Retry-After, nothing says 500, and afterwards all is well."""
    url = make_url(postgres_url)
    assert url.port is not None
    line = Line(url.port)
    server = Server(tmp_path, url.set(port=line.port).render_as_string(hide_password=False))
    try:
        server.start()
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            client.get("/chat")
            key, before = str(uuid4()), len(server.log.read_text().splitlines())
            line.cut()
            until = time.monotonic() + 3
            answers = []
            while time.monotonic() < until:
                answers += [says(client, "alo", key), *(client.get(page) for page in PAGES)]
            line.mend()
            assert {answer.status_code for answer in answers} == {503}
            assert all("retry-after" in answer.headers for answer in answers)
            until = time.monotonic() + 30
            while says(client, "alo", key).status_code != 202:
                assert time.monotonic() < until
                time.sleep(0.2)
            server.waits_until_sent(30)
        lines = server.log.read_text().splitlines()[before:]
        assert len(lines) < 40, "\n".join(lines[:60])
        assert "Traceback" not in "\n".join(lines)
    finally:
        server.end()
        server.database.close()
        line.cut()
