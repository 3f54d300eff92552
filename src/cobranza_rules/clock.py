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

    def wall(self) -> dt.datetime:
        """What the clock on the wall shows, in UTC: another instant than `now` where a day was given."""
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

    def wall(self) -> dt.datetime:
        return self.now()


class FixedClock:
    """A day that is given (`--on`): its instants begin at ten in the morning and move on by a second each time they are asked for."""

    def __init__(self, day: dt.date, timezone: str, real: Clock | None = None) -> None:
        """`real` hangs on the wall meanwhile; without one this is the only clock that there is."""
        self.day, self._real = day, real
        self._next = instant_of(day, dt.time(10), ZoneInfo(timezone))

    def today(self) -> dt.date:
        return self.day

    def now(self) -> dt.datetime:
        instant, self._next = self._next, self._next + dt.timedelta(seconds=1)
        return instant

    def wall(self) -> dt.datetime:
        return self._next if self._real is None else self._real.wall()
