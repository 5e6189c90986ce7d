"""The desk by keyboard in a real browser: a key decides once, however long it is held."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from deeds.kinds import Role, Status
from storage import deeds
from tests.web.desk_town import DeskTown
from tests.web.test_chat_in_browser import ARGUMENTS

pytestmark = pytest.mark.browser


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DeskTown]:
    """An open town in which four deeds wait."""
    town = DeskTown(tmp_path)
    with town.open():
        for teller in "abcd":
            town.hands_in(teller=teller)
        yield town


@pytest.fixture
def desk(town: DeskTown) -> Iterator[Page]:
    """A moderator's browser, signed in."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = chromium.new_page(base_url=town.address)
        page.goto(town.link_for(town.hire("Thu", Role.MODERATOR)))
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk")
        yield page
        chromium.close()


def _hold(page: Page, key: str, times: int = 12) -> None:
    """Hold a key: the first stroke is one, all others are repeats, whatever page stands there by then."""
    for _ in range(times):
        page.keyboard.down(key)
        page.wait_for_timeout(150)
    page.keyboard.up(key)


def _changed(town: DeskTown) -> int:
    with town.database.read() as tx:
        return len(deeds.recent(tx)) - deeds.count_in(tx, Status.RECEIVED)


def test_a_held_key_acts_once(town: DeskTown, desk: Page) -> None:
    """Whoever falls asleep on "a" has decided one deed at the most, and one undo takes it back."""
    desk.click("a.open")
    desk.wait_for_url("**/desk/deeds/*")
    _hold(desk, "a")
    assert _changed(town) == 0, "the key leads to who confirmed, and chooses nobody"
    _hold(desk, "Enter")
    assert _changed(town) == 1
    _hold(desk, "u")
    assert _changed(town) == 0


def test_moving_goes_on_while_its_key_is_held(desk: Page) -> None:
    """Down the list one need not press again and again."""
    _hold(desk, "j", 4)
    assert desk.evaluate("[...document.querySelectorAll('[data-line]')].findIndex(l => l.matches('.here'))") == 3
