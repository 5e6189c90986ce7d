"""What a mail server's refusals mean for the outbox."""

from smtplib import SMTPResponseException

from messengers.port import Failure, MessengerFailed

OPERATOR_RETRY_S = 3600.0  # until somebody has mended a setting; nothing is lost meanwhile
ACCEPTED = range(200, 300)  # RFC 5321, 4.2.1
REFUSED_FOR_NOW = 400
REFUSED_FOR_GOOD = 500
NEEDS_SIGN_IN = 530  # RFC 4954, 6: no word about the one it should go to


class SetUpWrong(Exception):
    """The server refuses us, not one letter: a setting is wrong, and the operator must mend it."""


def later(log: str) -> MessengerFailed:
    """Return that nothing went out, and that trying again soon may help."""
    return MessengerFailed(Failure.LATER, f"mail: {log}")


def when_mended(log: str) -> MessengerFailed:
    """Return that nothing went out, and that nothing will before a setting is mended."""
    return MessengerFailed(Failure.LATER, f"mail: {log}", retry_after_s=OPERATOR_RETRY_S, setting="VIECTOT_SMTP_*")


def refused(code: int, step: str, for_good: Failure) -> MessengerFailed:
    """Return what a reply means that is no yes; the server's own words may hold addresses and are left out."""
    return MessengerFailed(for_good if code >= REFUSED_FOR_GOOD else Failure.LATER, f"mail: {step} was answered {code}")


def uncertain(log: str) -> MessengerFailed:
    """Return that the letter was handed over and its receipt never came."""
    return MessengerFailed(Failure.UNCERTAIN, f"mail: no receipt after DATA: {log}")


def code_of(error: Exception) -> str:
    """Return the reply's number where there is one, for a log: the words of a server may repeat what it was sent."""
    return str(error.smtp_code) if isinstance(error, SMTPResponseException) else type(error).__name__
