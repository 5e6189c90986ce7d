"""The web chat in a browser that runs no scripts: what comes a moment later is seen, too."""

import re

from deeds.kinds import Act, Role, Thing
from tests.cast import RESCUE, OnWebChat, picture
from tests.town import Town
from tests.web.desk_town import Browser

BOTH = (Role.MODERATOR, Role.PUBLISHER)


def test_the_question_comes_after_the_thanks(town: Town) -> None:
    """The first answer stands there, the check is still on its way: the page looks again by itself till then."""
    lan = town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    lan.sends(RESCUE, [picture(1)])
    page = lan.follows("/chat").text
    assert "đã nghe, xin cảm ơn" in page
    assert "Xin xem lại:" not in page
    assert 'http-equiv="refresh"' in page
    town.clock.forward(seconds=3)
    town.deliver()
    page = lan.follows("/chat").text
    assert "Xin xem lại:" in page
    assert 'http-equiv="refresh"' not in page


def test_the_link_to_look_again_looks_again(town: Town) -> None:
    """It leads to an address the browser is not at, one of two: to the same page with a mark it would only scroll."""
    lan = town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    lan.says("alo")
    at, seen = "/chat", []
    for _ in range(4):
        page = lan.follows(at).text
        assert "Mời kể" in page
        [link] = re.findall(r'class="refresh"><a href="([^"]+)#end"', page)
        assert link != at
        at = link
        seen.append(link)
    assert len(set(seen)) == 2


def test_an_address_somebody_told_cannot_be_pressed(town: Town) -> None:
    """A bot's, and one of this very house: not at the check, not on a card. The page on privacy is ours to name."""
    thu, lan = town.moderator("Thu", on="webchat"), town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    assert isinstance(thu, OnWebChat)
    told = ("https://t.me/evilbot", f"{town.address}/desk/sign-in/XYZ")
    lan.says(f"Xem {told[0]} và {told[1]} nhé. {RESCUE}")
    page = lan.follows("/chat").text
    assert page.count(told[0]) == 2  # as it was told, and at the check
    assert _pressed(page) == {f"{town.address}/privacy"}
    lan.agrees()
    town.settle()
    thu.says("xem")
    page = thu.follows("/chat").text
    assert told[0] in page
    assert _pressed(page) == set()


def test_what_is_to_be_pressed_can_be(town: Town) -> None:
    """The page of what was published, the address to the desk."""
    lan, thu = town.citizen("Lan", on="webchat"), town.moderator("Thu", on="webchat", roles=BOTH)
    assert isinstance(lan, OnWebChat)
    assert isinstance(thu, OnWebChat)
    lan.reports()
    lan.picks("Chỉ lời kể")
    town.decides("Thu", Act.APPROVE)
    town.asks_honoree("Thu", Thing.DEED, Thing.NAME)
    town.decides("Thu", Act.PUBLISH)
    town.clock.forward(minutes=11)
    town.settle()
    assert f"{town.address}/deeds/{town.deed().code}" in _pressed(lan.follows("/chat").text)
    with Browser(town.address).client as desk:
        (token,) = re.findall(r'name="token" value="([^"]+)"', desk.get("/desk/sign-in").text)
        assert desk.post("/desk/sign-in", data={"name": "Thu", "token": token}).status_code == 200
    town.settle()
    assert any("/desk/sign-in/" in link for link in _pressed(thu.follows("/chat").text))


def _pressed(page: str) -> set[str]:
    log = page[page.index('id="log"') : page.index('id="state"')]
    return set(re.findall(r'<a href="([^"]+)" target', log))
