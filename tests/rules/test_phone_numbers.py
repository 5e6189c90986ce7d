"""A telephone number left with the receipt: the ways people type their own, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.said import FileSource, Said
from deeds.vietnamese import fold
from handlers.phone import left_phone, read_phone

MOBILE = "0912345678"
FIXED = "02438251234"
TYPED = {
    "0912345678": MOBILE,
    "0912 345 678": MOBILE,
    "0912.345.678": MOBILE,
    "091-234-5678": MOBILE,
    "0912\u00a0345\u00a0678": MOBILE,
    "+84912345678": MOBILE,
    "+84 912 345 678": MOBILE,
    "+84 (0) 912 345 678": MOBILE,
    "84912345678": MOBILE,
    "0084 912 345 678": MOBILE,
    " 0912345678.\n": MOBILE,
    "024 3825 1234": FIXED,
    "(024) 3825 1234": FIXED,
    "(0243) 825 1234": FIXED,
    "+84 24 3825 1234": FIXED,
    "số của tôi là 0912345678 ạ": MOBILE,
    "Số điện thoại: 0912 345 678": MOBILE,
    "dạ sđt 0912-345-678 nhé": MOBILE,
    "gọi cho tôi qua số 0912345678": MOBILE,
    "cán bộ gọi lại vào số này 0912345678 nha": MOBILE,
    "gọi số của con tôi 0912345678": MOBILE,
    "số máy bàn nhà tôi 024 3825 1234": FIXED,
}
NONE = [
    "",
    "số điện thoại",
    "091234567",  # one digit short
    "09123456789",  # one too many
    "0112345678",  # no such number since 2018
    "01681234567",
    "001090012345",  # identity cards: twelve digits
    "030912345678",
    "842438251234",  # twelve digits, and no plus that says it is a number
    "cccd 001090012345",
    "0011 004 123 456",  # accounts
    "9704 3612 3456 7890",
    "số tài khoản 0912345678",
    "stk 0912345678 vietcombank",
    "19001234",
    "113",
    "08/11/2026",
    "+1 912 345 6789",
    "0912345678 0987654321",
    "0912345678, 0987654321",
    "0912345678a",
    "a0912345678",
    "https://zalo.me/0912345678",
    "số của ông Ba là 0912345678",
    "Bà Ngoan nhặt được ví, số của bà là 0912345678",
    "chuyển 0912345678 đồng",
    "47",
]


@pytest.mark.parametrize(("text", "number"), TYPED.items())
def test_a_number_is_read_however_it_is_typed(text: str, number: str) -> None:
    """With spaces, dots, dashes, the country's code, polite words around it, with or without accents."""
    assert read_phone(text) == number
    assert read_phone(fold(text)) == number
    assert read_phone(text.upper()) == number


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_of_their_own_is_left_alone(text: str) -> None:
    """Identity cards, accounts, dates, somebody else's number in a story: none of it is kept as a telephone number."""
    assert read_phone(text) is None
    assert read_phone(fold(text)) is None


@given(st.text("0123456789 .-+()84", max_size=24))
def test_whatever_is_read_can_be_dialled(text: str) -> None:
    """A number that is read has ten digits of a mobile or eleven of a fixed line, and reads as itself."""
    number = read_phone(text)
    if number is not None:
        assert number.isascii()
        assert len(number) == (11 if number.startswith("02") else 10)
        assert read_phone(number) == number
        assert number[1:] in "".join(sign for sign in text if sign.isdigit())


def test_a_long_run_of_digits_is_read_at_once() -> None:
    """Ten thousand signs that are nearly a number take no time to turn away."""
    for text in ("0 " * 10_000, "(" * 10_000 + "0", "0912345678" * 1_000, "+" * 10_000):
        assert read_phone(text) is None


def test_the_messenger_may_vouch_for_a_number_and_a_picture_or_a_button_is_none() -> None:
    """A shared contact counts in any country; a caption under a picture belongs to the picture."""
    assert left_phone(Said(own_phone="+84912345678")) == MOBILE
    assert left_phone(Said(own_phone="+85620555555")) == "+85620555555"
    assert left_phone(Said(text="0912345678")) == MOBILE
    assert left_phone(Said(text="0912345678", photos=(FileSource(sha256="a" * 64),))) is None
    assert left_phone(Said(text="0912345678", choice="3.none")) is None
