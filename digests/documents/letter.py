"""The official letter itself: header, addressees, the numbered parts of its text, and who signs."""

from collections.abc import Iterator, Sized

from deeds.kinds import DeedKind, Section
from deeds.months import Month
from digests.documents.annexes import numbered
from digests.documents.paper import Addressees, Closing, Heading, Paragraph
from digests.documents.wording import (
    Opinion,
    bare,
    clean,
    count,
    day_name,
    day_without_year,
    display_name,
    listed,
    lower_first,
    month_name,
    numbers,
    opinion,
    told,
    year_of_issue,
)
from digests.snapshot import Count, DeedFacts, Figures, Issued, MonthSnapshot, OfficeFacts
from texts import has, say

NAMED_AT_MOST = 8


def heading(snapshot: MonthSnapshot, issued: Issued | None = None) -> Heading:
    """Return the boxes at the top; until they are on record, number, day and month are left blank for the clerk."""
    office = snapshot.office
    place = _or_blank(office.place_name)
    return Heading(
        national_name=say("document.national_name"),
        motto=say("document.motto"),
        superior=_capitals(office.superior_lines),
        issuer=_capitals(office.issuer_lines) or (say("document.not_set"),),
        number=say("document.number.given", number=issued.number)
        if issued
        else say("document.number", symbol=_or_blank(office.symbol)),
        place_date=say("document.place_date.given", place=place, day=day_name(issued.day))
        if issued
        else say("document.place_date", place=place, year=year_of_issue(snapshot.window_end)),
        subject=say("document.subject", month=month_name(Month.parse(snapshot.period))),
        draft_mark=say("document.draft_mark") if snapshot.draft else None,
    )


def addressees(office: OfficeFacts) -> Addressees:
    """Return box 9a: semicolons between several addressees, a full stop at the end."""
    named = [one for one in office.addressees if clean(one)] or [_or_blank("")]
    lines: list[str] = []
    for position, one in enumerate(named):
        parts = [bare(part) for part in one.split("\n") if clean(part)]
        parts[-1] += "." if position == len(named) - 1 else ";"
        if len(named) > 1:
            parts[0] = f"- {parts[0]}"
        lines.extend(parts)
    return Addressees(say("document.addressees"), tuple(lines), several=len(named) > 1)


def closing(office: OfficeFacts) -> Closing:
    """Return the signature and the list of recipients, which ends with the archive."""
    recipients = [say("document.recipients.as_above"), *(bare(one) for one in office.recipients if bare(one))]
    lines = [f"- {one};" for one in recipients]
    lines.append(f"- {bare(office.archive_line) or say('document.recipients.archive')}.")
    authority = (*_capitals(office.authority_lines), *_capitals((office.signer_title,)))
    return Closing(say("document.recipients.label"), tuple(lines), authority, clean(office.signer_name))


def body(snapshot: MonthSnapshot, deeds: tuple[DeedFacts, ...]) -> tuple[Paragraph, ...]:
    """Return the text of the letter; one paragraph says so when there is nothing to introduce."""
    if not deeds:
        adjustments = _adjustments(snapshot, numbered_part=False)
        return (*_nothing(snapshot), *_window_changed(snapshot), *adjustments, _last(snapshot.office))
    return (
        Paragraph(_opening(snapshot)),
        *_window_changed(snapshot),
        Paragraph(say("document.part.received"), "heading"),
        Paragraph(_received(snapshot, deeds)),
        Paragraph(_breakdown(snapshot)),
        Paragraph(say("document.part.praised"), "heading"),
        Paragraph(_praised(snapshot, deeds)),
        Paragraph(say("document.part.proposals"), "heading"),
        *_proposals(snapshot.office, deeds),
        *_adjustments(snapshot, numbered_part=True),
        Paragraph(say("document.annexes_enclosed")),
        _last(snapshot.office),
    )


def _opening(snapshot: MonthSnapshot) -> str:
    office = snapshot.office
    return say(
        "document.opening.directed" if clean(office.basis) else "document.opening",
        basis=bare(office.basis),
        issuer=_or_blank(office.issuer_name),
        month=month_name(Month.parse(snapshot.period)),
        window=_window(snapshot),
    )


def _window(snapshot: MonthSnapshot) -> str:
    first, last = snapshot.window_start, snapshot.window_end
    start = day_without_year(first) if first.year == last.year else day_name(first)
    return say("document.window", first=start, last=day_name(last))


def _window_changed(snapshot: MonthSnapshot) -> tuple[Paragraph, ...]:
    """Say why this window is not as long as others, so that two papers side by side explain themselves."""
    if snapshot.window_changed is None:
        return ()
    return (
        Paragraph(
            say("document.window_changed", day=day_name(snapshot.window_changed), window=_window(snapshot)),
        ),
    )


def _nothing(snapshot: MonthSnapshot) -> tuple[Paragraph, ...]:
    office, figures = snapshot.office, snapshot.figures
    sentences = [
        say(
            "document.nothing",
            issuer=_or_blank(office.issuer_name),
            month=month_name(Month.parse(snapshot.period)),
            window=_window(snapshot),
        )
    ]
    if figures.left_out:
        sentences.append(say("document.nothing.left_out", count=count(figures.left_out)))
    sentences.extend(_awarded(figures, ()))
    if figures.in_review:
        sentences.append(say("document.nothing.in_review", count=count(figures.in_review)))
    return (Paragraph(" ".join(sentences)),)


def _received(snapshot: MonthSnapshot, deeds: tuple[DeedFacts, ...]) -> str:
    figures = snapshot.figures
    issuer = _or_blank(snapshot.office.issuer_short)
    by = ("citizens" if figures.from_citizens else "") + ("units" if figures.from_units else "")
    sentences = [
        say(
            f"document.received.{by or 'plain'}" if figures.received_submissions else "document.received.none",
            issuer=issuer,
            submissions=count(figures.received_submissions),
            deeds=count(figures.received_deeds),
            citizens=count(figures.from_citizens),
            units=count(figures.from_units),
        ),
        say("document.verified", count=count(figures.verified)),
    ]
    if figures.confirming:
        sentences.append(say("document.confirming", count=count(figures.confirming)))
    if figures.in_review:
        sentences.append(say("document.in_review", count=count(figures.in_review)))
    if figures.not_enough_grounds:
        sentences.append(say("document.not_enough_grounds", count=count(figures.not_enough_grounds)))
    sections = [
        say(f"document.of_section.{'some' if number else 'none'}", name=_name("section", code), count=count(number))
        for code, number in _every_section(figures.by_section)
    ]
    sentences.append(
        say("document.sections", total=count(figures.verified + figures.confirming), sections=listed(sections))
    )
    late = sum(deed.late for deed in deeds)
    if late:
        sentences.append(say("document.late", count=count(late)))
    if figures.left_out:
        sentences.append(say("document.left_out", listed=count(len(deeds)), count=count(figures.left_out)))
    return " ".join(sentences)


def _breakdown(snapshot: MonthSnapshot) -> str:
    figures = snapshot.figures
    sentences = []
    for name, prefix, rows in (
        ("by_field", "field", figures.by_field),
        ("by_kind", "deed_kind", figures.by_kind),
        ("by_target_group", "target_group", figures.by_target_group),
    ):
        counts = [f"{_name(prefix, code)} {count(number)}" for code, number in rows if number]
        sentences.append(say(f"document.{name}" if counts else f"document.{name}.none", counts=listed(counts)))
    if figures.women is not None:
        sentences.append(say(f"document.women.{'some' if figures.women else 'none'}", count=count(figures.women)))
    if figures.hard_areas is not None:
        key = f"document.hard_areas.{'some' if figures.hard_areas else 'none'}"
        sentences.append(say(key, count=count(figures.hard_areas)))
    return " ".join(sentences)


def _praised(snapshot: MonthSnapshot, deeds: tuple[DeedFacts, ...]) -> str:
    figures = snapshot.figures
    sentences = [
        say(
            "document.consents",
            total=count(len(deeds)),
            deed=count(sum(deed.consented.deed for deed in deeds)),
            name=count(sum(deed.consented.name for deed in deeds)),
            photo=count(sum(deed.consented.photo for deed in deeds)),
            loudspeaker=count(sum(deed.consented.loudspeaker for deed in deeds)),
            press=count(sum(deed.consented.press for deed in deeds)),
        ),
        *_silent(deeds),
        say(f"document.published.{'some' if figures.published else 'none'}", count=count(figures.published)),
    ]
    if figures.broadcast is not None:
        key = f"document.broadcast.{'some' if figures.broadcast else 'none'}"
        sentences.append(say(key, count=count(figures.broadcast)))
    return " ".join((*sentences, *_awarded(figures, deeds)))


def _silent(deeds: tuple[DeedFacts, ...]) -> Iterator[str]:
    """Yield who stands in the list without having agreed to be told of in public."""
    for kind in (Opinion.NOT_ASKED, Opinion.NOT_PUBLIC):
        if number := sum(opinion(deed) is kind for deed in deeds):
            yield say(f"document.consents.{kind}", count=count(number))


def _awarded(figures: Figures, deeds: tuple[DeedFacts, ...]) -> Iterator[str]:
    """Yield which awards are on record. One nobody wrote down may have been given: none is denied."""
    awarded = [_who_what(deed, deed.awards_already) for deed in deeds if any(map(bare, deed.awards_already))]
    if awarded:
        yield say(f"document.awarded.{_few(awarded)}", awarded=listed(awarded), count=count(len(awarded)))
    if figures.awarded_left_out:
        yield say("document.awarded.left_out", count=count(figures.awarded_left_out))


def _proposals(office: OfficeFacts, deeds: tuple[DeedFacts, ...]) -> tuple[Paragraph, ...]:
    press = [number for number, deed in numbered(deeds) if deed.consented.press]
    proposed = [_who_what(deed, deed.awards_proposed) for deed in deeds if any(map(bare, deed.awards_proposed))]
    return (
        Paragraph(
            say(
                f"document.propose.press.{_few(press)}",
                office=_or_blank(office.standing_office),
                count=count(len(press)),
                numbers=numbers(press),
            ),
            "point",
        ),
        Paragraph(
            say(
                f"document.propose.award.{_few(proposed)}",
                proposed=listed(proposed),
                count=count(len(proposed)),
            ),
            "point",
        ),
    )


def _adjustments(snapshot: MonthSnapshot, *, numbered_part: bool) -> tuple[Paragraph, ...]:
    lines = [bare(line) for line in snapshot.adjustments if bare(line)]
    if not lines:
        return ()
    opening = (
        Paragraph(say("document.part.adjustments"), "heading")
        if numbered_part
        else Paragraph(say("document.adjustments"))
    )
    ends = [";"] * (len(lines) - 1) + ["."]
    return (opening, *(Paragraph(f"- {line}{end}") for line, end in zip(lines, ends, strict=True)))


def _last(office: OfficeFacts) -> Paragraph:
    return Paragraph(
        say(
            "document.last",
            issuer=_or_blank(office.issuer_name),
            office=_or_blank(office.standing_office),
        )
    )


def _few(items: Sized) -> str:
    """A sentence names a few deeds; of many it gives the count, and the list has the rest."""
    return "none" if not items else "some" if len(items) <= NAMED_AT_MOST else "many"


def _who_what(deed: DeedFacts, awards: tuple[str, ...]) -> str:
    return say(
        "document.who_what",
        who=lower_first(display_name(deed)) if deed.kind == DeedKind.INDIVIDUAL else display_name(deed),
        what=", ".join(told(deed, bare(award)) for award in awards if bare(award)),
    )


def _every_section(rows: tuple[Count, ...]) -> list[Count]:
    counted = dict(rows)
    return [(section.value, counted.get(section.value, 0)) for section in Section]


def _name(prefix: str, code: str) -> str:
    """Return the name of a code; lists are editable, so an unknown code prints as itself."""
    key = f"{prefix}.{code}"
    return lower_first(say(key) if has(key) else clean(code))


def _capitals(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean(line).upper() for line in lines if clean(line))


def _or_blank(text: str) -> str:
    return bare(text) or say("document.not_set")
