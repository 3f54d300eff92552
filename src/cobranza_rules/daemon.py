"""The daemon: tick after tick. Settings and rules are read anew for each, so that a change is in force from the next one on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from cobranza_rules.tick import TickReport, run_tick
from cobranza_rules.workspace import open_workspace


def run_daemon(base: Path, tell: Callable[[TickReport], None], ticks: int | None = None) -> None:
    """Ends after the tick that is under way when SIGTERM or SIGINT comes; `ticks` bounds them. Raises what a tick raises."""
    stop = threading.Event()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    done = 0
    while not stop.is_set():
        workspace = open_workspace(base)
        try:
            tell(run_tick(workspace))
        finally:
            workspace.close()
        done += 1
        if done == ticks:
            return
        stop.wait(workspace.settings.daemon.poll_seconds)
