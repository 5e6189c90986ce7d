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
