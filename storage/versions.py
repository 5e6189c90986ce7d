"""What was known of a deed before and after each change; the only place where history keeps words, and loses them."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from storage.database import Tx
from storage.models import DeedVersion

Facts = Mapping[str, Any]
TOLD, CORRECTED, HEARD, CONFIRMED = "told", "corrected", "heard", "confirmed"


@dataclass(frozen=True)
class Changed:
    """What one change changed, fact by fact; None once it is forgotten."""

    facts: Mapping[str, tuple[Any, Any]] | None


def keep(tx: Tx, deed_id: int, n: int, facts: Facts, *, how: str, person_id: int | None, now: datetime) -> None:
    """Keep what is known of a deed from its version `n` on."""
    values = {"deed_id": deed_id, "n": n, "facts": dict(facts), "how": how, "person_id": person_id, "at": now}
    tx.execute(insert(DeedVersion).values(**values))


def is_kept(tx: Tx, deed_id: int) -> bool:
    """Tell whether any version of a deed is kept: the first is, once there is a second."""
    return tx.execute(select(func.count()).where(DeedVersion.deed_id == deed_id)).scalar_one() > 0


def changes_of(tx: Tx, deed_id: int) -> Mapping[int, Changed]:
    """Return what each change of a deed changed, by the version it made."""
    rows = tx.execute(
        select(DeedVersion.n, DeedVersion.facts).where(DeedVersion.deed_id == deed_id).order_by(DeedVersion.n)
    ).all()
    return {
        after.n: Changed(_differ(before.facts, after.facts) if after.facts else None)
        for before, after in itertools.pairwise(rows)
    }


def _differ(before: Facts, after: Facts) -> Mapping[str, tuple[Any, Any]]:
    return {name: (before.get(name), new) for name, new in after.items() if before.get(name) != new}
