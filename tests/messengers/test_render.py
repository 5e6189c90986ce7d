"""A prompt becomes what one messenger can show: every choice reachable, no word lost, no sign broken."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deeds.said import File, Option, Prompt
from deeds.vietnamese import nfc
from messengers.mail.abilities import ABILITIES as MAIL
from messengers.port import Abilities
from messengers.render import render, split, units
from messengers.telegram.abilities import ABILITIES as TELEGRAM
from messengers.webchat.abilities import ABILITIES as WEBCHAT
from messengers.zalo_bot.abilities import ABILITIES as ZALO_BOT
from messengers.zalo_oa.abilities import abilities as zalo_oa
from storage.people import NOT_PUSHED
from texts import say

SMALL = Abilities(
    max_text_units=200,
    max_buttons=2,
    max_label_chars=10,
    max_option_id_bytes=8,
    edits_messages=True,
    sends_photos=True,
    sends_files=True,
)
PLAIN = replace(SMALL, max_buttons=0, edits_messages=False)
YES, NO = Option("yes", "Đồng ý"), Option("no", "Để sau")
texts_to_split = st.text(
    st.sampled_from("ab ấ👍\n 🇻🇳"), max_size=400
)  # letters of one and two units, and every kind of border


def shown(prompt: Prompt, can: Abilities) -> str:
    """Return the only message a prompt becomes."""
    (outgoing,) = render(prompt, can, "5", key="k")
    return outgoing.text


@pytest.mark.parametrize(
    ("options", "can", "fits"),
    [
        ((YES, NO), SMALL, True),
        ((YES, NO, Option("x", "Khác")), SMALL, False),
        ((YES, Option("no", "Để lúc khác")), SMALL, False),
        ((YES, Option("no", "Để lúc sau")), SMALL, True),
        ((YES, Option("không", "Để sau")), SMALL, True),
        ((YES, Option("không ạ", "Để sau")), SMALL, False),
        ((YES,), PLAIN, False),
        ((), PLAIN, True),
    ],
)
def test_choices_are_buttons_where_every_one_fits_and_numbers_elsewhere(
    options: tuple[Option, ...], can: Abilities, fits: bool
) -> None:
    """One too many, one label too long or one id too long: then all of them are numbered, and no label is cut."""
    (outgoing,) = render(Prompt("Gửi đi?", options), can, "5", key="k")
    if fits:
        assert (outgoing.text, outgoing.options) == ("Gửi đi?", options)
    else:
        assert outgoing.options == ()
        for number, option in enumerate(options, start=1):
            assert say("menu.line", number=number, label=option.label) in outgoing.text.splitlines()


def test_choices_that_have_no_numbers_are_left_out_where_there_are_no_buttons() -> None:
    """A card's buttons cannot be answered by number, so none are shown."""
    assert shown(Prompt("Tin số 7", (YES, NO), numbered=False), PLAIN) == "Tin số 7"


def test_the_first_menu_says_how_to_answer() -> None:
    """Only where it is numbered, and only the first."""
    hint = say("menu.hint")
    assert hint in shown(Prompt("Gửi đi?", (YES, NO), first_menu=True), PLAIN)
    assert hint not in shown(Prompt("Gửi đi?", (YES, NO)), PLAIN)
    assert hint not in shown(Prompt("Gửi đi?", (YES, NO), first_menu=True), SMALL)


def test_what_would_go_stale_is_said_otherwise_where_nothing_can_be_edited() -> None:
    """Without the choices, which would go stale as well."""
    prompt = Prompt("Tin số 7: chờ duyệt", (YES, NO), instead="Có tin mới")
    assert shown(prompt, PLAIN) == "Có tin mới"
    assert shown(prompt, SMALL) == "Tin số 7: chờ duyệt"


def test_the_last_part_carries_the_choices_and_the_first_the_pictures() -> None:
    """Each part has a key of its own, so that a repeat of one is known."""
    prompt = Prompt("\n\n".join(["a" * 150] * 3), (YES, NO), ("f" * 64,), (File("x", "x.pdf"),), ask_reply=True)
    parts = render(prompt, SMALL, "5", key="k", thread="9")
    assert [part.text for part in parts] == ["a" * 150] * 3
    assert [part.options for part in parts] == [(), (), (YES, NO)]
    assert [len(part.photos) for part in parts] == [1, 0, 0]
    assert [len(part.files) for part in parts] == [0, 0, 1]
    assert [part.ask_reply for part in parts] == [False, False, True]
    assert [part.key for part in parts] == ["k", "k.1", "k.2"]
    assert {(part.chat, part.thread) for part in parts} == {("5", "9")}


def test_an_edit_that_no_longer_fits_one_message_is_said_anew() -> None:
    """Nothing is cut to squeeze it into the old message."""
    short, long = Prompt("a"), Prompt("\n\n".join(["a" * 150] * 3))
    assert [part.edits for part in render(short, SMALL, "5", key="k", edits="m1")] == ["m1"]
    parts = render(long, SMALL, "5", key="k", edits="m1")
    assert [(part.text, part.edits) for part in parts] == [("a" * 150, None)] * 3


@given(texts_to_split, st.integers(min_value=2, max_value=60))
@example("     ", 2)
@example("\n\n\n\n a", 3)
@example("👍" * 40, 3)
@settings(max_examples=400)
def test_a_split_text_fits_and_loses_no_sign(text: str, most: int) -> None:
    """Whatever it holds, every part fits, none is empty beside others, and only white space at the borders goes."""
    parts = split(text, most)
    assert parts
    assert all(units(part) <= most for part in parts)
    assert len(parts) == 1 or all(part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        part.encode("utf-8")  # no half of a pair


@given(st.lists(st.lists(st.text("abcdấ", min_size=1, max_size=8), min_size=1, max_size=6), min_size=1, max_size=6))
def test_no_word_is_broken_that_fits_by_itself(paragraphs: list[list[str]]) -> None:
    """A border is between paragraphs, lines or words."""
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    assert [word for part in split(text, 12) for word in part.split()] == text.split()


def test_paragraphs_stay_whole_where_they_can() -> None:
    """Three of forty letters, of which two fit together: the border is the empty line."""
    first, second, third = (letter * 40 for letter in "abc")
    assert split(f"{first}\n\n{second}\n\n{third}", 100) == [f"{first}\n\n{second}", third]
    assert split(f"{first}\n{second}\n{third}", 100) == [f"{first}\n{second}", third]


@given(
    st.text(max_size=300),
    st.lists(
        st.builds(Option, st.text("ab.1", min_size=1, max_size=70), st.text(min_size=1, max_size=40)), max_size=35
    ),
    st.sampled_from([TELEGRAM, WEBCHAT, SMALL, PLAIN]),
)
def test_every_choice_is_reachable_on_every_messenger(text: str, options: list[Option], can: Abilities) -> None:
    """As a button with its own id, or as a line with its whole label."""
    parts = render(Prompt(text, tuple(options)), can, "5", key="k")
    assert all(units(part.text) <= can.max_text_units for part in parts)
    assert all(part.options == () for part in parts[:-1])
    if parts[-1].options:
        assert parts[-1].options == tuple(options)
    elif options:
        everything = "".join("".join(part.text for part in parts).split())
        assert all("".join(nfc(option.label).split()) in everything for option in options)


def test_marks_that_hide_or_turn_text_are_taken_out() -> None:
    """A name cannot make a card read backwards or hide half of itself; emoji made of several stay whole."""
    told = "Tư\u202etốt\u2066\u200b\ufeff 👨\u200d👩\u200d👧 Ba\u200dn"
    assert render(Prompt(told), TELEGRAM, "1", key="k")[0].text == "Tưtốt 👨\u200d👩\u200d👧 Ban"


def test_which_messengers_reach_who_is_not_looking_is_known_below_them_too() -> None:
    """A period counts as told by these only; the list the notices use is the abilities'."""
    abilities = {
        "mail": MAIL,
        "telegram": TELEGRAM,
        "webchat": WEBCHAT,
        "zalo_bot": ZALO_BOT,
        "zalo_oa": zalo_oa(paid=False),
    }
    assert {name for name, can in abilities.items() if not can.pushes} == NOT_PUSHED
