"""The one place that knows what day and what time it is."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def today(self) -> dt.date:
        """The date in the company's zone."""
        ...

    def now(self) -> dt.datetime:
        """An aware instant in UTC, never earlier than the one before."""
        ...


class SystemClock:
    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def today(self) -> dt.date:
        return dt.datetime.now(self.zone).date()

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A day that is given (`--on`): its instants begin at ten in the morning and move on by a second each time they are asked for."""

    def __init__(self, day: dt.date, timezone: str) -> None:
        self.day = day
        self._next = dt.datetime.combine(day, dt.time(10), ZoneInfo(timezone)).astimezone(dt.UTC)

    def today(self) -> dt.date:
        return self.day

    def now(self) -> dt.datetime:
        instant, self._next = self._next, self._next + dt.timedelta(seconds=1)
        return instant
