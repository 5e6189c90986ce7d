"""The paper as content: what stands in which part, in final words, before anybody sets it in type.

Word, PDF and Excel are written from one `Paper`, so they cannot tell different stories.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

ParagraphKind = Literal["text", "heading", "point"]
RowKind = Literal["section", "deed", "none"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of running text."""

    text: str
    kind: ParagraphKind = "text"


@dataclass(frozen=True)
class Heading:
    """The boxes at the top of the first page (the decree's boxes 1 to 5b)."""

    national_name: str
    motto: str
    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    number: str
    place_date: str
    subject: str
    draft_mark: str | None


@dataclass(frozen=True)
class Addressees:
    """Box 9a. One addressee stands on the line of the label (further lines under it); several get a dash each."""

    label: str
    lines: tuple[str, ...]
    several: bool


@dataclass(frozen=True)
class Closing:
    """Boxes 7a, 7b and 9b."""

    recipients_label: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str


@dataclass(frozen=True)
class Row:
    """A row of the list: a section's name, a deed, or "none this time"."""

    kind: RowKind
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A picture and the line under it."""

    sha256: str
    caption: str


@dataclass(frozen=True)
class Entry:
    """A section's name (no paragraphs), or one deed told at length."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True)
class AnnexHead:
    """What every annex opens with."""

    label: str
    title: str
    reference: str


@dataclass(frozen=True)
class ListAnnex:
    """Phụ lục I: the list, a line a deed, on landscape pages."""

    head: AnnexHead
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class StoriesAnnex:
    """Phụ lục II: each deed in about half a page, with one photo at most."""

    head: AnnexHead
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class FigureRow:
    """One line of the sheet of figures; a heading has no value."""

    label: str
    value: int | None = None


@dataclass(frozen=True)
class Paper:
    """The whole paper. Both annexes are None in a month with nothing to introduce."""

    title: str
    heading: Heading
    addressees: Addressees
    body: tuple[Paragraph, ...]
    closing: Closing
    list_annex: ListAnnex | None
    stories_annex: StoriesAnnex | None
    figures_title: str
    figures: tuple[FigureRow, ...]

    def as_plain(self) -> dict[str, Any]:
        """Return the paper as lists and dictionaries, ready for JSON."""
        return asdict(self)

    def pictures(self) -> tuple[str, ...]:
        """Return the SHA-256 of every picture the paper shows, in order."""
        entries = self.stories_annex.entries if self.stories_annex else ()
        return tuple(entry.picture.sha256 for entry in entries if entry.picture)
