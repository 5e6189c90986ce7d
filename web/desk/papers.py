"""The papers of the months: drafts to take along, and the number and day the clerk gave them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from deeds.errors import ForPeople, NotFound, NotPossible
from deeds.kinds import Role
from deeds.months import Month, Window, local_day
from deeds.vietnamese import nfc
from digests import clock_guard
from digests.clock_guard import Leap
from digests.papers import DRAFT, correct_issued, draft_paper, may_record, record_issued
from storage import periods
from storage.database import Tx
from storage.periods import Correction, PeriodRow
from web.desk.gate import PAPER_READERS, STATUS, Visit, action, page
from web.desk.services import Services

MAY_RECORD = frozenset({Role.CLERK, Role.ADMIN, Role.MODERATOR})
MAY_CONFIRM = frozenset({Role.ADMIN, Role.MODERATOR})
LONGEST_NUMBER = 60
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FIGURES = ("received_submissions", "received_deeds", "verified", "left_out", "published")


@dataclass(frozen=True)
class Paper:
    """One closed month of the list."""

    key: str
    month: Month
    first: date
    last: date
    state: str
    figures: tuple[tuple[str, int], ...]
    introduced: int
    kinds: tuple[str, ...]  # of the files that are there
    number: str | None
    issued_on: date | None
    corrections: Sequence[Correction]
    untold: bool  # the paper is there, and on one of the two sides nobody could be told


def routes(services: Services) -> list[Route]:
    """Return the routes of the papers."""
    return [
        page(services, "/desk/papers", show, PAPER_READERS),
        page(services, "/desk/papers/{key}", show, PAPER_READERS),  # where notices lead; the list has all of them
        page(services, "/desk/papers/{key}/{kind}", download, PAPER_READERS),
        page(services, "/desk/papers/{key}/draft/{kind}", draft, PAPER_READERS),
        action(services, "/desk/papers/{key}/issued", issued, MAY_RECORD),
        action(services, "/desk/papers/{key}/corrected", corrected, MAY_RECORD),
        action(services, "/desk/clock", confirm_clock, MAY_CONFIRM),
    ]


def file_in(folder: Path, kind: str) -> Path | None:
    """Return the one file of this kind in the folder of a paper."""
    return next(iter(sorted(folder.glob(f"*.{kind}"))), None) if kind in _TYPES else None


async def show(visit: Visit) -> Response:
    """Show the open month and the closed ones."""
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, problem: str = "", typed: Mapping[str, str] | None = None) -> Response:
    now = visit.now()

    def read(tx: Tx) -> tuple[list[Paper], Window, bool, Leap | None, bool]:
        papers = [_paper(tx, visit.services.data_dir, row) for row in periods.listed(tx)]
        leap, confirms = clock_guard.leap(tx, now), clock_guard.may_confirm(tx, visit.person)
        return papers, periods.open_window(tx, now), may_record(tx, visit.person), leap, confirms

    papers, window, records, leap, confirms = await visit.read(read)
    return visit.show(
        "papers.html",
        status,
        papers=papers,
        open_month=window.month,
        window=window,
        records=records,
        leap=leap,
        confirms=confirms,
        today=local_day(now),
        problem=problem,
        typed=typed or {},
        done=visit.request.query_params.get("done", ""),
    )


def _paper(tx: Tx, data_dir: Path, row: PeriodRow) -> Paper:
    snapshot: Mapping[str, Any] = row.snapshot.get("snapshot", row.snapshot)
    figures = snapshot.get("figures", {})
    folder = data_dir / row.folder if row.folder else None
    kinds = tuple(kind for kind in _TYPES if folder and file_in(folder, kind))
    return Paper(
        row.key,
        Month.parse(row.key),
        date.fromisoformat(snapshot["window_start"]) if "window_start" in snapshot else local_day(row.starts_at),
        date.fromisoformat(snapshot["window_end"]) if "window_end" in snapshot else local_day(row.ends_at),
        row.document_state,
        tuple((name, int(figures[name])) for name in _FIGURES if isinstance(figures.get(name), int)),
        len(snapshot.get("deeds", ())),
        kinds,
        row.number,
        row.issued_on,
        periods.corrections_of(tx, row.id) if row.number else (),
        untold=row.folder is not None and row.told_at is None,
    )


async def download(visit: Visit) -> Response:
    """Give out a file of a closed month."""
    key, kind = visit.request.path_params["key"], visit.request.path_params["kind"]
    row = await visit.read(lambda tx: periods.period(tx, key))
    if row is None or row.folder is None or kind not in _TYPES:
        raise NotFound("desk.papers.no_file", "no such file")
    return _attachment(file_in(visit.services.data_dir / row.folder, kind), kind)


async def draft(visit: Visit) -> Response:
    """Build the paper of an open month as it would be now, and give out one of its files; nothing is kept."""
    key, kind = visit.request.path_params["key"], visit.request.path_params["kind"]
    now, files = visit.now(), visit.services.files
    if kind not in _TYPES or not _is_month(key):
        raise NotFound("desk.papers.no_file", "no such file")
    async with visit.services.drafting:  # each takes a reader for as long as it builds
        with TemporaryDirectory(prefix=DRAFT, dir=visit.services.data_dir) as folder:
            built = await visit.read(lambda tx: draft_paper(tx, key, now, files, Path(folder)))
            return _attachment(file_in(built.pdf.parent, kind), kind)


def _attachment(path: Path | None, kind: str) -> Response:
    try:
        body = path.read_bytes() if path else None
    except OSError:
        body = None
    if path is None or body is None:
        raise NotFound("desk.papers.no_file", "the file is not there")
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"', "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=_TYPES[kind], headers=headers)


async def issued(visit: Visit, form: FormData) -> Response:
    """Keep the number and the day the clerk gave a paper."""
    key, now = visit.request.path_params["key"], visit.now()

    def work(tx: Tx) -> None:
        number, day = _number_and_day(form)
        record_issued(tx, visit.person, key, number, day, now)

    try:
        await visit.write(work)
    except ForPeople as error:
        typed = {name: str(form.get(name, "")) for name in ("number", "day")} | {"key": key}
        return await _show(visit, STATUS.get(type(error), 422), error.sentence, typed)
    return RedirectResponse(f"/desk/papers?done={key}", 303)


async def corrected(visit: Visit, form: FormData) -> Response:
    """Put right the number or the day of a paper."""
    key, now = visit.request.path_params["key"], visit.now()

    def work(tx: Tx) -> None:
        number, day = _number_and_day(form)
        correct_issued(tx, visit.person, key, number, day, str(form.get("why", "")), now)

    try:
        await visit.write(work)
    except ForPeople as error:
        typed = {name: str(form.get(name, "")) for name in ("number", "day", "why")} | {"key": key}
        return await _show(visit, STATUS.get(type(error), 422), error.sentence, typed)
    return RedirectResponse(f"/desk/papers?done={key}", 303)


async def confirm_clock(visit: Visit, form: FormData) -> Response:
    """Believe the clock: the form carries the day that was shown when somebody said that it is today."""
    now = visit.now()

    def work(tx: Tx) -> None:
        clock_guard.confirm(tx, visit.person, _day(str(form.get("today", ""))), now)

    await visit.write(work)
    return RedirectResponse("/desk/papers", 303)


def _number_and_day(form: FormData) -> tuple[str, date]:
    number = " ".join(nfc(str(form.get("number", ""))).split())
    if not number or len(number) > LONGEST_NUMBER:
        raise NotPossible("desk.papers.number_needed", "no number", most=LONGEST_NUMBER)
    return number, _day(str(form.get("day", "")))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotPossible("desk.error.not_a_day", "not a day") from None


def _is_month(key: str) -> bool:
    try:
        Month.parse(key)
    except ValueError:
        return False
    return True
