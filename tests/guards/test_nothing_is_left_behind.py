"""Everything the product reads from its own folders is in git: an ignore rule must not swallow a data file."""

import subprocess
from pathlib import Path

import pytest

from tests.guards.checkout import PRODUCT, ROOT


def left_behind(checkout: Path) -> list[str]:
    """Return the files of the product's folders and tests that git ignores, compiled Python excepted."""
    folders = [folder for folder in (*PRODUCT, "tests") if (checkout / folder).is_dir()]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", *folders],
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
    )
    names = (name for name in listed.stdout.split("\0") if name)
    return sorted(name for name in names if "__pycache__/" not in name and not name.endswith(".pyc"))


def test_no_file_of_the_product_is_ignored() -> None:
    """What works here works in a clone."""
    assert left_behind(ROOT) == []


@pytest.mark.parametrize(("rule", "lost"), [("data/", ["deeds/data/places.csv"]), ("/data/", [])])
def test_the_guard_bites(tmp_path: Path, rule: str, lost: list[str]) -> None:
    """A rule meant for the data folder at the root also swallows every folder of that name, unless it is anchored."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(f"{rule}\n*.pyc\n")
    (tmp_path / "deeds" / "data").mkdir(parents=True)
    (tmp_path / "deeds" / "data" / "places.csv").touch()
    (tmp_path / "deeds" / "areas.pyc").touch()
    assert left_behind(tmp_path) == lost
