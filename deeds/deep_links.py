"""What a link carries that opens a chat with the bot: the desk it hangs at, or a secret that ties two accounts.

Bot API, deep linking: 64 signs of A-Z, a-z, 0-9, _ and -, the prefix included.
"""

import re
from collections.abc import Iterable

TELEGRAM = "https://t.me/"
UNIT = "u_"
ACCOUNT = "l_"


def telegram_link(bot_username: str, payload: str) -> str:
    """Return the address that opens a chat with a Telegram bot and sends it `/start PAYLOAD`."""
    return f"{TELEGRAM}{bot_username}?start={payload}"


_ACTS = re.compile(r"((?:(?<![\w.])(?:\w+\.)?(?:t|telegram)\.(?:me|dog)|\btg:)[^\s?]*|/chat/?)\?", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/:.])/(?=[A-Za-z0-9_])")


def disarmed(text: str, links: Iterable[str] = ()) -> str:
    """Return a text in which no address and no slash word can be pressed to make its reader say something to the bot.

    What somebody told stands in cards and questions; messengers make links of addresses, and commands of `/word`.
    A space takes that from both, and people read them as before. `links` are our own, meant to be pressed.
    """
    ours = "|".join(re.escape(link) for link in links)
    pieces = re.split(f"({ours})", text) if ours else [text]
    return "".join(piece if number % 2 else _disarmed(piece) for number, piece in enumerate(pieces))


def _disarmed(text: str) -> str:
    if "?" in text:  # looked for first: most of what we say has neither sign, and each pattern reads every letter
        text = _ACTS.sub(r"\1 ?", text)
    return _COMMAND.sub("/ ", text) if "/" in text else text
