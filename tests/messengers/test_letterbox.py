"""Adding a messenger is one folder: sixty lines that know nothing of conversations carry a whole report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.opening import open_database
from bot.settings import Settings
from storage import attachments
from tests.cast import RESCUE, Shown, Speaker
from tests.messengers.letterbox import Letterbox
from tests.town import Town


class Writer(Speaker):
    """Somebody who writes letters."""

    def __init__(self, town: Town, name: str, box: Path) -> None:
        super().__init__(town, name)
        self.box = box
        self.written = 0
        (box / "in").mkdir(parents=True)

    def messages(self) -> list[Shown]:
        answers = sorted((self.box / "out").glob("*.txt"), key=lambda path: int(path.stem.removeprefix("out")))
        return [Shown(answer.read_text(encoding="utf-8"), (), None) for answer in answers]

    def _send(self, text: str, pictures: list[bytes]) -> int:
        self.town.begin()
        letters = [(".jpg", one) for one in pictures] + ([(".txt", text.encode())] if text else [])
        for ending, content in letters:
            self.written += 1
            unfinished = self.box / f"{self.written}.part"
            unfinished.write_bytes(content)
            unfinished.rename(self.box / "in" / f"{self.written:04}{ending}")
        return len(letters)


@pytest.fixture
def lan(tmp_path: Path) -> Iterator[Writer]:
    """Lan, and a commune that reads letters."""
    told = Settings(DATA_DIR=tmp_path, _env_file=None)  # type: ignore[call-arg]
    open_database(told).close()
    town = Town(tmp_path, told.database_url)
    town.serves(Letterbox(tmp_path / "letters"))
    yield Writer(town, "Lan", tmp_path / "letters" / "lan")
    town.end()


def test_a_report_with_a_picture_is_told_by_letter(lan: Writer) -> None:
    """A picture first, then the story, the check agreed to by its number: a receipt, and the deed has its picture."""
    lan.says("", photos=1)
    lan.says(RESCUE).agrees()
    number, _ = lan.receipt()
    assert number == 1
    lan.town.settle()
    with lan.town.database.read() as tx:
        pieces = attachments.of_deed(tx, lan.town.deed().id)
    assert [piece.state for piece in pieces] == ["ready"]


def test_the_example_stays_small() -> None:
    """What is shown as an example of sixty lines has sixty lines, blank ones and comments aside."""
    lines = Path(__file__).with_name("letterbox.py").read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 60
