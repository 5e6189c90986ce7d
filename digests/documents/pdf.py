"""The paper as PDF, set by typst from a fixed template; words reach it as JSON only."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from digests.documents import layout
from digests.documents.docx import ADDRESSEES_LEFT_MM, CENTRED_COLUMNS, fitted_mm
from digests.documents.docx_parts import text_mm
from digests.documents.font_metrics import FONTS
from digests.documents.paper import Paper

TEMPLATE = Path(__file__).parent / "template.typ"


def write_pdf(paper: Paper, photo_bytes: Callable[[str], bytes], path: Path) -> None:
    """Write the paper as PDF; `photo_bytes` gives a picture by its SHA-256.

    The compiler sees a fresh folder with the template and this paper's photos, the shipped fonts, and nothing else.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copyfile(TEMPLATE, root / TEMPLATE.name)
        (root / "photos").mkdir()
        photos = {sha256: photo_bytes(sha256) for sha256 in paper.pictures()}
        for sha256, photo in photos.items():
            (root / "photos" / sha256).write_bytes(photo)
        sizes = {sha256: fitted_mm(photo) for sha256, photo in photos.items()}
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
        "addressees_left_mm": ADDRESSEES_LEFT_MM,
        "addressees_dash_mm": ADDRESSEES_LEFT_MM + label_mm - text_mm(":", layout.BODY),
        "dash_mm": text_mm("- ", layout.BODY),
        "centred_columns": CENTRED_COLUMNS,
    }
