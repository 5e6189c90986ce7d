"""The mapped tables, one class a noun of the schema."""

from storage.models.accounts import Lease, MessengerAccount, RemoteCopy
from storage.models.base import Base, Utc
from storage.models.chats import ChatMessage, Group, InboxEvent, OutboxMessage, Place
from storage.models.deeds import (
    Attachment,
    Consent,
    Decision,
    DecisionReason,
    Deed,
    DeedVersion,
    Draft,
    Honoree,
    Question,
    Submission,
    Tally,
)
from storage.models.digests import (
    Counter,
    DocumentCorrection,
    OfficialDocument,
    Period,
    PeriodDeed,
    PeriodNotice,
    Setting,
)
from storage.models.people import AccountLink, Identity, Invitation, OrgUnit, Person, RoleGrant, SignInLink, WebSession

__all__ = [
    "AccountLink",
    "Attachment",
    "Base",
    "ChatMessage",
    "Consent",
    "Counter",
    "Decision",
    "DecisionReason",
    "Deed",
    "DeedVersion",
    "DocumentCorrection",
    "Draft",
    "Group",
    "Honoree",
    "Identity",
    "InboxEvent",
    "Invitation",
    "Lease",
    "MessengerAccount",
    "OfficialDocument",
    "OrgUnit",
    "OutboxMessage",
    "Period",
    "PeriodDeed",
    "PeriodNotice",
    "Person",
    "Place",
    "Question",
    "RemoteCopy",
    "RoleGrant",
    "Setting",
    "SignInLink",
    "Submission",
    "Tally",
    "Utc",
    "WebSession",
]
