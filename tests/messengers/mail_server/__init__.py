"""A mail server on loopback, for tests: real SMTP (RFC 5321) with AUTH PLAIN, refusals, slowness and broken lines."""

from tests.messengers.mail_server.letters import Letter
from tests.messengers.mail_server.server import MailServer

__all__ = ["Letter", "MailServer"]
