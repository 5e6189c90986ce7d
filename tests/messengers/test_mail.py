"""Letters to staff, over real SMTP: what arrives is what was said, and what goes wrong is told with its consequence."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.command_line import app
from deeds.errors import ForPeople
from deeds.kinds import Role
from deeds.said import File, Inbound
from messengers.mail.addresses import is_address
from messengers.mail.messenger import Mail
from messengers.port import Abilities, Accepted, CannotRead, Failure, Messenger, MessengerFailed, Outgoing, Sent
from storage import people
from storage.database import Database
from tests.messengers.mail_server import MailServer
from tests.web.town import Town

THU = "thu@xa.example.vn"
SENDER = "viectot@xa.example.vn"
PASSWORD = "secret-Zq9"
WORDS = "Tin số 47 có người kể thêm.\nMời xem ở bàn làm việc: http://127.0.0.1/desk"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that takes letters of one user."""
    with MailServer({"viectot": PASSWORD}) as running:
        yield running


def mail_to(server: MailServer, **settings: Any) -> Mail:
    """Return the messenger, signed in there."""
    told = {"host": "127.0.0.1", "port": server.port, "tls": False, "user": "viectot", "password": PASSWORD}
    return Mail(**{**told, "sender": SENDER, **settings})


def letter(text: str = WORDS, to: str = THU, key: str = "out7", **more: Any) -> Outgoing:
    """Return a message as delivery hands it over."""
    return Outgoing(to, text, key=key, **more)


def send(mail: Mail, outgoing: Outgoing) -> Sent:
    """Send one letter."""
    return asyncio.run(mail.send(outgoing))


def failed(mail: Mail, outgoing: Outgoing | None = None) -> MessengerFailed:
    """Return how a sending that cannot succeed failed."""
    with pytest.raises(MessengerFailed) as told:
        send(mail, outgoing or letter())
    return told.value


def test_a_letter_arrives_as_it_was_written(server: MailServer) -> None:
    """Words with accents, the office's name in the subject, marked as written by a machine."""
    clock_says = datetime(2026, 11, 22, 2, tzinfo=UTC)

    class Still:
        def now(self) -> datetime:
            return clock_says

    send(mail_to(server, clock=Still()), letter())
    (got,) = server.letters
    assert (got.sender, got.to, got.signed_in) == (SENDER, (THU,), "viectot")
    assert got.text == WORDS
    assert got.message["To"] == THU
    assert got.message["From"] == SENDER
    assert got.message["Subject"] == "Việc Tốt: có việc cần xem"
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert got.message["Date"].datetime == clock_says
    assert server.lines[0] == "EHLO xa.example.vn"


def test_the_subject_names_the_office_and_nobody_else(server: MailServer, tmp_path: Path) -> None:
    """Whoever stands beside reads the subjects in an inbox: the office's name, on one line, and no word of a deed."""
    town = Town(tmp_path)
    town.set(office="xã Suối Lành\r\nBcc: ai@example.vn")
    send(mail_to(server, store=town.store), letter())
    assert server.letters[0].message["Subject"] == "Việc Tốt xã Suối Lành Bcc: ai@example.vn: có việc cần xem"
    assert server.letters[0].message["Bcc"] is None
    town.database.close()


def test_files_are_attached(server: MailServer, tmp_path: Path) -> None:
    """The month's paper comes along under its name; one that is gone is our fault, and nothing goes out."""
    (tmp_path / "paper").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 50)
    here = mail_to(server, data_dir=tmp_path)
    send(here, letter(files=(File("paper", "thang-11.docx"),)))
    assert server.letters[0].files == {"thang-11.docx": (tmp_path / "paper").read_bytes()}
    assert server.letters[0].text == WORDS
    gone = letter(files=(File("no-such-paper", "x.docx"),))
    assert failed(here, gone).failure is Failure.FAILED
    assert failed(mail_to(server), gone).failure is Failure.FAILED
    assert len(server.letters) == 1


def test_a_repeat_is_known_by_its_id(server: MailServer) -> None:
    """The same words under the same key have the same Message-ID; other words, keys or people have another."""
    mail = mail_to(server)
    first = send(mail, letter())
    assert send(mail, letter()) == first
    others = [letter(key="out8"), letter("khác"), letter(to="an@xa.example.vn"), letter(key=""), letter(key="")]
    ids = [first.remote_id, *(send(mail, other).remote_id for other in others)]
    assert len(set(ids)) == 6
    assert [got.message["Message-ID"] for got in server.letters] == [first.remote_id, *ids]
    assert re.fullmatch(r"<[0-9a-f]{20}@xa\.example\.vn>", first.remote_id)


FAULTS = [
    ("connect", "421 4.3.2 closing", Failure.LATER),
    ("connect", "554 5.3.2 no service here", Failure.LATER),
    ("EHLO", "421 4.3.2 closing", Failure.LATER),
    ("AUTH", "454 4.7.0 temporary failure", Failure.LATER),
    ("MAIL", "451 4.3.0 try again", Failure.LATER),
    ("RCPT", "450 4.2.1 mailbox busy", Failure.LATER),
    ("RCPT", "550 5.1.1 no such user", Failure.UNREACHABLE),
    ("RCPT", "553 5.1.3 bad address", Failure.UNREACHABLE),
    ("DATA", "451 4.3.0 try again", Failure.LATER),
    ("DATA", "554 5.5.1 no valid recipients", Failure.FAILED),
    ("letter", "452 4.3.1 no room", Failure.LATER),
    ("letter", "552 5.3.4 too large", Failure.FAILED),
    ("letter", "what", Failure.UNCERTAIN),
    ("letter", "150 hm", Failure.UNCERTAIN),
]


@pytest.mark.parametrize(("step", "reply", "failure"), FAULTS)
def test_a_refusal_is_told_with_its_consequence(server: MailServer, step: str, reply: str, failure: Failure) -> None:
    """Refused for now, for good, or in words nobody understands; soon afterwards a letter goes through."""
    server.fail_next(step, reply)
    told = failed(mail_to(server))
    assert (told.failure, told.retry_after_s) == (failure, None)
    assert server.letters == []
    send(mail_to(server), letter())
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        ("connect", Failure.LATER),
        ("EHLO", Failure.LATER),
        ("AUTH", Failure.LATER),
        ("MAIL", Failure.LATER),
        ("RCPT", Failure.LATER),
        ("letter", Failure.UNCERTAIN),
    ],
)
@pytest.mark.parametrize("slow", [False, True])
def test_a_line_that_breaks_or_hangs(server: MailServer, step: str, failure: Failure, slow: bool) -> None:
    """Before the letter nothing went out; after its last dot nobody knows."""
    server.fail_next(step, slow_s=30 if slow else 0, dropped=not slow)
    assert failed(mail_to(server, timeout_s=0.3)).failure is failure
    assert server.letters == []


def test_nobody_listens() -> None:
    """A server that is away is tried again; its address is in no error."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mail = Mail(host="127.0.0.1", port=taken.getsockname()[1], tls=False, user="", password="", sender=SENDER)
        told = failed(mail)
    assert told.failure is Failure.LATER
    assert "127.0.0.1" not in str(told)


@pytest.mark.parametrize(("reply", "dropped"), [("", True), ("500 what?", False)])
def test_how_the_goodbye_ends_says_nothing_about_the_letter(server: MailServer, reply: str, dropped: bool) -> None:
    """The letter was taken: it is sent, once, however the server parts."""
    server.fail_next("QUIT", reply, dropped=dropped)
    assert send(mail_to(server), letter()).remote_id
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"password": "secret-of-nobody"}, "535"),
        ({"user": "", "password": ""}, "530"),
        ({"password": "mật-khẩu-có-dấu"}, "letters no mail server takes"),
        ({"tls": True}, "no encryption"),
        ({"sender": "Việc Tốt <viectot@xa.example.vn>"}, "no e-mail address"),
    ],
)
def test_what_only_the_operator_can_mend_waits_and_is_logged(
    server: MailServer, settings: dict[str, Any], why: str
) -> None:
    """A refused sign-in, a server without encryption: nothing is lost, the log says it, without the password."""
    with structlog.testing.capture_logs() as logged:
        told = failed(mail_to(server, **settings))
    assert (told.failure, told.retry_after_s) == (Failure.LATER, 3600.0)
    assert why in str(told)
    assert [line["log_level"] for line in logged] == ["error"]
    for secret in (PASSWORD, str(settings.get("password") or PASSWORD)):
        assert secret not in f"{logged} {told!r}"
    assert server.letters == []


def test_without_encryption_the_password_stays_here(server: MailServer) -> None:
    """Where encryption is asked for and not offered, nothing that needs it is said."""
    failed(mail_to(server, tls=True))
    assert server.lines in (["EHLO xa.example.vn"], ["EHLO xa.example.vn", "QUIT"])


def test_a_server_that_takes_no_sign_in_and_one_that_needs_it_for_strangers() -> None:
    """A user is set and the server knows no users; the recipient is refused for want of a sign-in."""
    with MailServer() as server:
        assert failed(mail_to(server)).retry_after_s == 3600.0
        server.fail_next("RCPT", "530 5.7.1 sign in first")
        assert failed(mail_to(server, user="")).retry_after_s == 3600.0
        server.fail_next("MAIL", "550 5.7.1 not your address")
        assert failed(mail_to(server, user="")).retry_after_s == 3600.0
        send(mail_to(server, user=""), letter())
        assert server.letters[0].signed_in == ""


def test_on_the_port_of_encrypted_mail_the_first_word_is_encrypted() -> None:
    """Port 465 waits for a TLS hello and would never speak first."""
    first: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            line, _ = listening.accept()
            with line:
                first.append(line.recv(3))

        thread = threading.Thread(target=take)
        thread.start()
        port = listening.getsockname()[1]
        told = failed(
            Mail(host="127.0.0.1", port=port, tls=True, user="", password="", sender=SENDER, tls_from_the_start=True)
        )
        thread.join()
    assert told.failure is Failure.LATER
    assert first == [b"\x16\x03\x01"]


EVIL = [
    "thu@xa.example.vn\r\nBcc: ai@example.vn",
    "thu@xa.example.vn\nRCPT TO:<ai@example.vn>",
    "thu@xa.example.vn, ai@example.vn",
    "thu@xa.example.vn> <ai@example.vn",
    "Thu <thu@xa.example.vn>",
    '"thu@xa.example.vn ai"@example.vn',
    "thu@xa.example.vn\0",
    "thu@xa.example.vn\u2028",
    "thứ@xa.example.vn",
    "thu@@xa.example.vn",
    "thu@xa..example.vn",
    "thu@-xa.example.vn",
    ".thu@xa.example.vn",
    "thu@",
    "@xa.example.vn",
    "thu",
    "",
    f"{'a' * 65}@xa.example.vn",
    f"thu@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}",
]


@pytest.mark.parametrize("address", EVIL)
def test_what_is_no_single_address_is_not_written_to(server: MailServer, address: str) -> None:
    """No second recipient, no header, no command can be had out of an address; the server is not even asked."""
    assert not is_address(address)
    assert failed(mail_to(server), letter(to=address)).failure is Failure.UNREACHABLE
    assert server.lines == []


@pytest.mark.parametrize(
    "address", [THU, "o'neil+viectot@mail.xa-1.example.vn", "a@localhost", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.vn"]
)
def test_plain_addresses_are_written_to(server: MailServer, address: str) -> None:
    """Long ones, too, arrive whole, in the envelope and on the letter."""
    send(mail_to(server, sender=address), letter(to=address))
    assert (server.letters[0].sender, server.letters[0].to) == (address, (address,))
    assert server.letters[0].message["To"] == address
    assert server.letters[0].message["From"] == address


def test_no_text_becomes_anything_but_text() -> None:
    """Dots alone, line ends of any kind, headers, control characters, a line of any length: all of it stays words."""

    @given(st.text(max_size=200))
    def says(text: str) -> None:
        for said in (text, f"\r\n.\r\nRSET\r\nMAIL FROM:<x@y>\n.\n{text * 20}", f"Bcc: ai@example.vn\n\n{text}"):
            send(mail, letter(said))
            (got,) = server.letters
            assert got.to == (THU,)
            assert got.message["Bcc"] is None
            assert got.message.get_content_type() == "text/plain"
            assert got.text.splitlines() == said.removesuffix("\n").splitlines()
            server.letters.clear()
        assert [line.partition(" ")[0] for line in server.lines] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"] * 3
        server.lines.clear()

    with MailServer() as server:
        mail = mail_to(server, user="")
        says()


def test_a_slow_server_is_not_asked_by_many_at_once(server: MailServer) -> None:
    """Thirty letters at once go over two connections at a time."""
    for _ in range(4):
        server.fail_next("connect", slow_s=0.1)

    async def together() -> None:
        mail = mail_to(server)
        async with asyncio.TaskGroup() as group:
            for number in range(30):
                group.create_task(mail.send(letter(key=f"out{number}")))

    asyncio.run(together())
    assert len(server.letters) == 30
    assert server.most_at_once <= 3  # one that is saying goodbye counts at the server a moment longer


def test_it_is_a_messenger_that_only_sends(server: MailServer) -> None:
    """Nothing is received, fetched or pressed; it has no window, no buttons, and room for long words."""
    mail = mail_to(server)
    messenger: Messenger = mail
    can: Abilities = messenger.abilities
    assert (messenger.name, can.max_buttons, can.edits_messages, can.sends_files) == ("mail", 0, False, True)
    assert can.window is None
    assert can.max_text_units == 100_000

    async def use() -> None:
        async def nothing(event: Inbound) -> Accepted:
            raise AssertionError("something was received")

        async def no_parking(name: str, error: CannotRead) -> Accepted:
            raise AssertionError("something was received")

        assert messenger.routes(nothing, no_parking) == ()
        await mail.start(nothing, no_parking)
        await mail.answer_press("x")
        with pytest.raises(MessengerFailed) as told:
            async for _ in messenger.fetch("x", 10):
                pass
        assert told.value.failure is Failure.FAILED
        await mail.stop()

    asyncio.run(use())


def test_addresses_of_staff_are_set_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, replaced, removed; refused in a sentence where it is none, somebody else's, or where there is no role."""
    monkeypatch.setenv("VIECTOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VIECTOT_DATABASE_URL", f"sqlite:///{tmp_path / 'v.sqlite3'}")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        if isinstance(done.exception, ForPeople):
            return f"REFUSED {done.exception.sentence}"
        assert done.exit_code == 0, done.output
        return done.output

    def mail_of(name: str) -> list[str]:
        listed = json.loads(run("people", "list", "--json"))
        (one,) = (one for one in listed if one["name"] == name)
        return [each["address"] for each in one["identities"] if each["messenger"] == "mail"]

    for name in ("Thu", "An"):
        run("invite", name, "--role", "moderator")
    assert THU in run("people", "email", "Thu", THU)
    run("people", "email", "Thu", "thu.moi@xa.example.vn")
    assert mail_of("Thu") == ["thu.moi@xa.example.vn"]
    assert run("people", "email", "An", "thu.moi@xa.example.vn").startswith("REFUSED Địa chỉ thư này đã thuộc về")
    for wrong in EVIL:
        if "\0" not in wrong:
            assert run("people", "email", "Thu", wrong).startswith("REFUSED Đây chưa phải một địa chỉ"), wrong
    for unclear in ((), (THU, "--remove")):
        assert run("people", "email", "Thu", *unclear).startswith("REFUSED Ghi địa chỉ thư")
    assert run("people", "email", "Ai đó", THU).startswith("REFUSED Không có ai tên Ai đó")
    assert mail_of("Thu") == ["thu.moi@xa.example.vn"]
    opened = Database(f"sqlite:///{tmp_path / 'v.sqlite3'}")
    with opened.write() as tx:
        an = people.named(tx, "An")
        assert an is not None
        people.dismiss(tx, an.id, Role.MODERATOR, datetime(2026, 11, 22, tzinfo=UTC))
    opened.close()
    assert run("people", "email", "An", "an@xa.example.vn").startswith("REFUSED An chưa có vai trò nào")
    run("people", "email", "An", "--remove")
    assert "không nhận thư nữa" in run("people", "email", "Thu", "--remove")
    assert (mail_of("Thu"), mail_of("An")) == ([], [])
