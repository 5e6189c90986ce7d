"""The paper as PDF, set by typst from a fixed template; words reach it as JSON only."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from digests.documents import layout
from digests.documents.docx import fits_on_a_page, fitted_mm
from digests.documents.docx_parts import text_mm
from digests.documents.font_metrics import FONTS
from digests.documents.paper import Paper

TEMPLATE = Path(__file__).parent / "template.typ"


def write_pdf(paper: Paper, photo_bytes: Callable[[str], bytes], path: Path) -> None:
    """Write the paper as PDF; `photo_bytes` gives a picture by its SHA-256.

    The compiler sees a fresh folder with the template and this paper's photos, the shipped fonts, and nothing else.
    Raises `PhotosNotShown` when some of them cannot be decoded.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copyfile(TEMPLATE, root / TEMPLATE.name)
        (root / "photos").mkdir()
        photos = {sha256: photo_bytes(sha256) for sha256 in paper.pictures()}
        for sha256, photo in photos.items():
            (root / "photos" / sha256).write_bytes(photo)
        sizes = {sha256: fitted_mm(photo) for sha256, photo in photos.items()}
        try:
            typst.compile(
                root / TEMPLATE.name,
                output=path,
                root=root,
                font_paths=[FONTS],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={
                    "paper": json.dumps(paper.as_plain()),
                    "layout": json.dumps(_layout(paper) | {"pictures": sizes}),
                },
                package_path=root,
                timestamp=0,
            )
        except typst.TypstError as error:
            broken = _undecodable(photos)
            if not broken:
                raise
            raise PhotosNotShown(broken) from error


class PhotosNotShown(ValueError):
    """The PDF cannot be set with these photos (SHA-256); without them it can be tried again."""

    def __init__(self, photos: frozenset[str]) -> None:
        super().__init__(f"{len(photos)} photos cannot be decoded")
        self.photos = photos


def _undecodable(photos: Mapping[str, bytes]) -> frozenset[str]:
    """Return the photos that cannot be set even alone; asked only after a paper failed."""
    found = set()
    for sha256, photo in photos.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "photo").write_bytes(photo)
            (root / "one.typ").write_text('#image("photo")')
            try:
                typst.compile(root / "one.typ", root=root, format="pdf", ignore_system_fonts=True, package_path=root)
            except typst.TypstError:
                found.add(sha256)
    return frozenset(found)


def _layout(paper: Paper) -> dict[str, Any]:
    """Return every number of `layout`, the types by name, and the lengths measured from this paper's words."""
    plain = (float, int, str, tuple)
    told: dict[str, Any] = {
        name.lower(): value for name, value in vars(layout).items() if name.isupper() and isinstance(value, plain)
    }
    types = {name.lower(): asdict(value) for name, value in vars(layout).items() if isinstance(value, layout.Type)}
    issuer_mm = max(text_mm(line, layout.ISSUER) for line in paper.heading.issuer)
    label_mm = text_mm(paper.addressees.label, layout.BODY)
    return told | {
        "types": types,
        "issuer_rule_mm": min(issuer_mm, layout.HEADER_LEFT_MM) * layout.ISSUER_RULE_SHARE,
        "motto_rule_mm": text_mm(paper.heading.motto, layout.MOTTO),
        "addressees_dash_mm": layout.ADDRESSEES_LEFT_MM + label_mm - text_mm(":", layout.BODY),
        "dash_mm": text_mm("- ", layout.BODY),
        "whole_rows": [fits_on_a_page(row) for row in paper.list_annex.rows] if paper.list_annex else [],
    }
