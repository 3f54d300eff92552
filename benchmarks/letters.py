"""Figures of letters: what a Word document and its PDF cost, beside docxtpl and pdfkit used as their manuals show them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, cost_of

TURNS = 5
LARGE = 1_000  # From here on one turn has to do.
ROWS = (10, 200)
# Name, the side of letters_run that is the reference, and what that is
FIGURES = (("word", "docxtpl", "plain docxtpl"), ("word-and-pdf", "docxtpl-and-pdfkit", "plain docxtpl and pdfkit.from_string"))
SIZES = {("word", 10): (200,), ("word", 200): (50,), ("word-and-pdf", 10): (100,), ("word-and-pdf", 200): (20,)}
MEMORY = (1_000, 10_000)  # Letters of 10 rows of ours alone: memory has to be flat, so the larger figure's reference is the smaller's cost.


def measure(n: int | None) -> list[Figure]:
    figures = [
        measure_side(name, other, told, rows, size)
        for name, other, told in FIGURES
        for rows in ROWS
        for size in ([n] if n else SIZES[name, rows])
    ]
    return figures if n else [*figures, measure_many(*MEMORY)]


def measure_side(name: str, other: str, told: str, rows: int, n: int, turns: int | None = None) -> Figure:
    """`n` letters of `rows` invoices on either side. Raises MeasuringError where a side does not write all of them."""
    costs: dict[str, list[Cost]] = {name: [], other: []}
    turns = turns or (1 if n >= LARGE else TURNS)
    for turn in range(turns):
        print(f"letters: {name}, {n:,} of {rows} rows, turn {turn + 1} of {turns}", file=sys.stderr)
        for side, found in costs.items():
            found.append(_cost(side, rows, n))
    ours, reference = (median(cost.cpu for cost in costs[side]) for side in (name, other))
    return Figure(f"{name}{_suffix(rows)}", "letters", n, ours, reference, told, max(cost.peak_mb for cost in costs[name]))


def measure_many(few: int, many: int, rows: int = ROWS[0]) -> Figure:
    """Ours alone: the cost of `many` letters beside that of `few`, for as many. What it needs of memory should be the same."""
    costs: Sequence[Cost] = [_cost("word-and-pdf", rows, size) for size in (few, many)]
    told = f"ours, {few:,} letters ({costs[0].peak_mb:.0f} MB)"
    return Figure(f"word-and-pdf-many{_suffix(rows)}", "letters", many, costs[1].cpu, costs[0].cpu * many / few, told, costs[1].peak_mb)


def _cost(side: str, rows: int, n: int) -> Cost:
    return cost_of("benchmarks.letters_run", side, str(rows), str(n), progress=True)


def _suffix(rows: int) -> str:
    return "" if rows == ROWS[0] else f"-{rows}-rows"
