"""Figures of the rules: what the plan over a whole book costs, beside the floor. Both sides must decide the same."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, MeasuringError, cost_of, run

FOLDER = Path(__file__).resolve().parents[1] / "bench-data"
SIZES = (10_000, 100_000)
TURNS = 5
FLOOR = "plan-floor"
SHOWN = 5  # Differing decisions that are told of
FLOOR_NAME = "sqlite3 rows, rules by hand"


def measure(n: int | None) -> list[Figure]:
    return [figure for size in ([n] if n else SIZES) for figure in measure_plan(size)]


def measure_plan(n: int, turns: int = TURNS, books: Path = FOLDER) -> list[Figure]:
    """`books` keeps the synthetic books for the next time. Raises MeasuringError where the sides decide differently, or nothing at all."""
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        out = Path(folder)
        database = _book(n, books)
        sides = {
            FLOOR: ("benchmarks.plan_floor", database),
            "plan": ("benchmarks.plan_run", database, "durable"),
            "plan-native": ("benchmarks.plan_run", database, "native"),
        }
        costs: dict[str, list[Cost]] = {side: [] for side in sides}
        for turn in range(turns):
            for side, (module, *arguments) in sides.items():
                print(f"rules: {n:,} invoices, turn {turn + 1} of {turns}, {side}", file=sys.stderr)
                costs[side].append(cost_of(module, *arguments, str(out / side)))
            check_equal([out / side for side in sides])
    floor = _cpu(costs[FLOOR])
    return [
        Figure(side, "invoices", n, _cpu(found), floor, FLOOR_NAME, max(cost.peak_mb for cost in found))
        for side, found in costs.items()
        if side != FLOOR
    ]


def _book(n: int, books: Path) -> str:
    """Made in a process of its own: this one needs nothing of the program and stays small."""
    return run("benchmarks.synthetic_book", str(n), str(books)).strip()


def _cpu(costs: Sequence[Cost]) -> float:
    return median(cost.cpu for cost in costs)


def check_equal(files: Sequence[Path]) -> None:
    """Each file has a side's decisions, one a line. Raises MeasuringError: a floor that decides something else is no floor."""
    found = {file.name: set(file.read_text(encoding="utf-8").splitlines()) for file in files}
    first, *others = found
    if not found[first]:
        raise MeasuringError("nothing is due in this book: take more invoices")
    for other in others:
        only = {first: sorted(found[first] - found[other]), other: sorted(found[other] - found[first])}
        if any(only.values()):
            told = "; ".join(f"{len(lines)} only by {side} ({', '.join(lines[:SHOWN])})" for side, lines in only.items() if lines)
            raise MeasuringError(f"the decisions differ: {told}")
