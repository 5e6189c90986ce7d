"""The command line `viectot`: one module of commands a noun; each write is a short transaction of its own."""

import sys

import typer

from bot.commands import chats, deeds, office, papers, people, serve, telegram, zalo_oa
from deeds.errors import ForPeople

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

serve.add_to(app)
people.add_to(app)
office.add_to(app)
deeds.add_to(app)
papers.add_to(app)
chats.add_to(app)
telegram.add_to(app)
zalo_oa.add_to(app)


def main() -> None:
    """Run a command; an error somebody can mend is one sentence, not a traceback."""
    try:
        app()
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        sys.exit(1)


def sentence_for(error: Exception) -> str | None:
    """Return what to tell a person; None for an error of ours. What must be loaded for it is loaded only now."""
    if isinstance(error, ForPeople):
        return error.sentence
    from bot.commands.running import settings
    from bot.faults import sentence_for

    try:
        database_url = settings().database_url
    except Exception:  # what is wrong may be the settings
        database_url = ""
    return sentence_for(error, database_url)
