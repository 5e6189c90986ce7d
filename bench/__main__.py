"""Run every comparison and print the table: `make bench`, or within a minute with QUICK=1."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import commits, ours, pages, peers, reads
from bench.rows import Row, compared, in_turn, show
from bench.served import Load, loaded
from bench.stored import with_deeds
from bench.storm import ROUND_TRIP_S, storm
from messengers.telegram.abilities import ABILITIES as TELEGRAM
from tests.postgres import fresh_database, server

QUICK = os.environ.get("QUICK") == "1"
ROUNDS = 1 if QUICK else 5
CHATS = 100


def main() -> None:
    """Run, print, keep."""
    rows: list[Row] = []
    parts = (
        in_process, behind_webhooks, storms, durable_commits, against_a_pickle, many_deeds, many_pages, reading, starts,
    )  # fmt: skip
    for part in parts:
        began = time.perf_counter()
        rows += part()
        print(f"{part.__name__}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    show(rows)


def in_process() -> list[Row]:
    """The whole path of a message, durable, next to a bare dispatcher that keeps nothing."""
    count = 600 if QUICK else 3_000
    peers.freeze()
    mine, alone, bare = in_turn(
        ROUNDS,
        lambda: ours.in_process(count, CHATS),
        lambda: ours.in_process(count // 10, 1),
        lambda: peers.aiogram_in_process(count, CHATS),
    )
    name = "aiogram feed_raw_update, nothing stored"
    return [
        compared("in process, 100 chats", mine, bare, name, "events/s", 0.5),
        compared("in process, one chat", alone, bare, name, "events/s", 0.35),
    ]


def behind_webhooks() -> list[Row]:
    """The same behind a webhook, with a Bot API to answer to: 200 is said when it is stored, or never."""
    count = 300 if QUICK else 3_000
    seen: dict[str, list[Load]] = {"ours": [], "aiogram": [], "ptb": []}
    for _ in range(1 if QUICK else 3):
        for kind, loads in seen.items():
            loads.append(loaded(kind, count, CHATS))
    best = {kind: sorted(loads, key=lambda load: load.per_second)[len(loads) // 2] for kind, loads in seen.items()}
    mine, ptb, aiogram = (best[kind] for kind in ("ours", "ptb", "aiogram"))
    return [
        compared("webhook, 100 chats", mine.per_second, ptb.per_second, "PTB on uvicorn", "events/s", 1.5),
        compared("webhook, 100 chats", mine.per_second, aiogram.per_second, "aiogram on uvicorn", "events/s", 0.45),
        compared("webhook, p99 to p50", mine.p99_ms, mine.p50_ms, "our own p50", "ms", 2.0, higher_is_better=False),
    ]


def storms() -> list[Row]:
    """People who all write at once, and a messenger that answers after 100 ms: when the replies are there."""
    per_second = TELEGRAM.max_per_second
    rows = []
    for people in (100, 300 if QUICK else 1_000):
        seen = storm("limited", people)
        allowed_s = people / per_second + ROUND_TRIP_S
        name = f"storm, {people:,} people, {per_second} a second"
        rows.append(compared(f"{name}: last", seen.last_s, allowed_s, "its limit", "s", 1.15, higher_is_better=False))
        if people == CHATS:
            rows.append(compared(f"{name}: middle", seen.middle_s, 1.0, "a second", "s", 1.8, higher_is_better=False))
        else:
            rows.append(compared(f"{name}: 200", seen.ok_p50_ms, 1.0, "a ms", "ms", 50, higher_is_better=False))
    free, bare = storm("ours", CHATS), storm("aiogram", CHATS)
    name = f"storm, {CHATS} people, no limit: p95"
    rows.append(compared(name, free.p95_s, 1.0, "a second", "s", 0.6, higher_is_better=False))
    rows.append(compared(name, free.p95_s, bare.p95_s, "aiogram, nothing stored", "s", 3.0, higher_is_better=False))
    return rows


def durable_commits() -> list[Row]:
    """One read and three writes an event, committed to disk."""
    count = 1_000 if QUICK else 6_000
    together, alone, raw, raw_one = in_turn(
        ROUNDS,
        lambda: commits.through_lanes(count, CHATS),
        lambda: commits.through_lanes(count // 10, 1),
        lambda: commits.raw_group(count, CHATS),
        lambda: commits.raw_alone(count // 10),
    )
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as port, fresh_database(port) as url:
        on_postgres, asyncpg = in_turn(
            ROUNDS,
            lambda: commits.through_lanes(count // 4, CHATS, url),
            lambda: commits.raw_asyncpg(count // 4, 8, url),
        )
    return [
        compared("commits, PostgreSQL, 8 lanes", on_postgres, asyncpg, "asyncpg, one statement", "events/s", 0.25),
        compared("commits, 100 waiting", together, raw, "driver alone, shared commits", "events/s", 0.1),
        compared("commits, one at a time", alone, raw_one, "driver alone, a commit each", "events/s", 0.5),
    ]


def against_a_pickle() -> list[Row]:
    """Durability as PTB offers it: the whole pickle written after each update, 20,000 people in it."""
    mine, pickled = in_turn(
        1 if QUICK else 3,
        lambda: ours.in_process(300 if QUICK else 3_000, CHATS),
        lambda: peers.pickled_bot(20_000, 3 if QUICK else 20),
    )
    return [compared("durable, 20,000 people", mine, pickled, "PTB, pickle flushed", "events/s", 50)]


def many_deeds() -> list[Row]:
    """What a message costs in a small and in a very full database."""
    few, many = 1_000, 20_000 if QUICK else 1_000_000
    with with_deeds(few) as small, with_deeds(many) as big:
        small_us, big_us = in_turn(ROUNDS, lambda: _cost_us(small), lambda: _cost_us(big))
    name = f"cost at {many:,} deeds"
    return [compared(name, big_us, small_us, f"at {few:,} deeds", "us/event", 1.3, higher_is_better=False)]


def many_pages() -> list[Row]:
    """Pages as the number of deeds grows: what a person waits for, and whether it grows with it."""
    few, many = 2_000, 10_000 if QUICK else 100_000
    rounds = 5 if QUICK else 15
    small, big = pages.medians_ms(few, rounds), pages.medians_ms(many, rounds)
    grown = [
        compared(f"{name}, {many:,} deeds", big[name], small[name], f"{few:,} deeds", "ms", 1.5, higher_is_better=False)
        for name in pages.ASKED
    ]
    waited = [
        compared(
            f"{name}, {many:,} deeds", big[name], goal, "what a person may wait", "ms", 1.0, higher_is_better=False
        )
        for name, goal in pages.GOALS_MS.items()
    ]
    return [*grown, *waited]


def _cost_us(url: str) -> float:
    return 1e6 / ours.in_process(300 if QUICK else 1_000, CHATS, url)


def reading() -> list[Row]:
    """What one message may take of everybody's processor."""
    name = "the wait allowed"
    ordinary = compared(
        "an ordinary message read, p95", reads.ordinary_p95_ms(), reads.ORDINARY_MS, name, "ms", 1.0,
        higher_is_better=False,
    )  # fmt: skip
    return [
        ordinary,
        *(
            compared(
                f"worst {length:,} letters read", reads.worst_ms(length), most, name, "ms", 1.0, higher_is_better=False
            )
            for length, most in reads.LONG_MS.items()
        ),
    ]


def starts() -> list[Row]:
    """How long a command and the server take to begin."""
    executable = str(Path(sys.executable).parent / "viectot")
    with tempfile.TemporaryDirectory() as folder:
        there = {**os.environ, "VIECTOT_DATA_DIR": folder}
        subprocess.run([executable, "deeds", "list"], env=there, check=True, stdout=subprocess.DEVNULL)
        command, library = in_turn(
            ROUNDS,
            _timed([executable, "deeds", "list"], there),
            _timed([sys.executable, "-c", "import aiogram"], there),
        )
        server, _ = in_turn(
            ROUNDS,
            _timed([sys.executable, "-c", "import messengers.telegram.messenger, bot.app"], there),
            _timed([sys.executable, "-c", "pass"], there),
        )
    return [
        compared("start of a command", command, library, "importing aiogram", "ms", 0.22, higher_is_better=False),
        compared("imports of the server", server, library, "importing aiogram", "ms", 1.25, higher_is_better=False),
    ]


def _timed(command: list[str], environment: dict[str, str]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - began) * 1_000

    return run


if __name__ == "__main__":
    main()
