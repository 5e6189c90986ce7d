"""What reached us, what leaves, and where each person stands in a conversation."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import (
    DELETED,
    Base,
    Code,
    Id,
    Tie,
    Words,
    WordsBytes,
    WordsJson,
    owned_by,
    refers_to,
)


class InboxEvent(Base):
    """One event of a messenger. Its key is kept for good, its raw body for 30 days, or until a complaint is deleted."""

    __tablename__ = "inbox_event"
    __table_args__ = (Index(None, "state", "id"), Index(None, "chat", "received_at"))

    id: Mapped[Id]
    event_key: Mapped[Code] = mapped_column(unique=True)  # its digest, for good: no event may count twice
    messenger: Mapped[Code]
    chat: Mapped[Tie]
    received_at: Mapped[datetime] = mapped_column(index=True)
    raw: Mapped[WordsBytes | None]
    state: Mapped[Code]  # done | parked
    error: Mapped[Words | None]
    retried_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """One message to send. Of a chat, the oldest waiting row goes first; a row that is being retried holds the chat."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_waiting", "state", "not_before", "id"),
        Index(None, "messenger", "chat", "state", "id"),
        Index(None, "sent_at"),
        Index(None, "messenger", "chat", "sent_at"),
    )

    id: Mapped[Id]
    messenger: Mapped[Code]
    chat: Mapped[Tie]
    thread: Mapped[Tie | None]
    # It names the chat. Keys that begin alike are looked up as a range, so no language may order them.
    send_key: Mapped[Tie | None] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"), unique=True)
    body: Mapped[WordsJson]  # a Prompt
    state: Mapped[Code]  # waiting | sending | sent | forgotten | held | uncertain | dead
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    edits: Mapped[Tie | None]  # remote id to replace; set when a row with a send_key changes after it went out
    remote_id: Mapped[Tie | None]
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    units: Mapped[int] = mapped_column(default=0)  # of the messenger's limits, spent up to `sent_at`
    cause: Mapped[Code | None]  # id of the event it answers, as the log has it
    failing_since: Mapped[datetime | None]  # the first failure since it was queued
    error: Mapped[Words | None]  # a messenger may repeat what it was given


class Place(Base):
    """Where a person is in a conversation: all we remember of it, saved with the answer it led to."""

    __tablename__ = "place"
    __table_args__ = ({"info": DELETED},)

    person_id: Mapped[int] = mapped_column(owned_by("person.id"), primary_key=True, autoincrement=False)
    state: Mapped[WordsJson]
    version: Mapped[int]
    updated_at: Mapped[datetime]


class ChatMessage(Base):
    """One line of a web chat, ours or the person's. `seq` counts within the chat."""

    __tablename__ = "chat_message"
    __table_args__ = (UniqueConstraint("chat", "seq"), UniqueConstraint("send_key"))

    id: Mapped[Id]
    chat: Mapped[Code]  # a hash of a browser's secret; of a forgotten chat only the last number stays under it
    seq: Mapped[int]
    sender: Mapped[Code]  # bot | me
    body: Mapped[WordsJson]
    send_key: Mapped[Code | None]
    at: Mapped[datetime]


class Group(Base):
    """A moderators' group that gets the cards."""

    __tablename__ = "moderator_group"
    __table_args__ = (UniqueConstraint("messenger", "chat"),)

    id: Mapped[Id]
    messenger: Mapped[Code]
    chat: Mapped[Code]
    thread: Mapped[Code | None]
    registered_by: Mapped[int] = mapped_column(refers_to("person.id"))
    registered_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]
