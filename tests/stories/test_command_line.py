"""The fixed surface of the command line, beside a running server: what scripts rely on keeps its shape."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx2

from deeds.kinds import Status
from moderation.confirming import CONFIRMERS
from tests.cast import RESCUE
from tests.town import Town

VIECTOT = Path(sys.executable).with_name("viectot")


def test_lists_have_the_shapes_scripts_rely_on(town: Town) -> None:
    """Moderators with role and identities, deeds with code, status, summary and honorees."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.says(RESCUE).agrees()
    (thu,) = json.loads(town.command("moderator", "list", "--json"))
    assert (set(thu), thu["name"], thu["role"]) == ({"name", "role", "identities"}, "Thu", "moderator")
    assert [one["messenger"] for one in thu["identities"]] == ["plain"]
    (deed,) = json.loads(town.command("deeds", "list", "--json"))
    assert set(deed) == {"code", "status", "summary", "honorees"}
    assert (deed["status"], deed["honorees"]) == ("received", ["Anh Lò Văn Khuyên"])
    assert json.loads(town.command("parked", "list", "--json")) == []
    facts = {one["name"]: one for one in json.loads(town.command("office", "show", "--json"))}
    assert facts["office"]["value"] == "xã Suối Lành"


def test_decisions_by_command_are_decisions_as_any_other(town: Town) -> None:
    """Approved and taken back by name; the teller hears nothing of either; the history knows who and whence."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.says(RESCUE).agrees()
    code = town.deed(1).code
    assert "Đã duyệt" in town.command("decide", code, "approve", "--by", "Thu", "--confirmed-by", "village_head")
    assert town.deed(1).status is Status.APPROVED
    town.command("decide", code, "undo", "--by", "Thu")
    assert town.deed(1).status is Status.RECEIVED
    lan.says("à quên, trời mưa to lắm")
    (shown,) = json.loads(town.command("deeds", "show", code, "--json"))
    assert json.loads(town.command("deeds", "show", "1", "--json")) == [shown], "by the number its teller reads out"
    assert [(line["act"], line["by"]) for line in shown["history"]] == [
        ("receive", "Người kể"),
        ("approve", "Thu"),
        ("undo", "Thu"),
        ("add", "Người kể"),
    ]
    assert [line["via"] for line in shown["history"]][1:3] == ["cli", "cli"]
    (added,) = shown["answers"]
    assert "à quên, trời mưa to lắm" in added


def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(town: Town, tmp_path: Path) -> None:
    """An unknown person, an unknown deed, an approval nobody vouches for: no traceback, nothing changed."""
    town.moderator("Thu")
    town.citizen("Lan").says(RESCUE).agrees()
    approve = ("decide", town.deed(1).code, "approve", "--by", "Thu")
    for words in (
        ("decide", "VT-2026-999999", "approve", "--by", "Thu"),
        ("login-link", "Ai đó"),
        approve,
        (*approve, "--confirmed-by", "ai đó"),
    ):
        done = subprocess.run(
            [VIECTOT, *words], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
            env={"VIECTOT_DATA_DIR": str(town.folder), "VIECTOT_DATABASE_URL": town.url, "PATH": ""},
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        if words[: len(approve)] == approve:
            assert all(key in done.stderr for key in CONFIRMERS)
    assert town.deed(1).status is Status.RECEIVED


def test_a_link_for_somebody_just_invited_opens_the_desk(town: Town) -> None:
    """Invited by command and not met anywhere yet: the link signs them in with their role."""
    town.citizen("Lan").says("alo")
    town.command("invite", "Thu", "--role", "moderator")
    link = town.command("login-link", "Thu").strip()
    town.clock.catch_up()
    with httpx2.Client(base_url=town.address, follow_redirects=True) as browser:
        path = re.sub(r"^https?://[^/]+", "", link)
        token = re.search(r'name="token" value="([^"]+)"', browser.get(path).text)
        assert token is not None
        assert browser.post(path, data={"token": token[1]}).status_code == 200


def test_an_open_month_gives_a_draft_and_freezes_nothing(town: Town, tmp_path: Path) -> None:
    """The draft is marked as one, keeps the decree's form, and the month stays open."""
    lan = town.citizen("Lan")
    town.moderator("Thu")
    lan.says(RESCUE).agrees()
    town.command("decide", town.deed(1).code, "approve", "--by", "Thu", "--confirmed-by", "known")
    month = json.loads(town.command("digest", "show", "--period", _this_month(), "--json"))
    assert (month["state"], month["draft"]) == ("open", True)
    written = town.command("digest", "build", "--period", _this_month(), "--out", str(tmp_path / "out")).split()
    assert [Path(path).suffix for path in written] == [".docx", ".pdf", ".xlsx"]
    assert "đúng" in town.command("check-document", written[0])
    assert town.period(_this_month()) is None


def _this_month() -> str:
    from datetime import datetime

    from deeds.months import VIET_NAM, month_of

    return str(month_of(datetime.now(VIET_NAM)))
