"""Business days of the statutory Mexican calendar (Ley Federal del Trabajo, art. 74), kept apart from the program that is measured."""

from __future__ import annotations

import datetime as dt

TODAY = dt.date(2026, 3, 10)  # A Tuesday
NOW = dt.datetime(2026, 3, 10, 16, tzinfo=dt.UTC)
FIRST = dt.date(2025, 1, 1)
_CLOSED = {(1, 1), (5, 1), (9, 16), (12, 25)}
_MOVED = {dt.date(2025, 2, 3), dt.date(2025, 3, 17), dt.date(2025, 11, 17), dt.date(2026, 2, 2), dt.date(2026, 3, 16)}


def is_workday(day: dt.date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _CLOSED and day not in _MOVED


def workdays_ago(count: int) -> dt.date:
    """The business day that lies `count` business days before today."""
    day = TODAY
    while count:
        day -= dt.timedelta(days=1)
        count -= is_workday(day)
    return day


def workdays_since() -> dict[str, int]:
    """Business days after each date from FIRST until today, by ISO date; 0 for later ones within two years."""
    passed: dict[str, int] = {}
    count, day = 0, TODAY
    while day >= FIRST:
        passed[day.isoformat()] = count
        count += is_workday(day)
        day -= dt.timedelta(days=1)
    passed.update({(TODAY + dt.timedelta(days=ahead)).isoformat(): 0 for ahead in range(1, 730)})
    return passed


def workdays_after(day: dt.date, count: int) -> dt.date:
    while count:
        day += dt.timedelta(days=1)
        count -= is_workday(day)
    return day
