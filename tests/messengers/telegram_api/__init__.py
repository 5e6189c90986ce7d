"""A stand-in of the Telegram Bot API: a real HTTP server on the loopback, with people to talk to the bot through it.

with TelegramApi() as api:
    lan = api.user("Lan")
    lan.says("/start")
"""

from tests.messengers.telegram_api.chats import Message, Press
from tests.messengers.telegram_api.people import Group, Person
from tests.messengers.telegram_api.server import TelegramApi

__all__ = ["Group", "Message", "Person", "Press", "TelegramApi"]
