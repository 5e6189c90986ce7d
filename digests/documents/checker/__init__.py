"""Does a Word file keep the form of Nghị định 30/2020/NĐ-CP? Every breach names rule, place and article.

Works on any `.docx`, not only on ours: parts are found by their words and places, and formatting is resolved through
styles and theme before it is judged.
"""

from collections.abc import Iterable
from pathlib import Path

from digests.documents.checker.breaches import Breach, breach, gathered
from digests.documents.checker.head_rules import foot_breaches, head_breaches
from digests.documents.checker.package import CannotRead, Package
from digests.documents.checker.page_rules import page_breaches
from digests.documents.checker.parts import find_parts
from digests.documents.checker.reading import read
from digests.documents.checker.text_rules import annex_breaches, text_breaches
from texts import say

__all__ = ["Breach", "check_docx", "errors", "report_lines"]


def check_docx(path: Path) -> list[Breach]:
    """Return what is wrong with the form of a paper; a file that is no Word document has one breach, `tep`."""
    try:
        word = read(Package(path))
    except (CannotRead, RecursionError):  # nested deeper than any paper
        return [breach("tep", "unreadable")]
    parts = find_parts(word)
    return gathered(
        [
            *page_breaches(word, parts),
            *head_breaches(word, parts),
            *text_breaches(parts),
            *foot_breaches(parts),
            *annex_breaches(word, parts),
        ]
    )


def errors(breaches: Iterable[Breach]) -> list[Breach]:
    """Return the breaches of the decree's own text, without the warnings."""
    return [one for one in breaches if one.severity == "E"]


def report_lines(breaches: Iterable[Breach]) -> list[str]:
    """Return one line per breach for a terminal, or the one line that says all is well."""
    lines = [
        say(
            "check.line",
            severity=say(f"check.severity.{one.severity}"),
            rule=one.rule,
            place=one.place,
            message=one.message,
            article=one.article,
        )
        for one in breaches
    ]
    return lines or [say("check.fine")]
