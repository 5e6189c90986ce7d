"""Everything the platform knows, behind one lock: people, updates nobody got yet, pictures, planned failures."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.messengers.zalo_bot_api.faults import Faults
from tests.messengers.zalo_bot_api.media import Media
from tests.messengers.zalo_bot_api.people import Json, Person


@dataclass
class Call:
    """One call of a method, as it was read."""

    method: str
    params: dict[str, str]
    at: float = 0.0
    answered: int = 0


@dataclass
class Hook:
    """The address updates are brought to."""

    url: str = ""
    secret: str = ""
    updated_at: int = 0
    deliveries: list[tuple[str, int]] = field(default_factory=list)  # message id and status (0: no answer)


class World:
    """The state of one bot's platform. The switches are for what its sources disagree about."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.token = f"{7_000_000_000 + secrets.randbelow(10**8)}:{secrets.token_urlsafe(26)}"
        self.people: dict[str, Person] = {}
        self.pending: list[Json] = []
        self.given: list[Json] = []  # by polling: gone from here, whatever became of them
        self.calls: list[Call] = []
        self.faults = Faults()
        self.media = Media(self.now, self.address)
        self.hook = Hook()
        self.wrapped = False  # of deliveries to a webhook
        self.redeliver_unanswered = True  # whether a delivery that was not answered with 2xx is tried again
        self.deliver_twice = False
        self.photo_field = "photo_url"
        self.photo_as_object = False
        self.captions_absent = False
        self.dates_in_seconds = False
        self.errors_with_200 = False  # an error with HTTP 200, as has been seen
        self.hook_tried_ok = True
        self._clock_ahead_s = 0.0

    def address(self) -> str:
        """Return where the server is."""
        raise NotImplementedError

    def woken(self) -> None:
        """Tell the waiting poll or the webhook that there is something new."""

    def now(self) -> float:
        """Return the platform's time in seconds since 1970."""
        return time.time() + self._clock_ahead_s

    def now_ms(self) -> int:
        """Return the platform's time as it is written in answers."""
        return int(self.now() * 1000)

    def move_clock(self, seconds: float) -> None:
        """Let time pass on the platform: addresses of pictures die."""
        with self.lock:
            self._clock_ahead_s += seconds

    def user(self, name: str) -> Person:
        """Let a person appear. They have not written to the bot yet."""
        with self.lock:
            person = Person(self, name)
            self.people[person.id] = person
            return person

    def add(self, update: Json) -> None:
        """Queue an update."""
        with self.lock:
            self.pending.append(update)
        self.woken()

    def redeliver(self, update: Json) -> None:
        """Give the bot an update it has had already."""
        self.add(update)

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of a method so far, oldest first."""
        with self.lock:
            return [call for call in self.calls if call.method == method]

    def message_id_of(self, update: Json) -> str:
        """Return the id of the message in an update; empty where it has none."""
        message: dict[str, Any] = update.get("message") or {}
        return str(message.get("message_id", ""))
