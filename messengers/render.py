"""A prompt becomes what one messenger can show: buttons where every one fits, else a numbered menu; never cut."""

import re

from deeds.deep_links import disarmed
from deeds.said import Prompt
from deeds.vietnamese import nfc
from messengers.port import Abilities, Outgoing
from texts import say

# Marks that turn or hide text, with which a name could make a moderator's card say something else. The zero-width
# joiner stays where it ties emoji together.
DECEIVING = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200b\u200c\u200e\u200f\u2060\ufeff]|(?<![\u2190-\U0001faff])\u200d"
)


def units(text: str) -> int:
    """Return the length of a text as messengers count it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def fits_buttons(prompt: Prompt, can: Abilities) -> bool:
    """Tell whether every choice fits on a button of this messenger."""
    return len(prompt.options) <= can.max_buttons and all(
        len(option.label) <= can.max_label_chars and len(option.id.encode()) <= can.max_option_id_bytes
        for option in prompt.options
    )


def render(
    prompt: Prompt, can: Abilities, chat: str, *, key: str, thread: str | None = None, edits: str | None = None
) -> list[Outgoing]:
    """Return the messages that say a prompt, in order; the last one carries the choices, the first one the pictures."""
    if prompt.instead is not None and not can.edits_messages:
        prompt = Prompt(prompt.instead)
    text = DECEIVING.sub("", nfc(prompt.text))
    options = prompt.options if fits_buttons(prompt, can) else ()
    if prompt.options and prompt.numbered and (not options or can.numbers_beside_buttons):
        menu = "\n".join(
            say("menu.line", number=number, label=option.label) for number, option in enumerate(prompt.options, start=1)
        )
        hint = f"\n\n{say('menu.hint')}" if prompt.first_menu else ""
        text = f"{text}\n\n{menu}{hint}"
    parts = split(disarmed(text, prompt.links), can.max_text_units)
    if len(parts) > 1:
        edits = None  # one message cannot become several, and nothing is cut: it is said anew
    last = len(parts) - 1
    return [
        Outgoing(
            chat=chat,
            text=part,
            options=options if number == last else (),
            photos=prompt.photos if number == 0 else (),
            files=prompt.files if number == last else (),
            edits=edits,
            thread=thread,
            ask_reply=prompt.ask_reply and number == last,
            links=prompt.links,
            key=key if number == 0 else f"{key}.{number}",
        )
        for number, part in enumerate(parts)
    ]


def split(text: str, most_units: int) -> list[str]:
    """Split a text between paragraphs, else lines, else words, so that no part is longer than the messenger takes."""
    if units(text) <= most_units:
        return [text]
    parts: list[str] = []
    part = ""
    for piece, glue in _pieces(text, most_units):
        joined = f"{part}{glue}{piece}" if part else piece
        if part and units(joined) > most_units:
            parts.append(part)
            part = piece
        else:
            part = joined
    # A messenger refuses a message of white space alone.
    return [said for said in (*parts, part) if said.strip()] or [""]


def _pieces(text: str, most_units: int) -> list[tuple[str, str]]:
    """Return the pieces a text may be split into, each with what joined it to the one before."""
    pieces: list[tuple[str, str]] = []
    for paragraph in text.split("\n\n"):
        if units(paragraph) <= most_units:
            pieces.append((paragraph, "\n\n"))
            continue
        for nth_line, line in enumerate(paragraph.split("\n")):
            glue = "\n" if nth_line else "\n\n"
            if units(line) <= most_units:
                pieces.append((line, glue))
                continue
            for nth_word, word in enumerate(line.split(" ")):
                joined = " " if nth_word else glue
                while units(word) > most_units:
                    head = word[: most_units // 2]  # a sign is at most two units
                    pieces.append((head, joined))
                    word, joined = word[len(head) :], ""
                pieces.append((word, joined))
    return pieces
