"""What commands share: settings, a database that is up to date, who acts, how a list is printed."""

import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import structlog
import typer
from pydantic import ValidationError
from structlog.typing import EventDict, WrappedLogger

from bot.settings import Settings
from deeds.clock import SystemClock
from deeds.errors import NotFound
from storage import people
from storage.database import Database, Tx
from storage.people import Known

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
By = Annotated[str, typer.Option("--by", help="name of the member of staff who acts")]
CLOCK = SystemClock()
VIA = "cli"


def settings() -> Settings:
    """Return the settings; a wrong one is said in one line and ends the command."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"])
            said = fault["msg"].removeprefix("Value error, ")
            typer.echo(f"VIECTOT_{name}: {said}" if name else said, err=True)
        raise typer.Exit(2) from None


@contextmanager
def database() -> Iterator[Database]:
    """The instance's database, brought to the newest migration."""
    from bot.opening import open_database

    opened = open_database(settings())
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def writing() -> Iterator[Tx]:
    """One short transaction."""
    with database() as opened, opened.write() as tx:
        yield tx


@contextmanager
def reading() -> Iterator[Tx]:
    """A view that changes nothing."""
    with database() as opened, opened.read() as tx:
        yield tx


def actor(tx: Tx, name: str) -> Known:
    """Return the member of staff who acts. Raises `NotFound`."""
    found = people.named(tx, name)
    if found is None:
        raise NotFound("cli.no_person", f"nobody is called {name}", name=name)
    return found


def show(rows: Sequence[Mapping[str, Any]], as_json: bool, empty: str) -> None:
    """Print rows as JSON, or as a table people read."""
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, default=str, indent=2))
    elif not rows:
        typer.echo(empty)
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(*rows[0])
        for row in rows:
            table.add_row(*(_cell(value) for value in row.values()))
        Console(soft_wrap=not sys.stdout.isatty()).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_cell(each) for each in value)
    if isinstance(value, Mapping):
        return ":".join(_cell(each) for each in value.values())
    return "" if value is None else str(value)


def quiet_logs(level: int = logging.INFO) -> None:
    """Log one line an event to standard error, from `level` up."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=_PROCESSORS,
        logger_factory=structlog.WriteLoggerFactory(_Unfailing()),  # type: ignore[arg-type]
        # Only who serves logs enough to gain by it, and a logger kept with a higher level would be silent for good.
        cache_logger_on_first_use=level <= logging.INFO,
    )


def _line(logger: WrappedLogger, level: str, said: EventDict) -> str:
    """Return a line as `TimeStamper`, `add_log_level` and `KeyValueRenderer` would; a message has three of them."""
    if "exc_info" in said:
        said = structlog.processors.format_exc_info(logger, level, said)
    at = CLOCK.now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    event = said.pop("event")
    rest = "".join([f" {name}={value!r}" for name, value in said.items()])
    return f"timestamp={at!r} level={level!r} event={event!r}{rest}"


_PROCESSORS = [_line]  # one list for good: loggers keep it, and what listens to them in tests changes it in place


class _Unfailing:
    """Standard error that loses a line rather than the work it tells of, when the disk behind it is full."""

    def write(self, line: str) -> int:
        """Write a line if there is room."""
        with suppress(OSError, ValueError):
            sys.stderr.write(line)
        return len(line)

    def flush(self) -> None:
        """Flush if there is room."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()
