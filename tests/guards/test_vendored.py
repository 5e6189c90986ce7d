"""Files of others are byte for byte what was published, and none lies there unlisted."""

import hashlib
import re
from pathlib import Path

from tests.guards.checkout import ROOT, VENDORED

_ROW = re.compile(
    r"^\| (?P<file>\S+) \| [^|]+ \| (?P<version>\S+) \| \S+ \| (?P<sha256>[0-9a-f]{64}) \|$", re.MULTILINE
)


def faults_of_vendored(folder: Path) -> list[str]:
    """Return what differs between the list in VENDORED.md and the files beside it."""
    listed = {row["file"]: row["sha256"] for row in _ROW.finditer((folder / "VENDORED.md").read_text("utf-8"))}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del there["VENDORED.md"]
    found = [f"{name} is not listed" for name in sorted(there.keys() - listed.keys())]
    found += [f"{name} is missing" for name in sorted(listed.keys() - there.keys())]
    return found + [
        f"{name} was changed" for name in sorted(listed.keys() & there.keys()) if there[name] != listed[name]
    ]


def test_vendored_files_are_as_published() -> None:
    """Each hash fits, and NOTICE names each file."""
    assert faults_of_vendored(ROOT / VENDORED) == []
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / VENDORED).iterdir() if path.suffix != ".md" and path.name not in notice] == []


def test_the_guard_bites(tmp_path: Path) -> None:
    """A changed, a missing and an unlisted file are found."""
    rows = "".join(
        f"| {name} | pkg | 1.0 | MIT | {hashlib.sha256(b'x').hexdigest()} |\n" for name in ("a.js", "b.js", "c.js")
    )
    (tmp_path / "VENDORED.md").write_text(rows)
    for name, content in {"a.js": b"x", "b.js": b"y", "d.js": b"x"}.items():
        (tmp_path / name).write_bytes(content)
    assert faults_of_vendored(tmp_path) == ["d.js is not listed", "c.js is missing", "b.js was changed"]
