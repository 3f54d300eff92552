"""Costs of a piece of work in a process of its own: processor time of it and its children, and the most memory that it had."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """`cpu` seconds, `peak_mb` in 2**20 bytes."""

    cpu: float
    peak_mb: float


class MeasuringError(Exception):
    """A measured process failed."""


def cpu_seconds() -> float:
    """Of this process and of the children that were waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def process_seconds(process: int) -> float:
    """Of another process that runs: its clock is named by its number (clock_getcpuclockid(3), as the C library of Linux makes it)."""
    return time.clock_gettime(~process << 3 | 2)


def peak_mb(process: int | None = None) -> float:
    """The most memory that a running process (this one by default) has had.

    The kernel hands ru_maxrss on through fork and exec, so that a small child of a large process looks as large as its parent; VmHWM
    starts anew with each program (proc(5)). Where there is no /proc, ru_maxrss has to do.
    """
    try:
        status = Path(f"/proc/{process or 'self'}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 if process is None else 0.0
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def tell(cost: Cost, decisions: Iterable[tuple[int, str]], out: Path) -> None:
    """What a measured process leaves behind: its decisions in `out`, sorted, one a line, and its cost on standard output."""
    out.write_text("".join(f"{invoice} {rule}\n" for invoice, rule in sorted(decisions)), encoding="utf-8")
    print(json.dumps(asdict(cost)))


def run(module: str, *arguments: str, progress: bool = False) -> str:
    """What a module of its own process prints. With `progress` whoever waits sees how far it is, on standard error.

    Raises MeasuringError with what went wrong.
    """
    command = [sys.executable, "-m", module, *arguments]
    told = None if progress else subprocess.PIPE
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=told, text=True, check=False, cwd=Path(__file__).resolve().parents[1])
    if done.returncode:
        raise MeasuringError(f"{module} failed with exit code {done.returncode}:\n{done.stderr or 'see above'}")
    return done.stdout


def cost_of(module: str, *arguments: str, progress: bool = False) -> Cost:
    """For a module that ends with `tell`."""
    return Cost(**json.loads(run(module, *arguments, progress=progress)))
