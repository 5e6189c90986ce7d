"""The operator's commands for Telegram while the server is down: posters, and the emergency tool."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from deeds.clock import SystemClock
from deeds.kinds import Role
from storage import accounts, groups, invitations, org_units, people
from storage.database import Database
from storage.migrations import upgrade
from tests.messengers.telegram_api import TelegramApi

SECRET = "s" * 40
NOBODY = "http://127.0.0.1:9"  # where no server listens


class Operator:
    """Somebody at the shell of an instance whose server does not run."""

    def __init__(self, folder: Path, api: TelegramApi) -> None:
        self.folder = folder
        self.api = api
        self.database = Database(f"sqlite:///{folder / 'viectot.sqlite3'}")
        upgrade(self.database)

    def runs(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the operator types it."""
        told = {
            "DATA_DIR": str(self.folder),
            "TELEGRAM_TOKEN": self.api.token,
            "TELEGRAM_API_URL": self.api.url,
            "PUBLIC_URL": "https://viectot.example.vn",
            **settings,
        }
        environment = {**os.environ, **{f"VIECTOT_{name}": value for name, value in told.items() if value}}
        command = [sys.executable, "-c", "from bot.command_line import main; main()", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert self.api.token not in done.stdout + done.stderr
        return done


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """An operator beside a Bot API."""
    with TelegramApi() as api:
        yield Operator(tmp_path, api)


def test_a_unit_gets_its_poster_and_links(operator: Operator, tmp_path: Path) -> None:
    """The links name the bot and the unit; the poster is there as a picture and as a drawing."""
    with operator.database.write() as tx:
        org_units.keep(
            tx, {"code": "NVH-NP", "name": "Nhà văn hóa bản Nà Phiêng", "kind": "culture"}, SystemClock().now()
        )
    done = operator.runs("qr", "NVH-NP", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("https://t.me/")
    assert lines[0].endswith("?start=u_NVH-NP")
    assert lines[1] == "https://viectot.example.vn/chat?start=u_NVH-NP"
    assert (tmp_path / "out/ap-phich-NVH-NP.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "out/ap-phich-NVH-NP.svg").getroot().tag.endswith("svg")


def test_a_commune_on_zalo_has_its_account_on_the_poster(operator: Operator, tmp_path: Path) -> None:
    """Where people are comes first: the page of the Official Account, which every Zalo opens."""
    now = SystemClock().now()
    with operator.database.write() as tx:
        org_units.keep(tx, {"code": "A1", "name": "Trường Tiểu học", "kind": "school"}, now)
        accounts.seed(tx, "zalo_oa", "3000", app_id="1", app_secret="s", secret_key="k", now=now)
    done = operator.runs("qr", "A1", "--out", str(tmp_path / "out"))
    assert done.stdout.splitlines()[0] == "https://zalo.me/3000"


def test_a_poster_is_made_although_telegram_is_away(operator: Operator, tmp_path: Path) -> None:
    """Without an answer of Telegram the poster has the web chat alone, and the operator is told."""
    with operator.database.write() as tx:
        org_units.keep(tx, {"code": "A1", "name": "Trường Tiểu học", "kind": "school"}, SystemClock().now())
    done = operator.runs("qr", "A1", "--out", str(tmp_path / "out"), TELEGRAM_API_URL="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert "https://t.me/" not in done.stdout
    assert "Telegram chưa trả lời" in done.stderr


def test_an_unknown_unit_and_a_code_that_fits_no_link_are_said_so(operator: Operator, tmp_path: Path) -> None:
    """The sentence says what to do; nothing is written."""
    assert "Không có đơn vị mã X" in operator.runs("qr", "X", "--out", str(tmp_path / "out")).stderr
    with operator.database.write() as tx:
        org_units.keep(tx, {"code": "mã có dấu", "name": "Đơn vị", "kind": "other"}, SystemClock().now())
    refused = operator.runs("qr", "mã có dấu", "--out", str(tmp_path / "out"))
    assert refused.returncode == 1
    assert "không đặt vào liên kết được" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_moderators_hear_of_an_emergency_while_the_server_is_down(operator: Operator) -> None:
    """With a group registered the group hears it; before that, each moderator."""
    thu = operator.api.user("Thu")
    thu.says("/start")
    nobody = operator.runs("telegram", "notify", "Máy chủ tạm dừng")
    assert nobody.returncode == 1
    assert "Chưa có nhóm" in nobody.stderr
    now = SystemClock().now()
    with operator.database.write() as tx:
        person = people.hire(tx, "Thu", [Role.MODERATOR], now)
        code = invitations.invite(tx, person.id, now)
        people.identify(tx, "telegram", str(thu.id), "Thu", now)
        invitations.redeem(tx, code, "telegram", str(thu.id), now)
    sent = operator.runs("telegram", "notify", "Máy chủ tạm dừng")
    assert (sent.returncode, sent.stdout.strip()) == (0, "Đã gửi tới 1/1 nơi.")
    thu.waits_for("Máy chủ tạm dừng")
    with operator.database.write() as tx:
        groups.register(tx, "telegram", "-100999", None, person.id, now)
    gone = operator.runs("telegram", "notify", "Lần hai")
    assert gone.returncode == 1
    assert "0/1" in gone.stdout


def test_status_and_webhook_through_the_second_client(operator: Operator) -> None:
    """The tool sees what Telegram sees and takes no update: what people wrote still waits for the server."""
    operator.api.user("Lan").says("chào")
    status = operator.runs("telegram", "status")
    assert status.returncode == 0, status.stderr
    assert "Đang chờ: 1" in status.stdout
    short = operator.runs("telegram", "set-webhook", TELEGRAM_SECRET="short")
    assert short.returncode == 2
    assert operator.runs("telegram", "set-webhook", TELEGRAM_SECRET=SECRET, PUBLIC_URL=NOBODY).returncode == 0
    assert "/webhooks/telegram" in operator.runs("telegram", "status").stdout
    off = operator.runs("telegram", "status", TELEGRAM_TOKEN="")
    assert off.returncode == 1
    assert "VIECTOT_TELEGRAM_TOKEN" in off.stderr


def test_a_wrong_token_is_said_without_showing_it(operator: Operator) -> None:
    """What Telegram refuses reaches the operator as a sentence; the token stays out of it."""
    wrong = "123456:" + "B" * 35
    done = operator.runs("telegram", "status", TELEGRAM_TOKEN=wrong)
    assert done.returncode == 1
    assert "Telegram không nhận" in done.stderr
    assert wrong not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert json.dumps(wrong) not in done.stderr
