"""What is told is kept whole, however long: only what is read of it has a limit."""

import pytest

from handlers.filling import STORY_MAX_CHARS
from moderation.suggest import suggest
from tests.rules.places import Teller

SENTENCE = "Chiều hôm qua anh Lò Văn Nam ở tổ 3 dìu bà cụ qua suối rồi đưa về tận nhà. "


def test_a_story_of_the_longest_message_is_kept_to_its_last_word() -> None:
    """Twenty thousand characters, as the web chat takes them: the end is there as well as the beginning."""
    told = SENTENCE * (19_900 // len(SENTENCE)) + "Bà cụ gửi lời cảm ơn."
    teller = Teller().says(told)
    assert teller.told["story"] == told
    assert teller.told["who"]["name"] == "Lò Văn Nam"


def test_words_that_no_longer_fit_are_refused_aloud_and_what_was_told_stays() -> None:
    """Nobody's words disappear unsaid: the teller hears that the last part was not taken."""
    teller = Teller().says(SENTENCE * 200).says(SENTENCE * 200)
    before = teller.told["story"]
    teller.says("Còn nữa: " + SENTENCE * 200)
    assert teller.told["story"] == before
    assert "chưa ghi thêm được" in teller.prompts[-1].text
    assert len(before) < STORY_MAX_CHARS


@pytest.mark.parametrize("more", [1, 30_000])
def test_a_guess_needs_only_the_beginning(more: int) -> None:
    """The field of a long story is guessed from its first pages."""
    assert suggest("Anh Nam lao xuống suối cứu cháu bé bị đuối nước. " + "Bà con mừng. " * more).urgent
