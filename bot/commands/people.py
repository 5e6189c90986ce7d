"""`viectot invite`, `login-link`, `people list`, `people email`, `moderator list`, `erase-person`, `units import`."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.running import CLOCK, Json, actor, reading, settings, show, writing
from deeds.errors import NotFound, NotPossible
from deeds.kinds import Role
from handlers.linking import others_were_shown
from messengers.mail.addresses import is_address
from moderation import erasing
from moderation.leaving import check_not_last_admin
from storage import invitations, org_units, people, web_sessions
from storage.people import Staff
from texts import say

LINK_LIVES = timedelta(hours=24)
LONGEST_NAME = 150  # of a unit: it stands on one poster of one page, and in one line of a list


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(invite)
    app.command("login-link")(login_link)
    app.command("erase-person")(erase_person)
    everybody = typer.Typer(help="People with a role.", no_args_is_help=True)
    everybody.command("list")(people_list)
    everybody.command("email")(people_email)
    app.add_typer(everybody, name="people")
    moderators = typer.Typer(help="Moderators.", no_args_is_help=True)
    moderators.command("list")(moderator_list)
    app.add_typer(moderators, name="moderator")
    units = typer.Typer(help="Units that introduce deeds.", no_args_is_help=True)
    units.command("import")(units_import)
    units.command("list")(units_list)
    app.add_typer(units, name="units")


def invite(
    name: str,
    role: Annotated[list[Role], typer.Option(help="what this person may do; may be given more than once")],
    org_unit: Annotated[str | None, typer.Option(help="code of the unit the role is for")] = None,
) -> None:
    """Invite a person to a role, theirs once used: print a one-time code for the bot, and a link to the desk."""
    now = CLOCK.now()
    with writing() as tx:
        unit_id = None
        if org_unit is not None:
            unit_id = org_units.coded(tx, org_unit)
            if unit_id is None:
                raise NotFound("cli.no_unit", f"no unit {org_unit}", code=org_unit)
        known = people.hire(tx, name, (), now)
        code = invitations.invite(tx, known.id, now, roles=role, org_unit_id=unit_id)
        made = invitations.invited(tx, now, code=code)
        token = web_sessions.new_link(tx, known.id, now, LINK_LIVES, invitation_id=made.id if made else None)
    typer.echo(say("cli.invite", name=name, code=code, link=_link(token)))


def login_link(name: str) -> None:
    """Print a link that signs this person in at the desk, once, within 24 hours."""
    now = CLOCK.now()
    with writing() as tx:
        known = actor(tx, name)
        invitations.appoint_unmet(tx, known.id, now)  # who was invited and has met us nowhere comes in by this link
        token = web_sessions.new_link(tx, known.id, now, LINK_LIVES)
    typer.echo(_link(token))


def _link(token: str) -> str:
    return f"{settings().public_url}/desk/sign-in/{token}"


def people_list(as_json: Json = False) -> None:
    """List everybody with a role."""
    with reading() as tx:
        rows = [
            {"name": one.name, "roles": list(one.roles), "identities": _identities(one)} for one in people.staff(tx)
        ]
        show(rows, as_json, say("cli.nobody"))


def people_email(
    name: str,
    address: Annotated[str | None, typer.Argument(help="where letters go when no chat reaches this person")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="no letters any more")] = False,
) -> None:
    """Set or replace the e-mail address of a member of staff."""
    if remove == (address is not None):
        raise NotPossible("cli.mail.one_of_two")
    if address is not None and not is_address(address):
        raise NotPossible("cli.mail.wrong")
    with writing() as tx:
        known = actor(tx, name)
        if address is not None:
            invitations.appoint_unmet(tx, known.id, CLOCK.now())
            known = actor(tx, name)
        if address is not None and not known.roles:
            raise NotPossible("cli.mail.no_role", f"person {known.id} has no role", name=name)
        people.set_mail(tx, known.id, address, CLOCK.now())
    typer.echo(say("cli.mail.removed", name=name) if remove else say("cli.mail.set", name=name, address=address))


def moderator_list(as_json: Json = False) -> None:
    """List the moderators."""
    with reading() as tx:
        moderators = [one for one in people.staff(tx) if Role.MODERATOR in one.roles]
        rows = [{"name": one.name, "role": Role.MODERATOR, "identities": _identities(one)} for one in moderators]
        show(rows, as_json, say("cli.nobody"))


def _identities(one: Staff) -> list[dict[str, str]]:
    return [{"messenger": messenger, "address": address} for messenger, address in one.identities]


def erase_person(name: str, yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False) -> None:
    """Delete a member of staff: accounts, rights, messages. Decisions keep their day, without the name."""
    if not yes:
        typer.confirm(say("cli.erase.sure", name=name), abort=True)
    with writing() as tx:
        person = actor(tx, name)
        check_not_last_admin(tx, person)
        erasing.erase(tx, person.id, others_were_shown(tx, person.id), CLOCK.now())
    typer.echo(say("cli.erase.done", name=name))


def units_import(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Read units from a CSV file with the columns code, name, kind, block, level, contact."""
    now = CLOCK.now()
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotPossible("cli.units.unreadable", f"{file}: {error}", file=file.name) from None
    for number, row in enumerate(rows, start=2):
        if not (row.get("code") or "").strip() or not (row.get("name") or "").strip():
            raise NotFound("cli.units.line", f"line {number} has no code or name", line=number)
        if len(row["name"].strip()) > LONGEST_NAME:
            raise NotPossible("cli.units.long", f"the name in line {number} is long", line=number, most=LONGEST_NAME)
    with writing() as tx:
        for row in rows:
            org_units.keep(tx, {name: (value or "").strip() for name, value in row.items() if name}, now)
    typer.echo(say("cli.units.done", count=len(rows)))


def units_list(as_json: Json = False) -> None:
    """List the units."""
    with reading() as tx:
        show(org_units.listed(tx), as_json, say("cli.units.none"))
