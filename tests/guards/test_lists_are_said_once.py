"""Which statuses belong together is said in `deeds/statuses.py`, what is true of an act in its module; nowhere else."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import pytest

from deeds.kinds import Act, Status
from tests.guards.checkout import PRODUCT, product_files

HOME: Mapping[type[StrEnum], tuple[str, ...]] = {
    Status: ("deeds/statuses.py", "moderation/acts/"),
    Act: ("moderation/acts/",),
}
SEVERAL = 2


def lists_of(kind: type[StrEnum], source: str) -> list[int]:
    """Return the lines where several of a kind are put together: listed, handed over, keyed by, or asked about."""
    nodes = [node for node in ast.walk(ast.parse(source)) if _is_several(kind, _together(node))]
    return sorted({node.lineno for node in nodes if isinstance(node, ast.expr | ast.pattern)})


def _together(node: ast.AST) -> Iterable[ast.AST | None]:
    """Return what stands side by side in this node."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.Dict(keys=parts):
            return parts
        case ast.Call(args=parts) | ast.MatchOr(patterns=parts):
            return parts
        case ast.BoolOp(values=parts):
            return [side for part in parts if isinstance(part, ast.Compare) for side in part.comparators]
        case _:
            return ()


def _is_several(kind: type[StrEnum], parts: Iterable[ast.AST | None]) -> bool:
    return sum(_is_one(kind, part) for part in parts) >= SEVERAL


def _is_one(kind: type[StrEnum], node: ast.AST | None) -> bool:
    match node:
        case ast.MatchValue(value=value) | ast.Attribute(value=value, attr="value"):
            return _is_one(kind, value)
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return owner == kind.__name__ and name in kind.__members__
        case _:
            return False


def lists_in_page(kind: type[StrEnum], source: str) -> list[int]:
    """Return the lines of a template that list several of a kind by their codes."""
    code = rf"['\"](?:{'|'.join(kind)})['\"]"
    listed = re.compile(rf"[(\[]\s*{code}\s*,\s*{code}")
    return [number for number, line in enumerate(source.splitlines(), start=1) if listed.search(line)]


def _found(kind: type[StrEnum]) -> Iterator[str]:
    for name, source in product_files(".py", folders=(*PRODUCT, "scripts", "bench")):
        if not name.startswith(HOME[kind]):
            yield from (f"{name}:{line}" for line in lists_of(kind, source))
    for name, source in product_files(".html", ".xml"):
        yield from (f"{name}:{line}" for line in lists_in_page(kind, source))


@pytest.mark.parametrize("kind", HOME)
def test_several_have_a_name(kind: type[StrEnum]) -> None:
    """Whoever needs another list derives it where a new member is seen to belong to it or not."""
    assert list(_found(kind)) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("OPEN = (Status.RECEIVED, Status.IN_REVIEW)", [1]),
        ("OPEN = frozenset({kinds.Status.RECEIVED, Status.IN_REVIEW})", [1]),
        ("x = [\n    Status.RECEIVED.value,\n    'b',\n    Status.MERGED.value,\n]", [1]),
        ("OFFERED = {Status.RECEIVED: (1,), Status.APPROVED: (2,)}", [1]),
        ("count_in(tx, Status.RECEIVED, Status.IN_REVIEW)", [1]),
        ("if a.status is Status.APPROVED or a.status == Status.PUBLISHED:\n    pass", [1]),
        ("match a:\n    case Status.APPROVED | Status.PUBLISHED:\n        pass", [2]),
        ("FILTERS = {'approved': (Status.APPROVED,), 'published': (Status.PUBLISHED,)}", []),
        ("x = (HTTPStatus.BAD_GATEWAY, HTTPStatus.OK)", []),
        ("record(tx, Act.RECEIVE, None, Status.RECEIVED)", []),
        ("if a.status is Status.PUBLISHED and b.published_at is not None:\n    pass", []),
        ("OPEN = WAITING + ASKED", []),
    ],
)
def test_the_guard_bites(source: str, lines: list[int]) -> None:
    """A list is found in whatever form it is written; one status by itself and the names are let through."""
    assert lists_of(Status, source) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("\n{% if deed.status in ('redirected', \"withdrawn\") %}", [2]),
        ("{% if deed.status in FORGOTTEN %}", []),
        ("{% for how in ('met', 'called') %}{{ say('status.desk.' ~ 'approved') }}", []),
    ],
)
def test_the_guard_bites_in_pages(source: str, lines: list[int]) -> None:
    """Codes listed in a template are found as well."""
    assert lists_in_page(Status, source) == lines
