"""Phụ lục I (the list) and Phụ lục II (each deed told), with the three sections that are always printed."""

from collections.abc import Iterator, Mapping

from deeds.kinds import Section
from deeds.months import Month
from digests.documents.paper import AnnexHead, Entry, ListAnnex, Picture, Row, StoriesAnnex
from digests.documents.wording import (
    bare,
    clean,
    day_name,
    display_name,
    listed,
    lower_first,
    month_name,
    opinion,
    told,
    upper_first,
    year_of_issue,
)
from digests.snapshot import DeedFacts, Issued, MonthSnapshot
from texts import has, say

COLUMNS = ("number", "name", "birth", "work", "field", "summary", "when", "confirmed", "awards", "opinion")
LETTERS = dict(zip(Section, "ABC", strict=True))


def introduced(snapshot: MonthSnapshot) -> tuple[DeedFacts, ...]:
    """Return the deeds the annexes tell, section by section; who refused is in no snapshot."""
    return tuple(deed for section in Section for deed in snapshot.deeds if _section(deed) is section)


def numbered(deeds: tuple[DeedFacts, ...]) -> Iterator[tuple[int, DeedFacts]]:
    """Yield the deeds with the running number both annexes use."""
    return enumerate(deeds, start=1)


def list_annex(snapshot: MonthSnapshot, deeds: tuple[DeedFacts, ...], issued: Issued | None = None) -> ListAnnex:
    """Return Phụ lục I."""
    rows: list[Row] = []
    for section in Section:
        rows.append(Row("section", (LETTERS[section], say(f"section.{section}"))))
        inside = [(number, deed) for number, deed in numbered(deeds) if _section(deed) is section]
        rows.extend(Row("deed", _cells(number, deed, snapshot)) for number, deed in inside)
        if not inside:
            rows.append(Row("none", (say("document.section.nothing"),)))
    columns = tuple(say(f"document.column.{column}") for column in COLUMNS)
    return ListAnnex(_head(snapshot, "I", "list", issued), columns, tuple(rows))


def stories_annex(
    snapshot: MonthSnapshot, deeds: tuple[DeedFacts, ...], missing: frozenset[str], issued: Issued | None = None
) -> StoriesAnnex:
    """Return Phụ lục II; pictures in `missing` are left out."""
    entries: list[Entry] = []
    for section in Section:
        inside = [(number, deed) for number, deed in numbered(deeds) if _section(deed) is section]
        nothing = () if inside else (say("document.section.nothing.sentence"),)
        title = say("document.entry.section", letter=LETTERS[section], name=say(f"section.{section}"))
        entries.append(Entry(title, nothing))
        entries.extend(_entry(number, deed, snapshot, missing) for number, deed in inside)
    return StoriesAnnex(_head(snapshot, "II", "stories", issued), tuple(entries))


def printed(deed: DeedFacts, snapshot: MonthSnapshot) -> Mapping[str, str]:
    """Return everything the annexes print of a deed but its running number: cell by cell, its story, its picture.

    The story is empty where it says no more than the summary does.
    """
    cells = dict(zip(COLUMNS, _cells(0, deed, snapshot), strict=True))
    del cells["number"]
    story = " ".join(part for part in (told(deed, line) for line in deed.story) if part)
    picture = _picture(deed, frozenset())
    return {
        **cells,
        "section": say(f"section.{_section(deed)}"),
        "story": "" if story == cells["summary"] else story,
        "picture": picture.sha256 if picture else "",
    }


def _head(snapshot: MonthSnapshot, number: str, which: str, issued: Issued | None) -> AnnexHead:
    issuer = bare(snapshot.office.issuer_name) or say("document.not_set")
    return AnnexHead(
        label=say("document.annex.label", number=number),
        title=say(f"document.annex.{which}.title", month=month_name(Month.parse(snapshot.period))).upper(),
        reference=say("document.annex.reference.given", number=issued.number, day=day_name(issued.day), issuer=issuer)
        if issued
        else say(
            "document.annex.reference",
            symbol=bare(snapshot.office.symbol) or say("document.not_set"),
            year=year_of_issue(snapshot.window_end),
            issuer=issuer,
        ),
    )


def _cells(number: int, deed: DeedFacts, snapshot: MonthSnapshot) -> tuple[str, ...]:
    nothing = say("document.cell.nothing")
    field = [_field(deed), told(deed, deed.movement)]
    summary = told(deed, deed.summary) or " ".join(told(deed, part) for part in deed.story)
    when = ", ".join(part for part in (bare(deed.when_text), _place(deed)) if part)
    if deed.late:
        when = say("document.cell.late", when=when or nothing)
    return (
        str(number),
        display_name(deed),
        str(deed.birth_year) if deed.birth_year and deed.prints_name else nothing,
        listed(part for part in (_work(deed), _residence(deed, snapshot)) if part) or nothing,
        listed(part for part in field if part),
        summary or nothing,
        when or nothing,
        _confirmations(deed) or say("document.cell.not_confirmed"),
        _awards(deed),
        upper_first(_opinion(deed)),
    )


def _entry(number: int, deed: DeedFacts, snapshot: MonthSnapshot, missing: frozenset[str]) -> Entry:
    birth = say("document.entry.birth", year=deed.birth_year) if deed.birth_year and deed.prints_name else ""
    facts = [display_name(deed), birth, lower_first(_work(deed)), _residence(deed, snapshot)]
    heading = say("document.entry.heading", number=number, facts=", ".join(part for part in facts if part))
    story = [told(deed, part) for part in deed.story] or [told(deed, deed.summary)]
    return Entry(heading, (*(part for part in story if part), _standing(deed)), _picture(deed, missing))


def _standing(deed: DeedFacts) -> str:
    """Return the last paragraph of an entry: who confirmed, what was allowed, which awards."""
    confirmed = _confirmations(deed)
    sentences = [
        say("document.entry.confirmed", confirmations=confirmed) if confirmed else say("document.entry.not_confirmed"),
        say("document.entry.opinion", opinion=_opinion(deed)),
    ]
    already = [told(deed, bare(award)) for award in deed.awards_already if bare(award)]
    proposed = [told(deed, bare(award)) for award in deed.awards_proposed if bare(award)]
    if already:
        sentences.append(say("document.entry.awarded", awards=listed(already)))
    if proposed:
        sentences.append(say("document.entry.proposed", awards=listed(proposed)))
    return " ".join(sentences)


def _picture(deed: DeedFacts, missing: frozenset[str]) -> Picture | None:
    if not deed.consented.photo:
        return None
    shown = next((photo for photo in deed.photos if photo.sha256 not in missing), None)
    if shown is None:
        return None
    caption = told(deed, bare(shown.caption))
    return Picture(shown.sha256, say("document.entry.caption", caption=caption) if caption else "")


def _work(deed: DeedFacts) -> str:
    """A post in a small village names its holder, so who stays unnamed stays without a post too."""
    return bare(deed.occupation) if deed.prints_name else ""


def _residence(deed: DeedFacts, snapshot: MonthSnapshot) -> str:
    return bare(deed.residence) if deed.prints_name else bare(snapshot.office.commune_name)


def _place(deed: DeedFacts) -> str:
    return told(deed, bare(deed.place_text))


def _field(deed: DeedFacts) -> str:
    key = f"field.{deed.field}"
    return say(key) if has(key) else bare(deed.field)


def _confirmations(deed: DeedFacts) -> str:
    return listed(told(deed, bare(one)) for one in deed.confirmations if bare(one))


def _awards(deed: DeedFacts) -> str:
    already = listed(told(deed, bare(award)) for award in deed.awards_already if bare(award))
    proposed = listed(told(deed, bare(award)) for award in deed.awards_proposed if bare(award))
    key = ("some" if already else "none") + ("_proposed" if proposed else "")
    return say(f"document.awards.{key}", already=already, proposed=proposed)


def _opinion(deed: DeedFacts) -> str:
    things = [thing for thing in ("deed", "name", "photo", "loudspeaker", "press") if getattr(deed.consented, thing)]
    allowed = ", ".join(say(f"document.public.{thing}") for thing in things)
    return say(f"document.opinion.{opinion(deed)}", things=allowed)


def _section(deed: DeedFacts) -> Section:
    """An unknown section is a good deed: the paper never loses a deed over a code."""
    known = clean(deed.section)
    return Section(known) if known in set(Section) else Section.GOOD_DEED
