"""The units that introduce deeds."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from deeds.vietnamese import fold, nfc
from storage.database import Tx
from storage.models import OrgUnit
from storage.statements import insert_or_update


def keep(tx: Tx, facts: Mapping[str, str], now: datetime) -> None:
    """Add a unit, or correct the one with the same code."""
    name = nfc(facts["name"])
    values = {
        "name": name,
        "name_folded": fold(name),
        "kind": facts.get("kind") or "other",
        "block": facts.get("block") or None,
        "level": facts.get("level") or None,
        "contact": facts.get("contact") or None,
        "closed_at": None,
    }
    tx.execute(insert_or_update(tx, OrgUnit, ("code",), {"code": facts["code"], "created_at": now, **values}, values))


def coded(tx: Tx, code: str) -> int | None:
    """Return the id of the unit with this code."""
    return tx.execute(select(OrgUnit.id).where(OrgUnit.code == code)).scalar_one_or_none()


def name_of(tx: Tx, code: str) -> str | None:
    """Return the name of the unit with this code."""
    return tx.execute(select(OrgUnit.name).where(OrgUnit.code == code)).scalar_one_or_none()


def listed(tx: Tx) -> Sequence[Mapping[str, str | None]]:
    """Return the units that are not closed, by name."""
    rows = tx.execute(
        select(OrgUnit.code, OrgUnit.name, OrgUnit.kind, OrgUnit.block, OrgUnit.level, OrgUnit.contact)
        .where(OrgUnit.closed_at.is_(None))
        .order_by(OrgUnit.name_folded)
    )
    return [dict(row._mapping) for row in rows]
