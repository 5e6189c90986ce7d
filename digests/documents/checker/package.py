"""The parts of a Word file, read without trusting it."""

import lzma
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

PART_MAX_BYTES = 40_000_000  # a part unpacking to more is no paper of an office
ALL_MAX_BYTES = 80_000_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
V = "{urn:schemas-microsoft-com:vml}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class CannotRead(ValueError):
    """The file is no Word document this reader can open."""


class Package:
    """An open Word file: its document part and what belongs to it."""

    def __init__(self, path: Path) -> None:
        self._parts: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = 0
                for entry in archive.infolist():
                    if not entry.filename.startswith("word/") or not entry.filename.endswith((".xml", ".rels")):
                        continue
                    if entry.file_size > PART_MAX_BYTES:
                        raise CannotRead(f"{entry.filename} unpacks to {entry.file_size} bytes")
                    unpacked += entry.file_size
                    if unpacked > ALL_MAX_BYTES:
                        raise CannotRead(f"its parts unpack to more than {ALL_MAX_BYTES} bytes")
                    self._parts[entry.filename] = archive.read(entry)
        except (
            OSError,
            EOFError,
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise CannotRead(str(error)) from error
        body = self.part("word/document.xml")
        found = body.find(f"{W}body") if body is not None else None
        if found is None:
            raise CannotRead("there is no document in it")
        self.body: Element = found
        self.styles = self.part("word/styles.xml")
        self.theme = self._named("theme")
        self.relations = self._relations()

    def part(self, name: str) -> Element | None:
        """Return a part's root, or None when the file has no such part. Raises `CannotRead`."""
        if name not in self._parts:
            return None
        try:
            return ElementTree.fromstring(self._parts[name])  # expat refuses entity bombs by itself
        except (ElementTree.ParseError, ValueError, LookupError) as error:  # also of an encoding nobody knows
            raise CannotRead(f"{name}: {error}") from error

    def related(self, relation: str) -> Element | None:
        """Return the part a relation id of the document points at."""
        target = self.relations.get(relation, "")
        return self.part("word/" + target.removeprefix("/word/")) if target else None

    def _named(self, folder: str) -> Element | None:
        names = sorted(name for name in self._parts if name.startswith(f"word/{folder}/") and name.endswith(".xml"))
        return self.part(names[0]) if names else None

    def _relations(self) -> dict[str, str]:
        root = self.part("word/_rels/document.xml.rels")
        found = [] if root is None else root.findall(_RELATION)
        return {one.get("Id", ""): one.get("Target", "") for one in found}


def value(element: Element | None, name: str = "val") -> str | None:
    """Return a `w:` attribute."""
    return None if element is None else element.get(W + name)


def number(element: Element | None, name: str) -> int | None:
    """Return a `w:` attribute as a whole number, None where it is missing or something else."""
    told = value(element, name)
    try:
        return None if told is None else round(float(told))
    except (ValueError, OverflowError):  # "inf"
        return None


def switched_on(element: Element | None) -> bool | None:
    """Return an on/off property; None when it is not said."""
    if element is None:
        return None
    return value(element) not in ("0", "false", "off", "none")
