"""The bytes behind a file id, streamed and never more than asked for. The link holds the token, so it stays in here."""

from collections.abc import AsyncIterator

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.methods import GetFile
from aiohttp import ClientError, ClientResponseError

from messengers.port import Failure, MessengerFailed
from messengers.telegram.failures import failure_of
from messengers.telegram.sending import call

TIMEOUT_S = 120
CHUNK_BYTES = 64 * 1024


async def stream(bot: Bot, file_id: str, limit_bytes: int) -> AsyncIterator[bytes]:
    """Yield the bytes of a file. Raises `MessengerFailed`: LATER where trying again may help, else FAILED."""
    got = 0
    try:
        shown = await call(bot, GetFile(file_id=file_id))
        path = shown.get("file_path") if isinstance(shown, dict) else shown.file_path
        if not path:
            raise MessengerFailed(Failure.FAILED, "Telegram getFile: no path in the answer")
        url = bot.session.api.file_url(bot.token, path)
        async for chunk in bot.session.stream_content(url, timeout=TIMEOUT_S, chunk_size=CHUNK_BYTES):
            # Sizes are optional in the API and claims besides: count what really comes.
            got += len(chunk)
            if got > limit_bytes:
                raise MessengerFailed(Failure.FAILED, f"Telegram download: more than {limit_bytes} bytes")
            yield chunk
    except TelegramBadRequest as error:
        failure = Failure.LATER if "temporarily" in str(error) and "wrong" not in str(error) else Failure.FAILED
        raise MessengerFailed(failure, f"Telegram getFile: {error.message}") from None
    except TelegramAPIError as error:
        failed = failure_of(error, "getFile")
        # Asking twice does no harm, so nothing here is uncertain.
        later = Failure.LATER if failed.failure is Failure.UNCERTAIN else failed.failure
        raise MessengerFailed(later, str(failed), retry_after_s=failed.retry_after_s) from None
    except ClientResponseError as error:
        # The text of this error holds the link, and with it the token.
        raise MessengerFailed(Failure.LATER, f"Telegram download: status {error.status}") from None
    except (ClientError, TimeoutError, OSError) as error:
        raise MessengerFailed(Failure.LATER, f"Telegram download: {type(error).__name__}") from None
