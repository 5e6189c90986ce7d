"""Every sentence people read, by key: gettext catalogues in Vietnamese, read once at start.

A catalogue is a file `texts/vi/TOPIC.po`; its message ids are keys such as `introduce_deed.where.ask`, its translations
the sentences, with named placeholders in braces. There are no compiled files: what is in git is what people read.
"""

import string
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po


class TextMissing(KeyError):
    """No catalogue has a sentence under this key."""


@cache
def catalogue() -> Mapping[str, str]:
    """Return every sentence by its key. Raises `ValueError` when two catalogues define the same key."""
    sentences: dict[str, str] = {}
    for path in sorted((files(__package__) / "vi").iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".po"):
            continue
        for message in read_po(BytesIO(path.read_bytes()), locale="vi"):
            if not message.id or not isinstance(message.id, str):
                continue
            if message.id in sentences:
                raise ValueError(f"{path.name}: the key {message.id} is defined twice")
            sentences[message.id] = str(message.string)
    return sentences


def has(key: str) -> bool:
    """Tell whether a sentence stands under `key`."""
    return key in catalogue()


def say(key: str, **values: object) -> str:
    """Return the sentence under `key`, filled in. Raises `TextMissing`, or `KeyError` for a placeholder not given."""
    try:
        sentence = catalogue()[key]
    except KeyError:
        raise TextMissing(key) from None
    return sentence.format(**values) if values or "{" in sentence else sentence


def placeholders(key: str) -> frozenset[str]:
    """Return the names of the placeholders in the sentence under `key`."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(catalogue()[key]) if name)
