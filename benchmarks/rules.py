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
SIZES = (10_000, 100_000, 1_000_000)
DUE_SHARES = (0.03, 0.1)
LARGE = 1_000_000  # From here on fewer turns are taken, and one of what takes minutes.
TURNS, TURNS_OF_LARGE = 5, 3
FLOOR, ENGINE = "plan-floor", "bare-engine"
SHOWN = 5  # Differing decisions that are told of
FLOOR_NAME, ENGINE_NAME = "sqlite3 rows, rules by hand", "durable-rules on ready-made facts"
SIDES: dict[str, tuple[str, ...]] = {  # Module and what comes after the database
    FLOOR: ("benchmarks.plan_floor",),
    "plan": ("benchmarks.plan_run", "durable", "sifted", "again"),
    "plan-first": ("benchmarks.plan_run", "durable", "sifted", "first"),
    "plan-native": ("benchmarks.plan_run", "native", "sifted", "again"),
    "plan-all-rows": ("benchmarks.plan_run", "durable", "all", "again"),
    "plan-all-rows-native": ("benchmarks.plan_run", "native", "all", "again"),
}
SLOW = ("plan-all-rows", "plan-all-rows-native")
Costs = dict[str, list[Cost]]


def measure(n: int | None) -> list[Figure]:
    return [figure for size in ([n] if n else SIZES) for due_share in DUE_SHARES for figure in measure_plan(size, due_share)]


def measure_plan(n: int, due_share: float, turns: int | None = None, books: Path = FOLDER) -> list[Figure]:
    """`books` keeps the synthetic books for the next time. Raises MeasuringError where the sides decide differently, or nothing at all.

    How long all rows and the bare engine take is measured with the first of the shares that are due.
    """
    usual = due_share == DUE_SHARES[0]
    sides = [side for side in SIDES if usual or side not in SLOW]
    with tempfile.TemporaryDirectory(prefix="cobranza-bench-") as folder:
        print(f"rules: a book of {n:,} invoices, {due_share:.0%} due", file=sys.stderr)
        database = _book(n, books, due_share)
        costs = _take_turns(sides, database, Path(folder), turns or (TURNS_OF_LARGE if n >= LARGE else TURNS), large=n >= LARGE)
        if usual:
            print(f"rules: {n:,} invoices, {ENGINE}", file=sys.stderr)
            costs[ENGINE] = [cost_of("benchmarks.engine_run", database, str(Path(folder) / ENGINE))]
    named = "" if usual else f"-due-{100 * due_share:g}"
    figures = [_figure(side, named, n, costs, FLOOR) for side in sides if side != FLOOR]
    return figures + ([_figure("plan", named, n, costs, ENGINE)] if usual else [])


def _take_turns(sides: Sequence[str], database: str, out: Path, turns: int, *, large: bool) -> Costs:
    costs: Costs = {side: [] for side in sides}
    for turn in range(turns):
        for side in sides:
            if turn and large and side in SLOW:
                continue
            module, *arguments = SIDES[side]
            print(f"rules: turn {turn + 1} of {turns}, {side}", file=sys.stderr)
            costs[side].append(cost_of(module, database, *arguments, str(out / side)))
        check_equal([out / side for side in sides])
    return costs


def _figure(side: str, named: str, n: int, costs: Costs, reference: str) -> Figure:
    name = FLOOR_NAME if reference == FLOOR else ENGINE_NAME
    return Figure(
        f"{side}{named}", "invoices", n, _cpu(costs[side]), _cpu(costs[reference]), name, max(cost.peak_mb for cost in costs[side])
    )


def _book(n: int, books: Path, due_share: float) -> str:
    """Made in a process of its own: this one needs nothing of the program and stays small."""
    return run("benchmarks.synthetic_book", str(n), str(books), str(due_share)).strip()


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
