"""The web chat in a browser that runs no scripts: what comes a moment later is seen, too."""

import re

from tests.cast import RESCUE, OnWebChat, picture
from tests.town import Town


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
    """It leads to an address the browser is not at: to the same page with another mark it would only scroll."""
    lan = town.citizen("Lan", on="webchat")
    assert isinstance(lan, OnWebChat)
    lan.says("alo")
    links = {re.findall(r'class="refresh"><a href="([^"]+)#end"', lan.follows("/chat").text)[0] for _ in range(2)}
    assert len(links) == 2
    assert all("Mời kể" in lan.follows(link).text for link in links)
