"""Business days: what counts as one, how many lie between two dates, and which date comes n of them later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 4000  # Days that a search for a business day may look ahead; a calendar without any business day is refused when read.


@lru_cache(maxsize=64)
def holidays_of(name: str, year: int) -> frozenset[dt.date]:
    """Public holidays of a year: `MX` statutory (Ley Federal del Trabajo, art. 74), `MX-BMV` the days on which banks close."""
    if name == "none":
        return frozenset()
    import holidays

    source = holidays.financial_holidays("BMV", years=year) if name == "MX-BMV" else holidays.country_holidays(name, years=year)
    return frozenset(source)


@dataclass(frozen=True)
class BusinessCalendar:
    """`workdays` are Monday=0 numbers; `holidays` names a table of `holidays_of`; `extra` are the company's own days off."""

    timezone: str = "America/Mexico_City"
    workdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: str = "MX"
    extra: frozenset[dt.date] = field(default_factory=frozenset)

    def is_workday(self, day: dt.date) -> bool:
        return day.weekday() in self.workdays and day not in self.extra and day not in holidays_of(self.holidays, day.year)

    def on_or_after(self, day: dt.date) -> dt.date:
        for ahead in range(FARTHEST):
            if self.is_workday(candidate := day + dt.timedelta(days=ahead)):
                return candidate
        raise ValueError("the calendar has no business days")

    def plus(self, day: dt.date, count: int) -> dt.date:
        """The date `count` business days after `day`; `day` itself need not be one. A count of 0 gives `day`."""
        return _plus(self, day, count)

    def between(self, start: dt.date, end: dt.date) -> int:
        """Business days in (start, end]: 0 where `end` is not later. Tuesday is 1 after Monday, and Monday 1 after Friday."""
        if end <= start:
            return 0
        whole_years = sum(_workdays_up_to(self, year)[-1] for year in range(start.year, end.year))
        return whole_years + _up_to(self, end) - _up_to(self, start)

    def __hash__(self) -> int:
        return hash((self.timezone, self.workdays, self.holidays, self.extra))


@lru_cache(maxsize=4096)
def _plus(calendar: BusinessCalendar, day: dt.date, count: int) -> dt.date:
    """A whole book has few dates, and few rules count from them."""
    for _step in range(count):
        day = calendar.on_or_after(day + dt.timedelta(days=1))
    return day


@lru_cache(maxsize=256)
def _workdays_up_to(calendar: BusinessCalendar, year: int) -> tuple[int, ...]:
    """Business days of a year up to each day of it, by day number: a sum table, so that `between` costs two look-ups."""
    counts = [0]
    day = dt.date(year, 1, 1)
    while True:
        counts.append(counts[-1] + calendar.is_workday(day))
        if (day.month, day.day) == (12, 31):
            return tuple(counts)
        day += dt.timedelta(days=1)


def _up_to(calendar: BusinessCalendar, day: dt.date) -> int:
    return _workdays_up_to(calendar, day.year)[day.timetuple().tm_yday]
