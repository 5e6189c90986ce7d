"""The figures of the month as rows, for the second sheet of the Excel file."""

from deeds.kinds import Section
from digests.documents.paper import FigureRow
from digests.documents.wording import clean
from digests.snapshot import Count, MonthSnapshot
from texts import has, say


def figure_rows(snapshot: MonthSnapshot, introduced: int) -> tuple[FigureRow, ...]:
    """Return every count with its name; groups open with a row that has no value."""
    figures = snapshot.figures
    sections = dict(figures.by_section)
    told: list[tuple[str, int | None]] = [
        ("received_submissions", figures.received_submissions),
        ("from_citizens", figures.from_citizens),
        ("from_units", figures.from_units),
        ("received_deeds", figures.received_deeds),
        ("verified", figures.verified),
        ("confirming", figures.confirming or None),
        ("introduced", introduced),
        ("left_out", figures.left_out),
        ("in_review", figures.in_review),
        ("not_enough_grounds", figures.not_enough_grounds),
        ("published", figures.published),
        ("broadcast", figures.broadcast),
        ("women", figures.women),
        ("hard_areas", figures.hard_areas),
    ]
    rows = [FigureRow(say(f"document.figures.{key}"), value) for key, value in told if value is not None]
    every_section = tuple((section.value, sections.get(section.value, 0)) for section in Section)
    rows += _group("sections", "section", every_section)
    rows += _group("fields", "field", figures.by_field)
    rows += _group("kinds", "deed_kind", figures.by_kind)
    rows += _group("target_groups", "target_group", figures.by_target_group)
    return tuple(rows)


def _group(title: str, prefix: str, counts: tuple[Count, ...]) -> list[FigureRow]:
    if not counts:
        return []
    rows = [FigureRow(say(f"document.figures.{title}"))]
    for code, number in counts:
        key = f"{prefix}.{code}"
        rows.append(FigureRow(say(key) if has(key) else clean(code), number))
    return rows
