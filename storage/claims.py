"""Between those who write to the outbox and those who send from it: where more may be due, and who may take it now."""

import zlib
from collections.abc import Iterable

from sqlalchemy import BigInteger, bindparam, func, select

from storage.database import Tx
from storage.prepared import Prepared

_TOUCHED = "outbox touched"  # what a transaction's connection remembers it under
_LOCK = Prepared(select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger))))


def touch(tx: Tx, messengers: Iterable[str]) -> None:
    """Note that more may be due on these messengers once the transaction has ended; every writer here does."""
    tx.info.setdefault(_TOUCHED, set()).update(messengers)


def touched(tx: Tx) -> set[str]:
    """Return the messengers on which more may be due by what this transaction did, and forget them."""
    found: set[str] = tx.info.pop(_TOUCHED, set())
    return found


def may_claim(tx: Tx, messenger: str) -> bool:
    """Tell whether nobody else claims at this moment; two at once would each take what is left for one.

    Who may not, sees at the next look what the other took: a message the other has queued and taken in a transaction
    that is still open cannot be seen, and would be overtaken in its own chat.
    """
    if tx.dialect.name != "postgresql":
        return True  # the only writer, for as long as the transaction lasts
    key = zlib.crc32(f"pace of {messenger}".encode())
    return bool(_LOCK.value(tx, key=key))
