"""Everything the server knows, behind one lock: people, what they sent and were sent, uploads, switches."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.messengers.zalo_oa_api.faults import Faults
from tests.messengers.zalo_oa_api.people import Person
from tests.messengers.zalo_oa_api.tokens import TokenOffice
from tests.messengers.zalo_oa_api.webhook import Webhook


class World:
    """The state of one account. The switches may be turned at any time."""

    def __init__(self, clock: Callable[[], datetime] | None, *, deadline_s: float, retry_scale: float) -> None:
        self.lock = threading.RLock()
        self.clock = clock or _now
        self.oa_id = f"{3_000_000_000_000_000 + secrets.randbelow(10**9)}"
        self.oa_name = "UBND xã Suối Lành"
        self.app_id = f"{1_000_000_000_000_000 + secrets.randbelow(10**9)}"
        self.app_secret = secrets.token_urlsafe(24)
        self.secret_key = secrets.token_urlsafe(24)
        self.office = TokenOffice(self.app_id, self.app_secret, self.oa_id, lambda: self.clock())
        self.people: dict[str, Person] = {}
        self.uploaded_images: dict[str, bytes] = {}
        self.uploaded_files: dict[str, tuple[str, bytes]] = {}
        self.faults = Faults()
        self.calls: list[str] = []  # kinds of requests, in order
        self.sent: list[Any] = []  # bodies given to message/cs
        self.paid = False  # the account pays for messages from the 48th hour or the 9th message on
        self.curfew = False  # nothing is taken at night
        self.refuses_buttons = False
        self.button_template = ""  # the template_type buttons must come with
        self.wants_proof = False  # appsecret_proof is switched on in the console
        self.echoes = True
        self.media_lives = timedelta(hours=1)
        self._media: dict[str, tuple[bytes, datetime]] = {}
        self.webhook = Webhook(self, deadline_s=deadline_s, retry_scale=retry_scale)

    @property
    def url(self) -> str:
        """Return the server's address."""
        raise NotImplementedError

    @property
    def refresh_token(self) -> str:
        """Return the refresh token that works now."""
        return self.office.refresh_token

    def user(self, name: str) -> Person:
        """Let a person appear. They have not written yet."""
        with self.lock:
            person = Person(self, len(self.people) + 1, name)
            self.people[person.id] = person
            return person

    def keep_media(self, content: bytes, ending: str) -> str:
        """Keep what somebody sent; returns an address that dies after a while."""
        with self.lock:
            name = f"{secrets.token_hex(16)}.{ending}"
            self._media[name] = (content, self.clock() + self.media_lives)
            return f"{self.url}/media/{name}"

    def media(self, name: str) -> bytes | None:
        """Return what stands behind an address, while it lives."""
        content, until = self._media.get(name, (None, self.clock()))
        return content if self.clock() < until else None

    def emit(self, person: Person | None, event: str, content: dict[str, Any]) -> int:
        """Queue an event for the webhook; returns how many will be delivered."""
        at = str(int(self.clock().timestamp() * 1000))
        body = {"app_id": self.app_id, "event_name": event, "timestamp": at, **content}
        return self.webhook.queue(person.id if person else "", event, body)

    def in_loop(self, act: Callable[[], None]) -> None:
        """Run something in the loop of the server."""
        raise NotImplementedError


def _now() -> datetime:
    return datetime.now(UTC)
