"""Letters to staff: one connection a letter, over the standard library's client in a thread of its own."""

import asyncio
import hashlib
import smtplib
import ssl
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import structlog

from deeds.clock import Clock, SystemClock
from deeds.said import File
from messengers.mail.abilities import ABILITIES
from messengers.mail.addresses import domain_of, is_address
from messengers.mail.failures import (
    ACCEPTED,
    NEEDS_SIGN_IN,
    REFUSED_FOR_GOOD,
    REFUSED_FOR_NOW,
    SetUpWrong,
    code_of,
    later,
    refused,
    uncertain,
    when_mended,
)
from messengers.port import Accept, Failure, MessengerFailed, Outgoing, Park, Sent
from storage.office import office
from storage.store import Store
from texts import say

log = structlog.get_logger()

NAME = "mail"
TLS_FROM_THE_START_PORT = 465  # RFC 8314, 7.3; on every other port encryption is asked for by STARTTLS
TIMEOUT_S = 20.0  # of one step
AT_ONCE = 2  # connections: a slow server must not take the threads others need, and providers count them


class Mail:
    """Sends only. Without `store` the subject names no office; without `data_dir` there are no files to attach."""

    name = NAME
    abilities = ABILITIES

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: bool,
        user: str,
        password: str,
        sender: str,
        store: Store | None = None,
        data_dir: Path | None = None,
        clock: Clock | None = None,
        timeout_s: float = TIMEOUT_S,
        tls_from_the_start: bool | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._user = user
        self._password = password
        self._sender = sender
        self._store = store
        self._data_dir = data_dir
        self._clock = clock or SystemClock()
        self._timeout_s = timeout_s
        at_once = port == TLS_FROM_THE_START_PORT if tls_from_the_start is None else tls_from_the_start
        self._tls_from_the_start = tls and at_once
        self._places = asyncio.Semaphore(AT_ONCE)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one letter; the id is its Message-ID. Raises `MessengerFailed`."""
        if not is_address(outgoing.chat):
            raise MessengerFailed(Failure.UNREACHABLE, "mail: that is no address")
        if not is_address(self._sender):
            log.error("mail cannot be sent: the sender is no e-mail address")
            raise when_mended("the sender is no e-mail address")
        subject = await self._subject()
        async with self._places:
            return await asyncio.to_thread(self._send, outgoing, subject)

    async def _subject(self) -> str:
        if self._store is None:
            return say("mail.subject.no_office")
        try:
            name = await self._store.read(lambda tx: office(tx)["office"])
        except Exception as error:  # a busy database is no reason for a dead letter
            raise later(f"the office cannot be read: {type(error).__name__}") from None
        return say("mail.subject", office=_one_line(name))

    def _send(self, outgoing: Outgoing, subject: str) -> Sent:
        letter = self._letter(outgoing, subject)
        try:
            server = self._connected()
            try:
                _hand_over(server, letter, self._sender, outgoing.chat)
            finally:
                # However the goodbye ends, it says nothing about the letter.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
                server.close()
        except SetUpWrong as error:
            log.error("mail cannot be sent until its settings are mended", host=self._host, why=str(error))
            raise when_mended(str(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise later(code_of(error)) from None
        return Sent(letter["Message-ID"])

    def _letter(self, outgoing: Outgoing, subject: str) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["Subject"] = subject
        letter["From"] = self._sender
        letter["To"] = outgoing.chat
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{_mark(outgoing)}@{domain_of(self._sender)}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: an absence note must not answer it
        letter.set_content(outgoing.text, cte="quoted-printable")
        for file in outgoing.files:
            kind, _, more = (guess_type(file.name)[0] or "application/octet-stream").partition("/")
            letter.add_attachment(self._read(file), maintype=kind, subtype=more, filename=_one_line(file.name))
        return letter

    def _read(self, file: File) -> bytes:
        try:
            if self._data_dir is not None:
                return (self._data_dir / file.path).read_bytes()
        except OSError:
            pass
        raise MessengerFailed(Failure.FAILED, "mail: the file to send is gone")

    def _connected(self) -> smtplib.SMTP:
        """Return a connection that is encrypted where it must be, and signed in. Raises `SetUpWrong`."""
        server = self._open()
        try:
            if self._tls and not self._tls_from_the_start:
                self._encrypt(server)
            if self._user:
                self._sign_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _open(self) -> smtplib.SMTP:
        ours = domain_of(self._sender)  # named, or the client would ask the network for this machine's name
        if not self._tls_from_the_start:
            return smtplib.SMTP(self._host, self._port, ours, self._timeout_s)
        context = ssl.create_default_context()
        try:
            return smtplib.SMTP_SSL(self._host, self._port, ours, timeout=self._timeout_s, context=context)
        except ssl.SSLCertVerificationError:
            raise SetUpWrong("the server's certificate is not to be trusted") from None

    def _encrypt(self, server: smtplib.SMTP) -> None:
        try:
            server.starttls(context=ssl.create_default_context())
        except smtplib.SMTPNotSupportedError:
            raise SetUpWrong("the server offers no encryption, and VIECTOT_SMTP_TLS asks for it") from None
        except ssl.SSLCertVerificationError:
            raise SetUpWrong("the server's certificate is not to be trusted") from None

    def _sign_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self._user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:  # it cannot look the password up at the moment
                raise
            raise SetUpWrong(f"signing in was answered {error.smtp_code}") from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
            raise
        except smtplib.SMTPException:
            raise SetUpWrong("the server takes no sign-in we know") from None
        except UnicodeEncodeError:
            raise SetUpWrong("user or password have letters no mail server takes") from None

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """There is nothing to fetch: nobody writes to us by e-mail."""
        raise MessengerFailed(Failure.FAILED, "mail: nothing is received")

    async def answer_press(self, press: str) -> None:
        """A letter has no buttons."""

    def routes(self, accept: Accept, park: Park) -> Sequence[Any]:
        """Nothing comes in this way."""
        return ()

    async def start(self, accept: Accept, park: Park) -> None:
        """Nothing is received."""

    async def stop(self) -> None:
        """No connection stays open."""


def _hand_over(server: smtplib.SMTP, letter: EmailMessage, sender: str, to: str) -> None:
    """Give the letter to the server. Raises `MessengerFailed`, or what smtplib raises while nothing went out."""
    server.ehlo_or_helo_if_needed()
    code, _ = server.mail(sender)
    if code >= REFUSED_FOR_GOOD:
        raise SetUpWrong(f"the sender was answered {code}")
    if code not in ACCEPTED:
        raise refused(code, "the sender", Failure.LATER)
    code, _ = server.rcpt(to)
    if code == NEEDS_SIGN_IN:
        raise SetUpWrong(f"the recipient was answered {code}")
    if code not in ACCEPTED:
        raise refused(code, "the recipient", Failure.UNREACHABLE)
    try:
        code, _ = server.data(letter.as_bytes())
    except smtplib.SMTPDataError as error:  # the word DATA itself was refused
        raise refused(error.smtp_code, "DATA", Failure.FAILED) from None
    except (smtplib.SMTPException, OSError) as error:
        raise uncertain(code_of(error)) from None
    if code not in ACCEPTED:
        raise refused(code, "the letter", Failure.FAILED) if code >= REFUSED_FOR_NOW else uncertain(str(code))


def _mark(outgoing: Outgoing) -> str:
    """Return the same mark for the same words under the same key, and another one on another instance."""
    if not outgoing.key:
        return uuid.uuid4().hex
    return hashlib.sha256("\0".join((outgoing.key, outgoing.chat, outgoing.text)).encode()).hexdigest()[:20]


def _one_line(text: str) -> str:
    return " ".join(text.split())
