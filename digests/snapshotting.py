"""Freezing a month: its approved deeds with what may be shown of each, its figures, and what changed in papers sent."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from deeds.kinds import DeedKind, Field, Section, TargetGroup, Thing
from deeds.months import Window, local_day, month_window
from deeds.vietnamese import cut_at_sentence, nfc
from digests.adjustments import Compared, compare, say_adjustment, taken_out
from digests.documents.wording import told
from digests.snapshot import (
    Consented,
    Count,
    DeedFacts,
    Figures,
    MonthSnapshot,
    OfficeFacts,
    PhotoFacts,
    from_json,
    kept_hash,
    to_json,
)
from publishing.gate import Shown, shown
from publishing.outlets import Outlet
from storage import deeds, period_deeds
from storage.database import Tx
from storage.deeds import DeedRow, HonoreeRow
from storage.office import FIRST_DAY, Office, office
from storage.periods import PeriodRow
from storage.settings import changed_at
from texts import has, say

SUMMARY_CHARS = 400  # what a cell of the list holds without filling the page
FEMALE = "female"
_HASHED = ("format", "snapshot")  # what else a closed period keeps beside them, its hash does not vouch for


class PaperChanged(Exception):
    """What is stored of a closed month no longer has the hash it was closed with."""


@dataclass(frozen=True)
class Frozen:
    """A month as it stands at one moment, with what the next closing must know besides."""

    snapshot: MonthSnapshot
    deed_ids: tuple[int, ...]
    published: tuple[int, ...]  # of the listed ones, those the page showed
    compared: Compared

    def to_store(self) -> dict[str, Any]:
        """Return what a closed period keeps."""
        kept: dict[str, Any] = json.loads(to_json(self.snapshot))
        kept["published"] = list(self.published)
        kept["adjusted"] = [list(mark) for adjustment in self.compared.adjustments for mark in adjustment.marks]
        return kept


@dataclass(frozen=True)
class _Counted:
    deed: DeedRow
    honoree: HonoreeRow
    shown: Shown
    late: bool


def freeze(tx: Tx, window: Window, *, draft: bool = False, with_late: bool = True) -> Frozen:
    """Return a month as it stands now. `with_late` also lists what an earlier, closed month missed."""
    issuer = office(tx)
    counted = list(_counted(tx, window, with_late=with_late))
    listed = sorted((one for one in counted if not one.shown.stays_out), key=_place_in_list)
    compared = compare(tx, facts_of)
    snapshot = MonthSnapshot(
        period=str(window.month),
        window_start=window.first,
        window_end=window.last,
        office=office_facts(issuer),
        deeds=tuple(facts_of(one.deed, one.honoree, one.shown, one.late) for one in listed),
        figures=_figures(tx, window, counted),
        adjustments=tuple(say_adjustment(tx, adjustment) for adjustment in compared.adjustments),
        draft=draft,
        window_changed=_window_changed(tx, window, issuer),
    )
    # NFC now, so that what is stored, what is hashed and what is built later are letter for letter the same.
    return Frozen(
        from_json(to_json(snapshot)),
        tuple(one.deed.id for one in listed),
        tuple(one.deed.id for one in listed if one.deed.published_at is not None),
        compared,
    )


def frozen(row: PeriodRow) -> MonthSnapshot:
    """Return the snapshot a closed period was closed with. Raises `PaperChanged`."""
    kept = {name: row.snapshot.get(name) for name in _HASHED}
    if kept_hash(kept) != row.content_hash:
        raise PaperChanged(f"period {row.key}: the stored snapshot does not have the hash {row.content_hash}")
    return from_json(json.dumps(dict(row.snapshot)))


def _window_changed(tx: Tx, window: Window, issuer: Office) -> date | None:
    """Return when the office changed its windows, where this one is shorter or longer for it."""
    if window.first == month_window(window.month, issuer.first_day).first:
        return None
    changed = changed_at(tx, FIRST_DAY)
    return local_day(changed) if changed else None


def office_facts(issuer: Office) -> OfficeFacts:
    """Return who issues the paper, as the settings say now."""
    return OfficeFacts(
        issuer_lines=issuer.lines("issuer_heading"),
        superior_lines=issuer.lines("superior_heading"),
        symbol=issuer["symbol"],
        place_name=issuer["place_name"],
        issuer_name=issuer["issuer"],
        issuer_short=issuer["office"],
        addressees=_addressees(issuer.lines("addressee")),
        basis=issuer["basis"],
        authority_lines=issuer.lines("signing_authority"),
        signer_title=issuer["signer_title"],
        signer_name=issuer["signer_name"],
        recipients=issuer.lines("recipients"),
        archive_line=issuer["archive"],
        standing_office=issuer["standing_office"],
        commune_name=issuer["office"],
    )


def _addressees(lines: Iterable[str]) -> tuple[str, ...]:
    """A line in brackets says more of the addressee above it; any other is an addressee of its own."""
    named: list[str] = []
    for line in lines:
        if line.startswith("(") and named:
            named[-1] += f"\n{line}"
        else:
            named.append(line)
    return tuple(named)


def _counted(tx: Tx, window: Window, *, with_late: bool) -> Iterable[_Counted]:
    """Yield the deeds approved in the window; and those of closed time that no list has had.

    Those are approvals that were on their way while their month closed, or whose clock was set back, and deeds whose
    person praised said no at first and agrees now.
    """
    for deed_id in period_deeds.unlisted(tx, window.ends, taken_out(tx)):
        deed = deeds.deed(tx, deed_id)
        if deed is None or deed.approved_at is None:
            continue
        late = deed.approved_at < window.starts
        if late and not with_late:
            continue
        honoree = deeds.honoree_of(tx, deed.id)
        to_show = shown(tx, deed, Outlet.PAPER)
        if late and to_show.stays_out:
            continue  # counted in its own month
        yield _Counted(deed, honoree, to_show, late)


def _place_in_list(one: _Counted) -> tuple[int, datetime, int]:
    sections = [section.value for section in Section]
    section = one.deed.section if one.deed.section in sections else Section.GOOD_DEED.value
    assert one.deed.approved_at is not None
    return sections.index(section), one.deed.approved_at, one.deed.id


def facts_of(deed: DeedRow, honoree: HonoreeRow, shown: Shown, late: bool) -> DeedFacts:
    """Return a deed as a paper prints it, from what is known and may be shown now."""
    words = nfc(shown.words or "").strip() or _fact_line(deed)
    facts = DeedFacts(
        code=deed.code,
        section=deed.section,
        kind=deed.kind if deed.kind in set(DeedKind) else DeedKind.INDIVIDUAL.value,
        honoree=shown.name or honoree.display,
        field=deed.field or "",
        birth_year=honoree.birth_year,
        occupation=honoree.occupation or "",
        residence=honoree.residence,
        movement=deed.movement or "",
        summary=cut_at_sentence(words, SUMMARY_CHARS),
        story=tuple(line.strip() for line in words.splitlines() if line.strip()),
        when_text=_when(deed),
        place_text=deed.place_text,
        confirmations=_confirmations(deed),
        awards_already=_distinct(deed.awards),
        awards_proposed=_distinct(deed.proposed_award),
        consented=_consented(shown),
        photos=_photos(shown),
        late=late,
        target_groups=tuple(deed.target_groups),
        asked=shown.asked,
        named=shown.name is not None,
    )
    return facts if shown.name else _unnamed(facts)


def _unnamed(facts: DeedFacts) -> DeedFacts:
    """Return the facts without anything that names the person: what may not be printed is not kept for years either."""
    return replace(
        facts,
        honoree="",
        birth_year=None,
        occupation="",
        residence="",
        movement=told(facts, facts.movement),
        summary=told(facts, facts.summary),
        story=tuple(told(facts, line) for line in facts.story),
        when_text=told(facts, facts.when_text),
        place_text=told(facts, facts.place_text),
        confirmations=tuple(told(facts, line) for line in facts.confirmations),
        awards_already=tuple(told(facts, line) for line in facts.awards_already),
        awards_proposed=tuple(told(facts, line) for line in facts.awards_proposed),
    )


def _fact_line(deed: DeedRow) -> str:
    """Return what can be said where nobody's words may be used: field, place and day."""
    key = f"field.{deed.field}"
    field = say(key) if has(key) else say("digest.deed.no_field")
    place, when = deed.place_text.strip(), _when(deed)
    if place and when:
        return say("digest.deed.place_and_day", field=field, place=place, when=when)
    if place:
        return say("digest.deed.place", field=field, place=place)
    if when:
        return say("digest.deed.day", field=field, when=when)
    return say("digest.deed.field", field=field)


def _when(deed: DeedRow) -> str:
    return deed.when_text.strip() or (f"{deed.happened_on:%d/%m/%Y}" if deed.happened_on else "")


def _distinct(*texts: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


def _confirmations(deed: DeedRow) -> tuple[str, ...]:
    """Return who vouches for person and deed; where one of the two is missing, which."""
    person, done = (deed.confirmed_person or "").strip(), (deed.confirmed_deed or "").strip()
    if deed.is_confirmed or not (person or done):
        return _distinct(person, done)
    missing = say("digest.confirming")
    return say("digest.confirmed.person", by=person or missing), say("digest.confirmed.deed", by=done or missing)


def _consented(shown: Shown) -> Consented:
    return Consented(
        deed=Thing.DEED in shown.allowed,
        name={Thing.DEED, Thing.NAME} <= shown.allowed,
        photo=Thing.PHOTO in shown.allowed,
        loudspeaker=Thing.LOUDSPEAKER in shown.allowed,
        press=Thing.PRESS in shown.allowed,
    )


def _photos(shown: Shown) -> tuple[PhotoFacts, ...]:
    if Thing.PHOTO not in shown.allowed:
        return ()
    return tuple(PhotoFacts(piece.published) for piece in shown.photos if piece.published)


def _figures(tx: Tx, window: Window, counted: Sequence[_Counted]) -> Figures:
    told_of = period_deeds.told_in(tx, window.starts, window.ends)
    groups = [group for one in counted for group in dict.fromkeys(one.deed.target_groups)]
    genders = [one.honoree.gender for one in counted if one.honoree.gender]
    return Figures(
        received_submissions=told_of.by_citizens + told_of.by_units,
        received_deeds=told_of.deeds,
        from_citizens=told_of.by_citizens,
        from_units=told_of.by_units,
        verified=sum(one.deed.is_confirmed for one in counted),
        confirming=sum(not one.deed.is_confirmed for one in counted),
        in_review=period_deeds.still_open(tx, window.ends),
        not_enough_grounds=period_deeds.rejected_in(tx, window.starts, window.ends),
        by_section=_counts((one.deed.section for one in counted), [section.value for section in Section]),
        by_field=_counts((one.deed.field for one in counted), [field.value for field in Field]),
        by_kind=_counts((one.deed.kind for one in counted), [kind.value for kind in DeedKind]),
        by_target_group=_counts(groups, [group.value for group in TargetGroup]),
        women=genders.count(FEMALE) if genders else None,
        left_out=sum(one.shown.stays_out for one in counted),
        awarded_left_out=sum(one.shown.stays_out and bool((one.deed.awards or "").strip()) for one in counted),
        published=period_deeds.published_in(tx, window.starts, window.ends),
    )


def _counts(codes: Iterable[str | None], order: Sequence[str]) -> tuple[Count, ...]:
    """Return how often each code occurs, known ones in their own order, so that equal months give equal bytes."""
    found = Counter(code for code in codes if code)
    known = [(code, found.pop(code)) for code in order if code in found]
    return (*known, *sorted(found.items()))
