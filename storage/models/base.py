"""What every table shares: names for its constraints, a UTC instant, JSON, and what a column says of a person.

Every column of text, JSON or bytes is annotated with what it is, so that forgetting needs no list of columns:

    Code    ours: a code, a key, a hash, a state; leads to nobody
    Kept    words that stay by rule: of an office's settings, of a paper that was issued
    Words   of a deed, a draft or a person; gone when that is forgotten
    Said    its sender's own words; gone when what they belong to is forgotten, or the sender
    Left    left beside what somebody sent: a number to be called; gone with the last of it that stands, or the person
    Tie     leads to a person: a chat, an address; gone when that person is forgotten

`storage.forgetting` walks the foreign keys: `owned_by` where a row belongs wholly to another, `sent_by` where it
came from a person and belongs to something else, `refers_to` where it only mentions.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Dialect, ForeignKey, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


class Utc(TypeDecorator[datetime]):
    """An instant. Naive values are refused: SQLite would take them silently and give them back as something else."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC. Raises `ValueError` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every instant back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Jsonb(TypeDecorator[Any]):
    """PostgreSQL's own JSON, looked up once it is needed: a command on SQLite need not load all of that dialect."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type as the dialect has it."""
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


JsonValue = JSON().with_variant(_Jsonb(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite gives row ids to INTEGER PRIMARY KEY only

Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]

SAYS = "says"  # the key, in `Column.info`, of what a column is
CODE, KEPT, WORDS, SAID, LEFT, TIE = "code", "kept", "words", "said", "left", "tie"
EMPTY = "empty"  # the key of what stands there once it is forgotten, where that is neither nothing nor ""
PERSONAL = frozenset({WORDS, SAID, LEFT, TIE})

Json = dict[str, Any]
Code = Annotated[str, mapped_column(info={SAYS: CODE})]
Codes = Annotated[list[Any], mapped_column(info={SAYS: CODE})]
CodeJson = Annotated[Json, mapped_column(info={SAYS: CODE})]
Kept = Annotated[str, mapped_column(info={SAYS: KEPT})]
KeptJson = Annotated[Json, mapped_column(info={SAYS: KEPT})]
Words = Annotated[str, mapped_column(info={SAYS: WORDS})]
WordsJson = Annotated[Json, mapped_column(info={SAYS: WORDS, EMPTY: {}})]
WordsList = Annotated[list[Any], mapped_column(info={SAYS: WORDS, EMPTY: []})]
WordsBytes = Annotated[bytes, mapped_column(LargeBinary, info={SAYS: WORDS})]
WordsNumber = Annotated[int, mapped_column(info={SAYS: WORDS})]
WordsDay = Annotated[date, mapped_column(info={SAYS: WORDS})]
FILE = "file"  # in `Column.info`: it names bytes on disk, which go when no row names them
FileName = Annotated[str, mapped_column(info={SAYS: WORDS, FILE: True})]
Said = Annotated[str, mapped_column(info={SAYS: SAID})]
SaidJson = Annotated[Json, mapped_column(info={SAYS: SAID, EMPTY: {}})]
Left = Annotated[str, mapped_column(info={SAYS: LEFT})]
Tie = Annotated[str, mapped_column(info={SAYS: TIE})]

LINK = "link"  # the key, in `ForeignKey.info`, of what a key means
OWNED, SENT, REFERS = "owned", "sent", "refers"
DELETED = {"forgotten": "deleted"}  # `info` of a table whose rows are purely personal: nothing of one needs to stay


def owned_by(column: str) -> ForeignKey:
    """The row belongs wholly to that one, and is forgotten with it."""
    return ForeignKey(column, info={LINK: OWNED})


def sent_by(column: str) -> ForeignKey:
    """The row came from that person: forgetting the person cuts the tie and takes their words, and leaves the rest."""
    return ForeignKey(column, info={LINK: SENT})


def refers_to(column: str) -> ForeignKey:
    """The row mentions that one: a decider, a unit; it stays as it is."""
    return ForeignKey(column, info={LINK: REFERS})


class Base(DeclarativeBase):
    """The base of all mapped tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (the name and form SQLAlchemy reads)
        datetime: Utc(),
        date: Date(),
        str: Text(),
        dict[str, Any]: JsonValue,
        Mapping[str, Any]: JsonValue,
        list[Any]: JsonValue,
    }
