"""Letters over an encrypted line: nothing that matters is said before, and nothing to a server nobody vouches for."""

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from messengers.mail.messenger import Mail
from messengers.port import Failure, MessengerFailed, Outgoing
from tests.messengers.mail_server import MailServer

pytestmark = pytest.mark.openssl

PASSWORD = "secret-Zq9"
LETTER = Outgoing("thu@xa.example.vn", "Tin số 47 có người kể thêm.", key="out7")
VALID_FOR = "subjectAltName=IP:127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that vouches for itself, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "made.pem"
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.example.vn "
        f"-addext {VALID_FOR} -keyout {key} -out {made}".split(),
        check=True,
        capture_output=True,
    )
    made.write_bytes(made.read_bytes() + key.read_bytes())
    return made


@pytest.fixture
def encryption(certificate: Path) -> ssl.SSLContext:
    """What the server encrypts with."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def mail_to(server: MailServer, **settings: Any) -> Mail:
    """Return the messenger, signed in there, that asks for encryption."""
    told = {"host": "127.0.0.1", "port": server.port, "tls": True, "user": "viectot", "password": PASSWORD}
    return Mail(**{**told, "sender": "viectot@xa.example.vn", **settings})


def test_the_line_is_encrypted_before_anybody_signs_in(
    encryption: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS comes first; the sign-in, which the server offers only then, and the letter go over the new line."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailServer({"viectot": PASSWORD}, encryption) as server:
        asyncio.run(mail_to(server).send(LETTER))
    steps = " ".join(line.split()[0] for line in server.lines)
    assert steps == "EHLO STARTTLS EHLO AUTH MAIL RCPT DATA QUIT"
    assert (server.letters[0].signed_in, server.letters[0].text) == ("viectot", LETTER.text)


def test_where_the_line_is_encrypted_from_the_first_word(
    encryption: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on port 465: the letter arrives, and nobody asks for what is there already."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with MailServer({"viectot": PASSWORD}, encryption, speaks_encrypted_only=True) as server:
        asyncio.run(mail_to(server, tls_from_the_start=True).send(LETTER))
    assert "STARTTLS" not in server.lines
    assert server.letters[0].text == LETTER.text


@pytest.mark.parametrize("from_the_start", [False, True])
def test_a_server_nobody_vouches_for_learns_no_password(encryption: ssl.SSLContext, from_the_start: bool) -> None:
    """Its certificate is its own work: the letter waits for the settings to be mended, and no sign-in was tried."""
    server = MailServer({"viectot": PASSWORD}, encryption, speaks_encrypted_only=from_the_start)
    with server, pytest.raises(MessengerFailed) as told:
        asyncio.run(mail_to(server, tls_from_the_start=from_the_start).send(LETTER))
    assert (told.value.failure, told.value.retry_after_s) == (Failure.LATER, 3600.0)
    assert "certificate" in str(told.value)
    assert not [line for line in server.lines if line.startswith("AUTH")]
    assert server.letters == []
