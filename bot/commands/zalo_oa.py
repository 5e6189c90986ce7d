"""`viectot zalo-oa authorize|add|status`: Zalo Official Accounts, and the way back when Zalo gives no tokens any more.

No token and no secret is taken as an argument, where every user of the machine could read it, or ever printed.
"""

import asyncio
import getpass
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.running import CLOCK, Json, database, reading, settings, show, writing
from deeds.errors import NotFound, NotPossible
from deeds.months import VIET_NAM
from storage import accounts
from texts import say

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.database import Tx

MESSENGER = "zalo_oa"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Zalo Official Accounts.", no_args_is_help=True)
    group.command("authorize")(authorize)
    group.command("add")(add)
    group.command("status")(status)
    app.add_typer(group, name="zalo-oa")


def authorize(
    oa: Annotated[str, typer.Option("--oa", help="id of the account, where there are several")] = "",
    code: Annotated[str, typer.Option(help="the code Zalo came back with, where our page could not be opened")] = "",
) -> None:
    """Print the link with which an administrator lets the app act for an account; with a code, finish it here."""
    from messengers.zalo_oa import consent
    from messengers.zalo_oa.oauth import OAuth

    told = settings()
    oauth = OAuth(told.ZALO_OA_OAUTH_URL, CLOCK)
    if not code:
        with writing() as tx:
            account = _account(tx, oa)
            link = consent.begin(tx, oauth, account, told.public_url, CLOCK)
        typer.echo(say("zalo_oa.cli.open", account=account.account, address=told.public_url, link=link))
        return
    with database() as opened:
        with opened.write() as tx:
            wanted = _account(tx, oa).account
            begun = accounts.take_consent(tx, MESSENGER, CLOCK.now(), account=wanted)
        if begun is None:
            raise NotPossible("zalo_oa.cli.not_begun", f"no authorisation of {wanted} under way")
        pair = asyncio.run(consent.exchange(oauth, begun, code))
        if isinstance(pair, str):
            raise NotPossible("zalo_oa.cli.refused", f"no tokens for {wanted}", why=pair)
        with opened.write() as tx:
            consent.keep(tx, wanted, pair, CLOCK)
    typer.echo(say("zalo_oa.authorized.done", account=begun.name or wanted))


def add(
    oa_id: Annotated[str, typer.Argument(help="id of the account")],
    app_id: Annotated[str, typer.Option(help="id of the app it is tied to")],
) -> None:
    """Add an account, or give one other secrets; they are asked for, or read from standard input line by line."""
    app_secret = _secret(say("zalo_oa.cli.ask.app_secret"))
    secret_key = _secret(say("zalo_oa.cli.ask.secret_key"))
    refresh_token = _secret(say("zalo_oa.cli.ask.refresh_token"))
    if not app_secret or not secret_key:
        raise NotPossible("zalo_oa.cli.missing", "a secret is missing")
    with writing() as tx:
        accounts.seed(
            tx,
            MESSENGER,
            oa_id,
            app_id=app_id,
            app_secret=app_secret,
            secret_key=secret_key,
            refresh_token=refresh_token,
            now=CLOCK.now(),
        )
        made = accounts.account(tx, MESSENGER, oa_id)
    typer.echo(say("zalo_oa.cli.added", account=oa_id))
    if made is not None and not made.refresh_token:
        typer.echo(say("zalo_oa.cli.now_authorize", account=oa_id))


def status(as_json: Json = False) -> None:
    """Say of every account when its tokens were refreshed, when they end, and whether it is broken."""
    with reading() as tx:
        found = accounts.accounts(tx, MESSENGER)
    show([_whole(each) if as_json else _short(each) for each in found], as_json, say("zalo_oa.cli.none"))


def _whole(account: "Account") -> dict[str, Any]:
    return {
        "account": account.account,
        "name": account.name,
        "app": account.app_id,
        "refreshed_at": account.refreshed_at,
        "access_until": account.access_until,
        "refresh_until": account.refresh_until,
        "broken_since": account.broken_since,
        "broken_why": account.broken_why,
    }


def _short(account: "Account") -> dict[str, str]:
    """Return what fits into a line; times in Viet Nam."""
    broken = f"{_at(account.broken_since)} ({account.broken_why})" if account.broken_since else ""
    return {
        "account": account.account,
        "name": account.name,
        "refreshed": _at(account.refreshed_at),
        "ends": _at(account.refresh_until),
        "broken": broken,
    }


def _at(instant: datetime | None) -> str:
    return instant.astimezone(VIET_NAM).strftime("%d/%m %H:%M") if instant else ""


def _account(tx: "Tx", oa_id: str) -> "Account":
    """Return the account meant. Raises `NotFound`, or `NotPossible` where several could be."""
    found = [one for one in accounts.accounts(tx, MESSENGER) if oa_id in ("", one.account)]
    if not found:
        raise NotFound("zalo_oa.cli.no_account", f"no account {oa_id}")
    if len(found) > 1:
        raise NotPossible(
            "zalo_oa.cli.which", "several accounts", accounts=", ".join(account.account for account in found)
        )
    return found[0]


def _secret(label: str) -> str:
    """Return a secret typed unseen, or the next line of standard input where nobody types."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{label}: ").strip()
    return sys.stdin.readline().strip()
