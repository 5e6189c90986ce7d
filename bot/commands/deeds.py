"""`viectot deeds list|show` and `viectot decide`."""

from typing import Annotated

import typer

from bot.commands.running import CLOCK, VIA, By, Json, actor, reading, show, writing
from deeds.errors import NotFound, NotPossible
from deeds.kinds import Act, Status
from moderation.acts import ACTS, decisions
from moderation.acts.rule import Reason, Where
from moderation.by_whom import by_whom
from moderation.confirming import CONFIRMERS, NotConfirmed
from storage import deeds, history, versions
from storage.database import Tx
from storage.deeds import DeedRow
from texts import say

DECISIONS = decisions(Where.COMMAND)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Deeds.", no_args_is_help=True)
    group.command("list")(deeds_list)
    group.command("show")(deeds_show)
    app.add_typer(group, name="deeds")
    app.command("decide")(decide_command)


def deeds_list(
    status: Annotated[Status | None, typer.Option(help="only deeds in this status")] = None, as_json: Json = False
) -> None:
    """List deeds, newest first."""
    with reading() as tx:
        rows = [_row(tx, deed) for deed in deeds.recent(tx, 10_000, status=status)]
        show(rows, as_json, say("cli.deeds.none"))


def _row(tx: Tx, deed: DeedRow) -> dict[str, object]:
    return {
        "code": deed.code,
        "status": deed.status.value,
        "summary": deed.summary or deed.story,
        "honorees": [deeds.honoree_of(tx, deed.id).display],
    }


def deeds_show(code: str, as_json: Json = False) -> None:
    """Show a deed with its history; CODE is its code, or the number its teller was given."""
    with reading() as tx:
        deed = _coded(tx, code)
        changes = versions.changes_of(tx, deed.id)
        entries = [
            {
                "at": entry.at.isoformat(),
                "act": entry.act.value,
                "after": entry.after.value,
                "by": by_whom(entry),
                "via": entry.via,
                "reason": say("history.forgotten") if entry.reason == "" else entry.reason,
                "changed": _changed(changes.get(entry.version)),
                "undone": entry.undone_at is not None,
            }
            for entry in history.of_deed(tx, deed.id)
        ]
        facts = {
            **_row(tx, deed),
            "kind": deed.kind,
            "section": deed.section,
            "field": deed.field,
            "place": deed.place_text,
            "when": deed.when_text,
            "story": deed.story,
            "answers": [f"{asked.text} {asked.answer}" for asked in history.questions_of(tx, deed.id) if asked.answer],
            "numbers": [told.number for told in deeds.submissions_of(tx, deed.id)],
        }
    if as_json:
        show([{**facts, "history": entries}], True, "")
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
    show(entries, False, "")


def _changed(change: versions.Changed | None) -> object:
    """Return what a line of history changed, before and after; a sentence where that is forgotten."""
    if change is None:
        return None
    if change.facts is None:
        return say("history.forgotten")
    return {fact: {"before": before, "after": after} for fact, (before, after) in change.facts.items()}


def _check_decision(name: str) -> str:
    if name not in DECISIONS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(DECISIONS)}")
    return name


def decide_command(
    code: str,
    act: Annotated[str, typer.Argument(callback=_check_decision, metavar="|".join(DECISIONS))],
    by: By,
    reason: Annotated[str | None, typer.Option(help="own words, or the name of a canned reason or question")] = None,
    confirmed_by: Annotated[
        str | None, typer.Option(help="with approve, where nobody confirmed yet: " + ", ".join(CONFIRMERS))
    ] = None,
) -> None:
    """Decide on a deed in somebody's name."""
    if confirmed_by is not None and confirmed_by not in CONFIRMERS:
        raise _not_confirmed(code)
    from moderation.decide import Order, decide

    wants = ACTS[Act(act)].wants
    is_canned = isinstance(wants, Reason) and reason in wants.choices
    order = Order(Act(act), reason if is_canned else None, None if is_canned else reason, confirmed_by=confirmed_by)
    try:
        with writing() as tx:
            who = actor(tx, by)
            decided = decide(tx, who, _coded(tx, code).id, order, CLOCK.now(), VIA)
    except NotConfirmed:
        raise _not_confirmed(code) from None
    typer.echo(say("cli.decided", code=code, status=say(f"status.desk.{decided.status}"), name=by))


def _not_confirmed(code: str) -> NotPossible:
    choices = "; ".join(f"{key} ({say(f'confirmed_by.{key}')})" for key in CONFIRMERS)
    return NotPossible("cli.not_confirmed", f"nobody confirmed {code}", code=code, choices=choices)


def _coded(tx: Tx, code: str) -> DeedRow:
    said = code.strip()
    deed = deeds.numbered(tx, int(said)) if said.isdecimal() else deeds.coded(tx, said.upper())
    if deed is None:
        raise NotFound("cli.no_deed", f"no deed {code}", code=code)
    return deed
