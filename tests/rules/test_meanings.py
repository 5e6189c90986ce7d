"""Short messages made wholly of known pieces: each sample means what it stands under, and nothing that tells does."""

from collections.abc import Callable

import pytest

from deeds.vietnamese import fold
from handlers.reading.meanings import keeps_in_words, leaves_off, puts_off, refuses_in_words, sends_in_words
from handlers.reading.words import table
from tests.cast import RESCUE

READ: dict[str, Callable[[str], bool]] = {
    "delete": lambda text: leaves_off(text) == "delete",
    "not_send": lambda text: leaves_off(text) == "not_send",
    "keep": keeps_in_words,
    "later": puts_off,
    "refuse": refuses_in_words,
    "send": sends_in_words,
}
PIECES = {row["name"]: row for row in table("meanings.toml")["piece"]}
MEANT = [(name, text) for name in READ for text in PIECES[name]["samples"]]
NOT_MEANT = [(name, text) for name in READ for text in PIECES[name]["not"]]


@pytest.mark.parametrize(("name", "text"), MEANT)
def test_every_sample_means_its_piece(name: str, text: str) -> None:
    """As written, in capitals, without marks, with signs between its words."""
    for way in (text, text.upper(), fold(text), f" {text}!!! ", text.replace(" ", "  ")):
        assert READ[name](way), way


@pytest.mark.parametrize(("name", "text"), NOT_MEANT)
def test_what_sounds_alike_does_not(name: str, text: str) -> None:
    """A story, a question, the opposite; with and without marks."""
    for way in (text, fold(text)):
        assert not READ[name](way), way


@pytest.mark.parametrize(("name", "text"), MEANT)
def test_one_strange_word_is_enough_to_mean_nothing(name: str, text: str) -> None:
    """It may be part of what somebody tells."""
    for way in (f"{text} {RESCUE}", f"bà Ngoan bảo {text}", f"{text} cho bản Nà Lốc"):
        assert not READ[name](way), way
