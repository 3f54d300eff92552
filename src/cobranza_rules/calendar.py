"""Business days: what counts as one, how many lie between two dates, and which date comes n of them later.

Any two dates can be asked for. No reckoning leaves the calendar: what would lie before its first or after its last day is that day.
"""

from __future__ import annotations

import calendar as years
import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

from cobranza_rules.domain.tax_days import TaxDays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 4000  # Days that a search for a business day may look ahead; a calendar without any business day is refused when read.
HOLIDAYS_FROM, HOLIDAYS_THROUGH = 1900, 2199  # Years beyond have no holidays: a law that nobody has written yet closes nothing.


def days_after(day: dt.date, count: int) -> dt.date:
    """`count` days later, or earlier where it is negative; the first or last day of the calendar where that lies beyond it."""
    return dt.date.fromordinal(min(max(day.toordinal() + count, 1), dt.date.max.toordinal()))


@lru_cache(maxsize=512)
def holidays_of(name: str, year: int) -> frozenset[dt.date]:
    """Public holidays of a year: `MX` statutory (Ley Federal del Trabajo, art. 74), `MX-BMV` the days on which banks close."""
    if name == "none" or not HOLIDAYS_FROM <= year <= HOLIDAYS_THROUGH:
        return frozenset()
    import holidays

    source = holidays.financial_holidays("BMV", years=year) if name == "MX-BMV" else holidays.country_holidays(name, years=year)
    return frozenset(source)


@dataclass(frozen=True)
class BusinessCalendar:
    """`workdays` are Monday=0 numbers; `holidays` names a table of `holidays_of`; `extra` are the company's own days off.

    `tax_days` are days of the month that the law sets, by the settings: no rules file says them.
    """

    timezone: str = "America/Mexico_City"
    workdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    holidays: str = "MX"
    extra: frozenset[dt.date] = field(default_factory=frozenset)
    tax_days: TaxDays = field(default_factory=TaxDays)

    def is_workday(self, day: dt.date) -> bool:
        return day.weekday() in self.workdays and day not in self.extra and day not in holidays_of(self.holidays, day.year)

    def on_or_after(self, day: dt.date) -> dt.date:
        for ahead in range(FARTHEST):
            candidate = days_after(day, ahead)
            if self.is_workday(candidate) or candidate == dt.date.max:
                return candidate
        raise ValueError("the calendar has no business days")

    def on_or_before(self, day: dt.date) -> dt.date:
        for back in range(FARTHEST):
            candidate = days_after(day, -back)
            if self.is_workday(candidate) or candidate == dt.date.min:
                return candidate
        raise ValueError("the calendar has no business days")

    def plus(self, day: dt.date, count: int) -> dt.date:
        """The date `count` business days after `day`; `day` itself need not be one. A count of 0 gives `day`."""
        return _plus(self, day, count)

    def minus(self, day: dt.date, count: int) -> dt.date:
        """The latest date from which `day` is `count` business days later; `day` itself where `count` is 0."""
        width = max(count, 1)
        while self.between(first := days_after(day, -width), day) < count and first > dt.date.min:
            width *= 2
        back = bisect_left(range(width), count, key=lambda back: self.between(days_after(day, -back), day))
        return days_after(day, -back)

    def between(self, start: dt.date, end: dt.date) -> int:
        """Business days in (start, end]: 0 where `end` is not later. Tuesday is 1 after Monday, and Monday 1 after Friday."""
        if end <= start:
            return 0
        whole_years = sum(_workdays_of(self, year) for year in range(start.year, end.year))
        return whole_years + _up_to(self, end) - _up_to(self, start)

    def __hash__(self) -> int:
        return hash((self.timezone, self.workdays, self.holidays, self.extra))


def _workdays_of(calendar: BusinessCalendar, year: int) -> int:
    """Of a whole year. Where there are no holidays it is reckoned and not counted: it may be one of thousands."""
    if HOLIDAYS_FROM <= year <= HOLIDAYS_THROUGH:
        return _workdays_up_to(calendar, year)[-1]
    first = dt.date(year, 1, 1).weekday()
    beyond_52_weeks = sum((first + ahead) % 7 in calendar.workdays for ahead in range(2 if years.isleap(year) else 1))
    closed = sum(day.year == year and day.weekday() in calendar.workdays for day in calendar.extra)
    return 52 * len(calendar.workdays) + beyond_52_weeks - closed


@lru_cache(maxsize=4096)
def _plus(calendar: BusinessCalendar, day: dt.date, count: int) -> dt.date:
    """A whole book has few dates, and few rules count from them."""
    for _step in range(count):
        day = calendar.on_or_after(days_after(day, 1))
    return day


@lru_cache(maxsize=512)
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
