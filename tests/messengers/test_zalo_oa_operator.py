"""`viectot zalo-oa`: what an operator types to add an account, to see how it is, and to bring it back."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import zalo_oa
from deeds.errors import ForPeople
from storage import accounts
from storage.accounts import Account
from storage.database import Database
from tests.messengers.zalo_oa_api import ZaloOaApi


@pytest.fixture
def api() -> Iterator[ZaloOaApi]:
    """A fresh server."""
    with ZaloOaApi() as running:
        yield running


class Shell:
    """A command line of an instance whose Zalo is the stand-in."""

    def __init__(self, api: ZaloOaApi, folder: Path) -> None:
        self.api, self.folder = api, folder
        self.all_output = ""
        self._app = typer.Typer()
        zalo_oa.add_to(self._app)
        self._app.command("other")(lambda: None)  # with a single group typer would leave its name out

    def __call__(self, *words: str, typed: str = "") -> str:
        """Return what a command prints. Raises what it would say in one sentence."""
        environment = {
            "VIECTOT_DATA_DIR": str(self.folder),
            "VIECTOT_ZALO_OA_OAUTH_URL": self.api.url,
            "VIECTOT_PUBLIC_URL": "https://viectot.example.gov.vn",
        }
        done = CliRunner().invoke(self._app, ["zalo-oa", *words], input=typed, env=environment)
        self.all_output += done.output
        if isinstance(done.exception, ForPeople):
            self.all_output += done.exception.sentence
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    def add(self, oa_id: str = "", refresh_token: str = "") -> str:
        """Add an account; its secrets are typed."""
        typed = f"{self.api.app_secret}\n{self.api.secret_key}\n{refresh_token}\n"
        return self("add", oa_id or self.api.oa_id, "--app-id", self.api.app_id, typed=typed)

    def account(self, oa_id: str = "") -> Account:
        """Return an account as it is kept."""
        database = Database(f"sqlite:///{self.folder / 'viectot.sqlite3'}")
        with database.read() as tx:
            found = accounts.account(tx, "zalo_oa", oa_id or self.api.oa_id)
        database.close()
        assert found is not None
        return found


@pytest.fixture
def shell(api: ZaloOaApi, tmp_path: Path) -> Iterator[Shell]:
    """A command line; whatever it printed in a test, no token and no secret was among it."""
    made = Shell(api, tmp_path)
    yield made
    assert made.all_output
    for secret in (*api.office.every_token, api.app_secret, api.secret_key):
        assert secret not in made.all_output


def test_an_account_is_added_and_authorised_by_its_code(api: ZaloOaApi, shell: Shell) -> None:
    """Where our own page cannot be opened, the code is typed here; it works once."""
    assert "authorize" in shell.add()
    told = shell("authorize")
    assert api.oa_id in told
    link = told.strip().splitlines()[-1]
    code = api.office.consent(link).partition("code=")[2].partition("&")[0]
    assert "Đã cấp quyền" in shell("authorize", "--code", code)
    assert shell.account().access_token == api.office.access_token
    assert shell.account().refresh_token == api.office.refresh_token
    with pytest.raises(ForPeople) as raised:
        shell("authorize", "--code", code)
    assert raised.value.text_key == "zalo_oa.cli.not_begun"


def test_a_wrong_code_is_one_sentence_and_changes_nothing(api: ZaloOaApi, shell: Shell) -> None:
    """Neither is Zalo's being away."""
    shell.add(refresh_token=api.refresh_token)
    before = shell.account()
    shell("authorize")
    with pytest.raises(ForPeople) as raised:
        shell("authorize", "--code", "wrong")
    assert raised.value.text_key == "zalo_oa.cli.refused"
    assert "-14019" in raised.value.sentence
    api.fail_next("token", cut=True)
    shell("authorize")
    with pytest.raises(ForPeople):
        shell("authorize", "--code", "wrong")
    assert shell.account().refresh_token == before.refresh_token == api.refresh_token


def test_of_several_accounts_one_must_be_named(shell: Shell) -> None:
    """And it must be there."""
    with pytest.raises(ForPeople) as raised:
        shell("authorize")
    assert raised.value.text_key == "zalo_oa.cli.no_account"
    shell.add()
    shell.add("3999")
    with pytest.raises(ForPeople) as raised:
        shell("authorize")
    assert raised.value.text_key == "zalo_oa.cli.which"
    assert "3999" in shell("authorize", "--oa", "3999")
    with pytest.raises(ForPeople):
        shell("authorize", "--oa", "1")


def test_a_missing_secret_is_said_and_nothing_is_made(shell: Shell) -> None:
    """Half an account would refuse every event."""
    with pytest.raises(ForPeople) as raised:
        shell("add", "300", "--app-id", "1", typed="only-one\n")
    assert raised.value.text_key == "zalo_oa.cli.missing"
    assert json.loads(shell("status", "--json")) == []


def test_the_status_shows_everything_but_secrets(api: ZaloOaApi, shell: Shell) -> None:
    """For people and for scripts."""
    assert "viectot zalo-oa add" in shell("status")
    shell.add(refresh_token=api.refresh_token)
    (row,) = json.loads(shell("status", "--json"))
    assert set(row) == {
        *("account", "name", "app", "refreshed_at", "access_until", "refresh_until", "broken_since", "broken_why"),
    }
    assert (row["account"], row["refreshed_at"], row["broken_since"]) == (api.oa_id, None, None)
    told = shell("status")
    assert api.oa_id in told
    assert "ends" in told


def test_at_a_terminal_secrets_are_typed_unseen(monkeypatch: pytest.MonkeyPatch, shell: Shell) -> None:
    """The password prompt of the system asks for each."""
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def unseen(prompt: str) -> Any:
        asked.append(prompt)
        return " typed "

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", unseen)
    assert zalo_oa._secret("Khóa") == "typed"
    assert asked == ["Khóa: "]
    shell("status")
