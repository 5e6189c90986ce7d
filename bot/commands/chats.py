"""`viectot parked list|retry`: events a person must look at."""

from typing import Annotated

import typer

from bot.commands.running import CLOCK, Json, database, reading, settings, show
from deeds.errors import NotFound, NotPossible
from storage import inbox, undelivered
from storage.database import Database, is_worth_a_retry
from texts import say


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Events that could not be carried through.", no_args_is_help=True)
    group.command("list")(parked_list)
    group.command("retry")(parked_retry)
    app.add_typer(group, name="parked")


def parked_list(as_json: Json = False) -> None:
    """List parked events and messages that were not, or perhaps, delivered."""
    with reading() as tx:
        events = [
            {
                "id": event.id,
                "what": "event",
                "messenger": event.messenger,
                "since": event.received_at.isoformat(),
                "error": event.error,
            }
            for event in inbox.parked(tx)
        ]
        messages = [
            {
                "id": message.id,
                "what": message.state,
                "messenger": message.messenger,
                "since": message.created_at.isoformat(),
                "error": message.error,
            }
            for message in undelivered.stuck(tx)
        ]
    show([*events, *messages], as_json, say("cli.parked.none"))


def parked_retry(
    event_id: Annotated[int | None, typer.Argument(help="id of the event, from the list")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every parked event, oldest first")] = False,
) -> None:
    """Carry a parked event through once more, or all of them."""
    if everything == (event_id is not None):
        raise NotPossible("cli.parked.one_or_all")
    with database() as opened:
        if event_id is not None:
            if not _retried(opened, event_id):
                raise NotFound("cli.parked.unknown", f"no parked event {event_id}", id=event_id)
            typer.echo(say("cli.parked.done", id=event_id))
            return
        with opened.read() as tx:
            waiting = [event.id for event in inbox.parked(tx)]
        failed = [each for each in waiting if not _retried_quietly(opened, each)]
    if not waiting:
        typer.echo(say("cli.parked.none"))
    elif failed:
        shown = ", ".join(str(each) for each in failed)
        raise NotPossible("cli.parked.some_failed", done=len(waiting) - len(failed), failed=len(failed), ids=shown)
    else:
        typer.echo(say("cli.parked.all_done", count=len(waiting)))


def _retried(opened: Database, event_id: int) -> bool:
    """Carry one event through, in a transaction of its own. Returns False where it is not there or does not read."""
    from bot.doors import WINDOWED, decode
    from bot.opening import receipt_key
    from deeds.places import areas
    from handlers.front_door import Town, hear

    with opened.read() as tx:
        parked = inbox.parked_event(tx, event_id)
    event = decode(parked, settings()) if parked is not None else None
    if event is None:
        return False
    town = Town(areas(), receipt_key(settings().DATA_DIR), WINDOWED)
    now = CLOCK.now()
    with opened.write() as tx:
        if inbox.release(tx, event_id, now):
            hear(tx, event, town, now)
    return True


def _retried_quietly(opened: Database, event_id: int) -> bool:
    """One that fails again stays parked and holds up none of the others."""
    try:
        return _retried(opened, event_id)
    except Exception as error:
        if is_worth_a_retry(error):
            raise  # the disk or the lock stands in the way of all
        typer.echo(say("cli.parked.failed_again", id=event_id, error=type(error).__name__), err=True)
        return False
