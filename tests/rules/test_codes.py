"""A receipt is read however a person writes it; a leaked database opens nobody's report."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeds.codes import (
    deed_code,
    is_deed_code,
    new_invitation,
    new_receipt,
    new_secret,
    read_receipt,
    receipt_hmac,
    secret_hash,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
receipts = st.lists(st.text(CROCKFORD, min_size=4, max_size=4), min_size=3, max_size=3).map("-".join)


@given(receipts, st.sampled_from(["{}", "mã của tôi là {} ạ", "{}.", "  {}\n"]), st.booleans())
def test_a_receipt_is_found_in_what_was_typed(receipt: str, sentence: str, lower: bool) -> None:
    """In a sentence, in small letters, with letters for the digits they resemble."""
    typed = receipt.lower() if lower else receipt
    assert read_receipt(sentence.format(typed)) == receipt
    assert read_receipt(sentence.format(typed.replace("0", "O").replace("1", "l"))) == receipt


@pytest.mark.parametrize(
    ("text", "receipt"),
    [
        ("VZ9D F6DQ Z2J5", None),  # blanks part words
        ("VZ9DF6DQZ2J5", "VZ9D-F6DQ-Z2J5"),
        ("vz9d-f6dqz2j5", "VZ9D-F6DQ-Z2J5"),
        ("oooo-iiii-llll", "0000-1111-1111"),
        ("UUUU-F6DQ-Z2J5", None),  # no U in these digits
        ("VZ9D-F6DQ-Z2J", None),
        ("VZ9D-F6DQ-Z2J55", None),
        ("nghethanhsat", None),  # a word of twelve letters is a word
        ("tôi muốn kể", None),
        ("", None),
    ],
)
def test_what_is_read_as_a_receipt(text: str, receipt: str | None) -> None:
    """Twelve digits, with or without their dashes; words are words."""
    assert read_receipt(text) == receipt


def test_receipts_are_made_of_sixty_random_bits() -> None:
    """Ten thousand of them differ, use every digit, and are read back as they are."""
    made = {new_receipt() for _ in range(10_000)}
    assert len(made) == 10_000
    assert set("".join(made)) == set(CROCKFORD) | {"-"}
    assert all(read_receipt(receipt) == receipt for receipt in made if any(sign.isdigit() for sign in receipt))


def test_what_is_kept_of_a_receipt_depends_on_the_key_and_not_on_dashes() -> None:
    """Without the key nobody can try receipts against the database."""
    assert receipt_hmac("VZ9D-F6DQ-Z2J5", b"k" * 32) == receipt_hmac("VZ9DF6DQZ2J5", b"k" * 32)
    assert receipt_hmac("VZ9D-F6DQ-Z2J5", b"k" * 32) != receipt_hmac("VZ9D-F6DQ-Z2J5", b"l" * 32)
    assert "VZ9D" not in receipt_hmac("VZ9D-F6DQ-Z2J5", b"k" * 32).upper()


def test_secrets_and_invitations_differ() -> None:
    """256 bits for links, eight digits for what is typed; what is kept of either is a hash."""
    assert len({new_secret() for _ in range(1_000)}) == 1_000
    assert all(len(new_secret()) == 43 for _ in range(20))
    assert re.fullmatch(rf"[{CROCKFORD}]{{4}}-[{CROCKFORD}]{{4}}", new_invitation())
    assert secret_hash("a") != secret_hash("b")
    assert len(secret_hash("a")) == 64


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (deed_code(2026, 123), True),
        ("VT-2026-000123", True),
        ("VT-2026-1234567", False),
        ("VT-2026-00012", False),
        ("vt-2026-000123", False),
        ("VT-2026-000123\n", False),
        ("xVT-2026-000123", False),
        ("", False),
    ],
)
def test_deed_codes(text: str, is_one: bool) -> None:
    """One written form, nothing around it."""
    assert is_deed_code(text) is is_one


def test_deed_codes_sort_as_they_were_given() -> None:
    """Within a year and over its end."""
    codes = [deed_code(year, number) for year in (2026, 2027) for number in (1, 9, 10, 999, 1_000, 999_999)]
    assert codes == sorted(codes)
