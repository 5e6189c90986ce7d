"""Deleting a person: everything that ties words or pictures to them goes, in one transaction."""

from datetime import datetime

from sqlalchemy import update

from storage import forgetting, outbox_forgetting
from storage.database import Tx
from storage.models import Person, RoleGrant, Submission
from storage.outbox import DEMAND


def erase_person(tx: Tx, person_id: int, now: datetime) -> None:
    """Delete a person's accounts, drafts, messages and rights; what they told keeps only its number and days."""
    tx.execute(update(Submission).where(Submission.person_id == person_id).values(purged_at=now))
    held = (RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
    tx.execute(update(RoleGrant).where(*held).values(revoked_at=now))
    outbox_forgetting.forget_under(tx, f"{DEMAND}{person_id}:")
    forgetting.forget(tx, forgetting.Root.PERSON, person_id, now)
    tx.execute(update(Person).where(Person.id == person_id).values(erased_at=now))
