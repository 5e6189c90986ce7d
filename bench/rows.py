"""What a benchmark yields, and how it is shown and kept."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

OUT = Path("build/bench.json")


@dataclass(frozen=True)
class Row:
    """One comparison. `ratio` is ours to peer in the sense that bigger is better when `higher_is_better`."""

    name: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    ratio: float
    goal: float
    higher_is_better: bool

    @property
    def is_reached(self) -> bool:
        """Tell whether the goal is reached."""
        return self.ratio >= self.goal if self.higher_is_better else self.ratio <= self.goal


def compared(
    name: str, ours: float, peer: float, peer_name: str, unit: str, goal: float, *, higher_is_better: bool = True
) -> Row:
    """Return the row of two medians."""
    ratio = ours / peer if peer else float("inf")
    return Row(name, round(ours, 3), round(peer, 3), peer_name, unit, round(ratio, 3), goal, higher_is_better)


def in_turn(rounds: int, *kinds: Callable[[], float]) -> list[float]:
    """Run kinds in turn, A B A B ..., and return each one's median: a machine that drifts drifts for all."""
    figures: list[list[float]] = [[] for _ in kinds]
    for _ in range(rounds):
        for kept, kind in zip(figures, kinds, strict=True):
            kept.append(kind())
    return [statistics.median(kept) for kept in figures]


def show(rows: Sequence[Row]) -> None:
    """Print the table and write `build/bench.json`."""
    table = Table("what", "ours", "peer", "", "unit", "ratio", "goal", "", title="Next to a peer, in one run; medians")
    for row in rows:
        sign = ">=" if row.higher_is_better else "<="
        mark = "[green]reached[/]" if row.is_reached else "[red]short[/]"
        table.add_row(
            row.name, f"{row.ours:,.1f}", f"{row.peer:,.1f}", row.peer_name, row.unit,
            f"{row.ratio:.2f}", f"{sign} {row.goal:g}", mark,
        )  # fmt: skip
    Console(width=150).print(table)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
