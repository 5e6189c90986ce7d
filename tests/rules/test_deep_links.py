"""What a link carries, and how an address somebody wrote loses it."""

import re

import pytest

from deeds.deep_links import disarmed, telegram_link

PRESSED = re.compile(r"(?:t\.me|telegram\.(?:me|dog)|tg:|/chat/?)\S*\?|(?:^|\s)/\w", re.IGNORECASE)


@pytest.mark.parametrize(
    "address",
    [
        "https://t.me/viectot_bot?start=l_ABC",
        "http://www.t.me/viectot_bot/?x=1&start=ABCD-EF23",
        "T.ME/viectot_bot?start=x",
        "viectot_bot.t.me?start=x",
        "telegram.me/viectot_bot?startgroup=x",
        "telegram.dog/viectot_bot?start=x",
        "tg://resolve?domain=viectot_bot&start=x",
        "tg:resolve?domain=viectot_bot&start=x",
        "https://viectot.example.vn/chat?start=x",
        "/hoantac",
        "/xoa@viectot_bot",
    ],
)
def test_what_somebody_wrote_cannot_be_pressed_to_act(address: str) -> None:
    """People read it as before; a space has taken what a messenger would make a link of."""
    for text in (address, f"Xem {address} nhé", f"({address})", f"một\n{address}"):
        shown = disarmed(text)
        assert shown.replace(" ", "") == text.replace(" ", "")
        assert not PRESSED.search(shown)


@pytest.mark.parametrize("text", ["3 km/h", "và/hoặc", "ngày 5/5", "https://viectot.vn/deeds/VT-2026-000001", "1/2"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    """Fractions, days and addresses that lead to a page are nobody's command."""
    assert disarmed(text) == text


def test_our_own_link_is_meant_to_be_pressed() -> None:
    """Beside one that is not."""
    ours = telegram_link("viectot_bot", "l_ABC")
    assert disarmed(f"{ours} t.me/x?start=y", (ours,)) == f"{ours} t.me/x ?start=y"
