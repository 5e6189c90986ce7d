"""Whether words can be the answer to a question at all: who it was, when, where; a question or a wish is none of them.

Only for words in which nothing was read with certainty. What fits is kept in the teller's own words, what does not is
more of the story: a field that holds something else tells the moderator, and in the end the paper, what nobody said.
"""

import re
from functools import lru_cache

from deeds.vietnamese import fold, has_marks, lower
from handlers.reading.intents import SURE, Intent, likely, means
from handlers.reading.words import (
    ANSWER_MAX_CHARS,
    lines,
    remembered,
    spoken,
    table,
    whole_words,
    word_list,
    written_out,
)

_FILE = "fitting.toml"
_SHORTEST_STORY_CHARS = 20
_SHORT_CHARS = 60
_REMARK_CHARS = 80
_ASIDES = (Intent.QUESTION, Intent.REVOKE, Intent.TAKEDOWN, Intent.DELETE)
_NO_ANSWER = 0.9  # words held for an answer that are none cost a wrong fact, the other way one question
_FEWEST_WORDS = 2
_LONGEST_QUESTION_CHARS = 120
_NAME_WORDS = 4  # a bare name: "lo van khuyen"
_PEOPLE_WORDS = 9
_TIME_WORDS = 10
_PLACE_WORDS = 12
_WORD = re.compile(r"[^\W_]+")
_LEADING_COUNT = re.compile(r"\A\d{1,3}\s+")  # "3 bạn học sinh"


@remembered
def is_aside(text: str) -> bool:
    """Tell whether somebody asks something, or says what is to happen with their own words: no answer to anything."""
    if len(text) > ANSWER_MAX_CHARS:
        return False  # a story, whatever it ends with
    said = lower(text).strip()
    if said.endswith("?"):
        return True
    if _asks().search(said) is not None or _found("wishes").search(said) is not None:
        return True
    return means(text, *_ASIDES, at_least=_NO_ANSWER)


@remembered
def is_about_use(text: str) -> bool:
    """Tell whether somebody who was asked what may be shown speaks of just that, or too shortly to tell of a deed."""
    return len(text.strip()) < _SHORTEST_STORY_CHARS or is_aside(text) or _found("use").search(lower(text)) is not None


@remembered
def speaks_of_use(text: str) -> bool:
    """Tell whether a short message is about what may be shown."""
    return len(text) <= _REMARK_CHARS and _found("use").search(lower(text)) is not None


@remembered
def may_be_people(text: str) -> bool:
    """Tell whether words may say who somebody was: they begin as people are called, or are few enough for a name."""
    said = _LEADING_COUNT.sub("", _plain(text))
    words = _WORD.findall(said)
    nobody = _starts("no_people")
    if re.match(spoken(table(_FILE)["that_one"]), _polite(text)) and len(text) <= ANSWER_MAX_CHARS:
        return not is_aside(text)
    if is_aside(text) or not words or len(words) > _PEOPLE_WORDS or nobody.match(said) or nobody.match(_polite(text)):
        return False
    if _people().match(said):
        return not _counts().search(said)
    if len(words) > _NAME_WORDS or any(word.isdigit() for word in words):
        return False
    return len(words) <= 2 or fold(words[0]) in _families() or all(word[0].isupper() for word in text.split())


def begins_as_place(text: str) -> bool:
    """Tell whether words begin as people say where something was."""
    return _starts("places").match(_polite(text)) is not None


def begins_as_time(text: str) -> bool:
    """Tell whether words begin as people say when something was."""
    return _starts("days").match(_polite(text)) is not None


@remembered
def declines(text: str) -> bool:
    """Tell whether a short message wants to leave off, or not to say: "đéo cần, vứt đi", "không nói tên đâu"."""
    if waits(text) or wants_it_shown(text):
        return False
    return len(text) <= _SHORT_CHARS and _starts("declines").match(_polite(text)) is not None


@remembered
def waits(text: str) -> bool:
    """Tell whether somebody only wants to wait with it, whatever for: "khoan đã, còn hỏi con gái tôi"."""
    return len(text) <= _REMARK_CHARS and re.match(_written("waits"), _plain(text)) is not None


@remembered
def wants_it_shown(text: str) -> bool:
    """Tell whether somebody wants it shown, or asks why it is not yet; whatever words of a no stand in it."""
    return len(text) <= _REMARK_CHARS and re.search(rf"(?<!\w){_written('wants_it_shown')}", lower(text)) is not None


@remembered
def wants_it_gone(text: str) -> bool:
    """Tell whether a short message seems to want what is told gone, in whatever words: it is asked before it goes."""
    if len(text) > _REMARK_CHARS or len(text.split()) < _FEWEST_WORDS:  # "Huy" may be a name, and "hủy"
        return False
    return likely(text)[Intent.DELETE] >= SURE and not is_beyond_words(text) and not speaks_of_use(text)


def is_beyond_words(text: str) -> bool:
    """Tell whether there is more than can be told: "ai cũng giúp cả, không kể hết" has the words of a refusal."""
    return re.search(spoken(table(_FILE)["beyond_words"]), lower(text)) is not None


def leaves_open(text: str) -> bool:
    """Tell whether a short answer says somewhere that it is not known, or will not be said."""
    return declines(text) or (len(text) <= _SHORT_CHARS and word_list("unknown.txt").search(lower(text)) is not None)


@remembered
def forbids_use(text: str) -> bool:
    """Tell whether somebody who was asked what may be shown forbids all of it; half a yes is no clear no."""
    said = lower(text)
    if len(text) > _SHORT_CHARS or re.search(spoken(table(_FILE)["allows_after_all"]), said):
        return False
    return re.search(rf"(?<!\w){spoken(table(_FILE)['forbids'])}(?!\w)", said) is not None


@remembered
def allows_all(text: str) -> bool:
    """Tell whether somebody who was asked allows all of it in so many words: "ừ dùng hết đi"; half a yes is none."""
    said = " ".join(re.sub(r"[.,!]", " ", lower(text)).split())
    return len(text) <= _SHORT_CHARS and re.fullmatch(_written("allows_all"), said) is not None


@remembered
def keeps_pictures_back(text: str) -> bool:
    """Tell whether somebody who was asked allows their words, and not the pictures."""
    said = lower(text)
    if re.fullmatch(_written("only_words"), said.strip(" .!")):
        return True
    if not has_marks(text) or not _names_pictures(text) or len(text) > _REMARK_CHARS:
        return False  # "dung anh" typed bare is both
    if re.search(rf"(?<!\w){_written('no_words')}(?!\w)", said):
        return False
    return all(re.search(rf"(?<!\w){_written(name)}(?!\w)", said) for name in ("says_yes", "no_pictures"))


@remembered
def limits_use(text: str) -> bool:
    """Tell whether somebody wants it shown in some ways and not in others, or likes it no more: no question to us."""
    if len(text) > _REMARK_CHARS or asks_something(text):
        return False
    return re.search(rf"(?<!\w){_written('limits')}(?!\w)", lower(text)) is not None


@remembered
def drops_pictures(text: str) -> bool:
    """Tell whether all of a short message is that the pictures of what is being told shall go."""
    said = " ".join(re.sub(r"[.,!]", " ", lower(text)).split())
    if len(text) > _SHORT_CHARS or not _names_pictures(text):
        return False
    return re.fullmatch(_written("drops_pictures"), said) is not None


@remembered
def takes_pictures_back(text: str) -> bool:
    """Tell whether somebody whose report is sent wants its pictures kept back: "bỏ tấm hình ra, chữ thì cứ để"."""
    said = lower(text)
    if len(text) > _REMARK_CHARS or not _names_pictures(text) or re.search(_written("has_none"), said):
        return False
    return re.search(rf"(?<!\w){_written('no_pictures')}(?!\w)", said) is not None


@remembered
def objects(text: str) -> bool:
    """Tell whether somebody whose report is sent does not like what they allowed any more: "tui hổng chịu nữa đâu"."""
    said = lower(text)
    if len(text) > _REMARK_CHARS or re.search(rf"(?<!\w){_written('of_the_deed')}(?!\w)", said):
        return False
    return re.search(rf"(?<!\w){_written('objects')}(?!\w)", said) is not None


@remembered
def regrets(text: str) -> bool:
    """Tell whether somebody whose report is sent wants it back: "tui xin lại tin hồi nãy"."""
    return len(text) <= _REMARK_CHARS and re.search(rf"(?<!\w){_written('regrets')}(?!\w)", lower(text)) is not None


@remembered
def is_beside(text: str) -> bool:
    """Tell whether words said soon after a report are for its reader: a slip mended, a request; and nothing new."""
    said = lower(text).strip()
    if len(text) > _LONGEST_QUESTION_CHARS:
        return False
    if corrected(text) is not None:
        return True
    return any(re.match(_written(name), said) for name in ("mends", "requests"))


@remembered
def goes_on(text: str) -> bool:
    """Tell whether words go on about somebody told of just before: "chị ấy còn mua áo cho các cháu"."""
    return len(text) <= _LONGEST_QUESTION_CHARS and re.match(_written("goes_on"), lower(text).strip()) is not None


@remembered
def complains(text: str) -> bool:
    """Tell whether somebody asked whether they praise or accuse accuses: "tố cáo chứ không khen"."""
    if len(text) > ANSWER_MAX_CHARS:
        return False
    return re.search(rf"(?<!\w){_written('complains')}(?!\w)", lower(text)) is not None


@remembered
def allows_again(text: str) -> bool:
    """Tell whether somebody who had said no would have it used after all; which use they mean is asked."""
    said = lower(text)
    if len(text) > _REMARK_CHARS or asks_something(text) or re.search(rf"(?<!\w){_written('says_no')}(?!\w)", said):
        return False
    return re.search(rf"(?<!\w){_written('allows_again')}(?!\w)", said) is not None


@remembered
def takes_words_too(text: str) -> bool:
    """Tell whether a no to pictures is one to the words as well: "bỏ hết ảnh với lời kể giùm"."""
    said = lower(text)
    names_words, keeps_words = (
        re.search(rf"(?<!\w){_written(name)}(?!\w)", said) for name in ("words_too", "words_stay")
    )
    return bool(names_words and not keeps_words)


@remembered
def says_who_they_are(text: str) -> bool:
    """Tell whether somebody begins with who they are: "tôi là Bùi Văn Tấn"."""
    return re.match(_written("says_who"), lower(text).strip()) is not None


@remembered
def takes_down(text: str) -> bool:
    """Tell whether somebody told of, or theirs, seems to want it down, or not shown; a story may say so as well."""
    if len(text) > ANSWER_MAX_CHARS:
        return False
    said, known = lower(text), table(_FILE)["takes_down"]
    removes, forbids, theirs = (
        re.search(rf"(?<!\w)(?:{spoken(written_out(known[name], known))})(?!\w)", said)
        for name in ("removes", "forbids", "theirs")
    )
    return bool(theirs and (removes or forbids))


@remembered
def wants_removed(text: str) -> bool:
    """Tell whether somebody wants something taken down that is there already: "nhờ anh chị gỡ xuống giúp em"."""
    known = table(_FILE)["takes_down"]
    removes = spoken(written_out(known["removes"], known))
    return len(text) <= ANSWER_MAX_CHARS and re.search(rf"(?<!\w)(?:{removes})(?!\w)", lower(text)) is not None


@remembered
def takes_back(text: str) -> bool:
    """Tell whether somebody whom nobody asked forbids what they allowed: they begin with the no, and say of what."""
    return len(text) <= _SHORT_CHARS and _starts("takes_back").match(_polite(text)) is not None


@remembered
def corrected(text: str) -> str | None:
    """Return what it was instead, where somebody says "not X but Y" or "Y, not X"."""
    if len(text) > ANSWER_MAX_CHARS:
        return None
    for way in ("corrects", "instead_of"):
        if found := re.search(rf"(?<!\w){spoken(table(_FILE)[way])}", lower(text)):
            return text[found.start("new") : found.end("new")].strip(" ,;:")
    return None


@remembered
def asks_something(text: str) -> bool:
    """Tell whether a message is a question to us."""
    said = lower(text).strip()
    return len(said) <= _LONGEST_QUESTION_CHARS and (said.endswith("?") or _asks().search(said) is not None)


@remembered
def may_be_time(text: str) -> bool:
    """Tell whether words may say when something was."""
    return len(text.split()) <= _TIME_WORDS and not is_aside(text) and _found("times").search(lower(text)) is not None


@remembered
def may_be_place(text: str) -> bool:
    """Tell whether words may say where something was; what people call a place may be anything short."""
    return len(text.split()) <= _PLACE_WORDS and not is_aside(text)


def _polite(text: str) -> str:
    return word_list("polite_yes.txt").sub(" ", lower(text)).strip(" \t\n.,;:!-")


def _plain(text: str) -> str:
    return word_list("particles.txt").sub(" ", lower(text)).strip(" \t\n.,;:!-")


def _names_pictures(text: str) -> bool:
    """Tell whether pictures are named: among words with marks a bare "anh" is a man."""
    said = lower(text)
    return not has_marks(text) or any(word in said for word in table(_FILE)["pictures"])


@lru_cache(maxsize=16)
def _written(name: str) -> str:
    return f"(?:{spoken(written_out(table(_FILE)[name], table(_FILE)['words']))})"


@lru_cache(maxsize=8)
def _found(name: str) -> re.Pattern[str]:
    return whole_words(table(_FILE)[name])


@lru_cache(maxsize=8)
def _starts(name: str) -> re.Pattern[str]:
    return whole_words(table(_FILE)[name])


@lru_cache(maxsize=1)
def _counts() -> re.Pattern[str]:
    """Return a number that measures something, as in what was done; "lớp 5" and "tổ 3" say who."""
    numbered = "|".join(spoken(one) for one in table(_FILE)["numbered"])
    return re.compile(rf"(?<!\w)(?!(?:{numbered})\b)[^\W\d_]+\s+\d")


@lru_cache(maxsize=1)
def _asks() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any('asks')})(?:\s+(?:{_any('after_asking')}))*[\s.!]*\Z")


@lru_cache(maxsize=8)
def _any(name: str) -> str:
    return "|".join(rf"(?<!\w){spoken(one)}" for one in table(_FILE)[name])


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    return frozenset(fold(one) for one in lines("surnames.txt"))


@lru_cache(maxsize=1)
def _people() -> re.Pattern[str]:
    return whole_words([*table(_FILE)["people"], *lines("titles.txt")])
