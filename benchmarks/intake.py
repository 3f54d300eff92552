"""Figures of intake: what reading CFDI and a document report costs, beside the libraries that parse them and nothing more; and booking it."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, cost_of, run

FOLDER = Path(__file__).resolve().parents[1] / "bench-data"
TURNS = 5
READING, BOOKING = "benchmarks.intake_run", "benchmarks.booking_run"
# Name, unit, the other side of intake_run or booking_run, what the reference is, usual sizes: memory has to show over a hundredfold.
FIGURES = (
    ("cfdi", "documents", "lxml", "bare lxml", (200, 2_000, 20_000)),
    ("xlsx", "rows", "calamine", "bare python-calamine", (2_000, 20_000, 200_000)),
    ("ledger", "documents", "sqlite", "bare python-calamine and sqlite3", (2_000, 20_000)),
    ("ledger-again", "documents", "sqlite", "bare python-calamine and sqlite3", (2_000, 20_000)),
)


def measure(n: int | None) -> list[Figure]:
    return [measure_side(name, unit, other, told, size) for name, unit, other, told, sizes in FIGURES for size in ([n] if n else sizes)]


def measure_side(name: str, unit: str, other: str, told: str, n: int, turns: int = TURNS, folder: Path = FOLDER) -> Figure:
    """`folder` keeps the synthetic files for the next time. Raises MeasuringError where a side does not read all of them."""
    path = run("benchmarks.synthetic_files", name, str(n), str(folder)).strip()
    costs: dict[str, list[Cost]] = {name: [], other: []}
    for turn in range(turns):
        print(f"intake: {name}, {n:,} {unit}, turn {turn + 1} of {turns}", file=sys.stderr)
        for side, found in costs.items():
            found.append(cost_of(BOOKING if other == "sqlite" else READING, side, path, str(n)))
    ours, reference = (median(cost.cpu for cost in costs[side]) for side in (name, other))
    return Figure(name, unit, n, ours, reference, told, max(cost.peak_mb for cost in costs[name]))
