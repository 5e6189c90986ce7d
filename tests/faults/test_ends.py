"""An operator ends the server while people write: it ends by itself, soon, and leaves nothing half done."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.server import Browser, Server

PEOPLE = 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server on the web chat, not started yet."""
    made = Server(tmp_path)
    yield made
    made.end()
    made.database.close()


@pytest.mark.slow
def test_an_orderly_end_loses_and_repeats_nothing(server: Server) -> None:
    """Asked to end in the middle of it, started again: no kill was needed, each message has one answer."""
    server.start()

    async def everybody() -> list[Browser]:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            browsers = [Browser(server, session) for _ in range(PEOPLE)]
            async with asyncio.timeout(100), asyncio.TaskGroup() as group:
                for browser in browsers:
                    group.create_task(browser.tells(["giúp"] * 6, pause_s=0.2))
                await asyncio.sleep(0.5)
                await asyncio.to_thread(server.end)
                assert server.kills == 0
                assert "sending" not in {state for (state,) in server.rows("outbox_message", "state")}
                await asyncio.to_thread(server.start)
        return browsers

    browsers = asyncio.run(everybody())
    server.waits_until_sent(30)
    lines = Counter(sender for (sender,) in server.rows("chat_message", "sender"))
    assert lines == {"me": 6 * PEOPLE, "bot": 6 * PEOPLE}
    assert sum(len(browser.acknowledged) for browser in browsers) == 6 * PEOPLE
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "never retrieved" not in log
