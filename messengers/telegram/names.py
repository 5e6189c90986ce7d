"""Who our bot is, asked once: a deep link needs its name."""

import asyncio

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods import GetMe

from messengers.telegram.failures import failure_of
from messengers.telegram.sending import call
from messengers.telegram.session import Session

TIMEOUT_S = 10


def bot_username(token: str, api_url: str) -> str:
    """Return the bot's name without its @. Raises `MessengerFailed` when Telegram does not answer."""
    return asyncio.run(_ask(token, api_url))


async def _ask(token: str, api_url: str) -> str:
    bot = Bot(token, session=Session(api=TelegramAPIServer.from_base(api_url)))
    try:
        me = await call(bot, GetMe(), TIMEOUT_S)
    except (AiogramError, OSError) as error:
        raise failure_of(error, "getMe") from None
    finally:
        await bot.session.close()
    username = me.get("username") if isinstance(me, dict) else me.username
    return str(username)
