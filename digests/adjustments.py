"""What a paper already closed says and is no longer so: told once, in the next one; the sent paper stays as it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deeds.months import Month
from digests.documents.annexes import introduced, numbered
from digests.documents.wording import day_name, month_name
from digests.gate import Gate
from digests.snapshot import from_json
from storage import deeds, period_deeds, periods
from storage.database import Tx
from storage.period_deeds import ListedDeed
from texts import say

What = Literal["withdrawn", "refused", "unpublished"]


@dataclass(frozen=True)
class Adjustment:
    """One thing about one deed of one closed month."""

    what: What
    listed: ListedDeed

    @property
    def mark(self) -> tuple[str, int, str]:
        """Return what is kept, so that no later paper says it again."""
        return self.what, self.listed.deed_id, self.listed.period_key


def find_adjustments(tx: Tx, gate: Gate) -> Iterator[Adjustment]:
    """Yield what changed about deeds of closed months and no paper has said yet.

    It compares what was listed with what is, so it needs no clock: neither a set-back one nor a long outage hides a
    change or tells it twice.
    """
    said = {tuple(mark) for marks in period_deeds.kept_beside(tx, "adjusted").values() for mark in marks or ()}
    for adjustment in (*_withdrawn(tx), *_refused(tx, gate), *_unpublished(tx)):
        if adjustment.mark not in said:
            yield adjustment


def _withdrawn(tx: Tx) -> Iterator[Adjustment]:
    for listed in period_deeds.no_longer_standing(tx):
        yield Adjustment("withdrawn", listed)


def _refused(tx: Tx, gate: Gate) -> Iterator[Adjustment]:
    for listed in period_deeds.perhaps_refused(tx):
        deed = deeds.deed(tx, listed.deed_id)
        if deed is not None and gate(tx, deed, deeds.honoree_of(tx, deed.id)).stays_out:
            yield Adjustment("refused", listed)


def _unpublished(tx: Tx) -> Iterator[Adjustment]:
    perhaps = period_deeds.perhaps_unpublished(tx)
    shown = period_deeds.kept_beside(tx, "published") if perhaps else {}
    for listed in perhaps:
        if listed.deed_id in (shown.get(listed.period_key) or ()):
            yield Adjustment("unpublished", listed)


def say_adjustment(tx: Tx, adjustment: Adjustment) -> str:
    """Return the sentence, which names paper and line but no person: somebody may have asked not to be named."""
    listed = adjustment.listed
    row = periods.period(tx, listed.period_key)
    assert row is not None, f"period {listed.period_key} is not closed"
    month = month_name(Month.parse(row.key))
    if row.number and row.issued_on:
        paper = say("digest.adjusted.paper", number=row.number, day=day_name(row.issued_on), month=month)
    else:
        paper = say("digest.adjusted.list", month=month)
    lines = numbered(introduced(from_json(json.dumps(dict(row.snapshot)))))
    number = next((line for line, deed in lines if deed.code == listed.code), listed.position)
    return say(f"digest.adjusted.{adjustment.what}", number=number, code=listed.code, paper=paper)
