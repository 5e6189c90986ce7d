"""`viectot parked list|retry`: events a person must look at."""

from typing import Annotated

import typer

from bot.commands.running import CLOCK, Json, database, reading, settings, show
from deeds.errors import NotFound
from storage import inbox, outbox
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
            for message in outbox.stuck(tx)
        ]
    show([*events, *messages], as_json, say("cli.parked.none"))


def parked_retry(event_id: Annotated[int, typer.Argument(help="id of the event, from the list")]) -> None:
    """Carry a parked event through once more."""
    from bot.doors import decode
    from bot.opening import receipt_key
    from deeds.places import areas
    from handlers.front_door import Town, hear

    with database() as opened:
        with opened.read() as tx:
            parked = inbox.parked_event(tx, event_id)
        event = decode(parked) if parked is not None else None
        if parked is None or event is None:
            raise NotFound("cli.parked.unknown", f"no parked event {event_id}", id=event_id)
        town = Town(areas(), receipt_key(settings().DATA_DIR))
        now = CLOCK.now()
        with opened.write() as tx:
            if inbox.release(tx, event_id, now):
                hear(tx, event, town, now)
    typer.echo(say("cli.parked.done", id=event_id))
