"""Every sentence asked for exists and fits its call; every sentence that exists is asked for and fits its place."""

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache

import pytest
from babel.messages.pofile import read_po

from tests.guards.checkout import ROOT, files, product_files
from tests.guards.computed import EXPANDED, STAND_INS, STATUS_PAGES, TEMPLATES, WHERE_THERE_IS_ONE
from tests.guards.said import Call, calls_in_code, calls_in_template, keys_in_code, keys_in_template

# Catalogues of pages and papers, whose sentences may be long; all others are said in a chat.
NOT_SPOKEN = ("official", "document", "digest", "desk", "web", "page", "public", "privacy", "guide", "place", "legal")
LONGEST_SAID_CHARS = 600

# hòa, thủy, khỏe are written in the old way; in the new way the tone stands on the last letter.
_NEW_STYLE = re.compile(r"(?<![qQ])(?:[oO][àáảãạèéẻẽẹ]|[uU][ỳýỷỹỵ])(?!\w)")


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """Return the sentences by catalogue and key."""
    found = {}
    for name in files():
        if name.startswith("texts/vi/") and name.endswith(".po"):
            with (ROOT / name).open("rb") as lines:
                found[name] = {str(m.id): str(m.string) for m in read_po(lines, locale="vi") if m.id}
    return found


def sentences() -> dict[str, str]:
    """Return all sentences by key."""
    return {key: text for catalogue in catalogues().values() for key, text in catalogue.items()}


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces."""
    return frozenset(name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name)


def misfits(calls: Iterable[Call], known: Mapping[str, str]) -> list[str]:
    """Return what is wrong with calls of `say`: no such key, or other names than its placeholders."""
    found = []
    for call in calls:
        if call.key not in known:
            found.append(f"{call.where}: no sentence {call.key}")
        elif call.names is not None and call.names != placeholders(known[call.key]):
            wants, gives = sorted(placeholders(known[call.key])), sorted(call.names)
            found.append(f"{call.where}: {call.key} wants {wants}, is given {gives}")
    return found


def unused(known: Iterable[str], whole: set[str], patterns: Iterable[str]) -> list[str]:
    """Return the keys nobody says, neither as a whole nor by the pattern of a key put together."""
    return [key for key in known if key not in whole and not any(fnmatchcase(key, pattern) for pattern in patterns)]


def faults_of_sentence(key: str, text: str, *, spoken: bool) -> list[str]:
    """Return what is wrong with one sentence by the house rules of spelling and size."""
    rules = (
        (not text.strip(), "is empty"),
        (text != unicodedata.normalize("NFC", text), "is not NFC"),
        (bool(_NEW_STYLE.search(text)), "places a tone in the new way; the house writes hòa, thủy, khỏe"),
        (spoken and len(text) > LONGEST_SAID_CHARS, f"is longer than {LONGEST_SAID_CHARS} characters"),
    )
    return [f"{key} {why}" for wrong, why in rules if wrong]


def _all_calls() -> list[Call]:
    code = [call for name, source in product_files(".py") for call in calls_in_code(name, source)]
    return code + [call for name, source in product_files(*TEMPLATES) for call in calls_in_template(name, source)]


def test_every_sentence_said_exists_and_gets_its_values() -> None:
    """No call of `say` can fail at run time where its key is written out."""
    assert misfits(_all_calls(), sentences()) == []


def test_every_sentence_is_said_somewhere() -> None:
    """No catalogue keeps a sentence that nothing says any more."""
    whole: set[str] = {*EXPANDED, *STAND_INS}
    for name, source in product_files(".py"):
        whole |= {call.key for call in calls_in_code(name, source)} | keys_in_code(source)[0]
    for name, source in product_files(*TEMPLATES):
        whole |= keys_in_template(name, source)[0]
    for _, source in product_files(".toml", ".csv", ".json"):
        whole |= set(re.findall(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+", source))
    assert unused(sentences(), whole, (*WHERE_THERE_IS_ONE, *STATUS_PAGES)) == []


def test_no_key_stands_in_two_catalogues() -> None:
    """A key has one sentence."""
    keys = [key for catalogue in catalogues().values() for key in catalogue]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_sentences_keep_the_house_rules() -> None:
    """NFC, tones placed in the old way, nothing empty, nothing too long to be said in a chat."""
    found = [
        fault
        for name, catalogue in catalogues().items()
        for key, text in catalogue.items()
        for fault in faults_of_sentence(key, text, spoken=not name.rsplit("/", 1)[1].startswith(NOT_SPOKEN))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ('say("hello.first", office=x)', 0),
        ('say("hello.first", **values)', 0),
        ('texts.say("hello.first", office=x)', 0),
        ('say("hello.frist", office=x)', 1),
        ('say("hello.first")', 1),
        ('say("hello.first", office=x, phone=y)', 1),
        ("say(key, office=x)", 0),
    ],
)
def test_the_guard_of_calls_bites_in_code(source: str, faults: int) -> None:
    """A misspelt key and wrong names are found; what is computed is left alone."""
    assert len(misfits(calls_in_code("x.py", source), {"hello.first": "Chào, đây là {office}"})) == faults


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ('<p>{{ say("hello.first", office=x) }}</p>', 0),
        ("{% if a %}{{ say('hello.first') }}{% endif %}", 1),
        ('{{ say("desk.gone") | upper }}', 1),
    ],
)
def test_the_guard_of_calls_bites_in_templates(source: str, faults: int) -> None:
    """The same for a page."""
    assert len(misfits(calls_in_template("x.html", source), {"hello.first": "Chào, đây là {office}"})) == faults


def test_the_guard_of_unused_sentences_bites() -> None:
    """A key put together in a readable way counts as used; one that nobody names does not."""
    code = 'ask = Prompt("introduce.where")\nlabel = say(f"status.{deed.status}.label")\nx = "role." + y'
    known = ["introduce.where", "status.received.label", "role.press", "introduce.when", "status.received.help"]
    assert unused(known, *keys_in_code(code)) == ["introduce.when", "status.received.help"]
    whole, patterns = keys_in_template("x.html", "{{ say('field.' ~ code) }}{{ say('desk.title') }}")
    assert unused(["field.rescue", "desk.title", "desk.old"], whole, patterns) == ["desk.old"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Cộng hòa, quý bà con, xã Thủy Hoàn, khỏe, thuở", 0),
        ("Cộng hoà", 1),
        ("Thuỷ", 1),
        ("a" * 601, 1),
        (" ", 1),
        ("e\u0302", 1),
    ],
)
def test_the_guard_of_sentences_bites(text: str, faults: int) -> None:
    """New-style tones, loose accents, empty and overlong sentences are found."""
    assert len(faults_of_sentence("k", text, spoken=True)) == faults
