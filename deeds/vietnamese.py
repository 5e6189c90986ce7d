"""Vietnamese text made comparable: the same words, however they were typed, give the same string."""

import re
import unicodedata
from functools import lru_cache

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_OPEN_PAIRS = ("oa", "oe", "uy")  # the only vowel pairs whose tone the two spelling styles put on different letters
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?<![.!?\u2026])[.!?\u2026]++[\"\u201d')]*+(?=\s|$)|\n")
# Every mark that may follow a letter is among these signs, and pictures, points and unseen signs are not.
_SIGN = "[^\\w\\s\0-\u02ff\u034f\u2000-\u20cf\u2100-\u2ce0\ufe00-\ufe0f\U0001f000-\U0001faff]"
_SIGNS = re.compile(rf"(?<!{_SIGN}){_SIGN}{{31,}}")
_ROW = re.compile(".{30}")  # of marks, as in Unicode's stream-safe text (UAX 15): sorting more takes quadratic time
_JOINER = "\u034f"  # unseen; marks on its two sides are not sorted together


def _base(letter: str) -> str:
    return letter.replace("\u0111", "d").replace("\u0110", "D")[:1]


def _letters() -> dict[int, str]:
    """Return every Latin letter with a mark (and capital A-Z) -> its small bare letter, always one for one."""
    table = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = _base(unicodedata.normalize("NFD", chr(code)))
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    for quote in "\u2018\u2019\u02bc\u0060\u00b4\u2032":
        table[ord(quote)] = "'"
    return table


_ONE_FOR_ONE = _letters()
_FOLD: dict[int, str | None] = {**dict.fromkeys(range(0x300, 0x370)), **_ONE_FOR_ONE}


def nfc(text: str) -> str:
    """Return the text with letter and mark in one code point, as keyboards in Viet Nam send it.

    Heaps of marks on one letter get an unseen sign after every thirty, so that this takes linear time.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _SIGNS.sub(_parted, text))


def _parted(signs: re.Match[str]) -> str:
    run = signs.group()
    return _ROW.sub(rf"\g<0>{_JOINER}", run) if any(map(unicodedata.combining, run)) else run


def plain(text: str) -> str:
    """Return NFC, casefolded, single spaces, nothing at the ends. Accents stay."""
    return " ".join(nfc(nfc(text).casefold()).split())


def fold(text: str) -> str:
    """Return `plain` without any mark, đ as d and one kind of apostrophe: for search columns and matching.

    Where the tone is written in the two spelling styles no longer matters either.
    """
    if text.isascii():
        return " ".join(text.replace("`", "'").lower().split())
    return " ".join(nfc(text).casefold().translate(_FOLD).split())


def fold_letters(text: str) -> str:
    """Return NFC text letter by letter without marks; the length is kept, so spans found in it fit `nfc(text)`."""
    return nfc(text).translate(_ONE_FOR_ONE)


def lower(text: str) -> str:
    """Return NFC text in small letters with the length kept (str.lower makes two letters of the Turkish capital)."""
    return nfc(text).replace("\u0130", "I").lower()


def has_marks(text: str) -> bool:
    """Return whether any letter was typed with a mark; without one nothing may be concluded from missing accents."""
    return not text.isascii() and any(
        ord(letter) in _ONE_FOR_ONE and letter.isalpha() and not letter.isascii() for letter in nfc(text)
    )


def accented(text: str) -> str:
    """Return a key that keeps accents but not where the tone was written: each word's tone stands at its end."""
    words = []
    for word in plain(text).translate({0x2019: "'", 0x2018: "'"}).split():
        letters: list[str] = []
        tones: list[str] = []
        for sign in unicodedata.normalize("NFD", word):
            (tones if sign in _TONES else letters).append(sign)
        words.append(nfc("".join(letters)) + "".join(tones))
    return " ".join(words)


def same_words(said: str, meant: str) -> bool:
    """Tell whether `said` is `meant`, each word typed with its marks or with none: "đúng" is no way to write "dừng"."""
    typed, wanted = plain(said).split(), _meant(meant)
    return len(typed) == len(wanted) and all(
        accented(one) == marked if has_marks(one) else fold(one) == bare
        for one, (marked, bare) in zip(typed, wanted, strict=True)
    )


@lru_cache(maxsize=1_024)
def _meant(phrase: str) -> tuple[tuple[str, str], ...]:
    """Return the words of one of our own phrases, each with its marks and without; of these there are a few hundred."""
    return tuple((accented(word), fold(word)) for word in plain(phrase).split())


def spellings(word: str) -> list[str]:
    """Return the ways people type one small word: with accents in the old and in the new style, and with none."""
    marked = nfc(word)
    ways = [marked, _tone_moved(marked), fold(marked)]
    return sorted(set(ways), key=lambda way: (-len(way), way))


def old_style(text: str) -> str:
    """Return the text with tones as the decree's model writes them (h\u00f2a, th\u1ee7y), the one style we write."""
    return _WORD.sub(lambda found: _old_style_word(found.group()), nfc(text))


def _split_tone(word: str) -> tuple[str, str, int]:
    """Return the word without its tone (NFC), the tone, and the index of the letter that carried it."""
    bare, tone, at = "", "", -1
    for index, letter in enumerate(word):
        parts = unicodedata.normalize("NFD", letter)
        marks = [sign for sign in parts if sign in _TONES]
        if marks:
            tone, at = marks[0], index
        bare += nfc("".join(sign for sign in parts if sign not in _TONES))
    return bare, tone, at


def _open_pair(bare: str) -> bool:
    low = bare.lower()
    return low.endswith(_OPEN_PAIRS) and not low.endswith("quy")


def _tone_moved(word: str) -> str:
    bare, tone, at = _split_tone(word)
    if not tone or not _open_pair(bare) or at < len(bare) - 2:
        return word
    other = len(bare) - 1 if at == len(bare) - 2 else len(bare) - 2
    return nfc(bare[:other] + bare[other] + tone + bare[other + 1 :])


def _old_style_word(word: str) -> str:
    bare, tone, at = _split_tone(word)
    return _tone_moved(word) if tone and _open_pair(bare) and at == len(bare) - 1 else word


def cut_at_sentence(text: str, limit: int) -> str:
    """Return at most `limit` characters, ended at a sentence or else at a word; "..." shows that more was said."""
    whole = " ".join(nfc(text).split()) if "\n" not in text else nfc(text).strip()
    if len(whole) <= limit:
        return whole
    room = max(limit - 4, 0)  # a space and three dots
    ends = [found.end() for found in _SENTENCE_END.finditer(whole, 0, room + 1) if found.end() <= room]
    if ends and ends[-1] >= limit // 3:
        return f"{whole[: ends[-1]].rstrip()} ..."
    head = whole[: max(limit - 3, 0) + 1]
    at = max(head.rfind(" "), head.rfind("\n"))
    head = head[:at] if at > 0 else head[:-1]
    return f"{head.rstrip(' ,;:-')}..."[:limit]
