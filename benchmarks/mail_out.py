"""Figures of sending: what a run takes for messages that are ready, beside a bare smtplib loop on one connection to the same server.

Wall time, since disk and wire are what is waited for. Both sides take turns in the same run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Self

from benchmarks.figures import Figure
from benchmarks.measuring import Cost, MeasuringError, cost_of, run

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "bench-data"
SIZES = (200, 2_000, 20_000)
MEMORY = (1_000, 10_000, 100_000)  # Of ours alone: memory has to be flat
LARGE = 20_000  # From here on fewer turns have to do.
TURNS, TURNS_OF_LARGE = 5, 3
SEND, FLOOR = "send", "smtplib"
# Name, whether the server keeps what it takes, what the reference is
SERVERS = (
    ("send", True, "bare smtplib, to a server that keeps what it takes"),
    ("send-to-memory", False, "bare smtplib, to a server that keeps nothing"),
)


def measure(n: int | None) -> list[Figure]:
    figures = [measure_side(name, size, keeps=keeps, told=told) for name, keeps, told in SERVERS for size in ([n] if n else SIZES)]
    return figures if n else [*figures, *measure_many(MEMORY)]


def measure_side(name: str, n: int, *, keeps: bool, told: str, turns: int | None = None, folder: Path = FOLDER) -> Figure:
    """`n` messages. Raises MeasuringError where a side does not send all of them, each once."""
    costs: dict[str, list[Cost]] = {SEND: [], FLOOR: []}
    turns = turns or (TURNS_OF_LARGE if n >= LARGE else TURNS)
    with _workspace(n, folder) as base, _Sink(base, keeps=keeps) as sink:
        for turn in range(turns):
            print(f"mail-out: {name}, {n:,} messages, turn {turn + 1} of {turns}", file=sys.stderr)
            for side, found in costs.items():
                found.append(_cost(side, base, n, sink))
    ours, reference = (median(cost.cpu for cost in costs[side]) for side in (SEND, FLOOR))
    return Figure(name, "messages", n, ours, reference, told, max(cost.peak_mb for cost in costs[SEND]))


def measure_many(sizes: tuple[int, ...], folder: Path = FOLDER) -> list[Figure]:
    """Ours alone, to a server that keeps nothing: the cost of each size beside that of the smallest, for as many. Memory should be the same."""
    costs = []
    for n in sizes:
        print(f"mail-out: memory, {n:,} messages", file=sys.stderr)
        with _workspace(n, folder) as base, _Sink(base, keeps=False) as sink:
            costs.append((n, _cost(SEND, base, n, sink)))
    few, least = costs[0]
    told = f"ours, {few:,} messages ({least.peak_mb:.0f} MB)"
    return [Figure("send-many", "messages", n, cost.cpu, least.cpu * n / few, told, cost.peak_mb) for n, cost in costs[1:]]


@contextmanager
def _workspace(n: int, folder: Path) -> Iterator[Path]:
    """On the disk that benchmarks use, and gone afterwards: so many messages take room."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mail-out-", dir=folder) as name:
        base = Path(name) / "workspace"
        run("benchmarks.waiting_messages", str(base), str(n))
        yield base


class _Sink:
    """The server in a process of its own."""

    def __init__(self, base: Path, *, keeps: bool) -> None:
        queue = base.parent / "queue"
        queue.mkdir()
        command = [sys.executable, "-m", "benchmarks.mail_sink", *([str(queue)] if keeps else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.port = int(self._said.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._said.close()

    @property
    def _said(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def took(self) -> tuple[int, int]:
        """How many messages came over the last connection, and how many different ones."""
        told = json.loads(self._said.readline())
        return told["messages"], told["ids"]


def _cost(side: str, base: Path, n: int, sink: _Sink) -> Cost:
    cost = cost_of("benchmarks.mail_out_run", side, str(base), str(n), str(sink.port))
    if (took := sink.took()) != (n, n):
        raise MeasuringError(f"{side}: the server took {took[0]} messages, {took[1]} different ones, not {n}")
    return cost
