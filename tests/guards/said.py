"""Find which keys of the catalogues the code and the templates say, and with what values."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from tests.guards.checkout import docstrings

FORM = "introduce_deed"  # the one form there is; a second one makes this a list
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+")


@dataclass(frozen=True)
class Call:
    """One `say("key", name=...)`; `names` is None where the values cannot be read off the call."""

    where: str
    key: str
    names: frozenset[str] | None


def calls_in_code(name: str, source: str) -> Iterator[Call]:
    """Yield every `say` with a literal key."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if called == "say" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            given = [keyword.arg for keyword in node.keywords]
            known = None if None in given else frozenset(arg for arg in given if arg)
            yield Call(f"{name}:{node.lineno}", first.value, known)


def calls_in_template(name: str, source: str) -> Iterator[Call]:
    """Yield every `{{ say("key") }}` of a Jinja template."""
    for node in _template(name, source).find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == "say" and node.args:
            first: Any = node.args[0]
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                known = None if node.dyn_kwargs else frozenset(keyword.key for keyword in node.kwargs)
                yield Call(f"{name}:{node.lineno}", first.value, known)


def _template(name: str, source: str) -> nodes.Template:
    try:
        return Environment(autoescape=True).parse(source)
    except TemplateSyntaxError as broken:
        raise AssertionError(f"{name}:{broken.lineno}: {broken.message}") from broken


def keys_in_code(source: str) -> tuple[set[str], set[str]]:
    """Return the keys a module says, and patterns of those put together: `status.*` of f"status.{status}".

    What is read off the code: `f"x.{'a' if b else 'c'}"` is two keys, `labelled("x.option", "a", "b")` the keys of the
    labels, `form.key("x")` one of every form, `breach(rule, "x")` one under `check.`.
    """
    tree = ast.parse(source)
    whole: set[str] = set()
    patterns: set[str] = set()
    not_keys = docstrings(tree) | {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in ast.walk(tree):
        written: list[list[str | None]] = []
        if isinstance(node, ast.JoinedStr):
            written = _ways(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Constant):
            written = [[str(node.left.value), None]]
        elif isinstance(node, ast.Call):
            written = _of_call(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in not_keys:
            whole |= {node.value} if _KEY.fullmatch(node.value) else set()
        for parts in written:
            patterns |= _pattern(parts)
            key = "".join(part or "*" for part in parts)
            whole |= {key} if _KEY.fullmatch(key) else set()
    return whole, patterns


def _of_call(node: ast.Call) -> list[list[str | None]]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called == "labelled":
        return [[*prefix, ".", *one] for prefix in _ways(node.args[0]) for each in node.args[1:] for one in _ways(each)]
    if called == "key" and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "form":
        return _ways(node)
    if called == "breach" and len(node.args) > 1:
        return [["check.", *one] for one in _ways(node.args[1])]
    return []


def _ways(node: ast.expr) -> list[list[str | None]]:
    """Return every way a string may read, in parts; None for a part that is computed."""
    match node:
        case ast.Constant(value=str(text)):
            return [[text]]
        case ast.JoinedStr(values=values):
            ways: list[list[str | None]] = [[]]
            for value in values:
                ways = [[*way, *more] for way in ways for more in _ways(value)]
            return ways
        case ast.FormattedValue(value=value):
            return _ways(value)
        case ast.IfExp(body=body, orelse=orelse):
            return [*_ways(body), *_ways(orelse)]
        case ast.BoolOp(values=values):
            return [way for value in values for way in _ways(value)]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="form"), attr="key"), args=args):
            ways = [[FORM]]
            for each in args:
                ways = [[*way, ".", *more] for way in ways for more in _ways(each)]
            return ways
        case _:
            return [[None]]


def keys_in_template(name: str, source: str) -> tuple[set[str], set[str]]:
    """Return the same for a template, where a key is glued by `~` or `+`."""
    tree = _template(name, source)
    texts: Iterable[Any] = tree.find_all(nodes.Const)
    whole = {const.value for const in texts if isinstance(const.value, str) and _KEY.fullmatch(const.value)}
    patterns: set[str] = set()
    for glued in tree.find_all((nodes.Concat, nodes.Add)):
        parts: list[Any] = glued.nodes if isinstance(glued, nodes.Concat) else [glued.left, glued.right]  # type: ignore[attr-defined]
        patterns |= _pattern(part.value if isinstance(part, nodes.Const) else None for part in parts)
    return whole, patterns


def _pattern(parts: Iterable[object]) -> set[str]:
    """Return the parts as one pattern, `*` for what is computed; nothing if they do not start like a key."""
    written = "".join(part if isinstance(part, str) else "*" for part in parts)
    return {written} if re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z0-9_.*]*", written) and "*" in written else set()
