"""Many people write in one instant to a bot whose messenger takes a while to answer: when has each their reply?

The updates come as Telegram brings them, over at most so many connections; a reply is there when the Bot API has shown
it, which answers after a round trip.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass

from bench.served import PATH, Api, free_port, process, until_up
from bench.talk import HELLO, SECRET, update

ROUND_TRIP_S = 0.1
CONNECTIONS = 40  # setWebhook, max_connections: what Telegram takes unless told otherwise
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Storm:
    """Seconds until the replies were there, counted from the first word, and milliseconds until each 200."""

    middle_s: float
    p95_s: float
    last_s: float
    ok_p50_ms: float


def storm(kind: str, people: int) -> Storm:
    """Return what `people` see who all write to a bot of this kind at once."""
    return asyncio.run(_storm(kind, people))


async def _storm(kind: str, people: int) -> Storm:
    import aiohttp

    api = Api(ROUND_TRIP_S)
    await api.start()
    port = free_port()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    oks: list[float] = []
    room = asyncio.Semaphore(CONNECTIONS)
    with process(kind, port, api.url):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
            await until_up(session, port)
            await asyncio.sleep(2)  # what a start does behind the first answer has ended
            api.shown_at.clear()

            async def write(person: int) -> None:
                async with room:
                    began = time.perf_counter()
                    body = update(person, person, HELLO)
                    async with session.post(f"http://127.0.0.1:{port}{PATH}", data=body, headers=headers) as answer:
                        await answer.read()
                        assert answer.status == 200, answer.status
                    oks.append(time.perf_counter() - began)

            began = time.perf_counter()
            await asyncio.gather(*(write(person) for person in range(1, people + 1)))
            while len(api.shown_at) < people:
                assert time.perf_counter() < began + PATIENCE_S, f"{len(api.shown_at)} of {people} replies"
                await asyncio.sleep(0.02)
    await api.stop()
    waits = sorted(at - began for at in api.shown_at)[:people]
    return Storm(statistics.median(waits), waits[int(people * 0.95) - 1], waits[-1], statistics.median(oks) * 1_000)
