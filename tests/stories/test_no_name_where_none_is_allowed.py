"""Who is not named is not named anywhere: not in the story, the place, the day, the movement, nor by who vouches."""

from pathlib import Path

import httpx2
import pytest

from deeds.kinds import Thing
from tests.stories.month_town import Town as MonthTown
from tests.web.town import Town as WebTown

NAME = "Lò Văn Nam"
STORY = (
    "Nam nhảy xuống suối. Hôm ấy ông Nam đi từ Hà Nam về; Lo Van Nam, tức ông Văn Nam, không nhận công. "
    "Cả miền Nam đều biết."
)
LEFT = ("Hà Nam", "miền Nam", "Việt Nam")  # the last stands in the names of offices


def _without(text: str) -> str:
    """Return a text without the places that are called like the person."""
    for place in LEFT:
        text = text.replace(place, "")
    return text


def test_in_the_paper_and_in_what_is_kept_of_it(tmp_path: Path) -> None:
    """The frozen month of a person who does not want to be named says it nowhere, whoever wrote it where."""
    town = MonthTown(tmp_path)
    town.approved(
        "2026-10-08 08:00", NAME, Thing.DEED, Thing.STANDING_OFFICE, summary=STORY,
        place_text="nhà ông Nam, bản Nà Phiêng", when_text="hôm giỗ cụ Lò Văn Nam", movement="Noi gương Lò Văn Nam",
        confirmed_person="Trưởng bản biết ông Nam", confirmed_deed="Lo Van Nam tự kể",
    )  # fmt: skip
    town.close("2026-11-01 08:00")
    kept = str(town.period("2026-10").snapshot)
    assert all(place in kept for place in LEFT[:2])
    assert "Nam" not in _without(kept)


@pytest.fixture
def town(tmp_path: Path) -> WebTown:
    """An empty town."""
    return WebTown(tmp_path)


def test_on_the_page_and_in_the_feed(town: WebTown) -> None:
    """Front page, feed and the page of the deed read the same words with the same holes."""
    code = town.tell(name=NAME, summary=STORY, honoree=[Thing.DEED])
    with town.open() as address, httpx2.Client(base_url=address) as visitor:
        for path in ("/", "/feed.atom", f"/deeds/{code}"):
            shown = visitor.get(path).text
            assert "N. nhảy xuống suối. Hôm ấy ông N. đi từ Hà Nam về" in shown
            assert "Nam" not in _without(shown)
