"""What Zalo's refusals mean for the outbox. It answers 200 to nearly everything: what counts is `error` in the body."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from http import HTTPStatus

import structlog
from aiohttp import ClientConnectorError

from deeds.months import VIET_NAM
from messengers.port import Failure, MessengerFailed

log = structlog.get_logger()

MORNING = time(6, 5)  # the curfew ends at six
OPERATOR_PAUSE_S = 1800.0  # what only an operator can mend is not mended within seconds
TOKEN_CODES = frozenset((-216, 216, -401, 401, -220))  # the access token is dead or too old
SHAPE_CODES = frozenset((-201, -233))  # with buttons: perhaps only these are not taken


@dataclass(frozen=True)
class Meaning:
    """What to do about some codes of one kind."""

    codes: tuple[int, ...]
    failure: Failure
    why: str
    pause_s: float | None = None
    operator: bool = False  # somebody must do something: said loudly
    unpaid: Failure | None = None  # instead, where the office pays for nothing


MEANINGS = (
    Meaning((-32,), Failure.LATER, "too many calls", pause_s=60.0),
    Meaning((-200,), Failure.LATER, "sending failed"),
    Meaning((-100,), Failure.UNCERTAIN, "unknown error"),
    Meaning((-201,), Failure.FAILED, "parameters or shape refused"),
    Meaning((-210,), Failure.FAILED, "over a limit of length or size"),
    Meaning((-233, -248), Failure.FAILED, "kind or content refused"),
    Meaning((-230, -232, -305, -311), Failure.CLOSED, "too long since the person was heard"),
    Meaning((-218,), Failure.CLOSED, "the person's share of messages is used up"),
    # What is answered within the free frame costs no quota: where nothing is paid for, the frame must be over.
    Meaning((-211,), Failure.LATER, "the account's quota is used up", OPERATOR_PAUSE_S, True, Failure.CLOSED),
    Meaning((-320, -321), Failure.LATER, "the paying account is empty", OPERATOR_PAUSE_S, True, Failure.CLOSED),
    Meaning((-213, -217, -244, -227), Failure.UNREACHABLE, "blocked, left or locked"),
    Meaning(
        (-204, -205, -209, -212, -219, -221),
        Failure.LATER,
        "account or app gone, not active or not verified",
        OPERATOR_PAUSE_S,
        operator=True,
    ),
    Meaning((-223, -224), Failure.LATER, "right not granted or package not bought", OPERATOR_PAUSE_S, operator=True),
    Meaning(tuple(sorted(TOKEN_CODES)), Failure.LATER, "access token refused", OPERATOR_PAUSE_S, operator=True),
)
CURFEW_CODE = -234
_BY_CODE = {code: meaning for meaning in MEANINGS for code in meaning.codes}


class Refused(MessengerFailed):
    """Zalo answered, and said no with this code."""

    def __init__(self, code: int, failed: MessengerFailed) -> None:
        super().__init__(failed.failure, str(failed), retry_after_s=failed.retry_after_s, setting=failed.setting)
        self.code = code


def refusal(code: int, doing: str, now: datetime, *, paid: bool) -> Refused:
    """Return what a code means; the words that come with it are left out: they may quote what we sent."""
    if code == CURFEW_CODE:
        return Refused(
            code,
            MessengerFailed(
                Failure.LATER, f"Zalo OA {doing}: {code} not at night", retry_after_s=seconds_to_morning(now)
            ),
        )
    meaning = _BY_CODE.get(code)
    if meaning is None:
        log.error("Zalo said something nobody here knows", doing=doing, code=code)
        return Refused(code, MessengerFailed(Failure.FAILED, f"Zalo OA {doing}: {code} unknown"))
    if meaning.unpaid is not None and not paid:
        return Refused(code, MessengerFailed(meaning.unpaid, f"Zalo OA {doing}: {code} {meaning.why}"))
    if meaning.operator:
        log.error("the operator must look at a Zalo account", doing=doing, code=code, why=meaning.why)
    failed = MessengerFailed(
        meaning.failure,
        f"Zalo OA {doing}: {code} {meaning.why}",
        retry_after_s=meaning.pause_s,
        setting="viectot zalo-oa authorize" if code in TOKEN_CODES else "",
    )
    return Refused(code, failed)


def failure_of_status(status: int, doing: str) -> MessengerFailed:
    """Return what an answer means that is none of Zalo's own: a page, or no JSON at all."""
    told = f"Zalo OA {doing}: status {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return MessengerFailed(Failure.LATER, told, retry_after_s=60.0)
    # Said by what stands in front: it could not hand the request on. A 500 or 504 may have gone through.
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE):
        return MessengerFailed(Failure.LATER, told)
    if 300 <= status < 500:
        log.error("the address of Zalo's API seems wrong", doing=doing, status=status)
        return MessengerFailed(Failure.LATER, told, retry_after_s=OPERATOR_PAUSE_S)
    return MessengerFailed(Failure.UNCERTAIN, told)


def failure_of_line(error: Exception, doing: str) -> MessengerFailed:
    """Return what a broken connection means: nobody was reached, or the answer got lost and perhaps not the message."""
    refused = isinstance(error, ClientConnectorError)
    return MessengerFailed(Failure.LATER if refused else Failure.UNCERTAIN, f"Zalo OA {doing}: {type(error).__name__}")


def seconds_to_morning(now: datetime) -> float:
    """Return how long it is until five past six in Viet Nam."""
    here = now.astimezone(VIET_NAM)
    morning = datetime.combine(here.date(), MORNING, tzinfo=VIET_NAM)
    if morning <= here:
        morning += timedelta(days=1)
    return (morning - here).total_seconds()
