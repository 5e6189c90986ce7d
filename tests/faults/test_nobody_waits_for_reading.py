"""One person's long message costs the others nothing: it is read before its turn, and its chat's order stays."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.wiring import Instance, build
from deeds.clock import SystemClock
from deeds.said import Inbound, Said
from handlers.front_door import hear
from handlers.reading import telling
from handlers.reading.ahead import read_ahead
from storage import chat_lines
from tests.faults.loop_watch import slowness, watched
from tests.floods import FLOODS

LONGEST_CHARS = 20_000
HELD_AT_MOST_MS = 20.0
TRIES = 3  # a processor shared with other work is slower for a moment


def _said(chat: str, number: int, text: str) -> Inbound:
    message = f"{chat}-{number}"
    return Inbound(f"webchat:{message}", "webchat", chat, chat, Said(text=text, message=message), b"{}")


def _with_instance(folder: Path, visit: Callable[[Instance], Awaitable[None]]) -> None:
    async def run() -> None:
        instance = build(Settings(DATA_DIR=folder, _env_file=None), SystemClock())  # type: ignore[call-arg]
        await instance.start()
        try:
            await visit(instance)
        finally:
            await instance.stop()

    asyncio.run(run())


def test_no_text_holds_the_lane_or_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand characters of anything: in the lane and on the loop stays what takes less than 20 ms of work."""
    took_ms = [0.0]

    def timed(*given: object) -> None:
        began = time.thread_time()
        hear(*given)  # type: ignore[arg-type]
        took_ms[0] = (time.thread_time() - began) * 1_000

    monkeypatch.setattr("bot.intake.hear", timed)

    async def visit(instance: Instance) -> None:
        await instance.accept(_said("first", 1, FLOODS["a story"](500)))  # what is loaded once is nobody's fault
        for number, (name, flood) in enumerate(FLOODS.items()):
            seen: list[str] = []
            at_most_ms = HELD_AT_MOST_MS
            for again in range(TRIES):  # each with other words: what was read once is remembered
                with watched() as held:
                    await instance.accept(_said(f"c{number}-{again}", 1, flood(LONGEST_CHARS - again)))
                at_most_ms = HELD_AT_MOST_MS * slowness()
                if max(took_ms[0], held.longest_ms) <= at_most_ms:
                    break
                seen.append(f"{took_ms[0]:.0f} ms in the lane, {held.longest_ms:.0f} on the loop by {held.by}")
            assert len(seen) < TRIES, f"{name}: {seen}, at most {at_most_ms:.0f}"

    _with_instance(tmp_path, visit)


def test_a_short_word_after_a_long_story_is_heard_after_it(tmp_path: Path) -> None:
    """The story is still being read when the next word comes; both are answered in the order they were said."""
    story = FLOODS["a story"](LONGEST_CHARS)

    async def visit(instance: Instance) -> None:
        chats = [f"c{number}" for number in range(5)]
        told = [
            instance.accept(_said(chat, number, text))
            for chat in chats
            for number, text in enumerate([story, "à quên", f"{story} lần hai", "thế thôi"])
        ]
        await asyncio.gather(*told)
        for chat in chats:
            lines = await instance.lanes.read(lambda tx, chat=chat: chat_lines.after(tx, chat, 0, 100))  # type: ignore[misc]
            mine = [line.body["text"] for line in lines if line.sender == "me"]
            assert mine == [story, "à quên", f"{story} lần hai", "thế thôi"]

    _with_instance(tmp_path, visit)


def test_others_are_answered_while_a_story_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long reading takes, it is not the lane that takes it."""
    slow = asyncio.Event()

    def reads_for_long(*given: object) -> None:
        time.sleep(1.0)
        read_ahead(*given)  # type: ignore[arg-type]
        slow.set()

    monkeypatch.setattr("bot.intake.read_ahead", reads_for_long)

    async def visit(instance: Instance) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(instance.accept(_said("long", 1, FLOODS["a story"](LONGEST_CHARS))))
            await asyncio.sleep(0)
            await instance.accept(_said("short", 1, "chào xã"))
            assert not slow.is_set()
        assert slow.is_set()
        assert telling.read_telling.cache_info().hits > 0

    _with_instance(tmp_path, visit)


def test_readings_queue_for_nothing_but_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty long messages are being read, and take for ever: pages are shown and short words are answered meanwhile."""
    begun, go_on, readers = asyncio.Event(), threading.Event(), set[str]()

    def reads_for_ever(*given: object) -> None:
        readers.add(threading.current_thread().name)
        loop[0].call_soon_threadsafe(begun.set)
        assert go_on.wait(30)
        read_ahead(*given)  # type: ignore[arg-type]

    loop: list[asyncio.AbstractEventLoop] = []
    monkeypatch.setattr("bot.intake.read_ahead", reads_for_ever)

    async def visit(instance: Instance) -> None:
        loop.append(asyncio.get_running_loop())
        async with asyncio.TaskGroup() as tasks:
            for number in range(40):
                tasks.create_task(instance.accept(_said(f"long{number}", 1, FLOODS["a story"](2_000 + number))))
            try:
                async with asyncio.timeout(10):
                    await begun.wait()
                    await instance.lanes.read(lambda tx: chat_lines.newest_of_all(tx, 1))
                    await instance.accept(_said("short", 1, "chào xã"))
                    await asyncio.to_thread(lambda: None)  # where pictures are cleaned and files are read
            finally:
                go_on.set()
        assert {name.rpartition("_")[0] for name in readers} == {"reading"}

    _with_instance(tmp_path, visit)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("reading")]
