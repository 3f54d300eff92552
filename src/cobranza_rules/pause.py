"""The daemon's pause between two ticks, which mail that comes in cuts short and a signal ends."""

from __future__ import annotations

import contextlib
import time
from queue import Empty, SimpleQueue


class Pause:
    """`wake` and `stop` may be called from other threads and by signal handlers: of the standard library's means only SimpleQueue.put allows both."""

    def __init__(self) -> None:
        self.stopped = False
        self._calls: SimpleQueue[None] = SimpleQueue()

    def wake(self) -> None:
        self._calls.put(None)

    def stop(self) -> None:
        self.stopped = True
        self._calls.put(None)

    def begin(self) -> None:
        """Whoever has called until now is heard with the tick that begins."""
        with contextlib.suppress(Empty):
            while True:
                self._calls.get_nowait()

    def wait(self, seconds: float, at_least: float) -> None:
        """Until somebody wakes it, but not before it has lasted `at_least` so many seconds."""
        began, woken = time.monotonic(), False
        while not self.stopped:
            left = (min(at_least, seconds) if woken else seconds) - (time.monotonic() - began)
            if left <= 0:
                return
            with contextlib.suppress(Empty):
                self._calls.get(timeout=left)
                woken = True
