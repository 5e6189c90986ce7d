"""What the documentation says of the code is generated and current, and every link in it leads somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.commands import command
from scripts.write_docs import MARK, OUT, PAGES, stale, table
from tests.guards.checkout import ROOT, files
from tests.guards.test_words import _NEW_STYLE
from texts import catalogue

_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)|src=\"(?P<source>[^\"]+)\"")
_FENCE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
GUIDES = ("nguoi-dan", "nguoi-kiem-duyet", "van-phong", "van-hanh")


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as a repository's pages make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """Return the links that lead to no file or heading of this checkout; addresses on the web are not tried."""
    found = []
    for link in _LINK.finditer(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        target = link["target"] or link["source"]
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        there = (page.parent / path) if path else page
        if not there.exists() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
            found.append(target)
    return found


def _pages() -> list[Path]:
    return [ROOT / name for name in files() if name.endswith(".md") and not name.startswith("tests/")]


def test_generated_pages_are_current() -> None:
    """As `make check` asks it: the script itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "write_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_stale_a_missing_and_a_forgotten_page_are_found(tmp_path: Path) -> None:
    """One word changed by hand is enough."""
    for name in PAGES:
        (tmp_path / name).write_text((OUT / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / "rights.md").write_text((OUT / "rights.md").read_text(encoding="utf-8").replace("yes", "no", 1))
    (tmp_path / "settings.md").unlink()
    (tmp_path / "old.md").write_text(MARK)
    assert stale(tmp_path) == ["old.md", "rights.md", "settings.md"]


def test_a_bar_in_a_cell_does_not_split_it() -> None:
    """A table stays as wide as its head."""
    assert table(("a",), (("x|y",),)).splitlines()[-1] == r"| x\|y |"


def test_every_link_leads_somewhere() -> None:
    """In every page of the checkout, to files and to headings."""
    assert {page.name: broken for page in _pages() if (broken := broken_links(page))} == {}


def test_the_link_guard_bites(tmp_path: Path) -> None:
    """A missing file and a missing heading are found; code, the web and what is there are let through."""
    (tmp_path / "b.md").write_text("# Where do I change...\n")
    page = tmp_path / "a.md"
    page.write_text(
        "[x](b.md) [y](b.md#where-do-i-change) [z](https://example.vn/) `[code](no.md)`\n"
        '[gone](c.md) ![gone](p.png) [no heading](b.md#other) <img src="q.png">\n'
    )
    assert broken_links(page) == ["c.md", "p.png", "b.md#other", "q.png"]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_there_and_spelled_in_the_old_way(name: str) -> None:
    """A page for each of those who are not engineers, linked from the README, its tones as in `texts/`."""
    guide = (ROOT / "docs" / "huong-dan" / f"{name}.md").read_text(encoding="utf-8")
    assert f"docs/huong-dan/{name}.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert [found.group() for found in _NEW_STYLE.finditer(guide)] == []


def words_not_on_a_screen(guide: str) -> list[str]:
    """Return what a guide prints bold, so calls a word on the screen or to type, and nobody will find there."""
    bold = (" ".join(found.split()) for found in re.findall(r"\*\*([^*]+)\*\*", guide))
    sentences = set(catalogue().values()) | {sentence.split(":")[0] for sentence in catalogue().values()}
    return [words for words in bold if words not in sentences and command(words) is None]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_calls_buttons_by_their_names(name: str) -> None:
    """Whoever changes a button in `texts/` is told of the guide that names it."""
    assert words_not_on_a_screen((ROOT / "docs" / "huong-dan" / f"{name}.md").read_text(encoding="utf-8")) == []


def test_the_button_guard_bites() -> None:
    """A button of another name is found; names, commands and plain emphasis are let through."""
    assert words_not_on_a_screen("**Duyệt**, **hoàn tác**, **Chấp\nthuận**, *ngay*") == ["Chấp thuận"]
