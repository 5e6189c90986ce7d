"""Who cannot be written to now is reached another way: later, in another chat of theirs, or by e-mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deeds.said import Prompt
from messengers.port import Messenger, Window
from storage import outbox, people, windows
from storage.database import Tx
from storage.outbox import CARD, Due
from storage.people import MAIL

CLOSED = "too long since the person was last heard"
AFTER_QUIET = timedelta(minutes=5)
# Alerts; an answer in a chat may hold what somebody told.
MAILED = (CARD, "digest:", "stuck:", "trouble:", "clock:", "renumbered:")


@dataclass(frozen=True)
class Reach:
    """Decides, for each message whose turn it is, whether it may go out in its chat now."""

    messengers: Mapping[str, Messenger]
    zone: ZoneInfo

    def may_go(self, tx: Tx, message: Due, cost: int, now: datetime) -> bool:
        """Tell whether a claimed message may go; one that may not is postponed, moved or held."""
        window = self._window(message.messenger)
        if window is None or self._is_group(message):
            return True
        heard = windows.last_heard(tx, message.messenger, message.chat)
        if heard is None or self._is_closed(tx, message, window, heard, cost, now):
            self.another_way(tx, message, CLOSED, now)
            return False
        if window.quiet and now - heard > window.answers_within and (until := _quiet_until(window, now, self.zone)):
            windows.postpone(tx, message, until)
            return False
        return True

    def another_way(self, tx: Tx, message: Due, why: str, now: datetime) -> None:
        """Send it to a chat of its person that is always open; else keep it until they write, and e-mail staff."""
        if not self._moved(tx, message, now):
            windows.hold(tx, message, why)

    def unreachable(self, tx: Tx, message: Due, why: str, now: datetime) -> None:
        """The chat is gone, perhaps for good: another one of its person, else a dead letter."""
        if not self._moved(tx, message, now):
            outbox.mark_given_up(tx, message, "dead", why)

    def _moved(self, tx: Tx, message: Due, now: datetime) -> bool:
        person = people.owner_of(tx, message.messenger, message.chat)
        if person is None or message.messenger == MAIL:
            return False
        # Never to another window: two that are both closed would hand it to and fro for ever.
        ways = [
            way
            for way in people.ways_to(tx, [person])
            if (way.messenger, way.address) != (message.messenger, message.chat) and self._is_always_open(way.messenger)
        ]
        key = message.send_key or ""
        if ways and not key.startswith(CARD):  # which stands in their other chats by itself
            windows.readdress(tx, message, ways[0].messenger, ways[0].address)
            return True
        mail = people.mail_of(tx, person) if key.startswith(MAILED) and not ways else None
        if mail is not None and MAIL in self.messengers:
            words = message.prompt.instead or message.prompt.text
            prompt = Prompt(words, files=message.prompt.files, send_key=f"{MAIL}:{message.id}")
            outbox.put(tx, MAIL, mail, prompt, now)
        return False

    def _is_always_open(self, messenger: str) -> bool:
        return messenger in self.messengers and self._window(messenger) is None

    def _is_closed(self, tx: Tx, message: Due, window: Window, heard: datetime, cost: int, now: datetime) -> bool:
        if now - heard >= window.lasts:
            return True
        sent = windows.sent_since(tx, message.messenger, message.chat, heard) if window.messages else 0
        return bool(window.messages) and sent + cost > max(window.messages, cost)

    def _window(self, messenger: str) -> Window | None:
        return self.messengers[messenger].abilities.window

    def _is_group(self, message: Due) -> bool:
        return self.messengers[message.messenger].abilities.is_group(message.chat)


def _quiet_until(window: Window, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that it is now; None outside of them."""
    assert window.quiet is not None
    begins, ends = window.quiet
    local = now.astimezone(zone)
    if ends <= local.time() < begins:
        return None
    day = local.date() + timedelta(days=local.time() >= begins)
    return datetime.combine(day, ends, zone) + AFTER_QUIET
