"""Staff are told, elsewhere than on Zalo, when an account can no longer speak or soon will not be able to."""

from datetime import datetime

import structlog

from deeds.kinds import Role
from deeds.months import VIET_NAM
from deeds.said import Prompt
from messengers.zalo_oa.abilities import NAME
from storage import accounts, outbox, people
from storage.accounts import Account
from storage.database import Tx
from storage.people import Reached
from texts import say

log = structlog.get_logger()


def raise_alarms(tx: Tx, now: datetime) -> int:
    """Queue a sentence about every account in trouble, once a day; returns of how many accounts."""
    told = 0
    for account in accounts.alarms_due(tx, NAME, now):
        if not accounts.claim_alarm(tx, NAME, account.account, now):
            continue
        told += 1
        ways = _ways(tx)
        for way in ways:
            outbox.put(tx, way.messenger, way.address, Prompt(_sentence(account)), now)
        log.error("a Zalo account needs: viectot zalo-oa authorize", account=account.account, told=len(ways))
    return told


def _ways(tx: Tx) -> list[Reached]:
    """Return how to reach who looks after the instance; where no administrator can be reached, the moderators.

    Who has no other chat than Zalo is written an e-mail.
    """
    for role in (Role.ADMIN, Role.MODERATOR):
        holders = people.holding(tx, role)
        ways = [way for way in people.ways_to(tx, holders) if way.messenger != NAME]
        reached = {way.person_id for way in ways}
        for person in holders:  # also one who has Zalo alone, which is what does not work
            mail = people.mail_of(tx, person) if person not in reached else None
            ways += [Reached(person, people.MAIL, mail)] if mail is not None else []
        if ways:
            return ways
    return []


def _sentence(account: Account) -> str:
    called = account.name or account.account
    if account.broken_since is not None:
        since = account.broken_since.astimezone(VIET_NAM).strftime("%H:%M %d/%m/%Y")
        return say("zalo_oa.alarm.broken", account=called, since=since, id=account.account)
    assert account.refresh_until is not None, "only what is broken or ends is told of"
    day = account.refresh_until.astimezone(VIET_NAM).strftime("%d/%m/%Y")
    return say("zalo_oa.alarm.ends", account=called, day=day, id=account.account)
