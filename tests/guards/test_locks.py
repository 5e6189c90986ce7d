"""The locks pin every package with hashes, name no index, agree with each other and keep the floors of known faults."""

import re
from collections.abc import Mapping

import pysqlite3
import pytest

from tests.guards.checkout import ROOT

# Below these, a fault that strangers can use from outside, or that loses data, is known.
FLOORS = {
    "aiohttp": (3, 14, 3),
    "starlette": (1, 3, 1),
    "python-multipart": (0, 0, 32),
    "pillow": (12, 3),
}
SQLITE_FLOOR = (3, 51, 3)  # before it two connections that write or checkpoint together can corrupt a WAL database

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*])?==(?P<version>[^\s;\\]+)")


def faults_of_lock(text: str) -> list[str]:
    """Return the lines that pin nothing, have no hash, or say where to download."""
    found = []
    logical = re.sub(r"\\\n\s*", " ", text)
    for line in logical.splitlines():
        entry = line.split(" #")[0].strip()
        if entry and not entry.startswith("#"):
            if not _PIN.match(entry):
                found.append(f"not a pin: {entry}")
            elif not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry):
                found.append(f"no hash: {entry}")
    return found


def pins(text: str) -> dict[str, str]:
    """Return the pinned versions by name."""
    return {m["name"].lower(): m["version"] for line in text.splitlines() if (m := _PIN.match(line))}


def below_floor(pinned: Mapping[str, str]) -> list[str]:
    """Return the packages older than their floor, or missing."""
    found = []
    for name, floor in FLOORS.items():
        version = tuple(int(part) for part in re.findall(r"\d+", pinned.get(name, "0")))
        if version < floor:
            found.append(f"{name} {pinned.get(name)}")
    return found


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_is_pinned_hashed_and_above_the_floors(name: str) -> None:
    """Both locks, line by line."""
    assert faults_of_lock(_lock(name)) == []
    assert below_floor(pins(_lock(name))) == []


def test_the_run_lock_is_inside_the_development_lock() -> None:
    """One environment serves both, whichever came first (the Makefile counts on it)."""
    assert pins(_lock("run")).items() <= pins(_lock("dev")).items()


def test_the_build_backend_is_in_the_run_lock() -> None:
    """The project installs itself without looking for anything more."""
    assert {"hatchling", "editables"} <= pins(_lock("run")).keys()


def test_sqlite_is_above_its_floor() -> None:
    """The SQLite that comes with pysqlite3 is the one we run on."""
    assert pysqlite3.sqlite_version_info >= SQLITE_FLOOR


def test_the_guard_bites() -> None:
    """A range, a pin without a hash, an index line and an old version are found."""
    good = f"aiohttp==3.14.5 \\\n    --hash=sha256:{'0' * 64}\n    # via aiogram\n"
    bad = "starlette>=1.10\npillow==12.2.1\n--index-url https://example.vn/simple\n-e ./x\n"
    assert faults_of_lock(good) == []
    assert len(faults_of_lock(good + bad)) == 4
    assert below_floor({"aiohttp": "3.14.10", "starlette": "1.3.0", "python-multipart": "0.0.32"}) == [
        "starlette 1.3.0",
        "pillow None",
    ]
