"""`viectot qr` and the operator's emergency tool `viectot telegram`, which works while the server is down.

The tool speaks through another client than the server does, sends only and never takes an update: the server's queue
is not touched. It needs `python-telegram-bot`, which the server does not (`make ops`).
"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.commands.running import reading, settings
from deeds.errors import NotFound, NotPossible
from deeds.kinds import Role
from storage import accounts, groups, org_units, people
from storage.office import office
from texts import say

if TYPE_CHECKING:
    from telegram import Bot

T = TypeVar("T")
TELEGRAM = "telegram"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(qr)
    tool = typer.Typer(help="Telegram in an emergency, also while the server is down.", no_args_is_help=True)
    tool.command()(status)
    tool.command()(notify)
    tool.command("set-webhook")(set_webhook)
    app.add_typer(tool, name=TELEGRAM)


def qr(unit: str, out: Annotated[Path, typer.Option(help="folder for the poster")] = Path()) -> None:
    """Print a unit's deep links and write a poster with them as SVG and PNG."""
    from bot.poster import Door, NotASlug, chat_link, deep_link, write_posters
    from messengers.port import MessengerFailed

    told = settings()
    with reading() as tx:
        name, set_up = org_units.name_of(tx, unit), office(tx)
        zalo = [account.account for account in accounts.accounts(tx, "zalo_oa")]
    if name is None:
        raise NotFound("cli.no_unit", f"no unit {unit}", code=unit)
    try:
        doors = [Door(say("poster.door.chat"), chat_link(told.public_url, unit))]
        if told.TELEGRAM_TOKEN is not None:
            from messengers.telegram.names import bot_username

            try:
                bot = bot_username(told.TELEGRAM_TOKEN.get_secret_value(), told.TELEGRAM_API_URL)
                doors.insert(0, Door(say("poster.door.telegram"), deep_link(bot, unit)))
            except MessengerFailed as failed:
                typer.echo(say("cli.qr.no_telegram", error=failed), err=True)
    except NotASlug:
        raise NotPossible("cli.qr.bad_code", f"{unit} is no slug", code=unit) from None
    # Zalo's links carry nothing along, so which desk it was is not known there.
    doors[:0] = [Door(say("poster.door.zalo"), f"https://zalo.me/{account}") for account in zalo[:1]]
    for door in doors:
        typer.echo(door.address)
    for path in write_posters(name, set_up["issuer"], set_up["phone"], doors, out, f"ap-phich-{unit}"):
        typer.echo(str(path))


def status() -> None:
    """Say how Telegram sees the bot: name, webhook, waiting updates, last error."""

    async def ask(bot: "Bot") -> str:
        me, hook = await bot.get_me(), await bot.get_webhook_info()
        return say(
            "cli.telegram.status",
            username=me.username,
            how=hook.url or say("cli.telegram.by_polling"),
            waiting=hook.pending_update_count,
            error=hook.last_error_message or say("cli.telegram.no_error"),
        )

    typer.echo(_with_bot(ask))


def notify(text: Annotated[str, typer.Argument(help="what to tell the moderators")]) -> None:
    """Send one message to the moderators' groups, or to each moderator where there is none."""
    with reading() as tx:
        chats = [group.chat for group in groups.registered(tx) if group.messenger == TELEGRAM]
        if not chats:
            ways = people.ways_to(tx, people.holding(tx, Role.MODERATOR, Role.ADMIN))
            chats = [way.address for way in ways if way.messenger == TELEGRAM]
    if not chats:
        raise NotFound("cli.telegram.nobody", "no Telegram chat to notify")

    async def send(bot: "Bot") -> int:
        from telegram.error import TelegramError

        sent = 0
        for chat in chats:
            try:
                await bot.send_message(int(chat), text)
                sent += 1
            except TelegramError as error:
                typer.echo(say("cli.telegram.failed", error=error.message), err=True)
        return sent

    sent = _with_bot(send)
    typer.echo(say("cli.telegram.notified", sent=sent, all=len(chats)))
    if sent < len(chats):
        raise typer.Exit(1)


def set_webhook() -> None:
    """Register the webhook of the settings with Telegram."""
    from messengers.telegram.abilities import ALLOWED_UPDATES
    from messengers.telegram.routes import PATH, check_secret

    told = settings()
    secret = told.TELEGRAM_SECRET.get_secret_value() if told.TELEGRAM_SECRET else ""
    try:
        check_secret(secret)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    url = told.public_url + PATH

    async def register(bot: "Bot") -> None:
        await bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES))

    _with_bot(register)
    typer.echo(say("cli.telegram.webhook_set", url=url))


def _with_bot(work: Callable[["Bot"], Coroutine[Any, Any, T]]) -> T:
    """Run work with the second client. An error reaches the operator without the address that holds the token."""
    told = settings()
    if told.TELEGRAM_TOKEN is None:
        raise NotPossible("cli.telegram.off", "no token")
    try:
        from telegram import Bot
        from telegram.error import TelegramError
    except ImportError:
        raise NotPossible("cli.telegram.not_installed", "python-telegram-bot is missing") from None
    token = told.TELEGRAM_TOKEN.get_secret_value()

    async def run() -> T:
        base = told.TELEGRAM_API_URL.rstrip("/")
        async with Bot(token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot") as bot:
            return await work(bot)

    try:
        return asyncio.run(run())
    except TelegramError as error:
        words = error.message.replace(token, "***")
    raise NotPossible("cli.telegram.failed", "Telegram refused", error=words)
