"""Keyboards as the server accepts them."""

from typing import Any
from urllib.parse import urlsplit

from tests.messengers.telegram_api.errors import bad

CALLBACK_DATA_MAX_BYTES = 64
BUTTONS_MAX = 100
INLINE_ACTIONS = (
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "web_app",
    "copy_text",
)


def check_markup(markup: Any, *, private: bool) -> dict[str, Any] | None:
    """Return the reply markup without empty rows. Raises the server's 400 for one it would refuse."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [[_inline(button) for button in row] for row in _rows(markup["inline_keyboard"])]
        return {"inline_keyboard": [row for row in rows if row]}
    if "keyboard" in markup:
        rows = [[_reply(button, private) for button in row] for row in _rows(markup["keyboard"])]
        return {**markup, "keyboard": [row for row in rows if row]}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    raise bad("object expected as reply markup")


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be of type Array')
    if sum(len(row) for row in rows) > BUTTONS_MAX:
        raise bad("reply markup is too long")
    return rows


def _inline(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not str(button.get("text") or "").strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    actions = [name for name in INLINE_ACTIONS if button.get(name)]
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and len(str(data).encode()) > CALLBACK_DATA_MAX_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if button.get("url") and urlsplit(button["url"]).scheme not in ("http", "https", "tg"):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")
    return {name: value for name, value in button.items() if value is not None}


def _reply(button: Any, private: bool) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not button.get("text"):
        raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not private and (button.get("request_location") or button.get("request_contact")):
        wanted = "location" if button.get("request_location") else "phone number"
        raise bad(f"{wanted} can be requested in private chats only")
    return {name: value for name, value in button.items() if value is not None}
