"""From a month's snapshot to the finished content of its paper."""

from deeds.months import Month
from digests.documents.annexes import introduced, list_annex, stories_annex
from digests.documents.figures import figure_rows
from digests.documents.letter import addressees, body, closing, heading
from digests.documents.paper import Paper
from digests.documents.wording import bare, month_name
from digests.snapshot import Issued, MonthSnapshot
from texts import say


def compose(snapshot: MonthSnapshot, missing: frozenset[str] = frozenset(), issued: Issued | None = None) -> Paper:
    """Return the paper of a month. `missing` names (by SHA-256) photos that cannot be shown."""
    deeds = introduced(snapshot)
    month = month_name(Month.parse(snapshot.period))
    return Paper(
        title=say("document.title", month=month, issuer=bare(snapshot.office.issuer_name)),
        heading=heading(snapshot, issued),
        addressees=addressees(snapshot.office),
        body=body(snapshot, deeds),
        closing=closing(snapshot.office),
        list_annex=list_annex(snapshot, deeds, issued) if deeds else None,
        stories_annex=stories_annex(snapshot, deeds, missing, issued) if deeds else None,
        figures_title=say(f"document.figures.title{'.draft' if snapshot.draft else ''}", month=month),
        figures=figure_rows(snapshot, len(deeds)),
    )
