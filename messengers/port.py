"""What a messenger is to the rest: decode what comes in, send what goes out, say how a failure is to be taken."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from deeds.said import File, Inbound, Option


def no_groups(chat: str) -> bool:
    """Tell that a chat is no group: for messengers that only know single people."""
    return False


@dataclass(frozen=True)
class Window:
    """When a messenger lets us write to somebody: only for a while after they were last heard."""

    lasts: timedelta
    messages: int = 0  # of ours while it lasts; 0: any number
    quiet: tuple[time, time] | None = None  # from, to, in the instance's zone: nobody is written to unasked
    answers_within: timedelta = timedelta(minutes=30)  # what goes out so soon after somebody spoke is an answer


@dataclass(frozen=True)
class Abilities:
    """What a messenger can show; numbers carry their source and date where they are declared."""

    max_text_units: int  # UTF-16 code units of one message
    max_buttons: int  # 0: choices are always a numbered menu in the text
    max_label_chars: int
    max_option_id_bytes: int
    edits_messages: bool  # a message already out can be replaced in place
    sends_photos: bool
    sends_files: bool
    max_photos: int = 10  # of one message
    min_seconds_per_chat: float = 0.0  # between two messages to one person
    max_per_minute_in_group: int = 0  # 0: no such limit
    max_per_second: int = 0  # of all chats together; 0: no such limit
    is_group: Callable[[str], bool] = no_groups  # by the chat's id
    window: Window | None = None  # None: may write first, long after the person was last heard
    pushes: bool = True  # what is sent reaches a person who is not looking at it
    numbers_beside_buttons: bool = False  # some of its clients draw no buttons: the text lists the choices as well


@dataclass(frozen=True)
class Outgoing:
    """One message as this messenger will show it: the text already holds the menu where there are no buttons."""

    chat: str
    text: str
    options: tuple[Option, ...] = ()
    photos: tuple[str, ...] = ()  # SHA-256 of published copies
    files: tuple[File, ...] = ()
    edits: str | None = None  # remote id of the message of ours to replace
    thread: str | None = None
    ask_reply: bool = False
    links: tuple[str, ...] = ()  # which addresses in the text are ours to be pressed, where the messenger asks us
    key: str = ""  # unique for this message: a messenger that can tell a repeat by it, does


@dataclass(frozen=True)
class Sent:
    """The messenger has it, under this id."""

    remote_id: str


class Failure(StrEnum):
    """How a failed sending is to be taken."""

    LATER = "later"  # nothing went out; try again
    UNCERTAIN = "uncertain"  # it may have gone out; never blindly repeated to a group
    UNREACHABLE = "unreachable"  # this chat cannot be written to until the person comes back
    CLOSED = "closed"  # too long since the person was heard: it waits until they write again
    FAILED = "failed"  # our fault or for ever: a dead letter
    EDIT_GONE = "edit_gone"  # what should be replaced is not there: send it new
    MOVED = "moved"  # the chat has another id now


class MessengerFailed(Exception):
    """A sending or a fetch that did not work, and what that means. Never holds a token or an address with one."""

    def __init__(
        self,
        failure: Failure,
        log: str,
        *,
        retry_after_s: float | None = None,
        moved_to: str | None = None,
        setting: str = "",
    ) -> None:
        super().__init__(log)
        self.setting = setting  # what the operator has to mend, by its name; never its value
        self.failure = failure
        self.retry_after_s = retry_after_s
        self.moved_to = moved_to


class CannotRead(Exception):
    """An authentic event whose body does not parse: kept and parked under its key; the ones behind it go on."""

    def __init__(self, event_key: str, raw: bytes, log: str) -> None:
        super().__init__(log)
        self.event_key = event_key
        self.raw = raw


class TryLater(Exception):
    """The event could not be stored now; the platform must send it again."""


@dataclass(frozen=True)
class Accepted:
    """The event is committed."""

    duplicate: bool = False


class Accept(Protocol):
    """Carries an event through; returns only when it is committed. Raises `TryLater` when it could not be."""

    async def __call__(self, event: Inbound) -> Accepted:
        """Take one decoded event."""
        ...


Park = Callable[[str, "CannotRead"], Awaitable[Accepted]]  # (messenger, error): keep an unreadable event for a person


class Messenger(Protocol):
    """One messenger, one folder."""

    name: str
    abilities: Abilities

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send or edit one message. Raises `MessengerFailed`."""
        ...

    def fetch(self, remote: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Stream the bytes behind a `FileSource.remote`. Raises `MessengerFailed`."""
        ...

    async def answer_press(self, press: str) -> None:
        """Stop the spinner of a pressed button; failing at it is no failure."""
        ...

    def routes(self, accept: Accept, park: Park) -> Sequence[Any]:
        """Return what is to be mounted on the HTTP side; nothing where nothing comes in that way."""
        ...

    async def start(self, accept: Accept, park: Park) -> None:
        """Begin to receive, where the messenger is polled; a webhook only registers."""
        ...

    async def stop(self) -> None:
        """Stop receiving and close connections."""
        ...
