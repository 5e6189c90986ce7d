"""A sentence whose key is put together at run time exists for everything that can fill the key and for nothing else."""

import pytest

from tests.guards.checkout import product_files
from tests.guards.computed import (
    EXPANDED,
    FILLED,
    NO_SENTENCES,
    READ_ELSEWHERE,
    STAND_INS,
    STATUS_PAGES,
    TEMPLATES,
    WHERE_THERE_IS_ONE,
    patterns,
)
from tests.guards.said import keys_in_code, keys_in_template
from texts import catalogue, has


@pytest.mark.parametrize("key", sorted(EXPANDED))
def test_every_computed_key_has_its_sentence(key: str) -> None:
    """None is missing for a status, role or act nobody thought of."""
    assert has(key)


def test_every_pattern_says_what_may_fill_it() -> None:
    """Whoever puts a new key together adds here what it may become."""
    assert patterns() == {*FILLED, *WHERE_THERE_IS_ONE, *STATUS_PAGES, *READ_ELSEWHERE, *NO_SENTENCES}


def test_no_computed_sentence_is_left_over() -> None:
    """Of a pattern that is enumerated, every sentence belongs to one of what may fill it."""
    whole = {key for name, source in product_files(".py") for key in keys_in_code(source)[0]}
    whole |= {key for name, source in product_files(*TEMPLATES) for key in keys_in_template(name, source)[0]}
    heads = {pattern.removesuffix("*") for pattern in FILLED if pattern.count("*") == 1 and pattern.endswith(".*")}
    heads -= {"introduce_deed.", "document."}
    spare = [key for key in catalogue() if key not in EXPANDED and key not in whole and key not in STAND_INS]
    assert [key for key in spare if any(key.startswith(head) and "." not in key[len(head) :] for head in heads)] == []
