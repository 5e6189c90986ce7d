"""Imports point down only, and only the process that serves Telegram pays for aiogram."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.checkout import PRODUCT, ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--config", "pyproject.toml", "--no-cache", "--no-logo"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def _town(folder: Path, files: dict[str, str]) -> Path:
    """Write a checkout with the project's contracts and these modules."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PRODUCT:
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    for name, source in files.items():
        path = folder / name
        for parent in [*path.relative_to(folder).parents][:-1]:
            (folder / parent).mkdir(exist_ok=True)
            (folder / parent / "__init__.py").touch()
        path.write_text(source)
    return folder


def test_imports_of_this_checkout_point_down() -> None:
    """Every contract of pyproject.toml holds."""
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("deeds/a.py", "import storage"),
        ("handlers/a.py", "import messengers"),
        ("moderation/a.py", "import digests"),
        ("handlers/a.py", "import aiogram"),
        ("bot/a.py", "import aiogram"),
        ("messengers/telegram.py", "import apscheduler"),
        ("messengers/webchat/wire.py", "import starlette"),
        ("moderation/a.py", "import sqlalchemy"),
        ("web/desk/a.py", "import sqlalchemy.orm"),
        ("storage/a.py", "import PIL"),
        ("web/desk/a.py", "import fastapi"),
        ("bot/a.py", "import telegram"),
        ("moderation/a.py", "import asyncio"),
    ],
)
def test_the_contracts_bite(tmp_path: Path, name: str, source: str) -> None:
    """One wrong import anywhere breaks the build."""
    done = _lint(_town(tmp_path, {name: source}))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broken" in done.stdout


def test_the_contracts_let_through_what_is_right(tmp_path: Path) -> None:
    """Each library is welcome in its own folder, and each layer may use those below."""
    town = {
        "messengers/telegram/client.py": "import aiogram.types\nimport handlers",
        "messengers/webchat/routes.py": "import starlette.routing",
        "bot/wiring.py": "import apscheduler, sqlalchemy, starlette, web, messengers",
        "web/api/deeds.py": "import fastapi, starlette",
        "storage/photos/clean.py": "import PIL.Image",
        "storage/models.py": "import sqlalchemy.orm, deeds, texts",
    }
    done = _lint(_town(tmp_path, town))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("library", ["aiogram", "apscheduler", "playwright"])
def test_the_command_line_starts_without(library: str) -> None:
    """`viectot deeds list` does not wait two seconds for a library it does not use."""
    if not (ROOT / "bot/command_line.py").exists():
        pytest.skip("bot.command_line is not written yet")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, bot.command_line; print({library!r} in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "False"
