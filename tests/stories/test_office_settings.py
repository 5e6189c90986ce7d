"""What an office sets wrong costs nobody their story: it is refused in a sentence, and passed over where it stands."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from deeds.errors import NotPossible
from storage.models import Place
from storage.office import OFFICE_SETTINGS, meaning, office, read_setting
from storage.settings import set_setting
from tests.cast import RESCUE
from tests.town import Town

NONSENSE = {
    "commune_code": ("99999", "00001", "abc", "3160", "0316O", "-1"),
    "first_day": ("45", "0", "hai", "1.5"),
    "reply_working_days": ("abc", "0", "31", "-1", "5 ngày", "²", "9" * 400),
    "digest_files_to_standing_office": ("maybe", "3"),
    "paper_names": ("maybe", "3"),
    "public_url": ("viectot.example.vn", "ftp://viectot.example.vn", "javascript:alert(1)"),
}


def test_every_setting_that_is_not_words_has_nonsense_to_be_tried() -> None:
    """Whoever adds a kind of setting says here what is refused."""
    free = {"Words", "Lines"}
    assert {name for name, kind in OFFICE_SETTINGS.items() if type(kind).__name__ not in free} == set(NONSENSE)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in NONSENSE.items() for value in values])
def test_nonsense_is_refused_with_a_sentence(name: str, value: str) -> None:
    """It says what the setting may be."""
    with pytest.raises(NotPossible) as refused:
        read_setting(name, value)
    assert refused.value.sentence


@pytest.mark.parametrize("name", list(NONSENSE))
def test_where_nonsense_stands_all_the_same_the_story_goes_on(town: Town, name: str) -> None:
    """An older program took it: a report is told to its end and answered, and its month is closed."""
    value = NONSENSE[name][0]
    town.writes(lambda tx: set_setting(tx, name, value, town.clock.now()))
    assert town.citizen("Lan").reports(RESCUE) == 1
    town.office  # noqa: B018  # somebody to hear of the month
    town.clock.move_to("2026-06-02 08:00")
    town.settle()
    assert town.period("2026-05") is not None
    assert json.loads(town.command("parked", "list", "--json")) == []


def test_the_command_refuses_what_the_desk_refuses_and_says_the_name_back(town: Town, tmp_path: Path) -> None:
    """ "03160" is said back as the commune it is; a code of no commune is one sentence and changes nothing."""
    assert "03160 = xã Mường Nhé" in town.command("office", "set", "commune_code", "03160")
    assert "15 = Từ ngày 15" in town.command("office", "set", "first_day", "15")
    assert "yes = " in town.command("office", "set", "digest_files_to_standing_office", "true")
    before = town.rows(office).made
    for name, value in (("commune_code", "00001"), ("first_day", "45"), ("reply_working_days", "abc")):
        done = subprocess.run(
            [Path(sys.executable).with_name("viectot"), "office", "set", name, value],
            capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
            env={"VIECTOT_DATA_DIR": str(town.folder), "VIECTOT_DATABASE_URL": town.url, "PATH": ""},
        )  # fmt: skip
        assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (1, "", 1), done.stderr
    assert town.rows(office).made == before


def test_what_is_set_right_means_what_it_says() -> None:
    """The name of a commune is said with its province; a number is kept in plain digits; words say themselves."""
    assert meaning("commune_code", "03160") == "xã Mường Nhé, tỉnh Điện Biên"
    assert read_setting("reply_working_days", " 07 ") == "7"
    assert meaning("reply_working_days", "7") == meaning("symbol", "UBND") == ""


def test_all_that_was_parked_is_retried_with_one_command(town: Town) -> None:
    """Three stories met the same fault; it is mended, one command carries all of them through."""
    told = [town.citizen(name, on="webchat") for name in ("Lan", "Minh", "Hoa")]
    for one in told:
        one.says("alo")
    sound = town.rows(lambda tx: tx.execute(select(Place.state).limit(1)).scalar_one())
    town.writes(lambda tx: tx.execute(update(Place).values(state={**sound, "shown": [["only an id"]]})))
    for one in told:
        one.says(RESCUE)
        one.sees("Tin vừa gửi đã được giữ lại")
    town.writes(lambda tx: tx.execute(update(Place).values(state=sound)))
    assert "3 tin" in town.command("parked", "retry", "--all")
    town.clock.catch_up()
    town.deliver()
    for one in told:
        one.sees("Xin xem lại:")
    assert "Không có gì" in town.command("parked", "retry", "--all")
