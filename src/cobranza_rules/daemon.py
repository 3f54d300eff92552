"""The daemon: tick after tick. Settings and the rules in force are read anew for each, so that a change counts from the next one on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from cobranza_rules.mail.watching import Watches
from cobranza_rules.pause import Pause
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.tick import TickReport, run_tick
from cobranza_rules.warm import Warm
from cobranza_rules.workspace import open_workspace

SHORTEST_REST = 1.0  # seconds


def run_daemon(
    base: Path, tell: Callable[[TickReport], None], tell_problems: Callable[[Sequence[Problem]], None], ticks: int | None = None
) -> None:
    """Ends after the tick that is under way when SIGTERM or SIGINT comes; `ticks` bounds them. Mail that comes in between two ticks brings the next one on.

    Raises ProblemError of the first tick, when somebody is looking. Later ones are told, and the next tick tries again: settings that are
    being edited or a database that restarts must not end a service.
    """
    pause = Pause()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        pause.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopped)
    with closing(Warm()) as warm, closing(Watches(pause.wake)) as watches:
        _ticks(pause, lambda: _tick(base, tell, warm, watches), tell_problems, ticks)


def _ticks(pause: Pause, tick: Callable[[], int], tell_problems: Callable[[Sequence[Problem]], None], ticks: int | None) -> None:
    """`tick` gives the seconds until the next, if nothing wakes it sooner. It rests as long as it has worked, however much mail comes in."""
    done, poll_seconds = 0, 0
    while not pause.stopped:
        pause.begin()
        began = time.monotonic()
        try:
            poll_seconds = tick()
        except ProblemError as error:
            if done == 0:
                raise
            tell_problems(error.problems)
        done += 1
        if done == ticks:
            return
        pause.wait(poll_seconds, max(SHORTEST_REST, time.monotonic() - began))


def _tick(base: Path, tell: Callable[[TickReport], None], warm: Warm, watches: Watches) -> int:
    workspace = open_workspace(base, warm=warm)
    try:
        tell(run_tick(workspace))
        watches.keep(workspace.mailboxes)
        return workspace.settings.daemon.poll_seconds
    finally:
        workspace.close()
