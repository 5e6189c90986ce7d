"""`viectot office show|set`: who issues, who signs, who receives."""

from typing import Annotated

import typer

from bot.commands.running import CLOCK, Json, reading, show, writing
from deeds.errors import NotFound
from storage.office import FIRST_DAY, OFFICE_SETTINGS, meaning, office, read_setting
from storage.settings import set_setting
from texts import say


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The office this instance belongs to.", no_args_is_help=True)
    group.command("show")(office_show)
    group.command("set")(office_set)
    app.add_typer(group, name="office")


def office_show(as_json: Json = False) -> None:
    """Show the settings of the office, and what a paper still needs."""
    with reading() as tx:
        set_up = office(tx)
    rows = [
        {"name": name, "label": say(f"office.label.{name}"), "value": set_up[name], "missing": name in set_up.missing}
        for name in OFFICE_SETTINGS
    ]
    show(rows, as_json, "")


def office_set(name: str, value: Annotated[str, typer.Argument(help="lines are separated by |")]) -> None:
    """Set one fact about the office."""
    from digests.months import change_first_day

    if name not in OFFICE_SETTINGS:
        raise NotFound("cli.office.unknown", f"no setting {name}", name=name, known=", ".join(OFFICE_SETTINGS))
    kept = read_setting(name, value)
    with writing() as tx:
        if name == FIRST_DAY:
            change_first_day(tx, kept, CLOCK.now())
        else:
            set_setting(tx, name, kept, CLOCK.now())
        missing = office(tx).missing
    means = meaning(name, kept)
    typer.echo(say("cli.office.set", name=name, value=f"{kept} = {means}" if means else kept))
    if missing:
        typer.echo(say("cli.office.missing", names=", ".join(missing)))
