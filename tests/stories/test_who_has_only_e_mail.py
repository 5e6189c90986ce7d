"""A member of staff whom no chat reaches, only a letter, is told of what everybody is told of."""

from collections.abc import Iterator

import pytest

from deeds.kinds import Act, Role
from storage import people
from tests.cast import RESCUE
from tests.messengers.mail_server import MailServer
from tests.town import Town


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that takes letters."""
    with MailServer({"viectot": "secret-Zq9"}) as running:
        yield running


def with_mail(town: Town, server: MailServer) -> None:
    """Let the town send letters there, from its next start on."""
    town._settings |= {
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": server.port, "SMTP_TLS": False, "SMTP_USER": "viectot",
        "SMTP_PASSWORD": "secret-Zq9", "SMTP_FROM": "viectot@xa.example.vn",
    }  # fmt: skip


def hired_by_mail(town: Town, name: str, address: str, *roles: Role) -> None:
    """Hire somebody who has never written to the bot."""
    with town.database.write() as tx:
        people.set_mail(tx, people.hire(tx, name, roles, town.clock.now()).id, address, town.clock.now())


def letters_to(server: MailServer, address: str) -> list[str]:
    """Return the texts of the letters to an address."""
    return [letter.text for letter in server.letters if address in letter.to]


def test_a_moderator_with_only_an_e_mail_hears_of_each_deed_once(town: Town, server: MailServer) -> None:
    """One letter a deed, with its number and no word of it; none more when it is decided or told of again."""
    with_mail(town, server)
    hired_by_mail(town, "Thu", "thu@xa.example.vn", Role.MODERATOR)
    minh = town.moderator("Minh")
    town.citizen("Lan").reports(RESCUE)
    town.settle()
    (letter,) = letters_to(server, "thu@xa.example.vn")
    assert "số 1" in letter
    assert "Khuyên" not in letter
    assert minh.reads_all()
    town.decides("Minh", Act.APPROVE)
    town.settle()
    assert len(letters_to(server, "thu@xa.example.vn")) == 1
    town.citizen("Hoa").reports("Sáng nay chị Nguyễn Thị Hoa ở thôn Đông nhặt được ví và đem trả tận nhà.")
    town.settle()
    assert len(letters_to(server, "thu@xa.example.vn")) == 2


def test_a_standing_office_with_only_an_e_mail_hears_of_the_paper(town: Town, server: MailServer) -> None:
    """The month is over: the notice comes by letter."""
    with_mail(town, server)
    hired_by_mail(town, "Văn thư", "vanthu@so.example.vn", Role.STANDING_OFFICE)
    town.citizen("Lan").reports(RESCUE)
    town.clock.move_to("2026-06-01 08:00")
    town.settle()
    (letter,) = letters_to(server, "vanthu@so.example.vn")
    assert "5/2026" in letter
