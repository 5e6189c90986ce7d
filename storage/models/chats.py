"""What reached us, what leaves, and where each person stands in a conversation."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Id


class InboxEvent(Base):
    """One event of a messenger. Its key is kept for good, its raw body for 30 days, or until a complaint is deleted."""

    __tablename__ = "inbox_event"
    __table_args__ = (Index(None, "state", "id"), Index(None, "chat", "received_at"))

    id: Mapped[Id]
    event_key: Mapped[str] = mapped_column(unique=True)
    messenger: Mapped[str]
    chat: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str]  # done | parked
    error: Mapped[str | None]
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
    messenger: Mapped[str]
    chat: Mapped[str]
    thread: Mapped[str | None]
    send_key: Mapped[str | None] = mapped_column(unique=True)
    body: Mapped[dict[str, Any]]  # a Prompt
    state: Mapped[str]  # waiting | sending | sent | forgotten | held | uncertain | dead
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    edits: Mapped[str | None]  # remote id to replace; set when a row with a send_key changes after it went out
    remote_id: Mapped[str | None]
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    units: Mapped[int] = mapped_column(default=0)  # of the messenger's limits, spent up to `sent_at`
    error: Mapped[str | None]


class Place(Base):
    """Where a person is in a conversation: all we remember of it, saved with the answer it led to."""

    __tablename__ = "place"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    state: Mapped[dict[str, Any]]
    version: Mapped[int]
    updated_at: Mapped[datetime]


class ChatMessage(Base):
    """One line of a web chat, ours or the person's. `seq` counts within the chat."""

    __tablename__ = "chat_message"
    __table_args__ = (UniqueConstraint("chat", "seq"), UniqueConstraint("send_key"))

    id: Mapped[Id]
    chat: Mapped[str]
    seq: Mapped[int]
    sender: Mapped[str]  # bot | me
    body: Mapped[dict[str, Any]]
    send_key: Mapped[str | None]
    at: Mapped[datetime]


class Group(Base):
    """A moderators' group that gets the cards."""

    __tablename__ = "moderator_group"
    __table_args__ = (UniqueConstraint("messenger", "chat"),)

    id: Mapped[Id]
    messenger: Mapped[str]
    chat: Mapped[str]
    thread: Mapped[str | None]
    registered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]
