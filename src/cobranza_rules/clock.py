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


def instant_of(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """In UTC; the first or last instant that there is where it lies beyond, for the first and last day have no room for every zone."""
    try:
        return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
    except OverflowError:
        farthest = dt.time() if day.year == dt.MINYEAR else dt.time.max
        return dt.datetime.combine(day, farthest, dt.UTC)


def shifted(instant: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """The first or last instant that there is where it lies beyond."""
    try:
        return instant + by
    except OverflowError:
        zone = instant.tzinfo
        return dt.datetime.min.replace(tzinfo=zone) if by < dt.timedelta() else dt.datetime.max.replace(tzinfo=zone)


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
        self._next = instant_of(day, dt.time(10), ZoneInfo(timezone))

    def today(self) -> dt.date:
        return self.day

    def now(self) -> dt.datetime:
        instant, self._next = self._next, self._next + dt.timedelta(seconds=1)
        return instant
