"""What must be noticed before a story is taken as one: danger now, an accusation, a child."""

import re
from functools import lru_cache

from deeds.vietnamese import fold, lower, nfc
from handlers.reading.intents import Intent, likely, means
from handlers.reading.words import has, just_before, remembered, spoken, table, whole_words, word_list

_CRY_AT_MOST = 220  # nobody in danger types more
_MAY_BE = 0.75  # whoever is asked in vain taps once, and loses nothing
_HINTS = 0.2  # one story in seven gets lines it does not need
_CHILD_BELOW = 16
_CHILD_YEARS = 10  # school year
_REACH = 32  # how far before an accusing word the praising one may stand


@remembered
def emergency_now(text: str) -> bool:
    """Return whether somebody seems to be in danger at this moment; a story told afterwards is none."""
    said = nfc(text)
    if len(said) <= _CRY_AT_MOST and has("calls_for_help.txt", said) and not has("past_days.txt", said):
        return True
    if len(said) > _CRY_AT_MOST or not has("danger_now.txt", said):
        return False
    so_far = _not_yet().sub(" ", lower(said))  # "not pulled out yet" tells of nobody saved
    return not has("told.txt", so_far) and not has("past_days.txt", said)


@lru_cache(maxsize=1)
def _not_yet() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){spoken(table('complaint.toml')['not_yet'])}(?: \S+){{1,3}}")


@remembered
def may_be_danger(text: str) -> bool:
    """Return whether words sound like danger now though no rule knows them; help given or a day past is a story."""
    if len(text) > _CRY_AT_MOST or not means(text, Intent.DANGER, at_least=_MAY_BE):
        return False
    return not any(has(words, text) for words in ("past_days.txt", "helping.txt"))


@remembered
def hints_at_danger(text: str) -> bool:
    """Return whether somebody might be in danger for all the words say: the numbers are told beside everything else."""
    return len(text) <= _CRY_AT_MOST and likely(text)[Intent.DANGER] >= _HINTS


@remembered
def stays_in_danger(text: str) -> bool:
    """Return whether what somebody says who just cried for help is more of it: no story of what was done, no thanks."""
    said = nfc(text)
    calm = any(has(words, said) for words in ("told.txt", "past_days.txt", "thanks.txt", "helping.txt"))
    return any(sign.isalpha() for sign in said) and len(said) <= _CRY_AT_MOST and not calm


@remembered
def sounds_like_complaint(text: str) -> bool:
    """Return whether a text accuses somebody; stopping a thief or reporting a crime to help the police is praise."""
    small = lower(text)
    for word in word_list("accusing.txt").finditer(small):
        if _told_as_good().match(small, word.end()):
            continue
        before = _same_sentence(small[max(0, word.start() - _REACH) : word.start()])
        if _given_up().search(before):
            continue
        if _wish().search(before):
            return True
        praised = word_list("praising_before.txt").search(before) or _praised_after().match(small, word.end())
        if not praised:
            return True
    return False


def _same_sentence(before: str) -> str:
    return re.split(r"[.!?;\n]", before)[-1]


@lru_cache(maxsize=1)
def _wish() -> re.Pattern[str]:
    """Return "I want to", "allow me to", just before the word: then the teller is the one who accuses."""
    return re.compile(whole_words(table("complaint.toml")["wish"]).pattern + r"\s*\Z")


@lru_cache(maxsize=1)
def _given_up() -> re.Pattern[str]:
    """Return "withdrew", just before the word for a complaint: there is peace."""
    return re.compile(whole_words(table("complaint.toml")["given_up"]).pattern + r"\s*\Z")


@lru_cache(maxsize=1)
def _told_as_good() -> re.Pattern[str]:
    """Return what makes even the word for a report the beginning of praise."""
    return re.compile(r"\s+" + whole_words(table("complaint.toml")["good_after"]).pattern)


@lru_cache(maxsize=1)
def _praised_after() -> re.Pattern[str]:
    return re.compile(r"\s+" + word_list("praising_after.txt").pattern)


@remembered
def about_child(text: str) -> bool:
    """Return whether somebody under 16 is told of, by age, school year or word."""
    small = lower(text)
    words = table("child.toml")
    if has("child.txt", small) or re.search(spoken(words["months"]), small):
        return True
    tens = re.compile(rf"(?<!\w){spoken(words['tens_before'])}\Z")
    for found in re.finditer(rf"(?<!\w){spoken(words['age'])}", small):
        grown = just_before(tens, small, found.start())
        if not grown and _small_number(found["age"]) < _CHILD_BELOW:
            return True
    taught = {one.end() for one in re.finditer(rf"(?<!\w)(?:{spoken(words['not_school'])})", small)}
    for found in re.finditer(rf"(?<!\w)(?:{spoken(words['school'])})", small):
        at_number = found.start("year") + 1
        if int(found["year"]) <= _CHILD_YEARS and at_number not in taught:
            return True
    return False


def _small_number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _numbers()[fold(word)]


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    numbers: dict[str, int] = table("days.toml")["numbers"]
    return {fold(name): number for name, number in numbers.items()}
