"""Is the file of the database sound, and still the one we opened? What says no once is believed at once."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import structlog

from deeds.kinds import Role
from messengers.port import Messenger, Outgoing
from storage import people
from storage.database import Database, is_damage
from texts import say

log = structlog.get_logger()

MOVED = "another file stands in the database's place"


class Soundness:
    """Remembers that nothing may be written any more, and lets the admins know as far as that can be done."""

    def __init__(self, database: Database, file: Path | None, messengers: Mapping[str, Messenger]) -> None:
        """Take the database as it was opened; `file` is None where it is no file of this machine."""
        self._database = database
        self._file = file
        self._opened = _which(file)
        self._messengers = messengers
        self._alarm: Callable[[], None] = lambda: None
        self._sentence = "operator.damaged"
        self.fault: str | None = None
        """Why nothing may be written; None while all is well."""

    def watch(self, begin: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Look once, beside everything else. `begin` runs a work on the loop and holds it."""
        loop = asyncio.get_running_loop()

        def alarm() -> None:
            loop.call_soon_threadsafe(lambda: begin(self._tell()))

        self._alarm = alarm
        begin(self._look())

    def note(self, error: BaseException) -> None:
        """Hear of an error of the database, from any thread."""
        if is_damage(error) and self.fault is None:
            self.fault = "the database is damaged"
            log.critical("the database is damaged: stop the server and restore a copy", why=type(error).__name__)
            self._alarm()

    def may_write(self) -> bool:
        """Tell whether what is written now will be found again: the file may have been moved away under us.

        A disk that went and came back has the file we opened, and all is well again.
        """
        is_there = _which(self._file) == self._opened
        if is_there and self.fault == MOVED:
            self.fault = None
        elif not is_there and self.fault is None:
            self.fault, self._sentence = MOVED, "operator.moved"
            log.critical("the file of the database was moved or replaced: restart the server", file=str(self._file))
            self._alarm()
        return self.fault is None

    async def _look(self) -> None:
        try:
            await asyncio.to_thread(self._database.check)
        except Exception as error:
            self.note(error)

    async def _tell(self) -> None:
        """Write to the admins past the outbox, which may be what is damaged."""
        try:
            ways = await asyncio.to_thread(self._admins)
        except Exception as error:
            log.error("nobody can be told: staff cannot be read", error=type(error).__name__)
            return
        for messenger, chat in ways:
            if messenger in self._messengers:
                try:
                    await self._messengers[messenger].send(Outgoing(chat, say(self._sentence), key="damaged"))
                except Exception as error:  # whoever can be told is told
                    log.warning("an admin could not be told", messenger=messenger, error=type(error).__name__)

    def _admins(self) -> list[tuple[str, str]]:
        with self._database.read() as tx:
            admins = people.holding(tx, Role.ADMIN)
            ways = (*people.ways_to(tx, admins), *people.only_by_mail(tx, admins))
            return [(way.messenger, way.address) for way in ways]


def _which(file: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from any other that bears its name."""
    try:
        found = file.stat() if file is not None else None
    except FileNotFoundError:
        found = None
    return (found.st_dev, found.st_ino) if found is not None else None
