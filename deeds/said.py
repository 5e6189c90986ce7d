"""What goes into a conversation and what comes out of it, free of any messenger."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any


class Happening(StrEnum):
    """What kind of thing reached us from a chat."""

    SAID = "said"  # words, a choice, photos, a recording, a place
    BLOCKED = "blocked"  # the person stopped the bot; nothing can be sent any more
    CAME_BACK = "came_back"
    JOINED_GROUP = "joined_group"
    LEFT_GROUP = "left_group"


@dataclass(frozen=True)
class FileSource:
    """A picture or a recording somebody sent: either kept already, or still with the messenger.

    `sha256` names bytes that are on our disk, synced; `remote` is what the messenger gives them out for.
    """

    sha256: str | None = None
    remote: str | None = None
    unique: str | None = None  # the messenger's own mark of the same bytes
    name: str | None = None  # what the sender's device claims: a label, never a path
    size: int | None = None
    seconds: int | None = None  # of a recording


@dataclass(frozen=True)
class Said:
    """One thing one person said, whatever the messenger."""

    text: str = ""
    choice: str | None = None  # the id of the option pressed, exactly as it was sent out
    photos: tuple[FileSource, ...] = ()
    voice: FileSource | None = None
    album: str | None = None  # several messages with the same mark are one album
    location: tuple[float, float] | None = None  # latitude, longitude in degrees
    own_phone: str | None = None  # only when the messenger vouches that it is the sender's
    unreadable: bool = False  # a kind of message or file that cannot be taken here
    message: str = ""  # the messenger's id of this message
    edits: str | None = None  # the messenger's id of the earlier message this one replaces
    reply_to: str | None = None  # the messenger's id of the message of ours it answers
    via: str = ""  # what the address carried that led to the page this was written on
    happening: Happening = Happening.SAID


def event_id(event_key: str) -> str:
    """Return the short name of an event with this key."""
    return hashlib.blake2s(event_key.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Inbound:
    """One event as a messenger hands it over, decoded.

    `event_key` is unique for good: the same event delivered again has the same key.
    """

    event_key: str
    messenger: str
    chat: str  # where an answer goes
    sender: str  # the person's id on that messenger
    said: Said
    raw: bytes
    sender_name: str = ""
    is_group: bool = False
    thread: str | None = None
    press: str | None = None  # what the messenger wants back to stop a button's spinner

    @cached_property
    def id(self) -> str:
        """A short name of the event for the log, from the wire to the end; its key names the chat and stays out."""
        return event_id(self.event_key)


@dataclass(frozen=True)
class Option:
    """One choice; `id` travels with the button, `label` is never cut."""

    id: str
    label: str


@dataclass(frozen=True)
class File:
    """A file of ours to send: `path` is relative to the data folder, `name` short ASCII."""

    path: str
    name: str


@dataclass(frozen=True)
class Prompt:
    """Something to tell a person, with the choices offered; messengers decide how it looks.

    With `send_key` there is only ever one such message: while it waits it is replaced, once it is out it is edited
    where the messenger can. `not_before` holds it back.
    """

    text: str
    options: tuple[Option, ...] = ()
    photos: tuple[str, ...] = ()  # SHA-256 of published copies
    files: tuple[File, ...] = ()
    send_key: str | None = None
    not_before: datetime | None = None
    ask_reply: bool = False  # in a group the answer must come as a reply to this message
    numbered: bool = True  # choices that may be answered by number where there are no buttons
    first_menu: bool = False  # the first choices this person ever sees: where they are numbered, say how to answer
    links: tuple[str, ...] = ()  # what of the text may be pressed: any other address is only shown
    instead: str | None = None  # said once where a message cannot be replaced: there this one would go stale
    once: bool = False  # holds a secret of the person's: soon after it was delivered we keep it no more

    def to_json(self) -> dict[str, Any]:
        """Return what the outbox keeps: all but the times and keys, which are columns."""
        kept = {name: value for name, value in vars(self).items() if value != _DEFAULTS[name]}
        for column in ("send_key", "not_before"):
            kept.pop(column, None)
        for rows in ("options", "files"):
            if rows in kept:
                kept[rows] = [vars(row) for row in kept[rows]]
        for rows in ("photos", "links"):
            if rows in kept:
                kept[rows] = list(kept[rows])
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Prompt":
        """Return the prompt the outbox kept."""
        return cls(
            text=kept.get("text", ""),
            options=tuple(Option(**option) for option in kept.get("options", ())),
            photos=tuple(kept.get("photos", ())),
            files=tuple(File(**file) for file in kept.get("files", ())),
            ask_reply=kept.get("ask_reply", False),
            numbered=kept.get("numbered", True),
            first_menu=kept.get("first_menu", False),
            links=tuple(kept.get("links", ())),
            instead=kept.get("instead"),
            once=kept.get("once", False),
        )


_DEFAULTS = {name: field.default for name, field in Prompt.__dataclass_fields__.items()}
