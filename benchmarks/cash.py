"""The figure of cash application: what it costs to apply deposits to a book of ten times as many open invoices, beside a hash join."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, MeasuringError, cost_of, run

FOLDER = Path(__file__).resolve().parents[1] / "bench-data"
SIZES = (1_000, 10_000)
INVOICES_A_DEPOSIT = 10
TURNS = 3
FLOOR_NAME = "sqlite3, hash join on exact references"


def measure(n: int | None) -> list[Figure]:
    return [measure_apply(size) for size in ([n] if n else SIZES)]


def measure_apply(n: int, turns: int = TURNS, books: Path = FOLDER) -> Figure:
    """`n` deposits. Raises MeasuringError where the floor applies a deposit that ours does not, or neither applies any."""
    book = run("benchmarks.synthetic_deposits", str(n), str(n * INVOICES_A_DEPOSIT), str(books)).strip()
    costs: dict[str, list[Cost]] = {"apply": [], "floor": []}
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        for turn in range(turns):
            print(f"cash: {n:,} deposits, turn {turn + 1} of {turns}", file=sys.stderr)
            for side, found in costs.items():
                found.append(cost_of("benchmarks.cash_run", side, book, str(Path(folder) / side)))
        ours, floor = (_decisions(Path(folder) / side) for side in costs)
    if not floor or not floor <= ours:
        raise MeasuringError(f"{len(floor - ours)} of the {len(floor)} deposits of the floor are not applied alike")
    told = len({line.split()[0] for line in ours}), len({line.split()[0] for line in floor})
    print(f"cash: {told[0] / n:.1%} of {n:,} deposits applied, {told[1] / n:.1%} by the floor", file=sys.stderr)
    apply, reference = (median(cost.cpu for cost in costs[side]) for side in ("apply", "floor"))
    return Figure("apply", "deposits", n, apply, reference, FLOOR_NAME, max(cost.peak_mb for cost in costs["apply"]))


def _decisions(file: Path) -> set[str]:
    return set(file.read_text(encoding="utf-8").splitlines())
