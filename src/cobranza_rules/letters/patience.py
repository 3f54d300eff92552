"""How long a program that makes PDFs may take for one: so much processor time, and not so much time by the clock.

On a machine that is busy with other work a letter of a tenth of a second may wait for a minute. What counts is what the program has used; one
that waits for nothing that comes (it sleeps) is given up at once when the time is over.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

MOST_WAITING = 5.0  # Times the limit, by the clock, that a program may wait for a processor.
_LOOK_AGAIN = 1.0  # Seconds at most between two looks at a program whose time is over
_LOOKS, _BETWEEN = 5, 0.02  # One that works may sleep for an instant: so many looks, and seconds between them
_WORKING = frozenset("RDTt")  # States of proc(5): running, at a disk, or stopped by somebody


class Patience:
    """With a process from now on, for one answer. `seconds` is the limit."""

    def __init__(self, process: int, seconds: float) -> None:
        self.process, self.seconds = process, seconds
        self.busy = False  # It has waited in vain for the processor.
        self._begun = time.monotonic()
        self._until = self._begun + seconds
        self._used = _processor_seconds(process)

    @property
    def rest(self) -> float:
        """Seconds until `is_over` is to be asked."""
        return max(self._until - time.monotonic(), 0)

    def is_spent(self) -> bool:
        """Its processor time is used up; true too where that is not known."""
        used = _processor_seconds(self.process)
        return used is None or self._used is None or used - self._used >= self.seconds

    def is_over(self) -> bool:
        now = time.monotonic()
        if now < self._until:
            return False
        if self.is_spent() or not _works(self.process):
            return True
        if now >= self._begun + MOST_WAITING * self.seconds:
            self.busy = True
            return True
        self._until = now + min(self.seconds, _LOOK_AGAIN)
        return False


def _stat(process: int) -> list[str]:
    """The fields of proc(5) from the state on; none where the system has no such file, or the process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _processor_seconds(process: int) -> float | None:
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else None


def _works(process: int) -> bool:
    for _look in range(_LOOKS):
        if not _WORKING.isdisjoint(_stat(process)[:1]):
            return True
        time.sleep(_BETWEEN)
    return False
