"""The office's own facts: what papers and messages say about it, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import NotPossible
from deeds.kinds import Role
from deeds.vietnamese import nfc
from digests.months import change_first_day
from storage.database import Tx
from storage.office import FIRST_DAY, OFFICE_SETTINGS, Office, office
from storage.settings import set_setting
from texts import has, say
from web.desk.gate import PAPER_READERS, Visit, action, page
from web.desk.services import Services

MAY_CHANGE = frozenset({Role.ADMIN, Role.STANDING_OFFICE})
LINES = frozenset({"issuer_heading", "superior_heading", "addressee", "signing_authority", "recipients"})
CHOICES: Mapping[str, tuple[str, ...]] = {"first_day": ("1", "15"), "digest_files_to_standing_office": ("no", "yes")}
SET_HERE = tuple(name for name in OFFICE_SETTINGS if name != "public_url")  # that one follows the start-up settings
LONGEST = 1_000
_MOST_WORKING_DAYS = 30


@dataclass(frozen=True)
class Entry:
    """One setting as the form shows it; `is_set` tells whether somebody set it."""

    name: str
    value: str
    default: str
    needed: bool
    is_set: bool
    is_lines: bool
    choices: tuple[tuple[str, str], ...]


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
    entries = [_entry(set_up, name, OFFICE_SETTINGS[name], typed) for name in SET_HERE]
    return visit.show(
        "office.html",
        status,
        entries=entries,
        missing=[entry for entry in entries if entry.needed and not entry.is_set],
        changes=not visit.person.roles.isdisjoint(MAY_CHANGE),
        problem=problem,
        saved=visit.request.query_params.get("saved") == "1",
    )


def _entry(set_up: Office, name: str, needed: bool, typed: Mapping[str, str] | None) -> Entry:
    made = set_up.made.get(name, "")
    value = "\n".join(set_up.lines(name)) if name in LINES and made else made
    key = f"office.default.{name}"
    return Entry(
        name,
        value if typed is None else typed.get(name, ""),
        say(key) if has(key) else "",
        needed,
        bool(made.strip()),
        name in LINES,
        tuple((choice, say(f"desk.office.{name}.{choice}")) for choice in CHOICES.get(name, ())),
    )


async def save(visit: Visit, form: FormData) -> Response:
    """Keep what was changed."""
    now = visit.now()

    def work(tx: Tx) -> None:
        set_up = office(tx)
        for name in OFFICE_SETTINGS:
            typed = str(form.get(name, ""))
            if name not in SET_HERE or name not in form or not (typed.strip() or name in set_up.made):
                continue  # what nobody set and nobody sets now keeps following its default
            value = _read(name, typed)
            if value == set_up.made.get(name, ""):
                continue
            if name == FIRST_DAY:
                change_first_day(tx, value, now, visit.services.paper_gate)
            else:
                set_setting(tx, name, value, now)

    try:
        await visit.write(work)
    except NotPossible as error:
        return await _show(visit, 422, error.sentence, {name: str(form.get(name, "")) for name in OFFICE_SETTINGS})
    return RedirectResponse("/desk/office?saved=1", 303)


def _read(name: str, typed: str) -> str:
    """Return a setting as it is kept. Raises `NotPossible` when it cannot be meant."""
    lines = [line.strip() for line in nfc(typed).replace("|", "\n").splitlines() if line.strip()]
    value = "|".join(lines) if name in LINES else " ".join(lines)
    label = say(f"office.label.{name}")
    if len(value) > LONGEST:
        raise NotPossible("desk.office.too_long", f"{name} is too long", label=label, most=LONGEST)
    if not value:
        # An emptied setting falls back to its default; without one it is missing again.
        return say(f"office.default.{name}") if has(f"office.default.{name}") else ""
    if name in CHOICES and value not in CHOICES[name]:
        raise NotPossible("desk.error.not_in_list", f"{name} cannot be {value[:20]!r}")
    if name == "reply_working_days" and not (value.isdecimal() and 1 <= int(value[:4]) <= _MOST_WORKING_DAYS):
        raise NotPossible("desk.office.not_days", "not a number of working days", most=_MOST_WORKING_DAYS)
    if name == "commune_code" and not (value.isdecimal() and len(value) == 5):  # the General Statistics Office's codes
        raise NotPossible("desk.office.not_a_code", "not a commune code")
    return value
