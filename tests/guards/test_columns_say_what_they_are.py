"""A new column that holds words cannot be left out of forgetting: it says what it is, or this fails."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from storage.models import Base
from storage.models.base import CODE, KEPT, LINK, OWNED, PERSONAL, REFERS, SAYS, SENT, JsonValue
from storage.personal import columns_saying, empty

HOLDS_WORDS = (Text, JSON, JSONB, LargeBinary)


def silent_columns(metadata: MetaData) -> Iterator[str]:
    """Yield the columns that could hold words and do not say whether they do."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, HOLDS_WORDS) and column.info.get(SAYS) not in {CODE, KEPT, *PERSONAL}:
                yield f"{table.name}.{column.name}"


def silent_keys(metadata: MetaData) -> Iterator[str]:
    """Yield the keys that do not say whether a row belongs to another or only mentions it."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.info.get(LINK) not in {OWNED, SENT, REFERS}:
                yield f"{table.name}.{key.parent.name}"


def stubborn_columns(metadata: MetaData) -> Iterator[str]:
    """Yield the personal columns that cannot be emptied: a number that may not be nothing."""
    for table in metadata.sorted_tables:
        for column in columns_saying(table, PERSONAL):
            try:
                empty(column)
            except KeyError:
                yield f"{table.name}.{column.name}"


def test_every_column_says_what_it_is_and_every_key_what_it_means() -> None:
    """Code, kept by rule, or personal; owned, sent, or mentioned (`storage/models/base.py`)."""
    assert list(silent_columns(Base.metadata)) == []
    assert list(silent_keys(Base.metadata)) == []
    assert list(stubborn_columns(Base.metadata)) == []


def test_the_guard_bites() -> None:
    """Text, JSON and bytes that say nothing are found; so is a personal number that cannot be emptied."""
    says: dict[str, Any] = {SAYS: "words"}
    made = MetaData()
    Table("owner", made, Column("id", Integer, primary_key=True))
    Table(
        "made", made, Column("a", Text), Column("b", JsonValue), Column("c", LargeBinary), Column("d", JSONB),
        Column("e", Text, info={SAYS: CODE}), Column("f", Integer, nullable=False, info=says),
        Column("g", Integer, info=says), Column("h", ForeignKey("owner.id")),
    )  # fmt: skip
    assert list(silent_columns(made)) == ["made.a", "made.b", "made.c", "made.d"]
    assert list(silent_keys(made)) == ["made.h"]
    assert list(stubborn_columns(made)) == ["made.f"]
