"""Somebody leaves a telephone number with the receipt, to be called where no message will reach them any more."""

import re
from datetime import timedelta

from deeds.said import Prompt, Said
from deeds.vietnamese import lower
from handlers.effects import KeepPhone
from handlers.place import Answer, Context, Place
from handlers.reading.words import word_list
from storage import deeds
from storage.database import Tx
from texts import say

OFFERED_FOR = timedelta(days=1)  # after the receipt a number alone is the one it asked for
LONGEST_CHARS = 120  # of a number with polite words around it
ASKED_BESIDE = "consent_publish"  # the question under the receipt: as long as it is open, so is the offer
ENDED = ("", "late_photos", "belongs")  # nothing is open that a number could answer

_SIGN = r"[ .\-\u00a0\u2010-\u2013()]*"
_NUMBER = re.compile(rf"(?<![\w+])(?:\+|00)?{_SIGN}[0-9](?:{_SIGN}[0-9]){{8,15}}\)?(?!\w)")
# Số thuê bao by Thông tư 22/2014/TT-BTTTT as changed in 2017 and 2018, without the 0 they are dialled with:
_MOBILE = r"[35789][0-9]{8}"
_FIXED = r"2[0-9]{9}"
_DIALLED = re.compile(rf"0({_MOBILE}|{_FIXED})")
# From abroad. Without a plus a fixed line would have the twelve digits of an identity card.
_ABROAD = re.compile(rf"(?:\+|00)84(?:0?)({_MOBILE}|{_FIXED})|84({_MOBILE})")


def read_phone(text: str) -> str | None:
    """Return the Vietnamese telephone number a whole message is, as it is dialled at home; None when it is no such.

    Polite words may stand around it. An identity card's twelve digits, an account, two numbers: none of them is one.
    """
    said = lower(text)
    found = _NUMBER.search(said) if len(said) <= LONGEST_CHARS else None
    if found is None:
        return None
    rest = f"{said[: found.start()]} {said[found.end() :]}"
    for known in ("phone.txt", "polite.txt"):
        rest = word_list(known).sub(" ", rest)
    if re.search(r"\w", rest):
        return None
    digits = re.sub(r"[^0-9+]", "", found.group())
    number = _DIALLED.fullmatch(digits) or _ABROAD.fullmatch(digits)
    return f"0{next(group for group in number.groups() if group)}" if number else None


def left_phone(said: Said) -> str | None:
    """Return the number in a message: shared by the messenger's own button, or typed."""
    if said.own_phone:
        return read_phone(said.own_phone) or said.own_phone
    return None if said.choice is not None or said.photos or said.voice else read_phone(said.text)


def keep_phone(place: Place, phone: str) -> Answer:
    """Keep a number; what is open stays open."""
    return Answer(place, (Prompt(say("receipt.phone.kept")),), (KeepPhone(phone),))


def after_receipt(tx: Tx, place: Place, said: Said, context: Context) -> Answer | None:
    """Keep a number that comes with or soon after a receipt; None when this is none, or nobody asked for it."""
    phone = left_phone(said) if place.talk in (ASKED_BESIDE, *ENDED) else None
    if phone is None:
        return None
    if place.talk in ENDED:
        told = deeds.latest_of(tx, context.person.id)
        if told is None or told.withdrawn_at is not None or context.now - told.told_at > OFFERED_FOR:
            return None
    return keep_phone(place, phone)
