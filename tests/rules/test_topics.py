"""What a question is about, of samples nobody learned from: how many get their answer, and that no story is one."""

from collections import Counter
from pathlib import Path

import pytest

from deeds.vietnamese import fold
from handlers.reading.intents import Intent
from handlers.reading.topics import ACTED_ON, Topic, asked_about, asks_us
from handlers.wishes import table
from texts import has

DATA = Path(__file__).resolve().parents[1] / "data"
ASKED = [topic for topic in Topic if topic is not Topic.OTHER]
NO_QUESTIONS = [
    "topics/sealed/other", *(f"intents/{folder}/story" for folder in ("learned", "sealed", "sealed_later")),
    *(f"intents/sealed/{intent}" for intent in Intent if intent is not Intent.QUESTION),
]  # fmt: skip


def _samples(name: str) -> list[str]:
    return [line for line in (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]


def _bare(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(text)).split())


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_has_samples_and_an_answer(topic: Topic) -> None:
    assert len(_samples(f"topics/learned/{topic}")) >= 30
    assert len(_samples(f"topics/sealed/{topic}")) >= 10
    assert has(f"asked.{topic}") or topic in ACTED_ON


def test_nothing_sealed_was_learned() -> None:
    learned = {_bare(line) for file in DATA.glob("*/learned/*.txt") for line in file.read_text("utf-8").splitlines()}
    sealed = {_bare(line) for file in DATA.glob("*/sealed*/*.txt") for line in file.read_text("utf-8").splitlines()}
    assert not learned & sealed


@pytest.mark.parametrize("topic", ASKED)
def test_a_question_gets_its_own_answer_and_hardly_ever_another(topic: Topic) -> None:
    answers = Counter(asked_about(line) for line in _samples(f"topics/sealed/{topic}"))
    assert answers[topic] / answers.total() >= 0.4, answers
    assert answers.total() - answers[topic] - answers[None] <= 2, answers


def test_most_questions_get_their_answer() -> None:
    answers = Counter(
        (asked_about(line) or Topic.OTHER) if asked_about(line) in (None, topic) else "another"
        for topic in ASKED
        for line in _samples(f"topics/sealed/{topic}")
    )
    assert 1 - (answers[Topic.OTHER] + answers["another"]) / answers.total() >= 0.6, answers
    assert answers["another"] / answers.total() <= 0.04, answers


@pytest.mark.parametrize("name", NO_QUESTIONS)
def test_nothing_told_and_no_wish_is_answered_as_a_question(name: str) -> None:
    assert [line for line in _samples(name) if asked_about(line) is not None] == []


def test_what_the_table_of_wishes_answers_is_answered_alike_by_the_weights() -> None:
    """The table hears its own sentences always; where the weights know one as well, it is the same answer."""
    for row in table()["wish"]:
        for text in row["samples"] if row["name"] == "asked" else ():
            about = asked_about(text)
            assert about is None or f"asked.{about}" == row["answer"], text
        for text in row["not"]:
            assert row["name"] == "mine" or asked_about(text) is None, text


def test_a_long_text_and_one_that_wants_something_down_ask_nothing() -> None:
    assert asked_about("có mất tiền không " * 40) is None
    assert not asks_us("sao lại đăng tên tôi lên vậy")
