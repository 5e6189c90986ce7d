"""What the guards look at: the files of this checkout, as git sees them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("bot", "messengers", "web", "handlers", "moderation", "digests", "publishing", "storage", "deeds", "texts")
VENDORED = "web/static/vendor/"


@cache
def files() -> tuple[str, ...]:
    """Return every file that is in git or would be added to it, as a path from the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))


def product_files(*endings: str, folders: tuple[str, ...] = PRODUCT) -> Iterator[tuple[str, str]]:
    """Yield path and text of the product's own files with one of these endings."""
    for name in files():
        if name.endswith(endings) and name.split("/", 1)[0] in folders and not name.startswith(VENDORED):
            yield name, (ROOT / name).read_text(encoding="utf-8")


def documentation() -> str:
    """Return README and everything under docs/ as one text."""
    pages = [name for name in files() if name == "README.md" or (name.startswith("docs/") and name.endswith(".md"))]
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in pages)


def docstrings(tree: ast.AST) -> set[int]:
    """Return the identities of the constants that are docstrings."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found
