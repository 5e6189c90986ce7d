"""What a paper already closed says and is no longer so: told once, in the next one; the sent paper stays as it is.

What was printed is compared with what would be printed now, cell by cell, so no act and no fact has to be remembered
here, and no clock is needed: neither a set-back one nor a long outage hides a change or tells it twice.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Literal

from deeds.months import Month
from deeds.statuses import STANDING
from deeds.vietnamese import cut_at_sentence
from digests.documents.annexes import introduced, numbered, printed
from digests.documents.wording import bare, day_name, listed, lower_first, month_name
from digests.snapshot import DeedFacts, MonthSnapshot, from_json
from publishing.gate import Shown, shown
from publishing.outlets import Outlet
from storage import deeds, period_deeds, periods
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.period_deeds import ListedDeed
from texts import has, say

What = Literal["withdrawn", "refused", "unpublished", "changed"]
OUT: tuple[What, ...] = ("withdrawn", "refused")  # after these a deed is in no list
PRINTED_CHARS = 400  # of a long text that was changed
FactsNow = Callable[[DeedRow, HonoreeRow, Shown, bool], DeedFacts]


@dataclass(frozen=True)
class Adjustment:
    """What there is to say about one deed of one closed month; `cells` are those that changed, as they are now."""

    what: What
    listed: ListedDeed
    cells: tuple[tuple[str, str], ...] = ()

    @property
    def marks(self) -> Iterator[tuple[str | int, ...]]:
        """Yield what is kept, so that no later paper says it again."""
        here = (self.what, self.listed.deed_id, self.listed.period_key)
        if self.what == "changed":
            yield from ((*here, name, _short_hash(text)) for name, text in self.cells)
        else:
            yield here


@dataclass(frozen=True)
class Compared:
    """What changed about deeds of closed months and no paper has said yet, and what the next closing need not see."""

    adjustments: tuple[Adjustment, ...]
    seen: Sequence[ListedDeed]
    newest_consent: int


def compare(tx: Tx, facts_now: FactsNow) -> Compared:
    """Compare what closed papers printed with what would be printed now."""
    seen, newest = period_deeds.changed_since_seen(tx)
    return Compared(tuple(_find(tx, facts_now, seen)), seen, newest)


def _find(tx: Tx, facts_now: FactsNow, changed: Sequence[ListedDeed]) -> Iterator[Adjustment]:
    said = _said(tx)
    out = {(mark[1], mark[2]) for mark in said if mark[0] in OUT}
    cells_said = {mark[1:4]: mark[4] for mark in said if mark[0] == "changed"}  # of several the newest
    shown_then = period_deeds.kept_beside(tx, "published")
    snapshot = cache(lambda key: _snapshot(tx, key))
    for one in changed:
        deed = deeds.deed(tx, one.deed_id)
        if deed is None or (one.deed_id, one.period_key) in out:
            continue
        if deed.status not in STANDING:
            yield Adjustment("withdrawn", one)
            continue
        honoree = deeds.honoree_of(tx, deed.id)
        to_show = shown(tx, deed, Outlet.PAPER)
        if to_show.stays_out:
            yield Adjustment("refused", one)
            continue
        was_shown = one.deed_id in (shown_then.get(one.period_key) or ())
        if was_shown and deed.published_at is None and ("unpublished", one.deed_id, one.period_key) not in said:
            yield Adjustment("unpublished", one)
        paper = snapshot(one.period_key)
        then = next((facts for facts in paper.deeds if facts.code == one.code), None)
        if then is None:
            continue
        was, now = printed(then, paper), facts_now(deed, honoree, to_show, then.late)
        is_ = {**printed(now, paper), "picture": _still_shown(was["picture"], now)}
        cells = tuple(_changed(one, was, is_, cells_said))
        if cells:
            yield Adjustment("changed", one, cells)


def taken_out(tx: Tx) -> frozenset[int]:
    """Return the deeds that stand in no list any more, because a later paper said so."""
    out = {(int(mark[1]), str(mark[2])) for mark in _said(tx) if mark[0] in OUT}
    latest = period_deeds.latest_of(tx, {deed_id for deed_id, _ in out})
    return frozenset(deed_id for deed_id, key in latest.items() if (deed_id, key) in out)


def _said(tx: Tx) -> list[tuple[str | int, ...]]:
    kept = period_deeds.kept_beside(tx, "adjusted")
    return [tuple(mark) for key in sorted(kept) for mark in kept[key] or ()]


def _changed(
    one: ListedDeed, then: Mapping[str, str], now: Mapping[str, str], said: Mapping[tuple[str | int, ...], str | int]
) -> Iterator[tuple[str, str]]:
    """Yield the cells that are not what a paper said of them last."""
    for name, text in now.items():
        known = said.get((one.deed_id, one.period_key, name), _short_hash(then.get(name, "")))
        if _short_hash(text) != known:
            yield name, text


def _still_shown(picture: str, now: DeedFacts) -> str:
    """Return the printed picture if it may still be used; one that came later was not printed and is no change."""
    return picture if now.consented.photo and picture in {photo.sha256 for photo in now.photos} else ""


def _snapshot(tx: Tx, key: str) -> MonthSnapshot:
    row = periods.period(tx, key)
    assert row is not None, f"period {key} is not closed"
    return from_json(json.dumps(dict(row.snapshot)))


def say_adjustment(tx: Tx, adjustment: Adjustment) -> str:
    """Return the sentence: paper, line, and of what changed what may be printed now."""
    one = adjustment.listed
    row = periods.period(tx, one.period_key)
    assert row is not None, f"period {one.period_key} is not closed"
    month = month_name(Month.parse(row.key))
    if row.number and row.issued_on:
        paper = say("digest.adjusted.paper", number=row.number, day=day_name(row.issued_on), month=month)
    else:
        paper = say("digest.adjusted.list", month=month)
    lines = numbered(introduced(from_json(json.dumps(dict(row.snapshot)))))
    number = next((line for line, deed in lines if deed.code == one.code), one.position)
    cells = listed(_say_cell(name, text) for name, text in adjustment.cells)
    return say(f"digest.adjusted.{adjustment.what}", number=number, code=one.code, paper=paper, cells=cells)


def _say_cell(name: str, text: str) -> str:
    if not text:
        return say(f"digest.adjusted.gone.{name}")
    key = f"digest.adjusted.cell.{name}"
    label = say(key) if has(key) else lower_first(say(f"document.column.{name}"))
    return say("digest.adjusted.cell", label=label, text=bare(cut_at_sentence(text, PRINTED_CHARS)))


def _short_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
