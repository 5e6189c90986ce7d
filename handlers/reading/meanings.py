"""What a short message wants done with its speaker's own words, where every word of it is understood.

The message is cut into the pieces of `meanings.toml`, at each word the longest that fits. Where a word is left over it
may be a story, and means nothing here. What deletes is asked once before it is done, so one misheard costs one tap.
"""

import re
from functools import lru_cache

from deeds.vietnamese import lower
from handlers.reading.words import remembered, spoken, table, written_out

_FILE = "meanings.toml"
_LONGEST_CHARS = 120
_BETWEEN = re.compile(r"[\W_]+")


def leaves_off(text: str) -> str | None:
    """Return "delete" or "not_send" where that is all somebody says: "thôi xóa hết đi, đùa đấy"."""
    said = _pieces(text)
    if said & {"keep", "skip", "send"} or _asks_whether(text):
        return None
    if "delete" in said:
        return "delete"
    return "not_send" if "not_send" in said and "later" not in said else None


def surely_deletes(text: str) -> bool:
    """Tell whether "delete" is all somebody says and no question, asked whether to: "ừ rút đi"."""
    return leaves_off(text) == "delete" and "doubt" not in _pieces(text) and "?" not in text


def puts_off(text: str) -> bool:
    """Tell whether all somebody says is that they do it later: "để mai gửi"; a day alone answers when it was."""
    said = _pieces(text)
    return "later" in said and "delete" not in said and len(text.split()) > 2


def keeps_in_words(text: str) -> bool:
    """Tell whether all somebody says is that nothing shall go: "à không, để đó đi, đừng rút"."""
    said = _pieces(text)
    return "keep" in said and not said & {"delete", "not_send", "send"}


def refuses_in_words(text: str) -> bool:
    """Tell whether all somebody says is that they do not agree: "tôi có đồng ý đâu"."""
    return _pieces(text) - {"polite", "small", "why", "doubt"} == {"refuse"}


def sends_in_words(text: str) -> bool:
    """Tell whether all somebody says is to send it, and politely: "rứa thôi, gửi đi"; it consents, so nothing more."""
    return _pieces(text) - {"polite"} == {"send"} and "?" not in text


def means_all(text: str) -> bool:
    """Tell whether whoever wants something gone says it of all there is: "rút cả hai tin"."""
    return re.search(rf"(?<!\w){_written('all_of_it')}(?!\w)", lower(text)) is not None


def _asks_whether(text: str) -> bool:
    """Tell whether it is asked whether something can be taken back; "cho tôi xóa được không" takes it back."""
    said = lower(text)
    asked, wanted = (re.search(rf"(?<!\w){_written(name)}(?!\w)", said) for name in ("whether", "please"))
    return bool(asked and not wanted)


@lru_cache(maxsize=4)
def _written(name: str) -> str:
    known = table(_FILE)
    return f"(?:{spoken(written_out(known[name], known['words']))})"


@remembered
def _pieces(text: str) -> frozenset[str]:
    """Return the names of the pieces a message is made of; none when a word of it stands in no piece."""
    if len(text) > _LONGEST_CHARS:
        return frozenset()
    said, at, found = lower(text).strip(), 0, set()
    while at < len(said):
        if between := _BETWEEN.match(said, at):
            at = between.end()
            continue
        fitting = [(piece.end(), name) for name, says in _rows() if (piece := says.match(said, at))]
        if not fitting:
            return frozenset()
        at, name = max(fitting)
        found.add(name)
    return frozenset(found)


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, re.Pattern[str]], ...]:
    known = table(_FILE)
    return tuple(
        (row["name"], re.compile(rf"{spoken(written_out(says, known['words']))}(?!\w)"))
        for row in known["piece"]
        for says in row["says"]
    )
