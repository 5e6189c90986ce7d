"""No Vietnamese sentence stands in code or page templates; all of them are in `texts/`."""

import ast
import re
import unicodedata

import pytest

from tests.guards.checkout import PRODUCT, docstrings, product_files

# Of Jinja; of styles, scripts and typst; of scripts and typst to the line's end (but not the // of an address).
_COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter.lower().replace("đ", "d"))[0]


def _is_vietnamese(text: str) -> bool:
    """Tell whether the text is words with Vietnamese letters; one letter in several tones is a table, not a word."""
    letters = [letter for letter in unicodedata.normalize("NFC", text) if letter.isalpha()]
    accented = [letter for letter in letters if not letter.isascii() and "LATIN" in unicodedata.name(letter, "")]
    return bool(accented) and len({_bare(letter) for letter in letters}) > 1


def vietnamese_in_code(source: str) -> list[int]:
    """Return the lines with a Vietnamese string literal; an escaped letter is not a sentence, so it does not count."""
    tree = ast.parse(source)
    told = docstrings(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            written = source.splitlines()[node.lineno - 1 : node.end_lineno]
            if _is_vietnamese(node.value) and any(not line.isascii() for line in written):
                found.append(node.lineno)
    return sorted(set(found))


def vietnamese_in_page(source: str) -> list[int]:
    """Return the lines of a template, script or style sheet with Vietnamese letters outside a comment."""
    without = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), source)
    return [number for number, line in enumerate(without.splitlines(), start=1) if _is_vietnamese(line)]


def test_no_vietnamese_in_code() -> None:
    """Every Python file outside `texts/` is free of Vietnamese literals."""
    folders = tuple(folder for folder in PRODUCT if folder != "texts")
    found = [
        f"{name}:{line}"
        for name, source in product_files(".py", folders=folders)
        for line in vietnamese_in_code(source)
    ]
    assert found == [], "move these sentences to texts/vi/ and get them by say(); word lists go to a data file"


def test_no_vietnamese_in_pages() -> None:
    """Every template, script and style sheet gets its words by `say`."""
    found = [
        f"{name}:{line}"
        for name, source in product_files(".html", ".xml", ".j2", ".js", ".css", ".typ")
        for line in vietnamese_in_page(source)
    ]
    assert found == [], 'move these sentences to texts/vi/ and write {{ say("key") }}'


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('ask = "Việc này ở đâu ạ?"', [1]),
        ('ask = f"Chào {name}, mời kể"', [1]),
        ('x = 1\nmenu = """\n1. Kể tiếp\n"""', [2]),
        ('"""The standing office (cơ quan thường trực)."""', []),
        ("x = 1  # bà con", []),
        ('TONES = "aàáảãạ"', []),
        (r'D = "\u0111"', []),
        ('plain = "Introduce a deed"', []),
    ],
)
def test_the_guard_of_code_bites(source: str, lines: list[int]) -> None:
    """Sentences are found; docstrings, comments, letter tables and escapes are let through."""
    assert vietnamese_in_code(source) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>\nĐã nhận</p>", [2]),
        ('<p>{{ say("desk.received") }}</p>', []),
        ("a { x: 1 } /* màu của xã */\n// bảng của xã\nlet x = 1", []),
        ('<a href="https://example.vn">Về đầu trang</a>', [1]),
        ("{# trang của cán bộ\nxã #}\n<p>ok</p>", []),
    ],
)
def test_the_guard_of_pages_bites(source: str, lines: list[int]) -> None:
    """A sentence in a page is found, a comment is not."""
    assert vietnamese_in_page(source) == lines
