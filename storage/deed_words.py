"""Finding deeds by words: an index beside the table that the database itself keeps in step with `deed.search`.

SQLite has an FTS5 table fed by triggers, PostgreSQL an index over an expression. Nobody who writes or forgets a deed
has to think of it.
"""

import re
from dataclasses import dataclass

from sqlalchemy import DDL, ColumnElement, FromClause, column, event, func, literal_column, table

from storage.database import Tx
from storage.models import Deed
from storage.statements import table as table_of

NAME = "deed_words"  # of the FTS5 table; those it keeps for itself begin with it
POSTGRES_INDEX = "ix_deed_words"
_VECTOR = "to_tsvector('simple', deed.search)"

_BEGINNINGS = "3 4 5"  # letters of the word still being typed, looked up at once instead of gathered
_TABLE = (
    f"CREATE VIRTUAL TABLE {NAME} USING fts5(search, content='deed', content_rowid='id', detail=none, columnsize=0,"
    f" prefix='{_BEGINNINGS}',"
    " tokenize='unicode61 remove_diacritics 0')",
    f"INSERT INTO {NAME}({NAME}, rank) VALUES ('secure-delete', 1)",  # a word forgotten leaves the file at once
    f"INSERT INTO {NAME}({NAME}) VALUES ('rebuild')",
)
_OUT = f"INSERT INTO {NAME}({NAME}, rowid, search) VALUES ('delete', old.id, old.search);"
_IN = f"INSERT INTO {NAME}(rowid, search) VALUES (new.id, new.search);"
_TRIGGERS = {  # a migration that copies the table `deed` loses them and makes them anew
    f"{NAME}_new": f"AFTER INSERT ON deed BEGIN {_IN} END",
    f"{NAME}_changed": f"AFTER UPDATE OF search ON deed WHEN old.search <> new.search BEGIN {_OUT} {_IN} END",
    f"{NAME}_gone": f"AFTER DELETE ON deed BEGIN {_OUT} END",
}

CREATE = {
    "sqlite": (*_TABLE, *(f"CREATE TRIGGER {name} {what}" for name, what in _TRIGGERS.items())),
    "postgresql": (f"CREATE INDEX {POSTGRES_INDEX} ON deed USING gin ({_VECTOR})",),
}
DROP = {
    "sqlite": (*(f"DROP TRIGGER {name}" for name in _TRIGGERS), f"DROP TABLE {NAME}"),
    "postgresql": (f"DROP INDEX {POSTGRES_INDEX}",),
}
for _dialect, _statements in CREATE.items():  # for a database made from the models, without migrations
    for _statement in _statements:
        event.listen(table_of(Deed), "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class Found:
    """Where to select deeds from, what must hold there, and what puts the newest first."""

    source: FromClause
    matches: ColumnElement[bool]
    newest: ColumnElement[int]


def found_by(tx: Tx, words: str) -> Found | None:
    """Return how to select the deeds that have all of these folded words; the last may be the beginning of one.

    None where there is no letter and no digit in them.
    """
    asked = _WORD.findall(words)
    if not asked:
        return None
    is_begun = len(asked[-1]) >= _SHORTEST_BEGINNING
    deed = table_of(Deed)
    if tx.dialect.name == "postgresql":
        wanted = " & ".join(asked) + (":*" if is_begun else "")
        vector: ColumnElement[bool] = literal_column(_VECTOR)
        return Found(deed, vector.op("@@")(func.to_tsquery(literal_column("'simple'"), wanted)), deed.c.id.desc())
    wanted = " ".join(f'"{word}"' for word in asked) + ("*" if is_begun else "")
    index = table(NAME, column("rowid"))
    matches: ColumnElement[bool] = literal_column(NAME).op("MATCH")(wanted)
    return Found(index.join(deed, deed.c.id == index.c.rowid), matches, index.c.rowid.desc())
