"""The office's own facts: what papers and messages say about it, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import NotPossible
from deeds.kinds import Role
from digests.months import change_first_day
from storage.database import Tx
from storage.office import FIRST_DAY, OFFICE_SETTINGS, Lines, Office, OneOf, meaning, office, read_setting
from storage.settings import set_setting
from texts import has, say
from web.desk.gate import PAPER_READERS, Visit, action, page
from web.desk.services import Services

MAY_CHANGE = frozenset({Role.ADMIN, Role.STANDING_OFFICE})
SET_HERE = tuple(name for name in OFFICE_SETTINGS if name != "public_url")  # that one follows the start-up settings


@dataclass(frozen=True)
class Entry:
    """One setting as the form shows it; `is_set` tells whether somebody set it, `said` what it means or its fault."""

    name: str
    value: str
    default: str
    needed: bool
    is_set: bool
    is_lines: bool
    choices: tuple[tuple[str, str], ...]
    said: str


def routes(services: Services) -> list[Route]:
    """Return the routes of the office's form."""
    return [
        page(services, "/desk/office", show, PAPER_READERS),
        action(services, "/desk/office", save, MAY_CHANGE),
    ]


async def show(visit: Visit) -> Response:
    """Show the settings."""
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, problem: str = "", typed: Mapping[str, str] | None = None) -> Response:
    set_up = await visit.read(office)
    entries = [_entry(set_up, name, typed) for name in SET_HERE]
    return visit.show(
        "office.html",
        status,
        entries=entries,
        missing=[entry for entry in entries if entry.needed and not entry.is_set],
        changes=not visit.person.roles.isdisjoint(MAY_CHANGE),
        problem=problem,
        saved=visit.request.query_params.get("saved") == "1",
    )


def _entry(set_up: Office, name: str, typed: Mapping[str, str] | None) -> Entry:
    made = set_up.made.get(name, "")
    kind = OFFICE_SETTINGS[name]
    is_lines = isinstance(kind, Lines)
    key = f"office.default.{name}"
    return Entry(
        name,
        ("\n".join(set_up.lines(name)) if is_lines and made else made) if typed is None else typed.get(name, ""),
        say(key) if has(key) else "",
        kind.needed,
        bool(made.strip()),
        is_lines,
        tuple((choice, say(words)) for choice, words in kind.choices.items()) if isinstance(kind, OneOf) else (),
        "" if isinstance(kind, OneOf) else _said_of(name, made),
    )


def _said_of(name: str, made: str) -> str:
    """Return what a setting stands for; of one that is kept and cannot be meant, why."""
    try:
        return meaning(name, read_setting(name, made)) if made else ""
    except NotPossible as error:
        return error.sentence


async def save(visit: Visit, form: FormData) -> Response:
    """Keep what was changed."""
    now = visit.now()

    def work(tx: Tx) -> None:
        set_up = office(tx)
        for name in OFFICE_SETTINGS:
            typed = str(form.get(name, ""))
            if name not in SET_HERE or name not in form or not (typed.strip() or name in set_up.made):
                continue  # what nobody set and nobody sets now keeps following its default
            value = read_setting(name, typed)
            if value == set_up.made.get(name, ""):
                continue
            if name == FIRST_DAY:
                change_first_day(tx, value, now)
            else:
                set_setting(tx, name, value, now)

    try:
        await visit.write(work)
    except NotPossible as error:
        return await _show(visit, 422, error.sentence, {name: str(form.get(name, "")) for name in OFFICE_SETTINGS})
    return RedirectResponse("/desk/office?saved=1", 303)
