"""Words that mean the same at any moment: the whole message, in any spelling, and nothing that is part of a story."""

import tomllib
from pathlib import Path

import pytest

import handlers
from handlers.commands import Command, command

TABLE = tomllib.loads((Path(handlers.__file__).parent / "commands.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "phrase"), [(name, phrase) for name, phrases in TABLE.items() for phrase in phrases])
def test_every_phrase_means_its_command(name: str, phrase: str) -> None:
    """As written, in capitals, with a full stop."""
    for typed in (phrase, phrase.upper(), f"  {phrase}. "):
        assert command(typed) == Command(name), typed


def test_no_phrase_stands_twice() -> None:
    """A word has one meaning."""
    phrases = [phrase for phrases in TABLE.values() for phrase in phrases]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xoa", Command("delete")),
        ("tin cua toi", Command("mine")),
        ("rút 47", Command("withdraw", "47")),
        ("Rút tin số 47", Command("withdraw", "47")),
        ("số 47", Command("status", "47")),
        ("so 47", Command("status", "47")),
        ("7K2M-9QXD-4HTA", Command("receipt", "7K2M9QXD4HTA")),
        ("7k2m 9qxd 4hta", Command("receipt", "7K2M9QXD4HTA")),
        ("ABCD-EF23", Command("invitation", "ABCD-EF23")),
        ("/start ABCD-EF23", Command("invitation", "ABCD-EF23")),
        ("/help@viectot_bot", Command("help")),
    ],
)
def test_commands_with_a_number_or_a_code(typed: str, meant: Command) -> None:
    """Numbers, receipts and invitations are read however they are typed."""
    found = command(typed)
    assert found is not None
    assert found.name == meant.name
    assert found.value.replace("-", "").replace(" ", "").upper() == meant.value.replace("-", "")


@pytest.mark.parametrize(
    "typed",
    ["đúng", "Đúng", "ĐÚNG", "dung", "Dung", "Dũng", "Thời", "Gôi", "Gọn", "kẻ", "xoa giúp", "Đùng", "thổi", "xôa",
     "rụt 47"],
)  # fmt: skip
def test_a_word_typed_with_other_marks_is_another_word(typed: str) -> None:
    """ "Đúng" is a yes and "Dũng" a man: neither is "dừng"; typed without marks it is the yes."""
    assert command(typed) is None


@pytest.mark.parametrize("typed", ["xoá", "xóa", "XOÁ", "thoi", "THÔI", "huỷ", "Huy", "go\u0323i", "dừng", "dừng lai"])
def test_a_word_is_typed_in_either_style_or_bare(typed: str) -> None:
    """The mark may stand on either letter, be a sign of its own, or not be there."""
    assert command(typed) is not None


@pytest.mark.parametrize(
    "story",
    [
        "Thôi thì kể cho xã nghe chuyện bà Ngoan",
        "xóa nhà tạm cho bà con",
        "Ông Hai gọi bà con tới giúp",
        "rút 47 người ra khỏi đám cháy",
        "47",
        "số 47 đường Bờ Suối có người tốt",
        "0912345678",
        "",
    ],
)
def test_a_story_is_no_command(story: str) -> None:
    """Only the whole message counts."""
    assert command(story) is None
