"""What the Bot Platform's refusals mean for the outbox: one table by error code, then how the connection ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog

from messengers.port import Failure, MessengerFailed
from messengers.zalo_bot.client import NoAnswer, NotReached, Refused

log = structlog.get_logger()

OPERATOR_RETRY_S = 300.0  # somebody must do something first
ServerSays = Refused | NotReached | NoAnswer


@dataclass(frozen=True)
class Meaning:
    """What a code stands for, and what to do about it."""

    failure: Failure
    operator: str = ""  # what the operator must know; empty: nothing


WRONG_TOKEN = "the token of the Zalo bot is wrong or was reset: set VIECTOT_ZALO_BOT_TOKEN"
WRONG_ADDRESS = "nobody knows this bot there: see VIECTOT_ZALO_BOT_API_URL and VIECTOT_ZALO_BOT_TOKEN"

# The codes of the platform's own table, in their order; the HTTP status where the body has none.
MEANINGS: Mapping[int, Meaning] = {
    400: Meaning(Failure.FAILED),
    401: Meaning(Failure.LATER, WRONG_TOKEN),  # keep everything until it is right
    403: Meaning(Failure.LATER),  # not "forbidden": the platform's pages call it an internal error
    404: Meaning(Failure.LATER, WRONG_ADDRESS),
    408: Meaning(Failure.UNCERTAIN),  # of a poll it is no failure at all, see polling.py
    426: Meaning(Failure.FAILED),
    429: Meaning(Failure.LATER),  # no pause is named: the outbox waits longer each time
    500: Meaning(Failure.UNCERTAIN),
    # Said by what stands in front of the platform and could not hand the request on; a 504 did hand it on.
    502: Meaning(Failure.LATER),
    503: Meaning(Failure.LATER),
    504: Meaning(Failure.UNCERTAIN),
}


def failure_of(error: ServerSays, doing: str) -> MessengerFailed:
    """Return what a failed call means; `doing` is the name of the method, for the log."""
    told = f"Zalo Bot {doing}: {error}"
    if isinstance(error, NotReached):
        return MessengerFailed(Failure.LATER, told)
    if isinstance(error, NoAnswer):
        return MessengerFailed(Failure.UNCERTAIN, told)
    meaning = meaning_of(error.code)
    if meaning.operator:
        log.error(meaning.operator, doing=doing, code=error.code)
        setting = "VIECTOT_ZALO_BOT_TOKEN" if meaning.operator == WRONG_TOKEN else "VIECTOT_ZALO_BOT_API_URL"
        return MessengerFailed(meaning.failure, told, retry_after_s=OPERATOR_RETRY_S, setting=setting)
    return MessengerFailed(meaning.failure, told, retry_after_s=error.retry_after_s)


def meaning_of(code: int) -> Meaning:
    """Return the row of a code; one nobody wrote down is taken by its hundred."""
    if code in MEANINGS:
        return MEANINGS[code]
    if HTTPStatus.MULTIPLE_CHOICES <= code < HTTPStatus.BAD_REQUEST:
        return MEANINGS[404]  # sent elsewhere: we do not follow, the token would go along
    return MEANINGS[500 if code >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]
