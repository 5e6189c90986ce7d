"""Every setting and every command is told of in README or docs/; generated pages are checked by their own script."""

import importlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import typer
from pydantic_settings import BaseSettings

from tests.guards.checkout import ROOT, documentation


def untold(things: Iterable[str], pages: str) -> list[str]:
    """Return the things the pages do not mention as whole words."""
    return [thing for thing in things if not re.search(rf"(?<![\w-]){re.escape(thing)}(?![\w-])", pages)]


def commands(command: Any, path: str) -> Iterator[str]:
    """Yield every command a person can type, `viectot deeds list` among them; hidden ones are nobody's business."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path
        return
    for name, inner in below.items():
        if not inner.hidden:
            yield from commands(inner, f"{path} {name}")


def setting_names(settings: type[BaseSettings]) -> list[str]:
    """Return the environment variables of a settings class."""
    prefix = settings.model_config.get("env_prefix", "")
    return sorted(f"{prefix}{name}".upper() for name in settings.model_fields)


def _module(name: str) -> object:
    if not (ROOT / f"{name.replace('.', '/')}.py").exists():
        pytest.skip(f"{name} is not written yet")
    return importlib.import_module(name)


@pytest.fixture
def pages() -> str:
    """README and docs/."""
    if not (ROOT / "README.md").exists():
        pytest.skip("README.md is not written yet")
    return documentation()


def test_every_setting_is_told_of(pages: str) -> None:
    """Nobody has to read the code to find a setting."""
    found = [
        thing
        for thing in vars(_module("bot.settings")).values()
        if isinstance(thing, type) and issubclass(thing, BaseSettings) and thing is not BaseSettings
    ]
    assert found, "bot.settings has no settings class"
    assert untold([name for settings in found for name in setting_names(settings)], pages) == []


def test_every_command_is_told_of(pages: str) -> None:
    """Nor to find a command."""
    apps = [thing for thing in vars(_module("bot.command_line")).values() if isinstance(thing, typer.Typer)]
    assert apps, "bot.command_line has no typer application"
    whole = max((typer.main.get_command(app) for app in apps), key=lambda command: len(list(commands(command, ""))))
    assert untold(commands(whole, "viectot"), pages) == []


def test_the_guard_bites() -> None:
    """A setting without a line and a command without a line are found, whatever stands around the others."""

    class Sample(BaseSettings):
        model_config = {"env_prefix": "VIECTOT_"}
        port: int = 1
        host: str = ""

    app = typer.Typer()
    inner = typer.Typer()
    app.add_typer(inner, name="deeds")
    app.command("run")(lambda: None)
    inner.command("list")(lambda: None)
    inner.command("secret", hidden=True)(lambda: None)
    told = "| `VIECTOT_PORT` | 8080 |\n`viectot run` starts it"
    assert untold(setting_names(Sample), told) == ["VIECTOT_HOST"]
    assert untold(commands(typer.main.get_command(app), "viectot"), told) == ["viectot deeds list"]
    assert untold(["VIECTOT_PORT"], "`VIECTOT_PORTAL`") == ["VIECTOT_PORT"]
