"""Telephone, identity and account numbers never leave the office, in whatever words they stand."""

import re

from texts import say

# What people write between the digits of a telephone number. Money is grouped by points, three digits each, and stays.
_BETWEEN = r"[ .()/_\u00a0\u200b-\u200d\u2010-\u2015-]{0,3}"
_GAP = r"[ .\u00a0-]"
_NUMBER = re.compile(
    "|".join(
        (
            rf"(?<![\d.,])(?!\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}})\(?\+?\(?(?:84|0)(?:{_BETWEEN}\d){{8,11}}(?!\d)",
            r"(?<!\d)0\d{9,10}(?!\d)",  # also where a comma stands before it
            rf"(?<![\d.,])\d{{4}}{_GAP}(?!(?:19|20)\d\d)\d{{4}}{_GAP}\d{{4}}(?:{_GAP}\d{{1,4}}){{0,3}}(?!\d)",
            r"(?<![\d.,])\d{9,}(?!\d)",
        )
    )
)


def without_numbers(words: str) -> str:
    """Return the words with telephone, identity and account numbers masked: words may be shown, these never."""
    return _NUMBER.sub(say("publishing.masked"), words)
