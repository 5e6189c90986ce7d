"""Write `docs/generated/` from the tables the program itself runs on; with `--check`, only tell which pages are stale.

python scripts/write_docs.py            # write
python scripts/write_docs.py --check    # exit 1 when a page does not say what the code says
"""

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from pydantic_core import PydanticUndefined

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from bot.command_line import app  # noqa: E402
from bot.settings import Settings  # noqa: E402
from deeds.kinds import Act, Role, Status  # noqa: E402
from moderation.acts import ACTS  # noqa: E402
from moderation.cards import OFFERED  # noqa: E402
from moderation.moves import MOVES, UNDOABLE, WHO  # noqa: E402
from storage.office import OFFICE_SETTINGS  # noqa: E402
from texts import has, say  # noqa: E402

OUT = CHECKOUT / "docs" / "generated"
MARK = "<!-- Written by scripts/write_docs.py; change the code it names, then run the script. -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def page(title: str, *parts: str) -> str:
    """Return a page: title, the mark that it is generated, parts with a blank line between."""
    return "\n\n".join((f"# {title}", MARK, *parts)) + "\n"


def statuses() -> str:
    """Return the diagram of `moderation.moves.MOVES`, and the table it is drawn from."""
    reached = {Status.RECEIVED} | {becomes for moves in MOVES.values() for becomes in moves.values()}
    drawn = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    drawn += [
        f"    {status.value} : {status.value} ({say(f'status.desk.{status}')})" for status in MOVES if status in reached
    ]
    drawn.append(f"    [*] --> {Status.RECEIVED.value} : {Act.RECEIVE.value}")
    rows = []
    for status, moves in MOVES.items():
        arrows: dict[Status, list[str]] = {}
        for act, becomes in moves.items():
            if becomes is not status:
                arrows.setdefault(becomes, []).append(act.value)
        drawn += [f"    {status.value} --> {becomes.value} : {', '.join(acts)}" for becomes, acts in arrows.items()]
        if not moves and status in reached:
            drawn.append(f"    {status.value} --> [*]")
        told = [f"{act.value} -> {becomes.value}" for act, becomes in moves.items()]
        buttons = [say(f"mod.button.{act}") for act in OFFERED[status]]
        rows.append(
            [
                f"`{status.value}`",
                say(f"status.desk.{status}"),
                say(f"status.citizen.{status}"),
                ", ".join(told) or "nothing",
                ", ".join(buttons) or "none",
            ]
        )
    drawn.append("```")
    nowhere = ", ".join(f"`{status.value}`" for status in MOVES if status not in reached)
    unreached = f" No act leads to {nowhere} yet." if nowhere else ""
    undoable = ", ".join(f"`{act.value}`" for act in Act if act in UNDOABLE)
    return page(
        "What becomes of a deed",
        "From the modules of `moderation/acts/`, an act each, and `deeds/statuses.py`.",
        "\n".join(drawn),
        table(("status", "at the desk", "to its teller", "acts and what they make of it", "buttons of its card"), rows),
        f"An act that leaves the status as it is (more words or pictures of the same teller) is in the table only. "
        f"`undo` takes back the last of {undoable}, and leads to the status before it.{unreached}",
    )


def rights() -> str:
    """Return who may do what, from `moderation.acts`."""
    roles = [role for role in Role if any(role in allowed for allowed in WHO.values())]
    rows = [
        [
            f"`{act.value}`",
            say(f"act.{act}"),
            *("yes" if role in allowed else "" for role in roles),
            ", ".join(sorted(ACTS[act].offered)),
            ACTS[act].wants.form,
            "yes" if ACTS[act].undo else "",
        ]
        for act, allowed in WHO.items()
    ]
    more = ("offered", "asks beside it", "can be undone")
    others = ", ".join(f"`{role.value}` ({say(f'role.{role}')})" for role in Role if role not in roles)
    return page(
        "Who may decide what",
        "From `moderation/acts/`. A right is looked up at the moment of the act, whatever a button says.",
        table(("act", "people read", *(f"{role.value} ({say(f'role.{role}')})" for role in roles), *more), rows),
        "- Nobody decides a deed they told of.\n"
        f"- Where nobody holds `{Role.PUBLISHER.value}`, a moderator publishes too.\n"
        "- A teller takes back their own report in the chat, without any role.\n"
        f"- Roles that decide nothing here: {others}.",
    )


def settings() -> str:
    """Return the table of environment variables, from `bot.settings.Settings`."""
    prefix = str(Settings.model_config.get("env_prefix", ""))
    rows = []
    for name, field in Settings.model_fields.items():
        unset = field.default is PydanticUndefined or field.default is None or field.default == ""
        default = "" if unset else f"`{getattr(field.default, 'value', field.default)}`"
        rows.append([f"`{prefix}{name}`", default, field.description or ""])
    return page(
        "Settings of an instance",
        "From `bot/settings.py`; read from the environment, or from a file `.env` in the folder the program is "
        "started in. None is needed to start. What an office decides (names, signer, telephone numbers) is not here "
        "but in [office-settings.md](office-settings.md).",
        table(("setting", "default", "meaning"), rows),
    )


def commands_of(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every command a person can type, with its full name."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, inner in below.items():
        if not inner.hidden:
            yield from commands_of(inner, f"{path} {name}")


def _usage(command: Any) -> str:
    told = []
    for part in command.params:
        if part.param_type_name == "argument":
            name = (part.name or "").upper().replace("_", "-")
            told.append(name if part.required else f"[{name}]")
            continue
        option = part.opts[0] if part.is_flag else f"{part.opts[0]} {(part.name or '').upper().replace('_', '-')}"
        told.append(option if part.required else f"[{option}]")
    return " ".join(told)


def commands() -> str:
    """Return the table of commands, from the typer application."""
    rows = [
        [f"`{' '.join((name, _usage(command))).strip()}`", (command.help or "").strip().splitlines()[0]]
        for name, command in commands_of(typer.main.get_command(app), "viectot")
    ]
    return page(
        "The command line",
        "From `bot/commands/`. `viectot` is `.venv/bin/viectot`; it reads the same settings as the server and may run "
        "beside it. `viectot COMMAND --help` tells the rest.",
        table(("command", "what it does"), rows),
    )


def office_settings() -> str:
    """Return what an office sets, from `storage.office.OFFICE_SETTINGS`."""
    rows = []
    for name, kind in OFFICE_SETTINGS.items():
        default = say(f"office.default.{name}") if has(f"office.default.{name}") else ""
        rows.append([f"`{name}`", say(f"office.label.{name}"), "yes" if kind.needed else "", default])
    return page(
        "What an office sets",
        "From `storage/office.py` (`OFFICE_SETTINGS`). Set at the desk (`/desk/office`) or by "
        "`viectot office set NAME VALUE`; several lines are separated by `|`. What a paper needs and is not set leaves "
        "a gap in it, and the desk says so.",
        table(("name", "label at the desk", "a paper needs it", "until it is set"), rows),
    )


def chat_commands() -> str:
    """Return what people may say at any moment, from `handlers/commands.toml`."""
    known = tomllib.loads((CHECKOUT / "handlers" / "commands.toml").read_text(encoding="utf-8"))
    rows = [[f"`{name}`", ", ".join(phrases)] for name, phrases in known.items()]
    return page(
        "What people may say at any moment",
        "From `handlers/commands.toml`; read in any capitals, without marks or with exactly these, only when it is the "
        "whole message. Besides "
        "these: `số 47` (how that report stands), `rút 47` (take it back), a receipt code (the same as its number), an "
        "invitation code.",
        table(("command", "phrases"), rows),
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "statuses.md": statuses,
    "rights.md": rights,
    "settings.md": settings,
    "commands.md": commands,
    "office-settings.md": office_settings,
    "chat-commands.md": chat_commands,
}


def stale(folder: Path, pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Return the pages of a folder that do not say what the code says, and files no page is written to."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")} if folder.is_dir() else {}
    wrong = {name for name, write in pages.items() if there.get(name) != write()}
    return sorted(wrong | (there.keys() - pages.keys()))


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or check them. Returns the exit code."""
    if list(arguments) == ["--check"]:
        found = stale(OUT)
        for name in found:
            print(f"docs/generated/{name} is stale: run scripts/write_docs.py", file=sys.stderr)
        return 1 if found else 0
    OUT.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (OUT / name).write_text(write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
