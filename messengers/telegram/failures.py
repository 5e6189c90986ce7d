"""What Telegram's refusals mean for the outbox: one table, read from top to bottom, then the kind of error."""

import re
from dataclasses import dataclass

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

from messengers.port import Failure, MessengerFailed
from messengers.telegram.session import NotTaken

TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")
RETRY_AFTER = re.compile(r"retry after (\d+)", re.IGNORECASE)
TOKEN_WRONG_RETRY_S = 300.0


@dataclass(frozen=True)
class Meaning:
    """A refusal of one kind whose description holds `part`, and what to do about it."""

    error: type[TelegramAPIError]
    part: str
    failure: Failure
    setting: str = ""  # what the operator has to mend


_TOKEN = "VIECTOT_TELEGRAM_TOKEN"

MEANINGS = (
    Meaning(TelegramForbiddenError, "", Failure.UNREACHABLE),  # blocked, deactivated, kicked, never started
    Meaning(TelegramBadRequest, "chat not found", Failure.UNREACHABLE),
    Meaning(TelegramBadRequest, "not enough rights to send", Failure.UNREACHABLE),
    Meaning(TelegramBadRequest, "have no rights to send", Failure.UNREACHABLE),
    Meaning(TelegramBadRequest, "message to edit not found", Failure.EDIT_GONE),
    Meaning(TelegramBadRequest, "message can't be edited", Failure.EDIT_GONE),
    Meaning(TelegramBadRequest, "message identifier", Failure.EDIT_GONE),
    Meaning(TelegramBadRequest, "message caption is too long", Failure.EDIT_GONE),
    Meaning(TelegramBadRequest, "failed to send message #", Failure.UNCERTAIN),  # an album stopped half-way
    Meaning(TelegramBadRequest, "file is temporarily unavailable", Failure.LATER),
    Meaning(TelegramUnauthorizedError, "", Failure.LATER, _TOKEN),  # the operator's token is wrong: keep everything
    Meaning(TelegramNotFound, "", Failure.LATER, _TOKEN),  # a token of no shape, or a wrong address
    Meaning(NotTaken, "", Failure.LATER),
    Meaning(TelegramServerError, "", Failure.UNCERTAIN),
)


def failure_of(error: Exception, doing: str) -> MessengerFailed:
    """Return what a failed request means; `doing` is the name of the method, for the log."""
    log = f"Telegram {doing}: {_without_token(error)}"
    if isinstance(error, MessengerFailed):
        return error
    if isinstance(error, TelegramRetryAfter):
        return MessengerFailed(Failure.LATER, log, retry_after_s=float(error.retry_after))
    if isinstance(error, TelegramMigrateToChat):
        return MessengerFailed(Failure.MOVED, log, moved_to=str(error.migrate_to_chat_id))
    if isinstance(error, TelegramEntityTooLarge):  # aiogram counts it among the errors of the network
        return MessengerFailed(Failure.FAILED, log)
    if isinstance(error, TelegramNetworkError):
        # Nobody was reached, so nothing went out; otherwise the answer got lost, not necessarily the message.
        refused = isinstance(error.__cause__, ClientConnectorError)
        return MessengerFailed(Failure.LATER if refused else Failure.UNCERTAIN, log)
    if isinstance(error, ConnectionError | TimeoutError):
        return MessengerFailed(Failure.UNCERTAIN, log)
    if isinstance(error, ClientDecodeError):
        return MessengerFailed(Failure.UNCERTAIN, f"Telegram {doing}: the answer could not be read")
    for meaning in MEANINGS:
        if isinstance(error, meaning.error) and meaning.part in str(error).lower():
            return MessengerFailed(meaning.failure, log, retry_after_s=_wait_s(error), setting=meaning.setting)
    return MessengerFailed(Failure.FAILED, log)


def _wait_s(error: TelegramAPIError) -> float | None:
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        return TOKEN_WRONG_RETRY_S
    told = RETRY_AFTER.search(str(error))
    return float(told[1]) if told else None


def _without_token(error: Exception) -> str:
    text = error.message if isinstance(error, TelegramAPIError) else type(error).__name__
    return TOKEN.sub("<token>", text)
