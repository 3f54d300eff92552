"""The daemon: tick after tick. Settings and the rules in force are read anew for each, so that a change counts from the next one on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.tick import TickReport, run_tick
from cobranza_rules.warm import Warm
from cobranza_rules.workspace import open_workspace


def run_daemon(
    base: Path, tell: Callable[[TickReport], None], tell_problems: Callable[[Sequence[Problem]], None], ticks: int | None = None
) -> None:
    """Ends after the tick that is under way when SIGTERM or SIGINT comes; `ticks` bounds them.

    Raises ProblemError of the first tick, when somebody is looking. Later ones are told, and the next tick tries again: settings that are
    being edited or a database that restarts must not end a service.
    """
    stop = threading.Event()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    with closing(Warm()) as warm:
        _ticks(stop, lambda: _tick(base, tell, warm), tell_problems, ticks)


def _ticks(stop: threading.Event, tick: Callable[[], int], tell_problems: Callable[[Sequence[Problem]], None], ticks: int | None) -> None:
    """`tick` gives the seconds until the next."""
    done, poll_seconds = 0, 0
    while not stop.is_set():
        try:
            poll_seconds = tick()
        except ProblemError as error:
            if done == 0:
                raise
            tell_problems(error.problems)
        done += 1
        if done == ticks:
            return
        stop.wait(poll_seconds)


def _tick(base: Path, tell: Callable[[TickReport], None], warm: Warm) -> int:
    workspace = open_workspace(base, warm=warm)
    try:
        tell(run_tick(workspace))
        return workspace.settings.daemon.poll_seconds
    finally:
        workspace.close()
