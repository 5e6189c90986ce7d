"""Deleting a person: everything that ties words or pictures to them goes, in one transaction."""

from datetime import datetime

from sqlalchemy import delete, select, update

from storage import attachments, chat_lines, drafts, inbox, outbox
from storage.database import Tx
from storage.models import Draft, Identity, Person, Question, RoleGrant, SignInLink, Submission, WebSession


def erase_person(tx: Tx, person_id: int, now: datetime) -> None:
    """Delete a person's accounts, drafts, messages and rights; what they told keeps only its number and days."""
    for draft_id in tx.execute(select(Draft.id).where(Draft.person_id == person_id)).scalars().all():
        drafts.drop_draft(tx, draft_id)
    attachments.erase_of_person(tx, person_id)
    drafts.forget_place(tx, person_id)
    chats = tx.execute(select(Identity.messenger, Identity.address).where(Identity.person_id == person_id)).all()
    for messenger, address in chats:
        inbox.purge_chat(tx, messenger, address)
        outbox.erase_chat(tx, messenger, address)
        chat_lines.forget_chat(tx, address)
    tx.execute(
        update(Submission)
        .where(Submission.person_id == person_id)
        .values(person_id=None, chat=None, told={}, purged_at=now)
    )
    tx.execute(update(Question).where(Question.person_id == person_id).values(person_id=None, answer=None))
    tx.execute(
        update(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None)).values(revoked_at=now)
    )
    for kept in (SignInLink, WebSession, Identity):
        tx.execute(delete(kept).where(kept.person_id == person_id))
    tx.execute(update(Person).where(Person.id == person_id).values(name=None, phone=None, erased_at=now))
