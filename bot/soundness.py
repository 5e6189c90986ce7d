"""Is the file of the database sound? Looked at once at the start; an error that says no is believed at once."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from deeds.kinds import Role
from messengers.port import Messenger, Outgoing
from storage import people
from storage.database import Database, is_damage
from texts import say

log = structlog.get_logger()


class Soundness:
    """Remembers that the database was found damaged, and lets the admins know as far as that can be done."""

    def __init__(self, database: Database, messengers: Mapping[str, Messenger]) -> None:
        self._database = database
        self._messengers = messengers
        self._alarm: Callable[[], None] = lambda: None
        self.is_damaged = False

    def watch(self, begin: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Look once, beside everything else. `begin` runs a work on the loop and holds it."""
        loop = asyncio.get_running_loop()

        def alarm() -> None:
            loop.call_soon_threadsafe(lambda: begin(self._tell()))

        self._alarm = alarm
        begin(self._look())

    def note(self, error: BaseException) -> None:
        """Hear of an error of the database, from any thread."""
        if is_damage(error) and not self.is_damaged:
            self.is_damaged = True
            log.critical("the database is damaged: stop the server and restore a copy", why=type(error).__name__)
            self._alarm()

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
                    await self._messengers[messenger].send(Outgoing(chat, say("operator.damaged"), key="damaged"))
                except Exception as error:  # whoever can be told is told
                    log.warning("an admin could not be told", messenger=messenger, error=type(error).__name__)

    def _admins(self) -> list[tuple[str, str]]:
        with self._database.read() as tx:
            admins = people.holding(tx, Role.ADMIN)
            ways = (*people.ways_to(tx, admins), *people.only_by_mail(tx, admins))
            return [(way.messenger, way.address) for way in ways]
