"""`viectot digest build|send|show` and `viectot check-document`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.running import CLOCK, By, Json, actor, database, reading, settings, show, writing
from deeds.errors import NotPossible
from deeds.months import VIET_NAM, Month, local_day
from storage.database import Tx
from texts import say

PeriodOption = Annotated[str, typer.Option("--period", help="a month, e.g. 2026-10")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The papers of each month.", no_args_is_help=True)
    group.command("build")(digest_build)
    group.command("send")(digest_send)
    group.command("show")(digest_show)
    group.command("issued")(digest_issued)
    group.command("correct")(digest_correct)
    group.command("confirm-clock")(digest_confirm_clock)
    app.add_typer(group, name="digest")
    app.command("check-document")(check_document)


def digest_build(
    period: PeriodOption, out: Annotated[Path | None, typer.Option(help="folder to write the three files to")] = None
) -> None:
    """Write a month's paper: a closed month as it was closed, an open one as a draft that freezes nothing."""
    from bot.opening import folder_of
    from digests import months, papers
    from storage.photos.files import PhotoFiles

    key = str(_month(period))
    files = PhotoFiles(folder_of(settings().DATA_DIR))
    folder = out or Path(f"viectot-{key}")
    folder.mkdir(parents=True, exist_ok=True)
    with database() as opened:
        with opened.write() as tx:
            months.close_due(tx, CLOCK.now())
        with opened.read() as tx:
            built = papers.draft_paper(tx, key, CLOCK.now(), files, folder)
    for path in (built.docx, built.pdf, built.xlsx):
        typer.echo(str(path))


def digest_send(period: PeriodOption) -> None:
    """Close a month that is over, build its paper and queue the notices; each person is told once."""
    from bot.opening import folder_of
    from digests import months, notices, papers
    from storage.photos.files import PhotoFiles

    month = _month(period)
    told = settings()
    files = PhotoFiles(folder_of(told.DATA_DIR))
    with database() as opened:
        with opened.write() as tx:
            _check_clock(tx)
            months.close_due(tx, CLOCK.now())
        while True:
            with opened.read() as tx:
                row = papers.next_to_build(tx, CLOCK.now())
            if row is None:
                break
            folder = papers.build(row, files, told.DATA_DIR)
            with opened.write() as tx:
                papers.mark_built(tx, row, folder, CLOCK.now())
        with opened.write() as tx:
            sent = notices.tell_due(tx, CLOCK.now())
    typer.echo(say("cli.digest.sent" if str(month) in sent else "cli.digest.nothing_to_send", period=period))


def digest_show(period: PeriodOption, as_json: Json = False) -> None:
    """Show a month's figures and where its paper stands."""
    from digests import months
    from digests.snapshot import to_json
    from digests.snapshotting import frozen
    from storage import periods

    month = _month(period)
    with reading() as tx:
        row = periods.period(tx, str(month))
        snapshot = frozen(row) if row else months.draft_snapshot(tx, month, CLOCK.now())
    state = {
        "period": str(month),
        "state": row.document_state if row else "open",
        "number": row.number if row else None,
    }
    if as_json:
        typer.echo(json.dumps({**state, **json.loads(to_json(snapshot))["snapshot"]}, ensure_ascii=False, indent=2))
        return
    listed = [{"code": deed.code, "name": deed.honoree, "field": deed.field} for deed in snapshot.deeds]
    typer.echo(say("cli.digest.state", period=str(month), state=state["state"], number=state["number"] or "-"))
    show(listed, False, say("cli.digest.empty"))


def digest_issued(
    period: PeriodOption,
    number: Annotated[str, typer.Option(help="the number the clerk gave, e.g. 214")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day on the paper, e.g. 2026-11-16")],
    by: By,
) -> None:
    """Record the number and day the clerk gave a month's paper."""
    from digests import papers

    with writing() as tx:
        row = papers.record_issued(tx, actor(tx, by), str(_month(period)), number, day.date(), CLOCK.now())
    typer.echo(papers.issued_text(row))


def digest_correct(
    period: PeriodOption,
    number: Annotated[str, typer.Option(help="the right number, e.g. 214")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the right day, e.g. 2026-11-16")],
    why: Annotated[str, typer.Option(help="why it is put right; kept and told")],
    by: By,
) -> None:
    """Put right a number or day that was recorded wrongly; what stood there is kept, the files are written anew."""
    from digests import papers

    with writing() as tx:
        row = papers.correct_issued(tx, actor(tx, by), str(_month(period)), number, day.date(), why, CLOCK.now())
    typer.echo(papers.corrected_text(row))


def digest_confirm_clock(
    day: Annotated[datetime, typer.Option("--today", formats=["%Y-%m-%d"], help="today's date, e.g. 2026-11-16")],
    by: By,
) -> None:
    """Say that the clock is right after it leapt, so that the months that are over are closed."""
    from digests import clock_guard

    with writing() as tx:
        clock_guard.confirm(tx, actor(tx, by), day.date(), CLOCK.now())
    typer.echo(say("clock.confirmed", day=f"{day:%d/%m/%Y}"))


def _check_clock(tx: Tx) -> None:
    """Raise `NotPossible` while the clock has leapt and nobody said that it is right."""
    from digests import clock_guard

    leap = clock_guard.leap(tx, CLOCK.now())
    if leap is not None:
        today = f"{local_day(leap.now):%d/%m/%Y}"
        raise NotPossible("clock.waits", "the clock leapt", days=leap.days, day=today)


def check_document(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Check a DOCX against the form rules of Nghị định 30/2020: a line per breach, exit code 1 if there are any."""
    from digests.documents.checker import check_docx, report_lines

    breaches = check_docx(file)
    for line in report_lines(breaches):
        typer.echo(line)
    if any(breach.severity == "E" for breach in breaches):
        raise typer.Exit(1)


def _month(period: str) -> Month:
    try:
        return Month.parse(period)
    except ValueError:
        example = Month(CLOCK.now().astimezone(VIET_NAM).year, 1)
        raise typer.BadParameter(f"a month is written like {example}") from None
