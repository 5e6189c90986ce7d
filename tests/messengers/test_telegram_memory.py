"""What the messenger knows after a restart: which pictures Telegram has, and which commands each chat is offered."""

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.background import Background
from bot.lanes import Lanes
from bot.papers import Papers
from deeds.clock import SystemClock
from deeds.kinds import Role
from deeds.said import FileSource, Inbound
from messengers.port import Accepted, CannotRead, Failure, MessengerFailed, Outgoing
from messengers.telegram import menus
from messengers.telegram.menus import COMMANDS, GROUP_COMMANDS, MODERATORS_COMMANDS
from messengers.telegram.messenger import Telegram
from storage import attachments, forgetting, groups, invitations, people, remote_copies
from storage.database import Database, Tx
from storage.models import Base
from storage.photos.files import PhotoFiles, Shelf
from tests.messengers.hooks import picture, until
from tests.messengers.telegram_api import Person, TelegramApi

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
COLOURS = ("red", "green", "blue")


class House:
    """A server, a database and pictures that outlive every process of ours."""

    def __init__(self, api: TelegramApi, folder: Path) -> None:
        self.api = api
        self.folder = folder
        self.files = PhotoFiles(folder / "files")
        self.database = Database(f"sqlite:///{folder / 'v.sqlite3'}")
        Base.metadata.create_all(self.database.engine)
        self.lan: Person = api.user("Lan")
        self.lan.says("/start")

    def process(self, steps: Callable[[Telegram, Lanes], Awaitable[Any]]) -> Any:
        """Carry out steps in a process of its own, as far as memory goes."""

        async def run() -> Any:
            lanes = Lanes(self.database, 1)
            telegram = Telegram(
                self.api.token,
                api_url=self.api.url,
                photo_path=lambda name: self.files.path(name, Shelf.PUBLISHED),
                data_dir=self.folder,
                store=lanes,
                clock=SystemClock(),
            )
            try:
                return await steps(telegram, lanes)
            finally:
                await telegram.stop()
                lanes.close()

        return asyncio.run(run())

    def keep(self, colour: str) -> str:
        """Keep the clean copy of a picture."""
        return self.files.keep(picture(colour), 10**6, Shelf.PUBLISHED).sha256

    def sends(self, *photos: str) -> None:
        """Start, send pictures to Lan, end."""
        message = Outgoing(str(self.lan.id), "Ảnh", photos=photos)
        self.process(lambda telegram, _: telegram.send(message))

    def copies(self, *photos: str) -> dict[str, str]:
        """Return what is kept of pictures Telegram has."""
        with self.database.read() as tx:
            return remote_copies.known(tx, "telegram", photos)

    def uploads(self, method: str) -> list[int]:
        """Return how many files came with each call."""
        return [len(call.files) for call in self.api.calls_of(method)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on a fresh server."""
    with TelegramApi() as api:
        made = House(api, tmp_path)
        yield made
        made.database.close()


def test_a_picture_is_uploaded_once_over_restarts(house: House) -> None:
    """Sent, restarted, sent again: the second process sends Telegram's own id; people see the same picture."""
    first, *others = (house.keep(colour) for colour in COLOURS)
    house.sends(first)
    house.sends(first)
    house.sends(first, *others)
    house.sends(*others, first)
    assert house.uploads("sendPhoto") == [1, 0]
    assert house.uploads("sendMediaGroup") == [2, 0]
    shown = [message.picture for message in house.lan.messages]
    assert (shown[0], shown[1], shown[2], shown[7]) == (shown[0],) * 4
    assert len(set(shown)) == 3


def test_an_id_telegram_no_longer_knows_is_forgotten(house: House) -> None:
    """The server refuses the id: the picture is uploaded in the same breath, and the new id is kept."""
    photo = house.keep("red")
    house.sends(photo)
    with house.database.write() as tx:
        remote_copies.remember(tx, "telegram", {photo: "an-id-of-another-bot"}, NOW)
    house.api.fail_next("sendPhoto", 400, "Bad Request: wrong file identifier/HTTP URL specified")
    house.sends(photo)
    assert house.uploads("sendPhoto") == [1, 0, 1]
    assert house.copies(photo) != {photo: "an-id-of-another-bot"}
    house.sends(photo)
    assert house.uploads("sendPhoto") == [1, 0, 1, 0]


def test_an_erased_picture_is_gone_from_there_too(house: House) -> None:
    """Its report is erased: the id is gone at once, the bytes with the sweep, and nothing sends it any more."""
    photo = house.keep("red")
    with house.database.write() as tx:
        lan = people.identify(tx, "telegram", str(house.lan.id), "Lan", NOW)
        attachments.attach(
            tx, "photo", FileSource(sha256="0" * 64), person_id=lan.id, draft_id=None, submission_id=None,
            messenger="telegram", chat=str(house.lan.id), message="1", position=0, album=None, now=NOW,
        )  # fmt: skip
        attachments.mark(tx, 1, state="ready", published=photo)

    async def steps(telegram: Telegram, lanes: Lanes) -> None:
        message = Outgoing(str(house.lan.id), "Ảnh", photos=(photo,))
        await telegram.send(message)
        assert house.copies(photo)
        await lanes.write("x", lambda tx: forgetting.forget(tx, forgetting.Root.PERSON, lan.id, NOW))
        assert not house.copies(photo)
        house.files.delete(photo, Shelf.PUBLISHED)
        with pytest.raises(MessengerFailed) as failed:
            await telegram.send(message)  # this process still has the id at hand
        assert failed.value.failure is Failure.FAILED

    house.process(steps)
    assert len(house.lan.messages) == 1


def test_the_sweep_forgets_what_it_deletes(house: House) -> None:
    """Bytes no report needs are deleted, and with them Telegram's ids of them; those of other pictures stay."""
    unused, fresh = house.keep("red"), house.keep("green")
    house.sends(unused, fresh)
    path, then = house.files.path(unused, Shelf.PUBLISHED), time.time() - 7_200
    os.utime(path, (then, then))

    async def sweep(_: Telegram, lanes: Lanes) -> None:
        papers = Papers(house.files, house.folder, frozenset())
        await Background(lanes, SystemClock(), {}, house.files, papers).sweep_files()

    house.process(sweep)
    assert not path.exists()
    assert list(house.copies(unused, fresh)) == [fresh]


def test_without_a_store_pictures_are_known_while_it_runs(house: House) -> None:
    """A store that fails, or none, costs an upload and no message."""
    photo = house.keep("red")
    message = Outgoing(str(house.lan.id), "Ảnh", photos=(photo,))

    async def steps(telegram: Telegram, lanes: Lanes) -> None:
        lanes.close()  # every work raises from here on
        await telegram.send(message)
        await telegram.send(message)

    house.process(steps)
    assert house.uploads("sendPhoto") == [1, 0]
    assert house.copies(hashlib.sha256(b"").hexdigest(), photo) == {}


def hire(tx: Tx, person: Person, *roles: Role) -> None:
    """Let somebody who writes on Telegram join the office."""
    people.identify(tx, "telegram", str(person.id), person.name, NOW)
    hired = people.hire(tx, person.name, roles, NOW)
    invitations.redeem(tx, invitations.invite(tx, hired.id, NOW), "telegram", str(person.id), NOW)


def dismiss(tx: Tx, person: Person, role: Role) -> None:
    """Take a role away."""
    known = people.named(tx, person.name)
    assert known is not None
    people.dismiss(tx, known.id, role, NOW)


async def accept(event: Inbound) -> Accepted:
    """Take an event and do nothing with it."""
    return Accepted()


async def park(messenger: str, unreadable: CannotRead) -> Accepted:
    """Nothing here is unreadable."""
    raise AssertionError(unreadable)


def serving(house: House, steps: Callable[[Lanes], Awaitable[None]]) -> None:
    """Carry out steps while a process receives."""

    async def run(telegram: Telegram, lanes: Lanes) -> None:
        receiving = asyncio.get_running_loop().create_task(telegram.start(accept, park))
        await steps(lanes)
        await telegram.stop()
        await receiving

    house.process(run)


def test_each_chat_is_offered_what_is_heard_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moderators see their commands from soon after they become one until they are none; their group sees its own."""
    monkeypatch.setattr(menus, "LOOK_EVERY_S", 0.05)
    thu, ba, lan = house.api.user("Thu"), house.api.user("Ba"), house.lan
    group = house.api.group("Tổ duyệt", [thu, ba])
    desk = [*MODERATORS_COMMANDS, *COMMANDS]
    with house.database.write() as tx:
        hire(tx, thu, Role.MODERATOR)

    async def first(lanes: Lanes) -> None:
        await until(lambda: thu.commands() == desk)
        assert (ba.commands(), lan.commands()) == (list(COMMANDS), list(COMMANDS))
        assert ba.commands(at=group) == []
        await lanes.write("x", lambda tx: hire(tx, ba, Role.PUBLISHER))
        chief = await lanes.write("x", lambda tx: people.hire(tx, "Hòa", [Role.MODERATOR], NOW))
        await lanes.write("x", lambda tx: groups.register(tx, "telegram", str(group.id), None, chief.id, NOW))
        await until(lambda: ba.commands() == desk)
        await until(lambda: ba.commands(at=group) == list(GROUP_COMMANDS))
        await lanes.write("x", lambda tx: dismiss(tx, thu, Role.MODERATOR))
        await until(lambda: thu.commands() == list(COMMANDS))
        calls = len(house.api.calls_of("setMyCommands"))
        await asyncio.sleep(0.3)
        assert len(house.api.calls_of("setMyCommands")) == calls, "what has not changed is sent again"

    serving(house, first)
    with house.database.write() as tx:  # while nothing of ours runs
        dismiss(tx, ba, Role.PUBLISHER)

    async def second(_: Lanes) -> None:
        await until(lambda: ba.commands() == list(COMMANDS))

    serving(house, second)
    assert lan.commands() == list(COMMANDS)


def test_a_list_nobody_can_be_shown_holds_up_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that is refused is passed over; a server that is away is tried again."""
    monkeypatch.setattr(menus, "LOOK_EVERY_S", 0.05)
    thu, ba, tu = house.api.user("Thu"), house.api.user("Ba"), house.api.user("Tư")
    with house.database.write() as tx:
        hire(tx, thu, Role.MODERATOR)
        hire(tx, ba, Role.MODERATOR)
    del house.api.chats[thu.id]

    async def steps(lanes: Lanes) -> None:
        await until(lambda: ba.commands()[:1] == ["xem"])  # Thu, who comes before, was refused
        house.api.fail_next("setMyCommands", 502, raw="<html>")  # and no more is set until Tư is there
        await lanes.write("x", lambda tx: hire(tx, tu, Role.MODERATOR))
        await until(lambda: tu.commands()[:1] == ["xem"])

    serving(house, steps)
