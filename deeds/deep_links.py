"""What a link carries that opens a chat with the bot: the desk it hangs at, or a secret that ties two accounts.

Bot API, deep linking: 64 signs of A-Z, a-z, 0-9, _ and -, the prefix included.
"""

TELEGRAM = "https://t.me/"
UNIT = "u_"
ACCOUNT = "l_"


def telegram_link(bot_username: str, payload: str) -> str:
    """Return the address that opens a chat with a Telegram bot and sends it `/start PAYLOAD`."""
    return f"{TELEGRAM}{bot_username}?start={payload}"
